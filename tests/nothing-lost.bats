# SPDX-License-Identifier: MIT
# Going idle without losing a message: a ring and a stub are drained, killed, cut and restarted.
load helper

@test "no message is lost, and none is handled twice" {
    local n=240 rounds=4
    [ -z "${LONG-}" ] || n=20000 rounds=30
    /usr/bin/python3 "$RELAY_SOURCE/tests/nothing_lost.py" "$n" "$rounds" ${SEED:+"$SEED"} >report 2>&1 || {
        cat report
        sort ring.err stub.err | uniq -c | sort -rn | head -20
        return 1
    }
    sed 's/^/# /' report >&3
}
