#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run -i: a COMMAND that hears the results of what it does, and the presses of what it asks.

load helper
load relay-run

# press SESSION ID PROMPT OPTION [BUFFERID] [MESSAGE] : a press of a prompt's button, on the prompt's message if it is known.
press() {
    message "$1" "$2" "/$4" "${5-}" ',"message_type":"command","prompt_response":{"prompt_id":"'"$3"'","option_id":"'"$4"'"'"${6:+,\"prompt_message_id\":\"$6\"}"'}'
}

# result ID [MEMBERS] : the result of a request, a success unless MEMBERS say otherwise.
result() {
    echo '{"type":"outbound_result","requestId":"'"$1"'","result":{'"${2:-\"success\":true}"'}}'
}

# Prints what it hears, a send for each line; the first is its message. "stop" in a line ends it.
echoes() {
    script agent <<'END'
while read -r line; do
    echo "$line" >>"heard.$RELAY_CHAT_ID"
    case $line in
    *'"ask '*) for id in ${RELAY_TEXT#ask }; do echo '{"op":"prompt","requestId":"'"$RELAY_CHAT_ID.$id"'","prompt_kind":"choice","prompt_id":"'"$id"'","content":"?","options":[{"id":"a","label":"A"}]}'; done ;;
    *'"say '*) echo '{"op":"send","requestId":"'"${RELAY_TEXT#say }"'","content":"x"}' ;;
    *stop*) break ;;
    esac
done
echo "end of $RELAY_MESSAGE_ID" >>"heard.$RELAY_CHAT_ID"
echo '{"op":"send","content":"done '"$RELAY_MESSAGE_ID"'"}'
END
}

heard() { # CHAT PATTERN
    until_true 20 grep -q -- "$2" "heard.$1"
}

@test "the results of its own requests follow on COMMAND's stdin, those of others do not; then the end of input" {
    echoes
    start_run -i ./agent
    feed message 1 m1 'say r1' b1
    feed message 2 m2 'say r2'
    until_true 20 grep -q '"requestId":"r1"' out
    until_true 20 grep -q '"requestId":"r2"' out
    feed result other
    feed result r2
    feed result r1 '"success":false,"error":"no"'
    feed result r1/2
    heard 1 '"no"'
    heard 2 '"r2"'
    exec 9>&-
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 0 ] && [ ! -s err ] || { cat err; return 1; }
    diff heard.1 <(message 1 m1 'say r1' b1; result r1 '"success":false,"error":"no"'; echo 'end of m1')
    diff heard.2 <(message 2 m2 'say r2'; result r2; echo 'end of m2')
    grep -q inbound_ack out
    count '"content":"done m' out 2
    # a message that starts after the end of the input gets its end at once
    { message 1 m3 x; message 1 m4 x; } >in2
    run --separate-stderr relay-run -i ./agent <in2
    [ "$status" -eq 0 ] && [ "$(grep -c '"content":"done' <<<"$output")" -eq 2 ]
}

@test "each part's result is heard until the last one, but no refusal after which the part is sent again" {
    echoes
    start_run -i ./agent
    feed message 1 m1 'say r'
    until_true 20 grep -q '"r"' out
    feed result r '"success":false,"error":"slow","retry_after":1},"again":true,"x":{'
    feed result r '"success":true},"more":true,"x":{'
    feed result r/2 '"success":true,"n":2'
    feed result r '"success":true,"n":3'
    feed message 2 m2 'say r'
    until_true 20 grep -q '"r".*"chat_id":"2"' out
    feed result r '"success":true,"n":4'
    heard 2 '"n":4'
    [ "$(grep -c outbound_result heard.1)" -eq 2 ]
    grep -q '"n":2' heard.1
    run ! grep -q '"n":[34]\|slow' heard.1
}

@test "a press goes to the COMMAND that asked, is acknowledged at once, and does not wait behind its turn" {
    echoes
    start_run -i ./agent
    feed message 1 m1 'ask go' b1
    until_true 20 grep -q '"op":"prompt"' out
    # the message is acknowledged when its COMMAND asks: a connector may keep back what comes after it until then
    until_true 20 grep -q '"inbound_ack","bufferId":"b1"' out
    feed message 1 m2 after b2
    feed press 1 p1 go a b3
    heard 1 option_id
    until_true 20 grep -q '"bufferId":"b3"}' out
    # a redelivery of the press is acknowledged and not given again
    feed press 1 p1 go a b3
    until_true 20 count 'inbound_ack","bufferId":"b3"' out 2
    run ! grep -q 'b2"}$' <(grep inbound_ack out)
    feed message 2 m9 stop
    feed press 1 p2 go stop b4
    until_true 20 grep -q 'inbound_ack","bufferId":"b4"' out
    until_true 20 grep -q 'done m1' out
    heard 1 m2
    exec 9>&-
    wait "$RUN"
    [ "$(grep -o '"content":"done m[12]\|ack","bufferId":"b[0-9]' out | tr '\n' ' ')" = \
        'ack","bufferId":"b1 ack","bufferId":"b3 ack","bufferId":"b3 ack","bufferId":"b4 "content":"done m1 "content":"done m2 ack","bufferId":"b2 ' ]
    [ ! -s err ]
}

@test "two prompts at once are told apart: by their ids, by their chats, by their messages" {
    echoes
    start_run -P 8 -i ./agent
    feed message 1 m1 'ask x y'
    feed message 2 m2 'ask x'
    until_true 20 count '"op":"prompt"' out 3
    feed press 1 p1 y a
    heard 1 '"prompt_id":"y"'
    feed press 2 p2 x a
    heard 2 '"prompt_id":"x"'
    run ! grep -q '"prompt_id":"x"' heard.1
    # one chat, two sessions, one prompt_id: each hears the presses on its own message
    asks() { message 3 "$1" 'ask z' | sed 's/s:3/s:3:'"$1"'/'; }
    script agent2 <<'END'
read -r line
echo '{"op":"prompt","requestId":"'"$RELAY_MESSAGE_ID"'","prompt_kind":"choice","prompt_id":"z","content":"?","options":[{"id":"a","label":"A"}]}'
while read -r line; do echo "$line" >>"heard.$RELAY_MESSAGE_ID"; done
END
    exec 9>&-
    wait "$RUN"
    start_run -i ./agent2
    feed asks ann
    feed asks bob
    until_true 20 count '"op":"prompt"' out 2
    feed result ann '"success":true,"message_id":"71"'
    feed result bob '"success":true,"message_id":72'
    feed press 3 p1 z a '' 71
    feed press 3 p2 z b '' 72
    heard ann '"option_id":"a"'
    heard bob '"option_id":"b"'
    [ "$(grep -c option_id heard.ann) $(grep -c option_id heard.bob)" = '1 1' ]
    # a press on the message of an earlier prompt is an ordinary message, not an answer to this one
    feed press 3 p3 z a '' 70
    until_true 20 count '"op":"prompt"' out 3
    [ "$(grep -c option_id heard.ann) $(grep -c option_id heard.bob)" = '1 1' ]
}

@test "a prompt without an id gets one of this process; a press for another process is consumed, and told with -v" {
    script agent <<'END'
read -r line
echo "$RELAY_TEXT" >>turns
case $RELAY_TEXT in
ask) echo '{"op":"prompt","prompt_kind":"choice","content":"?","options":[{"id":"a","label":"A"}]}' ;;
*) exit ;;
esac
read -r line
case $line in *outbound_result*) read -r line ;; esac
case $line in *option_id*) echo '{"op":"send","content":"pressed"}' ;; esac
END
    start_run -v -i ./agent
    feed message 1 m1 ask
    until_true 20 grep -q prompt_id out
    id=$(jq -r '.prompt_id // empty' out)
    [[ $id =~ ^[0-9a-f]{12}\.1$ ]]
    feed press 1 p1 "0123456789ab.1" a b1
    until_true 20 grep -q 'inbound_ack","bufferId":"b1"' out
    until_true 20 grep -q 'message p1 of s:1: a press for another gateway' err
    feed press 1 p2 "$id" a
    until_true 20 grep -q '"content":"pressed"' out
    # what nobody waits for is an ordinary message: a prompt of ours whose COMMAND has ended, or a plain id
    for plain in "$id" go 20261128.1 deadbee.1 0123456789ab.x 0123456789ab 0123456789abcdef012345678.1; do
        feed press 1 "p.$plain" "$plain" "$plain"
    done
    until_true 20 grep -qx '/0123456789abcdef012345678.1' turns
    [ "$(wc -l <turns)" -eq 8 ]
    # without -i too
    { press 1 p1 0123456789ab.1 a b1; press 1 p2 go a; } >in2
    run --separate-stderr relay-run -j sh -c 'echo "{\"op\":\"prompt\"}"' <in2
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(grep -c '"op":"prompt".*"prompt_id":"[0-9a-f]\{12\}\.1"' <<<"$output")" -eq 1 ]
    grep -q 'inbound_ack","bufferId":"b1"' <<<"$output"
}

@test "an interrupt while COMMAND waits ends it; the session's next message runs" {
    echoes
    start_run -i ./agent
    feed message 1 m1 'ask go' b1
    until_true 20 grep -q '"op":"prompt"' out
    feed message 1 m2 stop b2
    feed echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 20 grep -q 'inbound_ack","bufferId":"b2"' out
    until_true 20 grep -q 'interrupt s:1: COMMAND ended, 1 waiting dropped' err
    feed press 1 p1 go stop b3
    until_true 20 grep -q 'done p1' out
    run ! grep -q 'done m[12]' out
    # one that ignores TERM sees the end of its input
    script deaf <<'END'
trap '' TERM
while read -r line; do echo "$line" >>deaf.heard; done
echo '{"op":"send","content":"gone"}' >deaf.end
END
    exec 9>&-
    wait "$RUN"
    start_run --kill-after 60s -i ./deaf
    feed message 1 m1 x b1
    until_true 20 test -s deaf.heard
    feed echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 20 test -s deaf.end
    until_true 20 grep -q 'inbound_ack' out
}

@test "a COMMAND that does not read is not told more than fits, and holds nobody up" {
    script agent <<'END'
trap '' TERM
read -r line
i=0
while [ $i -lt 200 ]; do echo '{"op":"send","requestId":"'$RELAY_CHAT_ID.$i'","content":"x"}'; i=$((i + 1)); done
[ "$RELAY_CHAT_ID" = 2 ] || { until [ -e go ]; do sleep 0.05; done; exit; }
cat >heard
END
    start_run -i ./agent
    feed message 1 m1 x
    feed message 2 m2 x
    until_true 20 grep -q '"1\.199"' out
    until_true 20 grep -q '"2\.199"' out
    pad=$(printf '%032000d' 0)
    for i in $(seq 0 199); do
        result "1.$i" "\"success\":true,\"pad\":\"$pad\""
        result "2.$i"
    done >&9
    exec 9>&-
    until_true 20 grep -q '"2\.199"' heard
    [ "$(wc -l <heard)" -eq 200 ]
    touch go
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 0 ] && [ ! -s err ]
}

@test "--ack start: acknowledged when COMMAND starts, a redelivery at once; a failure then says so" {
    # shellcheck disable=SC2016 # for the inner shell
    start_run --ack start --attempts 1 sh -c 'until [ -s "go.$RELAY_MESSAGE_ID" ]; do sleep 0.02; done; echo "did $RELAY_MESSAGE_ID"; exit "$(cat "go.$RELAY_MESSAGE_ID")"'
    feed message 1 m1 x b1
    until_true 20 grep -q 'inbound_ack","bufferId":"b1"' out
    feed message 1 m2 x b2
    feed message 1 m1 x b1
    until_true 20 count 'inbound_ack","bufferId":"b1"' out 2
    run ! grep -q 'inbound_ack","bufferId":"b2"' out
    echo 0 >go.m1
    until_true 20 grep -q 'inbound_ack","bufferId":"b2"' out
    echo 7 >go.m2
    exec 9>&-
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 1 ]
    [[ "$(cat err)" == *'message m2 of s:1: exit status 7, acknowledged before' ]]
    [ "$(grep -c inbound_ack out)" -eq 3 ] && grep -q 'did m1' out
}

@test "--stop-words: typed while a session's turn runs or waits, a word interrupts it; else it is a message" {
    script agent <<<'echo "$RELAY_TEXT" >>turns; case $RELAY_TEXT in wait*) sleep 60 ;; esac'
    start_run --stop-words '/stop,Halt' ./agent
    feed message 1 m1 /stop
    until_true 20 grep -qx /stop turns
    feed message 1 m2 wait b2
    until_true 20 grep -qx wait turns
    feed message 1 m3 queued b3
    feed message 2 m4 '/stop@other' b4   # another session
    until_true 20 grep -qx /stop@other turns
    feed message 1 m5 'please /stop'
    feed message 1 m6 ' /STOP@bot\n' b6
    until_true 20 grep -q 'interrupt s:1: COMMAND ended, 2 waiting dropped' err
    until_true 20 grep -q 'inbound_ack","bufferId":"b2"' out
    grep -q 'inbound_ack","bufferId":"b3"' out
    grep -q 'inbound_ack","bufferId":"b6"' out
    # a redelivery of the word is no second interrupt
    feed message 1 m7 'wait again'
    until_true 20 grep -qx 'wait again' turns
    feed message 1 m6 /stop b6
    until_true 20 count 'inbound_ack","bufferId":"b6"' out 2
    feed message 1 m8 halt
    until_true 20 count 'interrupt s:1: COMMAND ended' err 2
    exec 9>&-
    wait "$RUN"
    [ "$(tr '\n' ' ' <turns)" = '/stop wait /stop@other wait again ' ]
}

@test "with an inbox, too: a stop word interrupts, a press of another gateway is acknowledged, neither is stored" {
    script agent <<<'echo "$RELAY_TEXT" >>turns; case $RELAY_TEXT in wait) sleep 60 ;; esac'
    start_run --inbox box --stop-words /stop ./agent
    feed message 1 m1 wait b1
    until_true 20 grep -qx wait turns
    feed message 1 m2 queued b2
    feed press 1 p1 abcdef0123.1 a b3
    feed message 1 m3 /stop b4
    until_true 20 grep -q 'interrupt s:1: COMMAND ended, 1 waiting dropped' err
    for b in b1 b2 b3 b4; do until_true 20 grep -q 'inbound_ack","bufferId":"'$b'"' out; done
    feed message 1 m4 after b5
    until_true 20 grep -qx after turns
    exec 9>&-
    wait "$RUN"
    [ "$(tr '\n' ' ' <turns)" = 'wait after ' ]
    [ "$(relay-inbox box list | grep -c '"m[124]"')" -eq 3 ] && ! relay-inbox box list | grep -q '"m3"\|"p1"'
}

# What follows goes over a real link.
# turn ID TEXT [MEMBERS] : a frame for the stub to deliver.
turn() {
    say '{"type":"inbound","event":{"text":"'"$2"'","message_id":"'"$1"'"'"${3-}"',"source":{"platform":"discord","chat_id":"c1","chat_type":"dm","user_id":"u1","user_name":"ada"}}}'
}

# ring [OPTIONS…] COMMAND : relay-adapter in the background; its pid is in ADAPTER.
ring() {
    background relay-adapter -q --url "$URL" -p discord --record record "$@" 2>err </dev/null
    ADAPTER=$!
}

contents() {
    jq -r 'select(.action.content).action | "\(.op) \(.content)"' stub.out
}

acked() { # NUMBER
    [ "$(grep -c inbound_ack stub.out)" -eq "$1" ]
}

has_said() {
    contents | grep -q -- "$1"
}

said() { # PATTERN
    until_true 20 has_said "$1"
}

@test "an approval inside a buffered turn: the press comes, the turn goes on, all is acknowledged, order is kept" {
    start_stub
    script approve.sh <<'END'
read -r message
[ "$RELAY_TEXT" = deploy ] || { echo '{"op":"send","content":"later: '"$RELAY_TEXT"'"}'; exit; }
echo '{"op":"prompt","prompt_kind":"approval","prompt_id":"go","content":"Deploy?","options":[{"id":"yes","label":"Yes"}]}'
while read -r line; do
    case $line in *'"option_id":"yes"'*) echo '{"op":"send","content":"deployed"}' && exit ;; esac
done
END
    # nobody is there yet: the connector keeps all three, and hands out each after the ack of the one before
    turn m1 deploy
    turn p1 /yes ',"message_type":"command","prompt_response":{"prompt_id":"go","option_id":"yes"}'
    turn m2 hello
    ring -i ./approve.sh
    said 'later: hello'
    kill "$ADAPTER"
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 0 ] && [ ! -s err ] || { cat err; return 1; }
    [ "$(contents | tr '\n' ' ')" = 'prompt Deploy? send deployed send later: hello ' ]
    [ "$(jq -r 'select(.type == "inbound_ack").bufferId' stub.out | sort -u | wc -l)" -eq 3 ]
    # the press was acknowledged before the turn went on, and the next message waited for the end of the turn
    order() { jq -r '.frame | .action.content // .event.message_id // select(.type == "inbound_ack").type' record | tr '\n' ' '; }
    [[ "$(order)" == 'm1 Deploy? inbound_ack p1 inbound_ack '* ]] || { order; return 1; }
}

@test "the same with an inbox: all is acknowledged at once, the press reaches its COMMAND, order is kept" {
    start_stub
    script approve.sh <<'END'
read -r message
[ "$RELAY_TEXT" = deploy ] || { echo '{"op":"send","content":"later: '"$RELAY_TEXT"'"}'; exit; }
echo '{"op":"prompt","prompt_kind":"approval","prompt_id":"go","content":"Deploy?","options":[{"id":"yes","label":"Yes"}]}'
jq -nc 'first(inputs | .event.prompt_response.option_id | strings) | {op: "send", content: "deployed: \(.)"}'
END
    turn m1 deploy
    turn m2 hello
    ring -i --inbox box ./approve.sh
    said 'prompt Deploy?'
    until_true 20 acked 2
    turn p1 /yes ',"message_type":"command","prompt_response":{"prompt_id":"go","option_id":"yes"}'
    said 'later: hello'
    kill "$ADAPTER"
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 0 ] && [ ! -s err ] || { cat err; return 1; }
    [ "$(contents | tr '\n' ' ')" = 'prompt Deploy? send deployed: yes send later: hello ' ]
    run -0 --separate-stderr relay-inbox --state done box list
    [ "$(grep -c '"m[12]"' <<<"$output")" -eq 2 ] && [ "${#lines[@]}" -eq 2 ] || { echo "$output"; return 1; }
}

@test "many questions at once over a link that repeats and mixes: each COMMAND hears its own press, once" {
    start_stub --duplicate --shuffle --fragment --seed "${SEED:-7}"
    script ask.sh <<'END'
read -r message
echo '{"op":"prompt","prompt_kind":"choice","prompt_id":"go","content":"?","options":[{"id":"o","label":"O"}]}'
while read -r line; do
    case $line in *'"option_id":"'*) line=${line#*'"option_id":"'} && break ;; esac
done
echo '{"op":"send","content":"'"$RELAY_CHAT_ID ${line%%'"'*}"'"}'
END
    ring -P 64 -i ./ask.sh
    until_true 20 grep -q hello stub.out
    chats=${LONG:+2}24
    to() { # CHAT ID TEXT [MEMBERS]
        say '{"type":"inbound","event":{"text":"'"$3"'","message_id":"'"$2"'"'"${4-}"',"source":{"platform":"discord","chat_id":"c'"$1"'","chat_type":"dm","user_id":"u1"}}}'
    }
    asked() { [ "$(grep -c '"op":"prompt"' stub.out)" -eq "$1" ]; }
    waited=0
    for k in $(seq "$chats"); do
        to "$k" "m$k" hi
        # no more at once than may run
        [ $((k % 48)) -ne 0 ] && [ "$k" -ne "$chats" ] || {
            until_true 20 asked "$k"
            for p in $(seq $((waited + 1)) "$k"); do
                to "$p" "p$p" "/o$p" ',"message_type":"command","prompt_response":{"prompt_id":"go","option_id":"o'"$p"'"}'
            done
            waited=$k
        }
    done
    answered() { [ "$(contents | grep -c '^send')" -eq "$chats" ]; }
    until_true 20 answered
    kill "$ADAPTER"
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 0 ] && [ ! -s err ] || { cat err; return 1; }
    diff <(contents | grep '^send' | sort) <(for k in $(seq "$chats"); do echo "send c$k o$k"; done | sort)
    asked "$chats"
}

@test "a prompt that is refused: the asker reads why, from the connector or from relay-send" {
    echo '{"op":"prompt","result":{"success":false,"error":"no buttons here"}}' >rules
    start_stub --result rules
    script ask.sh <<'END'
read -r message
echo '{"op":"prompt","prompt_kind":"'"$RELAY_TEXT"'","prompt_id":"go","content":"?","options":[{"id":"y","label":"Y"}]}'
read -r result
echo "$result" >"result.$RELAY_TEXT"
echo '{"op":"send","content":"Please type yes or no."}'
END
    ring -i ./ask.sh
    until_true 20 grep -q hello stub.out
    turn m1 approval
    until_true 20 test -s result.approval
    turn m2 riddle
    until_true 20 test -s result.riddle
    [ "$(jq -r .result.error result.approval)" = 'no buttons here' ]
    [[ "$(jq -r .result.error result.riddle)" == 'prompt_kind is not one of approval,'* ]]
    sent() { [ "$(contents | grep -c 'Please type')" -eq 2 ]; }
    until_true 20 sent
    kill "$ADAPTER"
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -ne 0 ]
}

@test "a drain waits for a COMMAND that waits for a press, and past its bound ends its input" {
    start_stub
    script ask.sh <<'END'
read -r message
echo '{"op":"prompt","prompt_kind":"approval","prompt_id":"go","content":"?","options":[{"id":"y","label":"Y"}]}'
while read -r line; do :; done
echo '{"op":"send","content":"nobody answered"}'
END
    ring --kill-after 5s -i ./ask.sh
    until_true 20 grep -q hello stub.out
    turn m1 x
    said 'prompt'
    kill "$ADAPTER"
    said 'nobody answered'
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 0 ] || { echo "$rc"; cat err; return 1; }
}
