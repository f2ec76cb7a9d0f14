#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run --stream, in a whole ring: what the chat shows while COMMAND prints, and in the end.

load helper
load inbox

# start [OPTIONS…] : a stub, and the ring around a COMMAND that prints what is written to fd 7 and ends with it; its exit
# status is then that in ./fail, if there is one.
start() {
    # shellcheck disable=SC2016 # for the inner shell
    local command=(sh -c 'cat >/dev/null; exec <printed; : >reading; cat; exit "$(cat fail 2>/dev/null || echo 0)"')
    rm -f reading
    [ -p printed ] || mkfifo printed
    exec 7<>printed
    background relay-adapter --url "$URL" -p discord --record rec --stream=50ms "$@" -- "${command[@]}" </dev/null \
        >out 2>err 7>&- 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
}

# ask [MEMBERS] : a message comes.
ask() {
    say '{"type":"inbound","event":{"text":"hi","message_id":"m-1","source":{"platform":"discord","chat_id":"42"}}'"${1-}"'}'
}

# descriptor true|false : that of a platform with short messages, which can be edited or not.
descriptor() {
    jq -cn --argjson edits "$1" '{type: "descriptor", descriptor: {contract_version: 1, platform: "discord", label: "Discord",
        max_message_length: 100, len_unit: "utf16", markdown_dialect: "discord", supports_draft_streaming: false,
        supports_edit: $edits, supports_threads: true}}'
}

prints() {
    printf "$@" >&7
}

# COMMAND has printed everything: once it has its pipe open, the end comes when this shell closes it.
ends() {
    until_true 20 test -e reading
    exec 7>&-
}

# The messages in the chat, one JSON string a line: each send that the connector got is one, an edit changes it. With
# EDITS=0 the connector refuses edits.
chat() {
    jq -c --argjson edits "${EDITS:-1}" -n 'reduce (inputs | select(.type == "outbound").action) as $a ([];
        if $a.op == "send" then . + [$a.content]
        elif $a.op == "edit" and $edits == 1 then .[($a.message_id | ltrimstr("m") | tonumber) - 1] = $a.content
        else . end) | .[]' stub.out
}

shows() {
    [ "$(chat)" = "$1" ]
}

requests() {
    jq -r 'select(.type == "outbound") | .action.op' stub.out | wc -l
}

drained() {
    kill "$ADAPTER"
    RC=0
    wait "$ADAPTER" || RC=$?
}

@test "the chat shows what COMMAND has printed so far, and in the end exactly that" {
    start_stub
    start
    ask
    prints 'one'
    until_true 20 shows '"one"'
    prints ' two\n'
    until_true 20 shows '"one two"'
    prints '\n\xe2\x82'
    prints '\xac three'
    until_true 20 shows '"one two\n\n€ three"'
    prints '\r\nfour \n\n'
    ends
    until_true 20 shows '"one two\n\n€ three\nfour"'
    drained
    [ "$RC" -eq 0 ]
    [ "$(grep -v '^relay-dial: drain: ' err)" = 'relay-dial: close link: by us: 1000' ]
    grep -q '"result":{"success":true,"message_id":"m1"},"synthetic":true' rec
}

@test "an answer that is printed at once is one message, and blank output is none" {
    start_stub
    start --stream=60s
    ask
    prints 'one\ntwo\n'
    ends
    until_true 20 shows '"one\ntwo"'
    [ "$(requests)" -eq 1 ]
    drained
    [ "$RC" -eq 0 ]
}

@test "a character that is not printed whole is not shown, and what is not UTF-8 ends the answer" {
    start_stub
    start --attempts 1
    ask
    prints 'h\xc3'
    until_true 20 shows '"h"'
    prints '\xa9 \xff after'
    until_true 20 shows '"hé"'
    ends
    until_true 20 shows '"hé …"'
    drained
    [ "$RC" -eq 65 ] || { echo "$RC"; cat err; false; }
    grep -q 'its output is not UTF-8, after a part of its answer' err
}

@test "a text over four messages is split, its code closed and opened again, nothing of it lost" {
    descriptor true >d
    start_stub --descriptor d
    start
    ask
    {
        seq -f 'This is the sentence with the number %g.' 5
        echo '```c'
        seq -f 'int number_%g;' 20
        echo '```'
        echo 'The end.'
    } >text
    while IFS= read -r line; do
        prints '%s\n' "$line"
        sleep 0.02
    done <text
    ends
    shown_whole() {
        diff <(chat | jq -r . | grep -v '```') <(grep -v '```' text)
    }
    until_true 20 shown_whole
    drained
    [ "$RC" -eq 0 ]
    [ "$(grep -v '^relay-dial: drain: ' err)" = 'relay-dial: close link: by us: 1000' ]
    [ "$(chat | wc -l)" -ge 5 ]
    chat | jq -e '(split("```") | length) % 2 == 1 and length <= 100' >whole
    run ! grep -v true whole
}

@test "an interrupt ends the answer: what is shown of it stays, marked" {
    start_stub
    start
    ask ',"bufferId":"b1"'
    prints 'one two'
    until_true 20 shows '"one two"'
    say '{"type":"interrupt_inbound","session_key":"agent:main:discord:dm:42","chat_id":"42"}'
    until_true 20 shows '"one two …"'
    until_true 20 grep -q '"inbound_ack"' stub.out
    drained
    [ "$RC" -eq 0 ]
}

@test "a COMMAND that fails after a part of its answer is not tried again: the part stays, marked, and is acknowledged" {
    start_stub
    echo 3 >fail
    start --on-failure sorry
    ask ',"bufferId":"b1"'
    prints 'one two'
    until_true 20 shows '"one two"'
    ends
    until_true 20 shows '"one two …"
"sorry"'
    until_true 20 grep -q '"inbound_ack"' stub.out
    drained
    [ "$RC" -eq 1 ]
    grep -q 'exit status 3, after a part of its answer' err
}

@test "a link that is lost while an answer is edited: it goes on, exactly, on the next link" {
    start_stub --drop-after 3
    start
    ask
    prints 'one'
    until_true 20 shows '"one"'
    prints ' two'
    until_true 20 shows '"one two"' # and the link is lost before its result
    prints ' three'
    ends
    until_true 30 shows '"one two three"'
    drained
    grep -q 'relay transport connection lost' err
    [ "$(chat | wc -l)" -eq 1 ]
}

@test "a link that is lost before the first message has its id: the rest goes on after a mark, nothing is there twice" {
    start_stub --drop-after 2
    start
    ask
    prints 'one two'
    until_true 20 shows '"one two"' # and the link is lost before its result
    prints ' three'
    ends
    until_true 30 shows '"one two"
"… three"'
    drained
    [ "$RC" -ne 0 ]
    grep -q 'it is not known whether all of the text is in the chat' err
}

@test "with an inbox, the message is done once its answer is shown whole" {
    start_stub
    start --inbox box
    ask ',"bufferId":"b1"'
    prints 'one'
    until_true 20 shows '"one"'
    states 'running 1'
    prints ' two'
    ends
    until_true 20 shows '"one two"'
    until_true 20 states 'done 1'
    [ "$(sql "SELECT state, json_extract(frame, '$.content'), json_extract(frame, '$.more') FROM actions WHERE content")" = \
        'done|one two|' ]
    drained
    [ "$RC" -eq 0 ]
}

@test "edits that are refused: the rest follows in another message" {
    echo '{"op":"edit","result":{"success":false,"error":"message is gone"}}' >rules
    start_stub --result rules
    export EDITS=0
    start
    ask
    prints 'one two'
    until_true 20 shows '"one two"'
    prints ' three'
    until_true 20 grep -q '"edit"' stub.out
    prints ' four'
    ends
    until_true 20 shows '"one two"
"three four"'
    drained
    [ "$RC" -eq 1 ]
    grep -q 'message is gone' err
}

@test "where messages cannot be edited, one is sent at the end, or one for each paragraph" {
    descriptor false >d
    start_stub --descriptor d
    start
    ask
    prints 'one\n\ntwo'
    until_true 20 test -e reading
    sleep 0.2 # for a text that is not whole yet to be shown, if one were
    ends
    until_true 20 shows '"one\n\ntwo"'
    drained
    grep -q '"requestId":"[0-9a-f]\{32\}"' stub.out
    start --stream=paragraph
    ask
    prints 'three\n\nfour'
    until_true 20 shows '"one\n\ntwo"
"three"'
    ends
    until_true 20 shows '"one\n\ntwo"
"three"
"four"'
    drained
    [ "$RC" -eq 0 ]
}

@test "a drain waits until the answer is shown whole" {
    start_stub
    start
    ask
    prints 'one'
    until_true 20 shows '"one"'
    kill "$ADAPTER"
    prints ' two'
    until_true 20 shows '"one two"'
    prints ' three'
    ends
    wait "$ADAPTER"
    shows '"one two three"'
}

@test "measured: an answer that grows costs a request per time, and its end is in the chat at once" {
    local n=100 gap=0.02 every=200 moments
    [ -z "${LONG-}" ] || n=200 gap=0.05 every=1000
    cat >agent <<'EOF'
#!/bin/bash
cat >/dev/null
for ((i = 1; i <= $1; i++)); do printf 'token%d ' $i; sleep "$2"; done
date +%s%3N >over
EOF
    chmod +x agent
    start_stub
    background relay-adapter --url "$URL" -p discord --record rec "--stream=${every}ms" ./agent $n $gap </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
    ask
    until_true 30 grep -q "token$n\"" stub.out
    # the moments of its requests, ms
    moments=$(jq -r 'select(.dir == "up" and .frame.type == "outbound").t |
        (.[0:19] + "Z" | fromdate) * 1000 + (.[20:23] | tonumber)' rec)
    local first=${moments%%[[:space:]]*} last=${moments##*[[:space:]]} over
    over=$(cat over)
    echo "# $n tokens: $(requests) requests in $((last - first)) ms, the end in the chat after $((last - over)) ms" >&3
    [ "$(requests)" -le $(((last - first) / every + 4)) ]
    [ $((last - over)) -le 10000 ]
    drained
    [ "$(chat | jq -r .)" = "$(seq -s ' ' -f 'token%g' $n)" ]
}

@test "relay-run writes the whole text so far each time, under one requestId and with the address of the message" {
    mkfifo printed
    exec 7<>printed
    descriptor true >in
    printf '%s\n' '{"type":"inbound","event":{"text":"hi","message_id":"m-1","source":{"platform":"discord","chat_id":"42"}}}' >>in
    background relay-run -r --stream=20ms sh -c 'cat >/dev/null; exec <printed; : >reading; cat' <in >out 7>&-
    prints 'one'
    until_true 20 grep -q '"one"' out
    prints ' two\n'
    until_true 20 grep -q '"one two"' out
    ends
    wait $!
    local id
    id=$(jq -r 'select(.op).requestId' out | sort -u)
    [[ "$id" =~ ^[0-9a-f]{32}$ ]]
    diff <(sed "1,2d; s/$id/ID/" out) - <<'END'
{"op":"stream","chat_id":"42","requestId":"ID","content":"one","reply_to":"m-1","more":true,"platform":"discord","addressed":true}
{"op":"stream","chat_id":"42","requestId":"ID","content":"one two","reply_to":"m-1","more":true,"platform":"discord","addressed":true}
{"op":"stream","chat_id":"42","requestId":"ID","content":"one two","reply_to":"m-1","platform":"discord","addressed":true}
END
}

@test "a text that an agent with actions leaves unfinished is cut off" {
    start_stub
    script() { { echo '#!/bin/sh' && cat; } >agent && chmod +x agent; }
    script <<'END'
echo '{"op":"stream","requestId":"a","content":"one","more":true}'
sleep 0.2
echo '{"op":"stream","requestId":"b","content":"whole"}'
END
    background relay-adapter --url "$URL" -p discord -j --attempts 1 ./agent </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
    ask
    until_true 20 shows '"one …"
"whole"'
    drained
    [ "$RC" -eq 0 ]
}

@test "what fails is tried again, if nothing of it could be shown" {
    descriptor false >in
    printf '%s\n' '{"type":"inbound","event":{"text":"hi","message_id":"m-1","source":{"platform":"discord","chat_id":"42"}}}' >>in
    # shellcheck disable=SC2016 # for the inner shell
    relay-run --stream=10ms --attempts 2 sh -c 'echo "$RELAY_ATTEMPT"; sleep 0.1; [ "$RELAY_ATTEMPT" = 2 ]' <in >out
    [ "$(jq -r 'select(.op).op + " " + .content' out)" = 'send 2' ]
}

@test "options that make no sense are refused" {
    while IFS='|' read -r args status reason; do
        eval "run -$status --separate-stderr relay-run $args true" </dev/null
        [ "${stderr_lines[0]}" = "relay-run: $reason" ] || { echo "$args: $stderr"; return 1; }
    done <<'END'
--stream=0|64|read --stream '0': not a time over 0, or paragraph
--stream=x|64|read --stream 'x': not a time over 0, or paragraph
--stream -j|78|--actions and --stream: give one of them
--stream -i|78|--interactive and --stream: give one of them
--stream -l|78|--long-lived and --stream: give one of them
END
}
