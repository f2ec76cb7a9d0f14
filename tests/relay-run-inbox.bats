#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run --inbox: messages are accepted at once, and none is lost.

load helper
load relay-run
load inbox

setup_more() {
    script reply.sh <<<'echo "re: $RELAY_TEXT"'
    # each of the seven ends only once all have started
    meeting() {
        script meet.sh <<'END'
: >"here.$RELAY_MESSAGE_ID"
while [ "$(set -- here.*; echo $#)" -lt 7 ]; do sleep 0.05; done
echo "re: $RELAY_TEXT"
END
    }
    script hold.sh <<'END'
echo "$RELAY_MESSAGE_ID $RELAY_ATTEMPT" >>tried
while [ -e "hold.$RELAY_MESSAGE_ID" ]; do sleep 0.02; done
echo "re: $RELAY_TEXT"
END
}

@test "inbox: a message is written, acknowledged, then run; redeliveries are acknowledged only, also after a restart" {
    { message 1 m1 one b1; message 1 m2 two; message 2 m3 three b3; message 1 m1 one b9; } >in
    run --separate-stderr relay-run --inbox box ./reply.sh <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    diff <(printf '%s\n' "$output" | grep inbound_ack) <(printf '{"type":"inbound_ack","bufferId":"%s"}\n' b1 b3 b9)
    [ "$(own <(printf '%s\n' "$output") | jq -r 'select(.op).content' | sort | paste -sd ,)" = 're: one,re: three,re: two' ]
    [ "$(own <(printf '%s\n' "$output") | head -n 3 | grep -c inbound_ack)" -eq 3 ]
    states 'done 3'
    run --separate-stderr relay-run --inbox box ./reply.sh <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ -z "$(printf '%s\n' "$output" | jq -c 'select(.op)')" ]
    [ "$(printf '%s\n' "$output" | grep -c inbound_ack)" -eq 3 ]
    states 'done 3'
}

@test "inbox: what was killed in the middle runs again, with its attempt; what waited runs; all in the order of their session" {
    touch hold.m1
    RELAY_DIAL_PID=$$ start_run --inbox box -P 2 ./hold.sh
    feed message 1 m1 one
    feed message 1 m2 two b2
    feed message 2 m3 three
    until_true 10 count '"op":"send"' out 1
    until_true 10 grep -q '^m1 ' tried
    kill -9 "$RUN"
    wait "$RUN" || true
    states 'answered 1,running 1,waiting 1'
    rm hold.m1
    run --separate-stderr relay-run --inbox box ./hold.sh </dev/null
    [ "$status" -eq 75 ]
    [[ "$stderr" == 'relay-run: run ./hold.sh for message m3 of s:2: its answer may have arrived or not: kept as ambiguous in box' ]]
    [ "$(printf '%s\n' "$output" | jq -r .content | paste -sd ,)" = 're: one,re: two' ]
    diff <(grep -v m3 tried) - <<<$'m1 1\nm1 2\nm2 1' # of one session, in order
    count 'm3 1' tried 1
    states 'ambiguous 1,done 2'
}

@test "inbox: a poisoned message holds nobody up, is dead with its reason, its chat is told, and a retry runs it again" {
    script poison.sh <<'END'
[ -e cured ] || [ "$RELAY_TEXT" != bad ] || exit 7
echo "re: $RELAY_TEXT"
END
    { message a m1 bad ba; message b m2 good bb; message a m3 later bc; } >in
    run --separate-stderr relay-run --inbox box --attempts 2 --on-failure sorry ./poison.sh <in
    [ "$status" -eq 1 ]
    [[ "$stderr" == *'exit status 7 in attempt 1 of 2, again in 1 s'*$'\n''relay-run: run ./poison.sh for message m1 of s:a: exit status 7 in attempt 2 of 2, kept in box' ]]
    [ "$(printf '%s\n' "$output" | jq -r 'select(.op) | .chat_id + " " + .content' | paste -sd ,)" = \
        'b re: good,a sorry,a re: later' ]
    [ "$(sql "SELECT state || ' ' || attempts || ' ' || reason FROM turns WHERE message = 'm1'")" = \
        'dead 2 exit status 7 in attempt 2 of 2' ]
    touch cured
    relay-inbox --state dead box retry
    run --separate-stderr relay-run --inbox box ./poison.sh </dev/null
    [ "$status" -eq 0 ]
    [ "$(printf '%s\n' "$output" | jq -r .content)" = 're: bad' ]
    states 'done 3'
}

@test "inbox: 7 buffered users are answered side by side; a done turn has its results" {
    start_stub --pushback
    for i in 1 2 3 4 5 6 7; do say "$(message "c$i" "m$i" "hi $i")"; done
    meeting
    ring -- --inbox box -P 8 ./meet.sh
    until_true 10 test -s box
    until_true 10 states 'done 7'
    kill "$DIAL"
    ended 0
    [ "$(sql "SELECT count(*) FROM actions WHERE state = 'done' AND result LIKE '%\"success\":true%'")" -eq 7 ]
    grep -c '"op":"send"' stub.out | grep -qx 7
}

@test "inbox: a connector that hands out a message per ack gets all acks before the first answer" {
    start_peer
    meeting
    ring -- --inbox box -P 8 ./meet.sh
    until_true 10 grep -q hello peer.out
    for n in 1 2 3 4 5 6 7; do # not $i, which run sets
        run ! grep -q '"op":"send"' peer.out
        tell "$(message "c$n" "m$n" "hi $n" "b$n")"
        until_true 10 grep -q '"inbound_ack","bufferId":"'"b$n" peer.out
    done
    until_true 10 count '"op":"send"' peer.out 7
    until_true 10 states 'done 7'
    kill "$DIAL"
    ended 0
}

@test "inbox: an interrupt ends what runs and what waits in its session, also what is not in memory" {
    touch hold.m1
    start_run --inbox box -P 2 ./hold.sh
    feed message 1 m1 one
    until_true 10 grep -q '^m1 ' tried
    { for i in $(seq 2 60); do message 1 "m$i" x "b$i"; done; } >&9
    until_true 10 count inbound_ack out 59
    feed printf '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}\n'
    until_true 10 grep -q 'interrupt s:1: COMMAND ended, 59 waiting dropped' err
    feed message 1 m99 after
    exec 9>&-
    wait "$RUN"
    [ "$(own | jq -r 'select(.op).content')" = 're: after' ]
    states 'done 1,interrupted 60'
}

@test "inbox: two rings on one inbox: the second is refused; a text, a newer or foreign database, a link" {
    start_run --inbox box ./reply.sh
    until_true 10 test -s box
    run -78 --separate-stderr relay-run --inbox box ./reply.sh </dev/null
    [ "$stderr" = "relay-run: lock box: process $RUN uses it" ]
    exec 9>&-
    wait "$RUN"
    echo 'a text, and by no means a database of anybody' >text
    sql 'CREATE TABLE t (x)' foreign
    cp box newer
    sql 'PRAGMA user_version = 9' newer
    ln -s box link
    mkdir dir
    chmod 644 text foreign
    while IFS='|' read -r file why; do
        run -66 --separate-stderr relay-run --inbox "$file" ./reply.sh </dev/null
        [ "$stderr" = "relay-run: open $file: $why" ] || { echo "$stderr"; false; }
    done <<'END'
text|file is not a database
foreign|a database of something else
newer|made by a newer version of relay-run
link|it is a symbolic link
dir|Is a directory
END
    run -78 --separate-stderr relay-run --inbox box --dead-letter dead ./reply.sh </dev/null
    run -78 --separate-stderr relay-run --keep 1h ./reply.sh </dev/null
    [ "$(stat -c %a text foreign | sort -u)" = 644 ]
    chmod 644 box
    relay-run --inbox box ./reply.sh </dev/null
    [ "$(stat -c %a box box-lock | sort -u)" = 600 ]
}
