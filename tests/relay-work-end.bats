#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-work: how workers end, are ended, or stand still, and what becomes of their messages.

load helper
load relay-work

setup_more() {
    nats_up
    : >log
}

@test "a worker is killed in a turn: another one runs it again, and its stored answers are not doubled" {
    work a --ack-wait 2s
    pool message g s1 m1 'answer then sleep 30'
    logged 1 'begin s1 m1 1'
    stored 1 out
    kill -KILL "$WORK"
    work b --ack-wait 2s
    logged 1 'begin s1 m1 2'
    logged 1 'again s1 m1'
    stored 0 in
    pool message g s1 m2 after
    stored 3 out
    [ "$(pool dump relay.out.g | jq -r '.headers["Nats-Msg-Id"]')" = m1/1$'\n'm1/2$'\n'm2/1 ]
}

@test "a message that ends each of its workers is put aside, and the next one runs" {
    work w1 --ack-wait 2s --attempts 2
    pool message g s1 m1 kill
    worker_ended w1 137
    pool message g s1 m2 next
    work w2 --attempts 2
    worker_ended w2 137
    work w3 --attempts 2
    stored 1 dead
    stored 1 out
    [ "$(grep -c 'begin s1 m1' log)" -eq 2 ]
    [ "$(pool dump relay.dead.g.s1 | jq -r '.headers["Relay-Reason","Relay-Attempts"]')" = \
        'what ran it ended before it was done'$'\n'2 ]
}

@test "a worker that is stopped past the wait leaves its sessions, and deletes nothing" {
    work a --ack-wait 2s -P 1
    pool message g s1 m1 'sleep 5'
    logged 1 'begin s1 m1 1'
    local frozen=$WORK
    kill -STOP "$frozen"
    work b --ack-wait 2s
    logged 1 'begin s1 m1 2'
    kill -CONT "$frozen"
    logged 1 'interrupt s1 g'
    stored 1 out
    stored 0 in
    grep -q 'leave session g.s1' a.err
    [ "$(answers g)" = 'you said: sleep 5' ]
}

@test "TERM: what runs is finished, what waits goes back at once, and the status is COMMAND's" {
    work a -P 1
    printf '%s\n' 'g s1 m1 sleep 1' 'g s1 m2 after' 'g s2 m3 other' | pool messages
    logged 1 'begin s1 m1'
    kill "$WORK"
    worker_ended a 0
    [ "$(events)" = "begin s1 m1 1 sleep 1"$'\n'"end s1 m1"$'\n'eof ]
    [ "$(answers g)" = 'you said: sleep 1' ]
    work b
    stored 3 out
    [ "$(events | grep -c ' 1 after\| 1 other')" -eq 2 ]
}

@test "TERM: what is not finished in time goes back; a second signal ends it at once" {
    work a --kill-after 300ms
    pool message g s1 m1 'sleep 20'
    logged 1 begin
    kill "$WORK"
    worker_ended a 143
    grep -q 'end .*: 1 messages are not finished after 0 s' a.err
    work b -v
    logged 2 begin
    kill "$WORK"
    until_true 5 grep -q 'are finished first' b.err
    kill "$WORK"
    worker_ended b 143
    work c
    logged 3 'begin s1 m1'
}

@test "COMMAND ends by itself: what it has goes back, and its status is that of relay-work" {
    work b --pool other -- true
    work a
    pool message g s1 m1 'exit 9'
    worker_ended a 9
    worker_ended b 0
    grep -q 'exit status 9, and 1 messages go back' a.err
    stored 1 in
    run -127 relay-work "$NATS" -- ./no-such-command
    [[ "$output" == *'run ./no-such-command: No such file or directory' ]]
}

@test "COMMAND that closes its input or its output is ended, and its messages go back" {
    work a --kill-after 100ms -- sh -c 'read -r line; exec <&-; touch closed; sleep 20'
    work b --kill-after 100ms --pool other -- sh -c 'exec >&-; sleep 20'
    pool message g s1 m1 one
    until_true 10 test -e closed
    pool message g s2 m2 two
    worker_ended a 143
    worker_ended b 143
    grep -q 'it has closed its input' a.err
    grep -q 'it has closed its output' b.err
    stored 2 in
    stored 2 ready
}

@test "the engine is away for a while: told once, and all is answered after that" {
    work w
    pool message g s1 m1 'sleep 1'
    logged 1 begin
    nats_down
    until_true 10 grep -q 'the engine is away' w.err
    nats_up
    until_true 20 grep -q 'the engine is back' w.err
    stored 1 out
    stored 0 in
    pool message g s1 m2 after
    stored 2 out
    [ "$(grep -c 'engine is' w.err)" -eq 2 ]
    [ "$(grep -c begin log)" -eq 2 ]
}

@test "a service manager is told READY, how many messages run, and STOPPING; COMMAND is not told of it" {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/manager.py" "$PWD/notify" >told
    until_true 30 grep -q bound told
    export NOTIFY_SOCKET=$PWD/notify WATCHDOG_USEC=2000000
    work w -- sh -c 'env >env.of.command; exec /usr/bin/python3 "$RELAY_SOURCE/tests/work_agent.py" log'
    unset NOTIFY_SOCKET WATCHDOG_USEC
    until_true 30 grep -q ' READY=1$' told
    pool message g s1 m1 'sleep 2'
    until_true 30 grep -q 'STATUS=1 running$' told
    kill "$WORK"
    worker_ended w 0
    until_true 30 grep -q 'STATUS=done$' told
    grep -q ' STOPPING=1$' told
    grep -q ' WATCHDOG=1$' told
    run ! grep -q 'NOTIFY_SOCKET\|WATCHDOG' env.of.command
}
