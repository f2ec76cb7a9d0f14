# SPDX-License-Identifier: MIT
# An inbox loses nothing: whatever dies, and whenever it dies.
load helper

@test "kills, deaths at each point of transition, losses of power: each message is answered once, or ambiguous and told" {
    local n=260 sessions=20 rounds=22
    [ -z "${LONG-}" ] || n=20000 sessions=200 rounds=120
    RELAY_CRASH_BUILD="$RELAY_BUILD/crash" /usr/bin/python3 "$RELAY_SOURCE/tests/inbox_crash.py" $n $sessions $rounds "${SEED:-1}" \
        >report 2>&1 || {
        cat report
        sed 's/[0-9][0-9]*/N/g' ring.err stub.err | sort | uniq -c | sort -rn | head -20
        return 1
    }
    sed 's/^/# /' report >&3
}

@test "an operator beside a busy ring: no lock is in anybody's way, no message is answered twice" {
    local n=500 operations=50
    [ -z "${LONG-}" ] || n=5000 operations=1000
    /usr/bin/python3 "$RELAY_SOURCE/tests/inbox_busy.py" $n $operations "${SEED:-1}" >report 2>&1 || {
        cat report
        sed 's/[0-9][0-9]*/N/g' ring.err | sort | uniq -c | sort -rn | head -20
        return 1
    }
    sed 's/^/# /' report >&3
}
