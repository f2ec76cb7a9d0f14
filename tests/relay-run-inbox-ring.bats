#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run --inbox as a stage of a ring: results, drains, operators, a disk that is full.

load helper
load relay-run
load inbox

setup_more() {
    script reply.sh <<<'echo "re: $RELAY_TEXT"'
    script hold.sh <<'END'
echo "$RELAY_MESSAGE_ID $RELAY_ATTEMPT" >>tried
while [ -e "hold.$RELAY_MESSAGE_ID" ]; do sleep 0.02; done
echo "re: $RELAY_TEXT"
END
    # a stage of a ring: this process stands for its relay-dial
    export RELAY_DIAL_PID=$BATS_ROOT_PID
    [ -n "$RELAY_DIAL_PID" ] || export RELAY_DIAL_PID=$$
}

# sent TEXT : waits until an action with that content is out; its requestId is in ID.
sent() {
    until_true 10 grep -q "\"content\":\"$1\"" out
    ID=$(jq -r --arg t "$1" 'select(.op? and .content == $t).requestId' out | tail -n 1)
}

# result ID MEMBERS : feeds the result of a request.
result() {
    feed printf '{"type":"outbound_result","requestId":"%s","result":{%s}}\n' "$1" "$2"
}

# Waits until relay-run has opened the inbox and reads its input.
ready() {
    feed echo '{"type":"ready"}'
    until_true 10 grep -q ready out
}

has() { # STATES : whether the messages are in these states now
    states "$1" 2>/dev/null
}

@test "inbox: a turn is done, refused or ambiguous as its results say; what was never sent goes out at the next start, under its id" {
    start_run --inbox box ./reply.sh
    for i in 1 2 3 4; do feed message "$i" "m$i" "t$i"; done
    sent 're: t1'
    result "$ID" '"success":true,"message_id":"x"'
    sent 're: t2'
    result "$ID" '"success":false,"error":"no such chat"'
    sent 're: t3'
    result "$ID" '"success":false,"error":"relay outbound timed out","ambiguous":true'
    sent 're: t4'
    result "$ID" '"success":false,"error":"relay transport closed"'
    unsent=$ID
    until_true 10 has 'ambiguous 1,answered 1,done 2'
    exec 9>&-
    status=0 && wait "$RUN" || status=$?
    [ "$status" -eq 75 ]
    diff err - <<<'relay-run: run ./reply.sh for message m3 of s:3: its answer may have arrived or not: kept as ambiguous in box'
    start_run --inbox box ./reply.sh
    sent 're: t4'
    [ "$ID" = "$unsent" ]
    [ "$(jq -s 'map(select(.op?)) | length' out)" -eq 1 ]
    grep -qx 'relay-run: run ./reply.sh for message m4 of s:4: its answer was never sent, and is sent now' err
    result "$ID" '"success":true'
    until_true 10 has 'ambiguous 1,done 3'
    exec 9>&-
    wait "$RUN"
}

@test "inbox: parts of a text: one that was sent and one that was not is in doubt; a refused part is a refusal" {
    start_run --inbox box ./reply.sh
    feed message 1 m1 t1
    sent 're: t1'
    feed printf '{"type":"outbound_result","requestId":"%s","result":{"success":true},"more":true}\n' "$ID"
    result "$ID/2" '"success":false,"error":"relay transport closed"'
    until_true 10 has 'ambiguous 1'
    feed message 2 m2 t2
    sent 're: t2'
    feed printf '{"type":"outbound_result","requestId":"%s","result":{"success":true},"more":true}\n' "$ID"
    has 'ambiguous 1,answered 1' || until_true 10 has 'ambiguous 1,answered 1'
    result "$ID/2" '"success":false,"error":"too many"'
    until_true 10 has 'ambiguous 1,done 1'
    exec 9>&-
    wait "$RUN" || true
}

@test "inbox: actions of -j are written before they are sent; one that was sent makes a lost turn ambiguous, a typing does not" {
    script act.sh <<'END'
echo "{\"op\":\"typing\"}"
[ "$RELAY_TEXT" != say ] || echo "{\"op\":\"send\",\"content\":\"half\",\"requestId\":\"own-$RELAY_MESSAGE_ID\"}"
echo up >>tried
[ "$RELAY_ATTEMPT" -gt 1 ] || while :; do sleep 0.05; done
END
    start_run --inbox box -j ./act.sh
    feed message 1 m1 say
    feed message 2 m2 quiet
    until_true 10 count up tried 2
    sent half
    [ "$ID" = own-m1 ]
    kill -9 "$RUN"
    wait "$RUN" || true
    [ "$(sql 'SELECT request, content, state FROM actions')" = 'own-m1|1|owed' ]
    start_run --inbox box -j ./act.sh
    until_true 10 count up tried 3
    until_true 10 has 'ambiguous 1,done 1'
    count ambiguous err 1
    grep -q 'message m1 of s:1' err
    exec 9>&-
    wait "$RUN" || true
}

@test "inbox: a drain finishes what runs and leaves what waits, which does not keep the ring busy; --drain=empty works it off" {
    touch hold.m1
    start_run --inbox box -P 1 ./hold.sh
    feed message 1 m1 one
    until_true 10 grep -q '^m1 ' tried
    feed message 2 m2 two
    until_true 10 has 'running 1,waiting 1'
    feed printf '{"type":"link","state":"draining"}\n'
    until_true 10 grep -q '{"type":"work","running":1,"waiting":0,"stored":1,"dead":0}' out
    rm hold.m1
    sent 're: one'
    result "$ID" '"success":true'
    until_true 10 has 'done 1,waiting 1'
    until_true 10 grep -q '{"type":"work","running":0,"waiting":0,"stored":1,"dead":0}' out
    exec 9>&-
    wait "$RUN"
    run ! grep -q 're: two' out
    start_run --inbox box --drain empty -P 1 ./hold.sh
    feed printf '{"type":"link","state":"draining"}\n'
    sent 're: two'
    result "$ID" '"success":true'
    until_true 10 has 'done 2'
    exec 9>&-
    wait "$RUN"
}

@test "inbox: an operator beside the ring: a drop ends what runs, a retry runs what is dead, within a second" {
    script agent.sh <<'END'
echo "$RELAY_MESSAGE_ID" >>tried
[ "$RELAY_TEXT" != slow ] || while :; do sleep 0.05; done
[ "$RELAY_TEXT" != bad ] || [ -e cured ] || exit 100
echo "re: $RELAY_MESSAGE_ID"
END
    start_run --inbox box -P 2 ./agent.sh
    feed message 1 m1 slow
    feed message 1 m2 next
    feed message 2 m3 bad
    until_true 10 has 'dead 1,running 1,waiting 1'
    touch cured
    relay-inbox --state dead box retry >list
    sent 're: m3'
    result "$ID" '"success":true'
    id=$(sql "SELECT id FROM turns WHERE message = 'm1'")
    relay-inbox box drop "$id"
    sent 're: m2'
    result "$ID" '"success":true'
    until_true 10 has 'done 2,interrupted 1'
    diff <(sort tried) - <<<$'m1\nm2\nm3\nm3'
    [ -z "$(sql 'SELECT id FROM turns WHERE wish IS NOT NULL')" ]
    exec 9>&-
    wait "$RUN" || true
}

@test "inbox: a disk that is full: told once, no ack, live messages run; once it has room, all is taken" {
    start_run --inbox box ./reply.sh
    ready
    prlimit --pid "$RUN" --fsize=4096:
    feed message 1 m1 live
    feed message 2 m2 kept b2
    sent 're: live'
    until_true 10 grep -q '^relay-run: write box: .*: until it can be written, no message is acknowledged and live ones run unwritten$' err
    run ! grep -q inbound_ack out
    run ! grep -q 're: kept' out
    prlimit --pid "$RUN" --fsize=unlimited:
    sent 're: kept'
    result "$ID" '"success":true'
    count inbound_ack out 1
    until_true 10 has 'done 1'
    exec 9>&-
    status=0 && wait "$RUN" || status=$?
    [ "$status" -eq 74 ]
    count '^relay-run: write box' err 2
    grep -q 'write box: it can be written again' err
}

@test "inbox: many wait, few are in memory: sessions of 50 keep their order, and what is old is forgotten" {
    script agent.sh <<'END'
echo "$RELAY_CHAT_ID $RELAY_MESSAGE_ID" >>tried
END
    for i in $(seq 50); do for s in $(seq "${LONG:+6}6"); do message "$s" "$i" x; done; done >in
    unset RELAY_DIAL_PID
    relay-run --inbox box -P 4 ./agent.sh <in >/dev/null
    awk '$2 != last[$1] + 1 { print; exit 1 } { last[$1] = $2 }' tried
    [ "$(sort -u tried | wc -l)" -eq "$(wc -l <in)" ]
    states "done $(wc -l <in)"
    relay-run --inbox box --keep 0 ./agent.sh </dev/null
    [ "$(sql "SELECT count(*) FROM turns WHERE frame <> ''")" -eq 0 ]
    relay-run --inbox box ./agent.sh <in >/dev/null
    [ "$(wc -l <tried)" -eq "$(wc -l <in)" ]
}

@test "inbox: a signal while the disk is full: what is in no inbox is told as lost" {
    unset RELAY_DIAL_PID
    touch hold.m1
    start_run --inbox box ./hold.sh
    ready
    prlimit --pid "$RUN" --fsize=4096:
    feed message 1 m1 live
    until_true 10 grep -q '^m1 ' tried
    kill "$RUN"
    status=0 && wait "$RUN" || status=$?
    [ "$status" -eq 143 ]
    grep -qx 'relay-run: end: 1 live messages that could not be written to box are lost' err
}
