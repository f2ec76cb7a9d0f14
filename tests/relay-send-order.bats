#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-send in a ring: parts leave in order, one at a time; a refused part is sent again, or the rest is held back.

load helper
load relay-send

@test "the next part leaves when the result of the one before has come; frames behind it wait, other chats do not" {
    stage --max-length 6
    send a 'one.. two.. three'
    send b behind
    send c other 2
    send d '' 1 typing
    mark 1
    have_left a c d
    result c
    result x
    mark 2
    have_left a c d
    result a
    mark 3
    have_left a c d a/2
    result a/2 '"success":false,"ambiguous":true,"error":"relay outbound timed out"'
    mark 4
    have_left a c d a/2 a/3 b
    exec 9>&-
    until_true 20 test -s status
    [ "$(cat status)" = 0 ]
    [ ! -s err ]
}

@test "an outbound says that more parts follow, and that it is sent again after a refusal with a retry_after" {
    stage --max-length 6
    marks() { jq -r 'select(.type == "outbound" and .requestId == "'"$1"'") | "\(.more // "-") \(.again // "-")"' out | paste -sd ' '; }
    send a 'one.. two..'
    send b x 2
    send t '' 1 typing
    result a
    mark 1
    have_left a b t a/2
    [ "$(marks a) $(marks a/2) $(marks b) $(marks t)" = 'true true - true - true - -' ]
    # the sixth time it is not sent again
    for n in 2 3 4 5 6; do
        result b '"success":false,"error":"slow down","retry_after":0.01'
        sent() { [ "$(marks b | wc -w)" -eq $((2 * n)) ]; }
        until_true 20 sent
    done
    [ "$(marks b)" = '- true - true - true - true - true - -' ]
    # outside a ring nobody reads results
    run ! grep -q 'more\|again' <<<"$(relay-send --max-length 6 <<<'{"op":"send","chat_id":"1","content":"one.. two.."}')"
}

@test "after a definite refusal of a part the rest is held back, which is reported" {
    stage --max-length 6
    send a 'one.. two.. three four..'
    send b behind
    result a
    result a/2 '"success":false,"error":"no"'
    mark 1
    have_left a a/2 b
    exec 9>&-
    until_true 20 test -s status
    [ "$(cat status)" = 1 ]
    [ "$(cat err)" = 'relay-send: hold back the rest of a text, parts: 2: part "a/2" was refused' ]
}

@test "a refusal with retry_after is sent again after it, in the order of the chat, five times at most" {
    stage
    slow() { result "$1" '"success":false,"error":"slow down","retry_after":'"$2"; }
    send a first
    send b second
    until_true 20 have_left a b
    from=$(date +%s%N)
    slow a 0.2
    slow b 0.01
    send c third
    until_true 20 have_left a b a
    [ $(($(date +%s%N) - from)) -ge 200000000 ]
    result a
    local again='a b a b'
    for _ in 2 3 4 5; do
        # shellcheck disable=SC2086 # a list of words
        until_true 20 have_left $again
        slow b 0.01
        again="$again b"
    done
    # shellcheck disable=SC2086 # a list of words
    until_true 20 have_left $again
    slow b 0.01
    # shellcheck disable=SC2086 # a list of words
    until_true 20 have_left $again c
    jq -c 'select(.type == "outbound" and .requestId == "b").action' out | uniq |
        diff - <(echo '{"op":"send","chat_id":"1","content":"second"}')
}

@test "a frame declined for security reasons, or without a retry_after, is not sent again" {
    stage
    for id in a b c d; do send $id x $id; done
    result a '"success":false,"error":"x","code":"egress_declined","retry_after":0'
    result b '"success":false,"error":"Egress Declined: no","retry_after":0'
    result c '"success":false,"error":"x"'
    result d '"success":false,"error":"x","retry_after":601'
    mark 1
    sleep 0.1
    mark 2
    have_left a b c d
}

@test "waiting frames are counted in work frames, on top of what others have in hand" {
    stage --max-length 6
    work() { jq -c 'select(.type == "work") | [.running, .waiting]' out | paste -sd ' '; }
    says() { [ "$(work)" = "$*" ]; }
    send a 'one.. two.. three'
    mark 1
    says '[0,2]'
    say '{"type":"work","running":1,"waiting":2}'
    mark 2
    says '[0,2] [1,2] [1,4]'
    say '{"type":"work","running":0,"waiting":0}'
    mark 3
    says '[0,2] [1,2] [1,4] [0,0] [0,2]'
    result a
    result a/2
    at_rest() { [[ $(work) == '[0,2] [1,2] [1,4] [0,0] [0,2] '*'[0,0]' ]]; }
    until_true 20 at_rest
    have_left a a/2 a/3
}

@test "when no more results can come, all waiting frames leave, in order" {
    stage --max-length 6
    send a 'one.. two.. three'
    send b behind
    send c later 2
    result c '"success":false,"error":"x","retry_after":60'
    mark 1
    have_left a c
    exec 9>&-
    until_true 20 test -s status
    have_left a c a/2 a/3 b c || have_left a c c a/2 a/3 b
    # Nothing waits outside a ring or without an input either.
    [ "$(relay-send --max-length 6 <<<'{"op":"send","chat_id":"1","content":"one.. two.. three"}' | wc -l)" -eq 3 ]
    [ "$(RELAY_DIAL_PID=$$ relay-send -n --max-length 6 -c 1 -- 'one.. two.. three' | wc -l)" -eq 3 ]
    [ "$(echo 'one.. two.. three' | RELAY_DIAL_PID=$$ relay-send --max-length 6 -c 1 - | wc -l)" -eq 3 ]
}

@test "a reader that goes away while parts wait: their loss is reported" {
    mkfifo in
    exec 9<>in
    say '{"type":"link","state":"open"}'
    send a 'one.. two.. three'
    run -0 --separate-stderr timeout 20 bash -c 'RELAY_DIAL_PID=$PPID relay-send --max-length 6 <in | head -n 2'
    [ "${#lines[@]}" -eq 2 ]
    [ "$stderr" = 'relay-send: send parts that wait, 2 of them: the reader is gone' ]
}

@test "in a ring whose stages swallow everything from relay-dial, nothing waits" {
    SILENT=1 stage --max-length 6
    send a 'one.. two.. three'
    until_true 20 have_left a a/2 a/3
}

@test "in a ring a part that is refused ends its text, one that may come again does, and relay-dial tells what is lost" {
    jq -nc '{descriptor: {contract_version: 1, platform: "discord", label: "D", markdown_dialect: "", len_unit: "chars",
        max_message_length: 6, supports_draft_streaming: false, supports_edit: true, supports_threads: true}}' >descriptor
    cat >rules <<'END'
{"content":"three","result":{"success":false,"error":"no three"}}
{"content":"limit","result":{"success":false,"error":"slow down","retry_after":0.01}}
END
    start_stub --descriptor descriptor --result rules
    # shellcheck disable=SC2016 # for the inner shell
    background relay-adapter --url "$URL" -p discord -- sh -c 'echo "$RELAY_TEXT"' 2>err </dev/null
    adapter=$!
    tell_user() { say '{"type":"inbound","event":{"text":"'"$2"'","message_id":"'"$1"'","source":{"platform":"discord","chat_id":"'"$1"'"}}}'; }
    until_true 20 grep -q hello stub.out
    tell_user 1 'one.. two.. three four..'
    tell_user 2 limit
    sent() { jq -r 'select(.type == "outbound" and .action.chat_id == "'"$1"'").action.content' stub.out | paste -sd ' '; }
    sent_is() { [ "$(sent "$1")" = "$2" ]; }
    until_true 20 sent_is 1 'one.. two.. three'
    until_true 20 sent_is 2 'limit limit limit limit limit limit'
    [ "$(jq -r 'select(.action.content == "limit").requestId' stub.out | uniq | wc -l)" -eq 1 ]
    kill $adapter
    status=0
    wait $adapter || status=$?
    [ "$status" -eq 1 ]
    grep -q 'relay-send: hold back the rest of a text, parts: 1: part "[0-9a-f]*/3" was refused' err
    [ "$(grep -c 'no three' err)" -eq 1 ]
    [ "$(grep -c 'slow down' err)" -eq 1 ] || { cat err; return 1; }
    sent_is 1 'one.. two.. three'
}

@test "in a ring whose connector answers in any order, each part follows the result of the one before" {
    start_stub --shuffle --seed 5
    # shellcheck disable=SC2016 # for the inner shell
    background relay-dial -q --record link "$URL" -- sh -c 'relay-handshake -p discord | relay-decode |
        relay-run -P 8 sh -c "for i in 1 2 3 4 5; do printf \"%s.\$i.. \" \"\$RELAY_TEXT\"; done" |
        relay-scope | relay-send --max-length 8 | relay-idle' 2>err </dev/null
    ring=$!
    until_true 20 grep -q hello stub.out
    for k in 10 11 12 13 14 15 16 17; do
        say '{"type":"inbound","event":{"text":"'$k'","message_id":"'$k'","source":{"platform":"discord","chat_id":"c'$k'"}}}'
    done
    kept() { [ "$(grep -c '"op":"send"' stub.out)" -eq 40 ]; }
    until_true 20 kept
    kill $ring
    wait $ring
    [ ! -s err ] || { cat err; return 1; }
    # Checks what every user reads, and that each part waited for the result of the one before.
    jq -rs '[.[] | select(.type == "outbound" and .action.op == "send").action] | group_by(.chat_id)[] | map(.content) | join(" ")' stub.out |
        sed 's/ *$//' | diff - <(for k in 10 11 12 13 14 15 16 17; do echo "$k.1.. $k.2.. $k.3.. $k.4.. $k.5.."; done)
    jq -es '[.[].frame | select(.requestId) | {id: .requestId, up: (.type == "outbound")}] |
        reduce .[] as $f ({done: {}, good: true};
            if $f.up then ($f.id | split("/")) as $p | (($p[1] // "1") | tonumber) as $n |
                (if $n == 2 then $p[0] else "\($p[0])/\($n - 1)" end) as $before |
                if $n > 1 and (.done[$before] | not) then .good = false else . end
            else .done[$f.id] = true end) | .good' link
}
