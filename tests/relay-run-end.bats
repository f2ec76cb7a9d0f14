#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run as a stage: signals, a lost reader, work frames, how long a ring lives.

load helper
load relay-run

@test "TERM ends relay-run and all that it runs; so does a reader that leaves" {
    for signal in TERM INT HUP; do
        rm -f pid.* in
        mkfifo in
        exec 9<>in
        background env --default-signal=INT relay-run sh -c 'echo $$ >pid.$RELAY_CHAT_ID; sleep 60 & wait' <in >out 2>err
        feed message 1 m1 x; feed message 2 m2 x; feed message 2 m3 x
        until_true 10 test -s pid.1 -a -s pid.2
        until_true 10 grep -q m3 out
        kill -s $signal "$!"
        rc=0; wait "$!" || rc=$?
        [ "$(kill -l $rc)" = $signal ] || { echo "$signal: $rc"; return 1; }
        until_true 10 gone "$(cat pid.1)"
        until_true 10 gone "$(cat pid.2)"
        grep -q '2 messages running and 1 waiting are not acknowledged' err
    done
    mkfifo in2 out.fifo
    exec 9<>in2 8<>out.fifo
    background relay-run sh -c 'echo $$ >pid; exec sleep 60' <in2 >out.fifo 2>err
    feed message 1 m1 x; feed message 1 m2 x
    until_true 10 test -s pid
    read -r -u 8 _
    read -r -u 8 _
    exec 8<&-
    until_true 10 gone "$(cat pid)"
    rc=0; wait "$!" || rc=$?
    [ "$(kill -l $rc)" = PIPE ]
    [ "$(cat err)" = 'relay-run: write stdout: its reader is gone: 1 messages running and 1 waiting are not acknowledged' ]
}

@test "a COMMAND dies with relay-run, even when that is killed" {
    start_run sh -c 'echo $$ >pid; trap "" TERM; while :; do sleep 60; done'
    feed message 1 m1 x
    until_true 10 test -s pid
    kill -KILL "$RUN"
    until_true 10 gone "$(cat pid)"
    start_run -l sh -c 'trap "" TERM; echo $$ >pid.l; while :; do sleep 60; done'
    until_true 10 test -s pid.l
    kill -KILL "$RUN"
    until_true 10 gone "$(cat pid.l)"
}

@test "in a ring TERM, INT and HUP are left to relay-dial; one that comes from it counts" {
    export RELAY_DIAL_PID=$BASHPID
    start_run sh -c 'echo $$ >pid; until [ -e go ]; do sleep 0.02; done; echo "dial: ${RELAY_DIAL_PID-none}"'
    feed message 1 m1 x b1
    until_true 10 test -s pid
    for s in TERM INT HUP; do (kill -s $s "$RUN"; kill -s $s "$RUN"); done
    touch go
    until_true 10 grep -q inbound_ack out
    [ ! -s err ]
    grep -q 'dial: none' out
    rm go pid
    feed message 1 m2 x b2
    until_true 10 test -s pid
    builtin kill -TERM "$RUN"
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 143 ]
    grep -q '1 messages running and 0 waiting' err
    # a ring whose relay-dial is gone is not drained
    sh -c 'exit' &
    export RELAY_DIAL_PID=$!
    wait "$RELAY_DIAL_PID"
    start_run cat
    sleep 0.1
    (kill -TERM "$RUN")
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 143 ]
}

# The numbers in the work frames of a file: running,waiting …
work() {
    jq -r 'select(.type == "work") | "\(.running),\(.waiting)"' "$1" | tr '\n' ' '
}

@test "work frames say what is in hand: at once in a ring, after a while in a pipe, none for short work" {
    message 1 m1 x b1 >one
    # nothing comes between, unless the machine was busy; one try proves that
    short() { [ "$(relay-run sh -c 'sleep 0.3; echo ok' <one | wc -l)" -eq 3 ]; }
    until_true 5 short
    # shellcheck disable=SC2016 # for the script
    script gated <<<'until [ -e "go.$RELAY_MESSAGE_ID" ]; do sleep 0.02; done'
    start_run -P 1 ./gated
    feed message 1 m1 x; feed message 2 m2 x
    until_true 10 grep -q '"work"' out
    touch go.m1 go.m2
    until_true 10 grep -q '"running":0,"waiting":0' out
    [[ $(work out) == '1,'*'0,0 ' ]]
    export RELAY_DIAL_PID=$BASHPID
    run relay-run echo ok <one
    [ "$(jq -r '.type // .op' <<<"$output" | tr '\n' ' ')" = 'inbound work send inbound_ack work ' ]
    # whatever drains the ring gets the work in hand together with that very frame
    start_run ./gated
    feed message 1 m4 x
    until_true 10 grep -q '"running":1,"waiting":0' out
    feed echo '{"type":"work","running":2,"waiting":3}'
    feed echo '{"type":"link","state":"draining"}'
    until_true 10 grep -q draining out
    [[ $(work out) =~ ^1,0\ 2,3\ (3,3\ )+$ ]] || { cat out; false; }
    [[ $(grep -B 1 draining out | head -n 1) == '{"type":"work","running":3,"waiting":3}' ]]
    touch go.m4
    until_true 10 sh -c "tail -n 1 out | grep -q '\"running\":2,\"waiting\":3'"
}

@test "a COMMAND that cannot be killed is reported and left alone" {
    message 1 m1 x b1 >in
    run --separate-stderr preload "$RELAY_SOURCE/tests/preload/no_kill.c" timeout 20 relay-run --timeout 100ms --kill-after 100ms sleep 30 <in
    [ "$status" -eq 1 ] && [[ $stderr == *'message m1 of s:1: it cannot be killed, not waited for, not acknowledged' ]]
}

@test "a COMMAND has no terminal to ask on, and one that is stopped gets its TERM" {
    cat >tty.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp("sh", ["sh", "-c", "relay-run --attempts 1 sh -c 'cat >/dev/null; exec 2>&1; cat </dev/tty' <in >out"])
while True:
    try:
        if not os.read(fd, 4096): break
    except OSError: break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    message 1 m1 x >in
    rc=0; timeout 20 /usr/bin/python3 tty.py || rc=$?
    [ "$rc" -eq 1 ]
    start_run --kill-after 60s sh -c 'echo $$ >pid; trap "exit 0" TERM; kill -STOP $$; sleep 60 & wait'
    feed message 1 m1 x b1
    until_true 10 grep -q '^State:.T' "/proc/$(until_true 10 test -s pid; cat pid)/status"
    feed echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 10 grep -q inbound_ack out
}

# ring ARGS… : starts relay-adapter with a stub, if there is none yet; its pid is RING. live ID : delivers a message to its
# COMMAND, live if it runs.
ring() {
    [ -n "${URL-}" ] || start_stub --buffer stub.buf
    background relay-adapter --url "$URL" -p discord "$@" 2>err
    RING=$!
    until_true 20 grep -q '"hello"' stub.out
}
live() {
    say '{"type":"inbound","event":{"text":"x","message_id":"'"$1"'","source":{"platform":"discord","chat_id":"'"$1"'"}}}'
}

@test "a ring is not at rest while a turn runs: --after does not end it" {
    start_stub
    live 1 # it comes with the link, so that the ring is not at rest before
    ring --after 1s sh -c 'sleep 2; echo "the answer"'
    rc=0; wait "$RING" || rc=$?
    [ "$rc" -eq 0 ] && [ "$(jq -r '.action.content // .type' stub.out | tr '\n' ' ')" = 'hello the answer inbound_ack going_idle ' ]
}

@test "a ring is not at rest while a turn runs: a TERM does not end it" {
    ring sh -c 'touch runs; sleep 2; echo "the answer"'
    live 1
    until_true 20 test -e runs
    kill "$RING"
    rc=0; wait "$RING" || rc=$?
    [ "$rc" -eq 0 ] && [ "$(jq -r '.action.content // .type' stub.out | tr '\n' ' ')" = 'hello going_idle the answer ' ]
}

# all_of PID : the process and all its descendants.
all_of() {
    local p
    echo "$1"
    for p in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do all_of "$p"; done
}

@test "a TERM to every process of a ring at once loses no live message" {
    # shellcheck disable=SC2016 # for the inner shell
    ring sh -c 'echo $RELAY_CHAT_ID >>ran; sleep 0.3; echo "re: $RELAY_CHAT_ID"'
    for i in 1 2 3 4 5 6 7 8; do live $i; done
    until_true 20 test -s ran
    # shellcheck disable=SC2046 # a list
    kill $(all_of "$RING") 2>/dev/null || true
    rc=0; wait "$RING" || rc=$?
    [ "$rc" -eq 0 ] || { cat err; false; }
    for i in 1 2 3 4 5 6 7 8; do # answered, or with the connector
        until_true 10 grep -q "re: $i\"\|\"message_id\":\"$i\"" stub.out stub.buf || { cat err stub.out; return 1; }
    done
}
