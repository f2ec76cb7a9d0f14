#!/usr/bin/env bats
# A fleet loses nothing: a connector, a ring with relay-queue, workers and NATS servers that die at random. LONG=1: 2,000 messages
# of 100 sessions, and with NATS_SERVER from 2.10.23 on also one and three servers that are killed.
load helper

@test "workers and rings are killed at random: each message is answered once, each session in order, no two of its turns at once" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/torture/scale.py" ${SEED:+--seed "$SEED"} >report 2>&1 || {
        cat report
        return 1
    }
    sed 's/^/# /' report >&3
}
