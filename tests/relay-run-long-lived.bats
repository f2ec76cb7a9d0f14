#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run -l: one long-lived COMMAND.

load helper
load relay-run

@test "a long-lived COMMAND gets the messages and interrupts, and its lines join the stream" {
    script agent <<'END'
while read -r line; do
    case $line in
    *interrupt_inbound*) echo '{"op":"send","chat_id":"1","content":"stopped"}' ;;
    *bufferId*) echo '{"type":"inbound_ack","bufferId":"b1"}' ;;
    *'"x"'*) echo '{"op":"send","chat_id":"1","content":"x"}' ;;
    *link*) ;;
    *) echo "$line" ;;
    esac
done
END
    { message 1 m1 x; echo '{"type":"link","state":"open"}'; message 1 m2 y b1
      echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'; } >in
    run --separate-stderr relay-run -l ./agent <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    diff <(without_ids <<<"$output") <(cat in; echo '{"op":"send","chat_id":"1","content":"x"}
{"type":"inbound_ack","bufferId":"b1"}
{"op":"send","chat_id":"1","content":"stopped"}')
    # bad lines are reported, its status becomes ours, and relay-run ends when it ends
    run --separate-stderr relay-run -l printf 'x\n{"op":"y"}' <in
    [ "$status" -eq 65 ]
    [[ $stderr == *"skip line 1 of printf"* ]]
    [ "$(without_ids <<<"${lines[-1]}")" = '{"op":"y"}' ]
    run --separate-stderr relay-run -l sh -c 'cat >/dev/null; exit 7' <in
    [ "$status" -eq 7 ]
    [[ $stderr == *'run sh: exit status 7' ]]
    start_run -l sh -c 'read -r a; exit 5'
    feed message 1 m1 x
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 5 ]
    grep -q 'exit status 5 before the end of input: 1 messages running and 0 waiting' err
    # one that ends early with 0 has not done all its work
    start_run -l sh -c 'read -r a; echo "{\"op\":\"send\",\"chat_id\":\"1\"}"; read -r a; exit 0'
    feed message 1 m1 x; feed message 2 m2 x b2
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 1 ]
    [ "$(cat err)" = 'relay-run: run sh: exit status 0 before the end of input: 1 messages running and 0 waiting are not acknowledged' ]
    # so do a signal and a reader that leaves
    start_run -l sh -c 'cat >/dev/null'
    feed message 1 m1 x; feed message 2 m2 x b2
    until_true 10 grep -q m2 out
    kill "$RUN"
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 143 ]
    grep -q 'end on signal 15: 2 messages running' err
    start_run -l sh -c 'exec <&-; sleep 60'
    until_true 10 sh -c 'echo '"'$(message 1 m1 x)'"' >&9; grep -q "it has closed its input" err'
    kill "$RUN"
}

@test "a long-lived COMMAND and the stream hold each other up without harm" {
    yes "$(message 1 m1 x)" | head -n 8000 >in
    # it prints more than it reads, and the reader of its output sleeps at first
    relay-run -l sed -u 's/.*/{"op":"a"}\n{"op":"b"}/' <in | { until [ -e go ]; do sleep 0.05; done; cat; } >out 3>&- &
    PIDS="$PIDS $!"
    (sleep 0.3; touch go) 3>&-
    wait "$!"
    [ "$(grep -c '"op":"b"' out)" -eq 8000 ]
    [ "$(grep -c inbound out)" -eq 8000 ]
    cmp <(grep inbound out) in
}

@test "in a ring a long-lived COMMAND's messages are in hand until it acknowledges, or names the chat" {
    export RELAY_DIAL_PID=$BASHPID
    script agent <<'END'
while read -r line; do
    case $line in
    *interrupt*) ;;
    *bufferId*) until [ -e go ]; do sleep 0.02; done; echo '{"type":"inbound_ack","bufferId":"b1"}' ;;
    *) echo '{"op":"typing","chat_id":"2"}' ;;
    esac
done
END
    start_run -l ./agent
    feed message 1 m1 x b1
    until_true 10 grep -q '"running":1' out
    touch go
    until_true 10 grep -q '"running":0' out
    : >out
    feed message 2 m2 x
    until_true 10 grep -q typing out
    until_true 10 grep -q '"running":0' out
    exec 9>&-
    wait "$RUN"
    [ ! -s err ]
}

@test "a long-lived COMMAND reads what concerns it: messages, interrupts, descriptors, the link, results of its own requests" {
    script agent <<'END'
while read -r line; do
    echo "$line" >>heard
    case $line in
    *'"go"'*)
        echo '{"op":"send","requestId":"own","chat_id":"1","content":"x"}'
        echo '{"op":"prompt","chat_id":"1"}'
        echo '{"type":"outbound","requestId":"raw","action":{"op":"typing","chat_id":"1"}}'
        echo '{"op":"send","requestId":"own","chat_id":"1","content":"again"}'
        echo '{"op":"stream","requestId":"text","content":"a","more":true}'
        echo '{"op":"stream","requestId":"text","content":"ab"}' ;;
    esac
done
END
    start_run -l ./agent
    result() { echo '{"type":"outbound_result","requestId":"'"$1"'","result":{"success":true}'"${2-}"'}'; }
    feed echo '{"type":"link","state":"open","attempt":1}'
    feed echo '{"type":"descriptor","descriptor":{"platform":"discord"}}'
    feed echo '{"type":"work","running":1,"waiting":0}'
    feed echo '{"type":"going_idle_ack"}'
    feed message 1 m1 go
    until_true 20 grep -q '"content":"ab"' out
    id=$(jq -r 'select(.op == "prompt").requestId' out)
    [[ $(jq -r 'select(.op == "prompt").prompt_id' out) =~ ^[0-9a-f]{12}\.1$ ]]
    for id in other "$id" raw text text own; do feed result "$id" "$([ "$id" != own ] || echo ',"more":true')"; done
    feed result own/2
    feed result own/3
    feed message 1 p1 /a b1 ',"prompt_response":{"prompt_id":"abcdef0123.1","option_id":"a"}'
    feed message 1 p2 /a b2 ',"prompt_response":{"prompt_id":"plain","option_id":"a"}'
    feed echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    exec 9>&-
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 65 ] || { echo "$rc"; cat err; return 1; }
    [ "$(cat err)" = 'relay-run: skip line 4 of ./agent: its requestId is in flight already' ]
    [ "$(jq -r '.requestId // .event.message_id // .type' heard | sed "s/^$(jq -r 'select(.op == "prompt").requestId' out)\$/ID/" | tr '\n' ' ')" = \
        'link descriptor m1 ID raw text own own/2 p2 interrupt_inbound ' ] || { cat heard; return 1; }
    # a press for another gateway is acknowledged and not given to it
    grep -q '"inbound_ack","bufferId":"b1"' out
    run ! grep -q '"inbound_ack","bufferId":"b2"' out
}

@test "a bad line from a long-lived COMMAND is reported, even with -q" {
    message 1 m1 x >in
    run --separate-stderr relay-run -q -l sh -c 'echo "{\"op\":"; cat >/dev/null' <in
    [ "$status" -eq 65 ] && [[ $stderr == *'skip line 1 of sh: '* ]]
}

@test "a long-lived COMMAND that prints nothing while a message waits may be buffering: reported once" {
    script silent <<<'cat >/dev/null'
    mkfifo in
    exec 9<>in
    background fast_clock 20 relay-run -l ./silent <in 2>err >out
    feed message 1 m1 x
    until_true 20 test -s err
    feed message 1 m2 x
    sleep 0.5
    [ "$(cat err)" = 'relay-run: run ./silent: no output for 5 s while a message waits: does it flush each line?' ]
    # one that has printed anything is merely slow
    script speaks <<<'echo "{\"op\":\"x\"}"; cat >/dev/null'
    mkfifo in2
    exec 9<>in2
    background fast_clock 20 relay-run -l ./speaks <in2 2>err2 >out2
    until_true 20 test -s out2
    feed message 1 m1 x
    sleep 0.5
    [ ! -s err2 ]
}

@test "a long-lived COMMAND says by work frames how many messages it has in hand, and may show a text while it grows" {
    script agent <<'END'
while read -r line; do
    case $line in
    *inbound*) echo '{"type":"work","running":2,"waiting":3}' ;;
    *descriptor*)
        for more in true true false; do echo '{"op":"stream","requestId":"r1","chat_id":"1","content":"x","more":'$more'}'; done
        echo '{"type":"work","running":0,"waiting":0}'
        ;;
    esac
done
END
    rm -f in
    mkfifo in
    exec 9<>in
    background env RELAY_DIAL_PID="$$" relay-run -l ./agent <in >out 2>err
    feed message 1 m1 x
    until_true 10 grep -qx '{"type":"work","running":2,"waiting":3}' out
    feed echo '{"type":"descriptor","descriptor":{}}'
    until_true 10 grep -qx '{"type":"work","running":0,"waiting":0}' out
    exec 9>&-
    wait "$!"
    count '"op":"stream"' out 3
    [ ! -s err ]
}
