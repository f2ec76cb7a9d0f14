#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every example in the documentation runs and prints what is shown there.

load helper

examples() {
    # A sanitizer makes everything slower.
    ! grep -q __asan_init "$RELAY_BUILD/bin/relay-decode" || export SLOW=4
    /usr/bin/python3 "$RELAY_SOURCE/tests/examples.py" "$@"
}

@test "the examples of the manual pages" {
    examples "$RELAY_SOURCE"/man/*
}

@test "the examples of --help" {
    tools=()
    for t in "$RELAY_BUILD"/bin/relay-*; do tools+=("${t##*/}"); done
    examples "${tools[@]}"
}

@test "the commands of the README" {
    examples "$RELAY_SOURCE/README.md"
}
