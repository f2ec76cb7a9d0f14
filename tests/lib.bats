# SPDX-License-Identifier: MIT
# The library: what has no tool of its own, or is easier to reach without one.
load helper

@test "lib: JSON, numbers, lines and text" {
    "$RELAY_BUILD/tests/unit"
}

@test "lib: URL, idle, identities, scopes and the log on disk" {
    "$RELAY_BUILD/tests/rules" <"$RELAY_SOURCE/tests/vectors/url.ndjson"
}

@test "lib: the framer cuts as a model does that looks at one byte at a time" {
    "$RELAY_BUILD/tests/lib/stream"
}

@test "lib: the scanner takes what another JSON parser takes" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/peers/json_peer.py" "$([ -n "${LONG-}" ] && echo 400000 || echo 20000)"
}
