# SPDX-License-Identifier: MIT
# How runs end: random schedules against a peer; a message without an answer is kept by the peer or reported on stderr.
load helper

@test "every run ends within its bound, and each message is answered, kept or reported" {
    local n=6 backlog=300
    [ -z "${LONG-}" ] || n=200 backlog=3000
    /usr/bin/python3 "$RELAY_SOURCE/tests/lifecycle.py" "$n" "${SEED:-3}" "$backlog" >report 2>&1 || {
        cat report
        return 1
    }
    sed 's/^/# /' report >&3
}
