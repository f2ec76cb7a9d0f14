#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run behind a queue: frames as relay-work writes them, with `gateway`, `bufferId` and `attempt`.

load helper
load relay-run

# queued GATEWAY DELIVERY SESSION ID TEXT [ATTEMPT]
queued() {
    message "$3" "$4" "$5" "$2" | sed 's|}$|,"gateway":"'"$1"'","attempt":'"${6:-1}"'}|'
}

@test "two links with the same chat and message ids: both run, each action says for which delivery it is" {
    queued g1 g1/m/1 42 m1 hi >in
    queued g/2 g/2/m/1 42 m1 hi 3 >>in
    message 42 m1 hi >>in
    run --separate-stderr relay-run sh -c 'echo "$RELAY_GATEWAY $RELAY_SESSION_KEY $RELAY_ATTEMPT $RELAY_SESSION_ID"' <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    own <(printf '%s\n' "$output") | jq -r 'select(.op) | [.content, .delivery] | @tsv' | sort >got
    ids() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
    diff got - <<END
 s:42 1 $(ids s:42)	
g/2 s:42 3 $(ids g%2F2/s:42)	g/2/m/1
g1 s:42 1 $(ids g1/s:42)	g1/m/1
END
    [ "$(own <(printf '%s\n' "$output") | jq -r 'select(.type=="inbound_ack").bufferId' | sort | tr '\n' ' ')" = 'g/2/m/1 g1/m/1 ' ]
}

@test "every action of a turn has the delivery: typing, -j, another chat, a text that grows; -l copies it itself" {
    queued g1 d1 42 m1 hi >in
    own <(relay-run --typing -r sh -c 'echo yes' <in) | grep '"op"' >got
    [ "$(jq -c '[.op, .delivery]' got | tr '\n' ' ')" = '["typing","d1"] ["send","d1"] ' ]
    script many <<'END'
echo '{"op":"send","chat_id":"7","content":"elsewhere","delivery":"of another turn"}'
echo '{"op":"interrupt","session_key":"s:9"}'
echo '{"op":"follow_up","kind":"discord.interaction_token","content":"x"}'
echo '{"op":"stream","requestId":"r","content":"a","more":true}'
exit 1
END
    own <(relay-run -j ./many <in 2>err) | grep '"op"' >got
    [ "$(jq -c '[.op, .delivery]' got | tr '\n' ' ')" = \
        '["send","d1"] ["interrupt","d1"] ["follow_up","d1"] ["stream","d1"] ' ]
    own <(relay-run -i ./many <in 2>err) | grep '"cut"' | grep -qF '"delivery":"d1"'
    relay-run -l jq -c --unbuffered 'select(.bufferId) | {op: "send", delivery: .bufferId, chat_id: "1", content: .gateway},
        {type: "inbound_nack", bufferId, status: 3}' <in >out
    [ "$(tail -n 2 out | jq -c 'del(.requestId)' | tr '\n' ' ')" = \
        '{"op":"send","delivery":"d1","chat_id":"1","content":"g1"} {"type":"inbound_nack","bufferId":"d1","status":3} ' ]
}

@test "a run again gives its requests and prompts the same ids" {
    queued g1 d1 42 m1 hi 1 >in.1
    queued g1 d1 42 m1 hi 2 >in.2
    script asks <<'END'
[ "$RELAY_ATTEMPT" -eq 1 ] || echo '{"op":"typing"}'
echo '{"op":"send","content":"one"}'
echo '{"op":"prompt","prompt_kind":"choice","content":"?","options":[]}'
echo '{"op":"send","content":"two"}'
END
    for n in 1 2; do
        own <(relay-run -j ./asks <in.$n) | jq -c 'select(.op and .op != "typing") | [.requestId, .prompt_id]' >ids.$n
    done
    [ "$(wc -l <ids.1)" -eq 3 ]
    [ "$(sort -u ids.1 | wc -l)" -eq 3 ]
    diff ids.1 ids.2
    for n in 1 2; do
        relay-run -l jq -c --unbuffered 'select(.bufferId) | {op: "send", delivery: .bufferId, chat_id: "1", content: "x"}
            | ., .' <in.$n | jq -r 'select(.op).requestId' >ids.$n
    done
    [ "$(sort -u ids.1 | wc -l)" -eq 2 ]
    diff ids.1 ids.2
}

@test "a failure is given back with its status, told, and forgotten: the same delivery runs again" {
    while IFS='|' read -r options command want said; do
        queued g1 d1 42 m1 hi 2 >in
        # shellcheck disable=SC2086 # several options
        run --separate-stderr relay-run $options sh -c "$command" <in
        [ "$(own <(printf '%s\n' "$output"))" = "$want" ] || { echo "$command: $output"; return 1; }
        [[ "$stderr" = *"relay-run: run sh for message m1 of g1/s:42: $said in attempt 2, given back to the queue"* ]] ||
            { echo "$command: $stderr"; return 1; }
        [ "$status" -eq 0 ]
    done <<'END'
--attempts 9|exit 7|{"type":"inbound_nack","bufferId":"d1","status":7}|exit status 7
|exit 65|{"type":"inbound_nack","bufferId":"d1","status":65}|exit status 65
|kill -9 $$|{"type":"inbound_nack","bufferId":"d1","status":137}|exit status 137
--timeout 100ms|exec sleep 60|{"type":"inbound_nack","bufferId":"d1","status":124}|timed out
--max-frame 1K|yes|{"type":"inbound_nack","bufferId":"d1","status":65}|its output is longer than --max-frame
|printf '\377'|{"type":"inbound_nack","bufferId":"d1","status":65}|its output is not UTF-8
END
    # five times the same delivery, which succeeds at last
    script counts <<'END'
echo x >>runs
[ "$(wc -l <runs)" -ge 5 ] || exit 1
echo done
END
    start_run ./counts
    for n in 1 2 3 4; do
        feed queued g1 d1 42 m1 hi "$n"
        until_true 10 count inbound_nack out "$n"
    done
    feed queued g1 d1 42 m1 hi 5
    until_true 10 grep -q inbound_ack out
    feed queued g1 d1 42 m1 hi 6 # who fetched it knows why it comes again after its ack
    until_true 10 count inbound_ack out 2
    [ "$(wc -l <runs)" -eq 6 ]
    exec 9>&-
    wait "$RUN"
}

@test "a COMMAND that cannot be started, and a frame without a message, are given back" {
    script vanishes <<<'rm -f vanishes; echo once'
    { queued g1 d1 42 m1 hi; queued g1 d2 42 m2 hi; echo '{"type":"inbound","event":[],"gateway":"g1","bufferId":"d3"}'; } >in
    run --separate-stderr relay-run ./vanishes <in
    [ "$status" -eq 65 ]
    own <(printf '%s\n' "$output") >got
    grep -qxF '{"type":"inbound_nack","bufferId":"d2","status":127}' got
    grep -qxF '{"type":"inbound_nack","bufferId":"d3","status":65}' got
    grep -qxF '{"type":"inbound_ack","bufferId":"d1"}' got
    [ "$(wc -l <got)" -eq 4 ]
    [[ "$stderr" = *'m2 of g1/s:42: No such file or directory in attempt 1, given back to the queue'* ]]
}

@test "--on-failure answers only what is not tried again; a part of an answer in the chat is not doubled" {
    script fails <<<'exit "$RELAY_TEXT"'
    { queued g1 d1 1 m1 100; queued g1 d2 2 m2 1; queued g1 d3 3 m3 1 2 | sed 's/}$/,"attempts":2}/'; } >in
    own <(relay-run --on-failure sorry ./fails <in 2>err) >got
    [ "$(jq -r 'select(.op) | .delivery' got | sort | tr '\n' ' ')" = 'd1 d3 ' ]
    [ "$(jq -r 'select(.op).content' got | sort -u)" = sorry ]
    [ "$(jq -c 'select(.status) | [.bufferId, .status]' got | sort | tr '\n' ' ')" = '["d1",100] ["d2",1] ["d3",1] ' ]
    # each on-failure text comes before the nack, after which the delivery is nobody's
    [ "$(jq -r 'select(.op or .status) | .delivery // .bufferId' got | grep -n d1 | cut -d: -f1 | tr '\n' ' ')" ]
    awk '/"op"/ { sub(/.*"delivery":"/, ""); sub(/".*/, ""); told[$0] = 1 }
        /inbound_nack/ { sub(/.*bufferId":"/, ""); sub(/".*/, ""); if ($0 != "d2" && !($0 in told)) exit 1 }' got
    script grows <<<'echo begun; sleep 0.2; until [ -e shown ]; do sleep 0.05; done; exit 1'
    start_run --stream=10ms ./grows
    feed stub_descriptor
    feed queued g1 d4 42 m4 hi
    until_true 10 grep -q '"op":"stream"' out
    : >shown
    until_true 10 grep -q inbound_nack out
    grep -qxF '{"type":"inbound_nack","bufferId":"d4","status":100}' out
    exec 9>&-
    wait "$RUN"
}

# A platform where texts can be edited.
stub_descriptor() {
    echo '{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"D",' \
        '"max_message_length":2000,"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true,' \
        '"markdown_dialect":"discord","len_unit":"utf16"}}'
}

@test "an interrupt with a gateway ends that link's session only, and is acknowledged" {
    script waits <<<'echo "of $RELAY_GATEWAY" >>started; exec sleep 60'
    start_run --kill-after 1s ./waits
    feed queued g1 d1 42 m1 hi
    feed queued g2 d2 42 m1 hi
    feed message 42 m1 hi
    until_true 10 count . started 3
    feed echo '{"type":"interrupt_inbound","session_key":"s:42","chat_id":"42","gateway":"g2"}'
    until_true 10 grep -q inbound_ack out
    until_true 10 grep -q 'interrupt g2/s:42: COMMAND ended, 0 waiting dropped' err
    [ "$(grep -c inbound_ack out)" -eq 1 ]
    grep -qF '{"type":"inbound_ack","bufferId":"d2"}' out
    feed echo '{"type":"interrupt_inbound","session_key":"s:42","chat_id":"42","gateway":"g1"}'
    until_true 10 grep -qF '{"type":"inbound_ack","bufferId":"d1"}' out
    feed echo '{"type":"interrupt_inbound","session_key":"s:42","chat_id":"42"}'
    until_true 10 count 'COMMAND ended' err 3
    exec 9>&-
    wait "$RUN"
    [ "$(grep -c inbound_nack out)" -eq 0 ]
}

@test "a press finds the COMMAND of its link that asked; no early acknowledgement" {
    script asks <<'END'
read -r message
echo '{"op":"prompt","prompt_kind":"choice","prompt_id":"q","content":"?","options":[]}'
read -r press
echo "{\"op\":\"send\",\"content\":\"$RELAY_GATEWAY $(printf %s "$press" | jq -r .event.text)\"}"
END
    start_run -i ./asks
    feed queued g1 d1 42 m1 hi
    feed queued g2 d2 42 m1 hi
    until_true 10 count '"op":"prompt"' out 2
    run ! grep -q inbound_ack out
    press() { queued "$1" "$2" 42 "$3" "$4" | sed 's/"event":{/&"prompt_response":{"prompt_id":"q","option_id":"o"},/'; }
    feed press g2 d3 m3 second
    until_true 10 grep -qF '"g2 second"' out
    feed press g1 d4 m4 first
    until_true 10 grep -qF '"g1 first"' out
    until_true 10 count inbound_ack out 4
    exec 9>&-
    wait "$RUN"
}

@test "a press with the id of another process of this gateway is a message like any other, with -l, too" {
    script asks <<<'echo "{\"op\":\"prompt\",\"prompt_kind\":\"choice\",\"content\":\"?\",\"options\":[]}"'
    id=$(relay-run -j ./asks < <(queued g1 d1 42 m1 hi) | jq -r '.prompt_id // empty')
    [ "$id" ]
    press() { queued "$1" "$2" 42 m2 yes | sed 's/"event":{/&"prompt_response":{"prompt_id":"'"$id"'"},/'; }
    run --separate-stderr relay-run sh -c 'echo "pressed $RELAY_PROMPT_ID"' < <(press g1 d2)
    [ "$(own <(printf '%s\n' "$output") | jq -r '.content // empty')" = "pressed $id" ]
    run --separate-stderr relay-run sh -c 'echo pressed' < <(press g2 d2) # a connector gives it to all of a tenant
    [ "$(own <(printf '%s\n' "$output"))" = '{"type":"inbound_ack","bufferId":"d2"}' ]
    relay-run -l jq -c --unbuffered 'select(.bufferId) | {type: "inbound_ack", bufferId}' < <(press g2 d2; press g1 d3) >out
    [ "$(grep -c inbound_ack out)" -eq 2 ]
}

@test "what would take a message over from its queue ends it with status 78, and nothing is acknowledged" {
    queued g1 d1 42 m1 hi >in
    for options in '--inbox box' '--dead-letter dead' '--ack start'; do
        # shellcheck disable=SC2086 # an option and its value
        run --separate-stderr relay-run $options sh -c 'echo ran' < <(cat in; message 42 m2 hi)
        [ "$status" -eq 78 ]
        [ -z "$(own <(printf '%s\n' "$output"))" ]
        [ "$stderr" = "relay-run: run sh: messages come from a queue, which keeps them: leave ${options% *} out" ] ||
            [ "$stderr" = "relay-run: run sh: messages come from a queue, which keeps them: leave $options out" ]
    done
}

@test "relay-send makes delivery a member of the frame, and relay-dial does not send it" {
    start_stub
    queued g1 d1 42 m1 hi >in
    relay-run -j sh -c 'echo "{\"op\":\"send\",\"content\":\"hi\"}"; echo "{\"op\":\"interrupt\",\"session_key\":\"x\"}"' <in |
        relay-send | grep '"outbound"\|"interrupt"' >frames
    [ "$(jq -c '[.type, .delivery, .action.delivery]' frames | tr '\n' ' ')" = '["outbound","d1",null] ["interrupt","d1",null] ' ]
    { relay-handshake -n -p discord; cat frames; } | relay-dial -w 10 "$URL" >got
    until_true 10 grep -q '"interrupt"' stub.out
    grep -q '"outbound"' stub.out
    run ! grep -q delivery stub.out
}
