#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run as a stage: signals, a lost reader, work frames, the life of a ring.

load helper
load relay-run

@test "TERM ends relay-run and all that it runs; a reader that leaves does so too" {
    for signal in TERM INT HUP; do
        rm -f pid.* in
        mkfifo in
        exec 9<>in
        background env --default-signal=INT relay-run sh -c 'echo $$ >pid.$RELAY_CHAT_ID; sleep 60 & wait' <in >out 2>err
        feed message 1 m1 x; feed message 2 m2 x; feed message 2 m3 x
        until_true 5 test -s pid.1 -a -s pid.2
        kill -s $signal "$!"
        rc=0; wait "$!" || rc=$?
        [ "$(kill -l $rc)" = $signal ] || { echo "$signal: $rc"; return 1; }
        until_true 2 gone "$(cat pid.1)"
        until_true 2 gone "$(cat pid.2)"
        grep -q '2 messages running and 1 waiting are not acknowledged' err
    done
    mkfifo in2 out.fifo
    exec 9<>in2 8<>out.fifo
    background relay-run sh -c 'echo $$ >pid; exec sleep 60' <in2 >out.fifo
    feed message 1 m1 x
    until_true 5 test -s pid
    exec 8<&-
    until_true 2 gone "$(cat pid)"
    rc=0; wait "$!" || rc=$?
    [ "$(kill -l $rc)" = PIPE ]
}
