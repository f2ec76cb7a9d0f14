#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-queue, the way in: what becomes of messages and interrupts, seen in the pool and in the frames that pass.

load helper
load nats

# pool REQUEST… : what queue_probe answers, which stands in for a worker and for an operator.
pool() {
    printf '%s\n' "$@" | timeout 60 "$RELAY_BUILD/tests/queue_probe" -q "$NATS"
}

# stored KIND SUBJECT : "ID DATA" of each message there, oldest first.
stored() {
    local from=1 found seq subject rest
    while found=$(pool "first $1 $2 $from") && [[ $found == 'found '* ]]; do
        read -r _ seq subject rest <<<"$found"
        printf '%s\n' "$rest"
        from=$((seq + 1))
    done
}

# message SESSION ID [BUFFERID [TEXT]] : an inbound frame; live without a BUFFERID.
message() {
    printf '{"type":"inbound","session_key":"%s","event":{"message_id":"%s","text":"%s"}%s}\n' "$1" "$2" "${4-hi}" \
        "${3:+,\"bufferId\":\"$3\"}"
}

interrupt() {
    printf '{"type":"interrupt_inbound","session_key":"%s","chat_id":"c"}\n' "$1"
}

ack() {
    printf '{"type":"inbound_ack","bufferId":"%s"}\n' "$1"
}

# open_queue [OPTIONS…] : a relay-queue of link g in the background that reads what `feed` writes; its stdout is ./out.
open_queue() {
    rm -f in out err pid
    mkfifo in
    exec 8<>in
    # shellcheck disable=SC2016 # for the inner shell
    background fast_clock "${FAST:-1}" sh -c 'echo $$ >pid; exec relay-queue -g g "$@"' - "$@" "$NATS" <in >out 2>err
    SHELL_OF_QUEUE=$!
    until_true 10 test -s pid
    QUEUE=$(cat pid)
    PIDS="$PIDS $QUEUE"
    feed '{"type":"descriptor","descriptor":{}}'
    until_true 10 grep -q descriptor out
}

feed() {
    printf '%s\n' "$@" >&8
}

# end_queue : closes its input; its exit status is in RC.
end_queue() {
    exec 8>&-
    RC=0
    wait "$SHELL_OF_QUEUE" || RC=$?
}

has_message() { # KIND SUBJECT
    pool "first $1 1" | grep -q '^found'
}

lines() { # PATTERN N FILE
    [ "$(grep -c -- "$1" "$3")" -eq "$2" ]
}

@test "a message passes on, is stored with its gateway, is acknowledged, and its session gets one token" {
    nats_up
    { echo '{"type":"x"}'; message s 1 b1; message s 2; echo '{"type":"y" }'; } >in
    run --separate-stderr relay-queue -q -g g "$NATS" <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    grep -v ack <<<"$output" | diff - in
    [ "$(grep ack <<<"$output")" = "$(ack b1)" ]
    [ "$(stored in 'relay.in.>')" = \
        'g/b/b1 {"type":"inbound","session_key":"s","event":{"message_id":"1","text":"hi"},"bufferId":"b1","gateway":"g"}
g/m/s/2 {"type":"inbound","session_key":"s","event":{"message_id":"2","text":"hi"},"gateway":"g"}' ]
    run pool 'subjects ready relay.ready.>'
    [[ $output == *'"relay.ready.g.s":1'* ]]
    [[ $output == *'"messages":1,'* ]]
}

@test "a message that comes again is acknowledged and not stored again; an edit is a message of its own" {
    nats_up
    { message s 1 b1; message s 1 b1; message s 1; message s 2; message s 2 b2; } >in
    run --separate-stderr relay-queue -v -g g "$NATS" <in
    [ "$status" -eq 0 ]
    [ "$(grep -c ack <<<"$output")" -eq 3 ]
    [ "$(grep -c 'skip message 1 of s: stored before' <<<"$stderr")" -eq 2 ]
    # Another ring knows them by their ids.
    { message s 1 b1; message s 2; } | relay-queue -v -g g "$NATS" >out 2>err
    grep -qxF "$(ack b1)" out
    lines 'it was there' 2 err
    [ "$(stored in 'relay.in.>' | cut -d' ' -f1 | tr '\n' ' ')" = 'g/b/b1 g/m/s/2 ' ]
    # Neither an edit nor a message without an id can be told from the one before.
    { message s 1 | sed 's/"text"/"message_is_edit":true,"text"/'; echo '{"type":"inbound","session_key":"s","event":{}}'; } >in
    cat in in | relay-queue -q -g g "$NATS" >out
    [ "$(stored in 'relay.in.g.s' | cut -d' ' -f1 | grep -c g/r/)" -eq 4 ]
}

@test "two links with equal sessions, message ids and bufferIds do not take each other's" {
    nats_up
    message s 1 b1 >in
    for g in g1 'g 2/é'; do
        GATEWAY_RELAY_ID=$g NATS_URL=$NATS relay-queue -q <in >out
        grep -qxF "$(ack b1)" out
    done
    [ "$(stored in 'relay.in.g1.s' | jq -R 'split(" ")[1] | fromjson | .gateway')" = '"g1"' ]
    [ "$(stored in 'relay.in.g%202/%C3%A9.s' | sed 's/^[^ ]* //' | jq -c '[.gateway, .bufferId]')" = '["g 2/é","b1"]' ]
}

@test "a session is stored in its order, sessions side by side; a frame without a key has its source's" {
    nats_up
    for i in {1..300}; do message "s$((i % 3))" "$i" "b$i" "$i"; done >in
    relay-queue -q -g g "$NATS" <in >out
    [ "$(grep -c ack out)" -eq 300 ]
    seq 1 300 | sed 's/^/get in /' | timeout 60 "$RELAY_BUILD/tests/queue_probe" -q "$NATS" >all
    for s in s0 s1 s2; do
        sed -n "s/^found [0-9]* relay.in.g.$s g.b.b\([0-9]*\) .*/\1/p" all >order
        [ "$(wc -l <order)" -eq 100 ]
        sort -n order | diff order -
    done
    echo '{"type":"inbound","event":{"text":"hi","source":{"platform":"Discord","chat_id":42}}}' |
        relay-queue -q -g g "$NATS" >out
    [ "$(stored in relay.in.g.agent:main:discord:dm:42 | wc -l)" -eq 1 ]
}

@test "while the server is away nothing is acknowledged; it is told once, and all is stored when it is back" {
    nats_up
    open_queue
    nats_down
    for i in {1..20}; do feed "$(message "s$((i % 4))" "$i" "b$i")"; done
    feed "$(interrupt s9)"
    until_true 10 grep -q 'wait for the engine: not connected for 1 s; nothing is stored' err
    grep -qx 'relay-queue: interrupt s9: the engine is away, it waits' err
    lines inbound_ack 0 out
    lines '"inbound"' 20 out
    nats_up
    until_true 10 lines inbound_ack 20 out
    until_true 10 grep -q 'the engine is back after' err
    end_queue
    [ "$RC" -eq 0 ]
    lines engine 3 err
    [ "$(pool 'subjects in relay.in.g.>' | grep -o '"relay.in.g.s[0-3]":5' | wc -l)" -eq 4 ]
    [ "$(pool 'subjects ready relay.ready.g.>' | grep -o '"relay.ready.g.s[0-3]":1' | wc -l)" -eq 4 ]
}

@test "a server that answers nothing is waited for, too; nothing is stored twice" {
    nats_up
    FAST=5 open_queue
    nats_freeze
    feed "$(message s 1 b1)" "$(message t 2 b2)"
    until_true 10 grep -q 'no answer for 1 s' err
    lines ack 0 out
    nats_thaw
    until_true 20 lines ack 2 out
    until_true 10 grep -q 'the engine is back after' err
    end_queue
    [ "$RC" -eq 0 ]
    [ "$(stored in 'relay.in.>' | wc -l)" -eq 2 ]
}

@test "what cannot be stored before the end is told: lost live messages are 75, unacknowledged ones 69" {
    nats_up
    FAST=40 open_queue
    nats_down
    feed "$(message s 1)" "$(message s 2)" "$(message t 3 b3)"
    until_true 10 lines inbound 3 out
    end_queue
    cat err
    [ "$RC" -eq 75 ]
    grep -qx 'relay-queue: end of input: 2 messages could not be stored and are lost' err
    grep -qx 'relay-queue: end of input: 1 messages could not be stored and are not acknowledged' err
    lines ack 0 out
    # A signal is waited for less, and ends it.
    nats_up
    FAST=10 open_queue
    nats_down
    feed "$(message s 4 b4)" "$(interrupt t)"
    until_true 10 grep -q t out
    until_true 10 lines interrupt 1 out
    kill -TERM "$QUEUE"
    RC=0
    wait "$SHELL_OF_QUEUE" || RC=$?
    [ "$RC" -eq 143 ]
    grep -qx 'relay-queue: end on signal 15: 1 messages could not be stored and are not acknowledged' err
    grep -qx 'relay-queue: end on signal 15: 1 interrupts did not reach the pool' err
}

@test "what was taken is stored though the reader of the output is gone" {
    nats_up
    mkfifo in
    exec 8<>in
    # shellcheck disable=SC2016 # for the inner shell
    background bash -c 'relay-queue -g g "$1" <in 2>err | { for i in 1 2; do read -r l; echo "$l" >>out; done; }' - "$NATS"
    feed '{"type":"hi"}'
    until_true 10 grep -q hi out
    nats_freeze
    feed "$(message s 1)"
    until_true 10 grep -q inbound out
    nats_thaw
    until_true 10 has_message 'in relay.in.g.s'
    exec 8>&-
}

@test "a frame that is longer than the server takes is put aside, cut, and acknowledged: 65" {
    nats_up
    { message s 1 b1 "$(head -c 1100000 /dev/zero | tr '\0' x)"; message s 2 b2; message t 3 '' "$(head -c 1100000 /dev/zero | tr '\0' y)"
        echo '{"type":"inbound","session_key":"u","event":7,"bufferId":"b4"}'; } >in
    run --separate-stderr relay-queue -g g "$NATS" <in
    [ "$status" -eq 65 ]
    [ "$(grep ack <<<"$output" | sort)" = "$(ack b1; ack b2; ack b4)" ]
    [ "$(grep -c '; put aside$' <<<"$stderr")" -eq 3 ]
    grep -qx 'relay-queue: store message 1 of s: its frame has 1100[0-9]* bytes, the engine takes 1046528; put aside' <<<"$stderr"
    [ "$(stored in 'relay.in.>' | wc -l)" -eq 1 ]
    pool 'last dead relay.dead.g.s' >dead
    sed 's/^found [0-9]* [^ ]* [^ ]* //' dead | jq -e '.cut and .gateway == "g" and .event.message_id == "1" and
        (.event.text | length > 1000 and test("^x*$"))'
    [[ $(pool 'last dead relay.dead.g.t') == 'found '*'"text":"yyy'* ]]
    [[ $(pool 'last dead relay.dead.g.u') == 'found '*'"event":7'* ]]
    # Just short enough: it is stored, and can be read again.
    message s 9 b9 "$(head -c 1046300 /dev/zero | tr '\0' z)" | relay-queue -q -g g "$NATS" >out
    grep -qxF "$(ack b9)" out
    pool 'last in relay.in.g.s' >last
    [ "$(wc -c <last)" -gt 1046300 ]
}

@test "an interrupt drops what waits, here and in the pool, and is told to the workers" {
    nats_up
    open_queue -v
    feed "$(message s 1 b1)" "$(message t 2 b2)"
    until_true 10 lines ack 2 out
    mkfifo ask
    exec 9<>ask
    background "$RELAY_BUILD/tests/queue_probe" -q "$NATS" <ask >heard
    printf '%s\n' 'listen relay.ctl.>' state >&9
    until_true 10 grep -q connected heard
    nats_freeze
    feed "$(message s 3 b3)" "$(message s 4 b4)" "$(message s 5)" "$(interrupt s)" "$(message s 6 b6)"
    # What waits is acknowledged at once; the one on its way is not.
    until_true 10 lines "$(ack b4)" 1 out
    grep -q 'interrupt s: 2 that waited here dropped' err
    run ! grep "$(ack b3)" out
    nats_thaw
    until_true 10 lines "$(ack b6)" 1 out
    printf '%s\n' state >&9
    until_true 10 grep -qxF 'heard relay.ctl.g.s 0 {"type":"interrupt_inbound","session_key":"s","chat_id":"c","gateway":"g"}' heard
    lines ack 5 out
    exec 9>&-
    # The interrupt passed on ahead of the acks that it caused.
    [ "$(grep -nm1 interrupt out | cut -d: -f1)" -lt "$(grep -n "$(ack b4)" out | cut -d: -f1)" ]
    end_queue
    [ "$RC" -eq 0 ]
    [ "$(stored in relay.in.g.s | cut -d' ' -f1)" = g/b/b6 ]
    [ "$(stored in relay.in.g.t | cut -d' ' -f1)" = g/b/b2 ]
    run --separate-stderr relay-queue -q -g g "$NATS" <<<'{"type":"interrupt_inbound"}'
    [ "$status" -eq 0 ]
}

@test "the workers hear of a press at once, for the turn that asked" {
    nats_up
    relay-queue -q --set-up "$NATS"
    mkfifo ask
    exec 9<>ask
    background "$RELAY_BUILD/tests/queue_probe" -q "$NATS" <ask >heard
    printf '%s\n' 'listen relay.ctl.>' state >&9
    until_true 10 grep -q connected heard
    { message s 1 b1; message s 2 b2 | sed 's/"text"/"prompt_response":{"prompt_id":"p1","option_id":"yes"},"text"/'; } >in
    relay-queue -q -g g "$NATS" <in >out
    lines ack 2 out
    printf '%s\n' state >&9
    until_true 10 lines connected 2 heard
    grep -qxF 'heard relay.ctl.g.s 0 {"press":2}' heard
    lines press 1 heard
    exec 9>&-
}

@test "work frames count the messages that are not handled; in a drain, those that are not stored" {
    local dial
    nats_up
    background sleep 60
    dial=$!
    RELAY_DIAL_PID=$dial open_queue
    feed "$(message s 1 b1)" "$(message s 2 b2)"
    until_true 10 lines '"waiting":2' 1 out
    until_true 10 lines ack 2 out
    pool 'delete in 1' >deleted
    until_true 10 grep -q '"waiting":1}' out
    feed '{"type":"work","running":1,"waiting":3}'
    until_true 10 grep -q '"running":1,"waiting":4}' out
    feed '{"type":"work","running":0,"waiting":0}' '{"type":"link","state":"draining"}'
    until_true 10 grep -q draining out
    until_true 10 bash -c 'tail -n 1 out | grep -q "\"waiting\":0}"'
    kill "$dial"
    end_queue
    [ "$RC" -eq 0 ]
    # At rest it says so, and asks no more.
    background sleep 60
    RELAY_DIAL_PID=$! open_queue
    until_true 10 grep -q '"waiting":1}' out
    pool 'purge in relay.in.g.s' >purged
    until_true 10 grep -q '"waiting":0}' out
    end_queue
}

@test "a drain waits for the results that are owed, and then nothing more is taken" {
    local one=11111111111111111111111111111111 two=22222222222222222222222222222222
    nats_up
    background sleep 60
    RELAY_DIAL_PID=$! open_queue
    pool "put relay.out.g a1 {\"op\":\"send\",\"chat_id\":\"c\",\"content\":\"x\",\"requestId\":\"$one\"}" >put
    until_true 10 grep -q "$one" out
    until_true 10 bash -c 'grep work out | tail -n 1 | grep -q "\"waiting\":1}"'
    feed '{"type":"link","state":"draining"}' '{"type":"after"}'
    until_true 10 grep -q after out
    run ! grep draining out
    pool "put relay.out.g a2 {\"op\":\"send\",\"chat_id\":\"c\",\"content\":\"y\",\"requestId\":\"$two\"}" >put
    feed "{\"type\":\"outbound_result\",\"requestId\":\"$one\",\"result\":{\"success\":true}}"
    until_true 10 grep -q draining out
    grep -q outbound_result out
    until_true 10 bash -c 'grep work out | tail -n 1 | grep -q "\"waiting\":0}"'
    end_queue
    [ "$RC" -eq 0 ]
    run ! grep "$two" out
    [ "$(stored out relay.out.g | wc -l)" -eq 1 ]
    [ "$(stored sent relay.sent.g | wc -l)" -eq 0 ]
}

@test "input from a file waits when too many wait; a ring is still read, and then refuses" {
    nats_up
    seq 1 1100 | sed 's/.*/{"type":"inbound","session_key":"s","event":{"message_id":&},"bufferId":"b&"}/' >some
    open_queue
    nats_freeze
    feed '{"type":"before"}'
    until_true 10 grep -q before out
    background bash -c '{ cat some; echo "{\"type\":\"after\"}"; } >in'
    until_true 10 lines '"inbound"' 1024 out
    run ! grep after out
    nats_thaw
    until_true 20 grep -q after out
    until_true 20 lines ack 1100 out
    end_queue
    [ "$RC" -eq 0 ]
    background sleep 60
    RELAY_DIAL_PID=$! open_queue
    nats_freeze
    seq 2000 18384 | sed 's/.*/{"type":"inbound","session_key":"s","event":{"message_id":&},"bufferId":"b&"}/' >&8
    feed "$(interrupt s)"
    until_true 20 grep -q interrupt out
    grep -qx 'relay-queue: store message 18384 of s: too many messages wait; not acknowledged' err
    lines 'too many' 1 err
    nats_thaw
    end_queue
    [ "$RC" -eq 69 ]
    lines ack 16384 out
}

@test "the sweep gives a session its token that lost it" {
    nats_up
    relay-queue --set-up -q "$NATS"
    pool 'put relay.in.g.s one {}' 'put relay.in.g.t two {}' 'put relay.in.other.u three {}' >put
    relay-queue -v -g g "$NATS" </dev/null 2>err || { cat err; false; }
    open_queue -v
    until_true 10 grep -q 'sweep: 2 messages of 2 sessions are in the pool' err
    until_true 10 lines '"relay.ready.g.[st]":1.*"relay.ready.g.[st]":1' 1 <(pool 'subjects ready relay.ready.>')
    run pool 'subjects ready relay.ready.>'
    [[ $output != *other* ]]
    end_queue
}

@test "a ring that dies before the server has answered leaves no second copy, and loses none" {
    nats_up
    start_stub --buffer buffer
    ring() {
        dial --kill-after 5s "$URL" -- sh -c 'relay-handshake -p discord | relay-decode | sh -c "echo \$\$ >queue.pid; exec relay-queue -g g $NATS" | tee -a passed'
    }
    export NATS
    ring
    until_true 10 grep -q hello stub.out
    nats_freeze
    say '{"type":"inbound","bufferId":"b1","event":{"text":"hi","message_id":"1","source":{"platform":"discord","chat_id":"42"}}}'
    until_true 20 grep -q '"inbound"' passed
    kill -KILL "$(cat queue.pid)"
    until_true 20 test -s status
    nats_thaw
    ring
    until_true 20 grep -q inbound_ack stub.out
    kill "$DIAL"
    until_true 20 test -s status
    [ "$(stored in 'relay.in.>' | wc -l)" -eq 1 ]
}

@test "a ring that dies once a message is stored: the next one acknowledges it, and its session gets its token" {
    nats_up
    message s 1 b1 >in
    for point in stored token; do
        run -137 --separate-stderr env RELAY_CRASH_AT=$point "$RELAY_BUILD/crash/bin/relay-queue" -q -g "$point" "$NATS" <in
        [[ $output != *ack* ]]
        [ "$(stored in "relay.in.$point.s" | wc -l)" -eq 1 ]
        run pool "first ready relay.ready.$point.s 1"
        [[ $output == none* ]]
        relay-queue -q -g "$point" "$NATS" <in >out
        grep -qxF "$(ack b1)" out
        [ "$(stored in "relay.in.$point.s" | wc -l)" -eq 1 ]
        run pool "first ready relay.ready.$point.s 1"
        [[ $output == found* ]]
    done
    # One that comes live does not come again: the sweep of the next ring finds it.
    message s 2 >in
    run -137 env RELAY_CRASH_AT=token "$RELAY_BUILD/crash/bin/relay-queue" -q -g live "$NATS" <in
    mkfifo in2
    exec 8<>in2
    background relay-queue -q -g live "$NATS" <in2 >out2
    until_true 10 has_message 'ready relay.ready.live.s'
    exec 8>&-
}

@test "the laws of every filter: bytes, bad lines, the first line at once, lost readers, full disks" {
    laws() {
        /usr/bin/python3 "$RELAY_SOURCE/tests/laws.py" "$@"
    }
    local slow=1
    ! grep -q __asan_init "$RELAY_BUILD/bin/relay-queue" || slow=5
    nats_up
    laws lines 20000 1
    cat lines.relay-queue lines.common >in
    relay-queue -q -g g "$NATS" <in >out
    cmp in out
    run laws first "0.$slow" "relay-queue -q -g g $NATS"
    echo "$output"
    [ "$status" -eq 0 ]
    run laws gone 20 "relay-queue -q -g g $NATS"
    echo "$output"
    [ "$status" -eq 0 ]
    run laws unheard 0 "relay-queue -g g $NATS"
    echo "$output"
    [ "$status" -eq 0 ]
    run laws stuck 20 "relay-queue -g g $NATS"
    echo "$output"
    [ "$status" -eq 0 ]
    run --separate-stderr bash -c 'relay-queue -q -g g "$1" >/dev/full <<<"{\"type\":\"x\"}"' - "$NATS"
    [ "$status" -eq 74 ]
    [[ $stderr == 'relay-queue: write stdout: '* ]]
    printf '{"type":"a"}\n{"type":x}\n{"type":"b"}\n' >in
    run -65 --separate-stderr relay-queue -q -g g "$NATS" <in
    [ "$output" = $'{"type":"a"}\n{"type":"b"}' ]
    run -65 --separate-stderr relay-queue -q --strict -g g "$NATS" <in
    [ "$output" = '{"type":"a"}' ]
}

@test "no name is 64; a server that is not there is 69; --set-up makes the pool" {
    run --separate-stderr env -u GATEWAY_RELAY_ID relay-queue nats://127.0.0.1:1 </dev/null
    [ "$status" -eq 64 ]
    [ "${stderr_lines[0]}" = 'relay-queue: the link has no name: give --gateway or GATEWAY_RELAY_ID' ]
    run --separate-stderr relay-queue -g g --set-up nats://127.0.0.1:1
    [ "$status" -eq 78 ]
    run --separate-stderr relay-queue --set-up http://127.0.0.1:1
    [ "$status" -eq 64 ]
    nats_up
    run --separate-stderr relay-queue -q --set-up --pool other "$NATS"
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
    [[ $(pool 'ask $JS.API.STREAM.NAMES - 5000') == *'"other_in"'* ]]
    nats_down
    run --separate-stderr fast_clock 20 timeout 60 relay-queue -g g "$NATS" </dev/null
    [ "$status" -eq 69 ]
}
