# SPDX-License-Identifier: MIT
# relay-send: actions and arguments become outbound frames.
load helper

# An action of each op with all that it needs; LINES, one a line.
actions() {
    cat <<'EOF'
{"op":"send","chat_id":"42","content":"hi"}
{"op":"send","chat_id":"","content":"","reply_to":null,"metadata":null}
{"op":"edit","chat_id":"42","message_id":"m1","content":"v2"}
{"op":"delete","chat_id":"42","message_id":"m1","metadata":{}}
{"op":"typing","chat_id":"42"}
{"op":"follow_up","session_key":"agent:main:discord:dm:1","kind":"discord.interaction_token","content":"hi"}
{"op":"get_chat_info","chat_id":"42"}
{"op":"send_media","chat_id":"42","media_kind":"voice","source_url":"https://x.example/a.ogg"}
{"op":"prompt","chat_id":"42","prompt_kind":"approval","prompt_id":"ab12.00-_","content":"?","options":[{"id":"yes","label":"Yes","style":"primary"}]}
{"op":"react","chat_id":"42","message_id":"m1","emoji":"👍","remove":true}
{"op":"thread_create","chat_id":"42","thread_name":"t"}
{"op":"thread_rename","chat_id":"42","message_id":"t9","thread_name":"t","only_if_current_name":"u"}
{"op":"dance","steps":[1,2.50]}
EOF
}

@test "an action of every op becomes an outbound frame that holds it to the byte" {
    actions >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    printf '%s\n' "$output" | sed -E 's/^\{"type":"outbound","requestId":"[0-9a-f]{32}","action":(.*)\}$/\1/' | cmp - in
    [ "$(printf '%s\n' "$output" | jq -r .requestId | sort -u | wc -l)" -eq "$(wc -l <in)" ]
}

@test "values, escapes, duplicates, order and white space of an action keep their bytes" {
    action='{ "n":9007199254740993,"op":"s\u0065nd" , "chat_id":"4","content":"a\u0000b\ud83d","z":1.50,"z":1e400}'
    run --separate-stderr relay-send <<<"  $action"$'\r'
    [ "$status" -eq 0 ]
    [[ $output =~ ^\{\"type\":\"outbound\",\"requestId\":\"([0-9a-f]{32})\",\"action\":(.*)\}$ ]]
    [ "${BASH_REMATCH[2]}" = "$action" ]
}

@test "requestId, platform and botId of an action become the frame's" {
    run --separate-stderr relay-send <<'EOF'
{"op":"send","requestId":"my id","chat_id":"4","content":"a","platform":"discord","botId":"app1"}
{"requestId":"x\u0041","op":"send","chat_id":"4","content":"a","platform":null}
EOF
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = '{"type":"outbound","requestId":"my id","action":{"op":"send","chat_id":"4","content":"a"},"platform":"discord","botId":"app1"}' ]
    [ "${lines[1]}" = '{"type":"outbound","requestId":"x\u0041","action":{"op":"send","chat_id":"4","content":"a"}}' ]
}

@test "an interrupt action becomes an interrupt frame" {
    run --separate-stderr relay-send <<'EOF'
{"op":"interrupt","session_key":"agent:main:x:dm:1","reason":"stop\u0021"}
{"op":"interrupt","session_key":"k","requestId":"r"}
EOF
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = '{"type":"interrupt","session_key":"agent:main:x:dm:1","reason":"stop\u0021"}' ]
    [ "${lines[1]}" = '{"type":"interrupt","session_key":"k","reason":null}' ]
}

@test "an action that lacks something goes out refused, with the reason" {
    while IFS='|' read -r action reason; do
        echo "$action"
        run --separate-stderr relay-send <<<"$action"
        [ "$status" -eq 65 ]
        [ "$(jq -r .refused <<<"$output")" = "$reason" ]
        [[ $stderr = "relay-send: refuse "*"$(jq -r .requestId <<<"$output")"*": $reason" ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
        [ "$(jq -c .action <<<"$output")" = "$(jq -c . <<<"$action")" ] || [[ $action = *requestId* ]]
    done <<'EOF'
{"op":"send","content":"hi"}|chat_id is missing
{"op":"send","chat_id":null,"content":"hi"}|chat_id is missing
{"op":"send","chat_id":42,"content":"hi"}|chat_id is not a string
{"op":"send","chat_id":"42"}|content is missing
{"op":"send","chat_id":"42","content":["hi"]}|content is not a string
{"op":"send","chat_id":"42","content":"hi","metadata":"x"}|metadata is not an object
{"op":"send","chat_id":"42","content":"hi","requestId":7}|requestId is not a string
{"op":"edit","chat_id":"42","content":"hi"}|message_id is missing
{"op":"edit","chat_id":"42","message_id":"","content":"hi"}|message_id is empty
{"op":"delete","chat_id":"42"}|message_id is missing
{"op":"typing"}|chat_id is missing
{"op":"follow_up","kind":"x.y","content":"hi"}|session_key is missing
{"op":"follow_up","session_key":"k","content":"hi"}|kind is missing
{"op":"get_chat_info"}|chat_id is missing
{"op":"send_media","chat_id":"42","media_kind":"hologram","source_url":"u"}|media_kind is not one of image, voice, audio, video, document
{"op":"send_media","chat_id":"42","media_kind":"image"}|source_url is missing
{"op":"prompt","chat_id":"4","prompt_kind":"quiz","prompt_id":"a","content":"?","options":[]}|prompt_kind is not one of approval, clarify, choice
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"a b","content":"?","options":[]}|prompt_id is not 1 to 32 of A-Z, a-z, 0-9, '_', '.' and '-'
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"012345678901234567890123456789012","content":"?","options":[]}|prompt_id is not 1 to 32 of A-Z, a-z, 0-9, '_', '.' and '-'
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"a","content":"?"}|options is missing
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"a","content":"?","options":{}}|options is not a list
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"a","content":"?","options":[3]}|option 1 is not an object
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"a","content":"?","options":[{"id":"a","label":"A"},{"id":"é","label":"B"}]}|the id of option 2 is not 1 to 32 of A-Z, a-z, 0-9, '_', '.' and '-'
{"op":"prompt","chat_id":"4","prompt_kind":"choice","prompt_id":"a","content":"?","options":[{"id":"a"}]}|option 1 has no label
{"op":"react","chat_id":"4","message_id":"1"}|emoji is missing
{"op":"thread_create","chat_id":"4"}|thread_name is missing
{"op":"thread_rename","chat_id":"4","thread_name":"t"}|message_id is missing
{"op":"interrupt","reason":"x"}|session_key is missing
{"op":"interrupt","session_key":"k","reason":7}|reason is not a string
EOF
}

@test "from arguments: each option sets its member" {
    while IFS='|' read -r args want; do
        echo "relay-send -n $args"
        eval "run --separate-stderr relay-send -n $args"
        [ "$status" -eq 0 ]
        [ "$(jq -c 'del(.type, .requestId)' <<<"$output")" = "$want" ]
        [ "$(jq -r .type <<<"$output")" = outbound ]
        [[ $(jq -r .requestId <<<"$output") =~ ^[0-9a-f]{32}$ ]]
    done <<'EOF'
-c 42 hello|{"action":{"op":"send","chat_id":"42","content":"hello"}}
-c 42 -- -x  'two words' -|{"action":{"op":"send","chat_id":"42","content":"-x two words -"}}
-p discord -c 42 -r m7 'a "quoted" \ text'|{"action":{"op":"send","chat_id":"42","reply_to":"m7","content":"a \"quoted\" \\ text"},"platform":"discord"}
-c 42 -m thread_id=9 -m scope_id=a=b hi|{"action":{"op":"send","chat_id":"42","metadata":{"thread_id":"9","scope_id":"a=b"},"content":"hi"}}
-c 42 --set-json 'metadata={"x": 1}' -m y=2 hi|{"action":{"op":"send","chat_id":"42","metadata":{"x":1,"y":"2"},"content":"hi"}}
-o typing -c 42|{"action":{"op":"typing","chat_id":"42"}}
-o typing -c 42 ''|{"action":{"op":"typing","chat_id":"42","content":""}}
-o delete -c 42 --set message_id=7|{"action":{"op":"delete","chat_id":"42","message_id":"7"}}
-o edit -c 42 --set message_id=7 new|{"action":{"op":"edit","chat_id":"42","message_id":"7","content":"new"}}
-o react --chat=42 --set message_id=7 --set emoji=👍 --set-json remove=true|{"action":{"op":"react","chat_id":"42","message_id":"7","emoji":"👍","remove":true}}
-o get_chat_info -c 42|{"action":{"op":"get_chat_info","chat_id":"42"}}
-o thread_create -c 42 --set thread_name=t|{"action":{"op":"thread_create","chat_id":"42","thread_name":"t"}}
-o send_media -c 42 --set media_kind=image --set source_url=http://x/ cap|{"action":{"op":"send_media","chat_id":"42","media_kind":"image","source_url":"http://x/","content":"cap"}}
-o prompt -c 42 --set prompt_kind=choice --set prompt_id=p1 --set-json 'options=[{"id":"a","label":"A"}]' Which|{"action":{"op":"prompt","chat_id":"42","prompt_kind":"choice","prompt_id":"p1","options":[{"id":"a","label":"A"}],"content":"Which"}}
-o dance --set-json steps=[1]|{"action":{"op":"dance","steps":[1]}}
-c 1 -c 2 --set x=1 --set x=2 hi|{"action":{"op":"send","chat_id":"2","x":"2","content":"hi"}}
EOF
    run --separate-stderr relay-send -n -c 1 --set requestId=abc --set-json $'n=[9007199254740993 ,\n1.50]' hi
    [ "$output" = '{"type":"outbound","requestId":"abc","action":{"op":"send","chat_id":"1","n":[9007199254740993,1.50],"content":"hi"}}' ]
    run --separate-stderr relay-send -n -o interrupt --set session_key=k enough
    [ "$output" = '{"type":"interrupt","session_key":"k","reason":"enough"}' ]
}

@test "without -n it goes on as a filter after its own frame" {
    run --separate-stderr relay-send -c 42 first <<<'{"op":"send","chat_id":"4","content":"second"}'
    [ "$status" -eq 0 ]
    [ "$(jq -r .action.content <<<"$output")" = $'first\nsecond' ]
}

@test "wrong usage is said in one line and one to --help, 64, and nothing goes out" {
    while IFS='|' read -r args reason; do
        echo "relay-send $args" # names the row that fails
        eval "run --separate-stderr relay-send $args" <<<'{"type":"x"}'
        [ "$status" -eq 64 ]
        [ -z "$output" ]
        [ "${stderr_lines[0]}" = "relay-send: $reason" ]
        [ "${stderr_lines[1]}" = "relay-send: try 'relay-send --help'" ]
        [ "${#stderr_lines[@]}" -eq 2 ]
    done <<'EOF'
-n|option -n: there is nothing to send
-n -c 42|op "send": needs TEXT, or - for stdin
-c 42|op "send": needs TEXT, or - for stdin
-n hello|op "send": chat_id is missing
hello|op "send": chat_id is missing
-n -|op "send": chat_id is missing
--lines|op "send": chat_id is missing
-n -c 42 ''|send TEXT: it is empty
-n -c '' hi|set '': empty
-n -c 42 -o edit hi|op "edit": message_id is missing
-n -c 42 -o delete --set message_id=1 hi|op "delete": takes no TEXT
-n -o interrupt hi|op "interrupt": session_key is missing
-n -o send_media -c 42 --set media_kind=film --set source_url=x|op "send_media": media_kind is not one of image, voice, audio, video, document
-c 42 --lines hi|option --lines: takes no TEXT
-c 42 -m x hi|set 'x': not KEY=VALUE
-c 42 --set =x hi|set '=x': not KEY=VALUE
-c 42 --set-json x= hi|set 'x=': no JSON value
-c 42 --set-json x=01 hi|set 'x=01': bad number
-c 42 --set-json metadata=1 hi|op "send": metadata is not an object
-c 42 --set-json metadata=1 -m a=b hi|set 'a=b': metadata is not an object
-c 42 --set type=x hi|op "send": an action has no type
-c 42 --set-json op=1 hi|op 1: not a string
--frob|option --frob: unknown or ambiguous
EOF
}

@test "- takes all of stdin as the text" {
    printf 'a\tb\n\nc\0d\r\n' >in
    run --separate-stderr relay-send -n -c 42 - <in
    [ "$status" -eq 0 ]
    [ "$(jq -c .action.content <<<"$output")" = '"a\tb\n\nc\u0000d\r"' ]
    run --separate-stderr relay-send -c 42 - <<<'{"op":"send"}'
    [ "$(jq -r .action.content <<<"$output")" = '{"op":"send"}' ]
    run --separate-stderr relay-send -n -c 42 - </dev/null
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    run --separate-stderr relay-send -n -o typing -c 42 - </dev/null
    [ "$(jq -r .action.content <<<"$output")" = '' ]
    [ "$status" -eq 0 ]
}

@test "--lines sends each line that is not blank" {
    printf 'one\r\n\n \ntwo' >in
    run --separate-stderr relay-send --lines -p slack -c 42 <in
    [ "$status" -eq 0 ]
    [ "$(jq -c '[.action.content, .platform]' <<<"$output")" = $'["one","slack"]\n["two","slack"]' ]
    [ "$(jq -r .requestId <<<"$output" | sort -u | wc -l)" -eq 2 ]
}

@test "text that is not UTF-8 is not sent" {
    run --separate-stderr relay-send -n -c 42 $'a\xff'
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    run --separate-stderr relay-send -n -c 42 - <<<$'a\xed\xa0\x80'
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    printf 'one\n\377\nthree\n' >in
    run --separate-stderr relay-send -c 42 --lines <in
    [ "$status" -eq 65 ]
    [ "$(jq -r .action.content <<<"$output")" = $'one\nthree' ]
    [ "$stderr" = 'relay-send: skip line 2: not UTF-8' ]
    run --separate-stderr relay-send -n -c $'\xff' hi
    [ "$status" -eq 64 ]
}

@test "what would become a line too long is refused, and its asker hears of it" {
    printf '{"op":"send","chat_id":"42","requestId":"r","content":"%0180d"}\n' 0 >in
    run --separate-stderr relay-send --max-frame 250 <in
    [ "$status" -eq 65 ]
    [ "$(jq -c '[.requestId, .refused, .action]' <<<"$output")" = '["r","its frame would be longer than 250 bytes",{}]' ]
    printf '%0300d' 0 >in
    run --separate-stderr relay-send --max-frame 250 -n -c 42 - <in
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    yes 12345678 | head -n 40 >in
    run --separate-stderr relay-send --max-frame 250 -n -c 42 - <in
    [ "$status" -eq 65 ]
    [ -z "$output" ]
}

@test "frames of every type pass byte for byte, at speed" {
    actions | relay-send >frames
    for t in hello descriptor inbound outbound_result interrupt_inbound going_idle_ack link x; do
        printf '{ "type" : "%s","op":"send","n":1.50}\n\n' $t
    done >>frames
    for i in $(seq 200); do cat frames; done >in
    relay-send <in | cmp - in
}

@test "a bad line is named, the rest comes through" {
    printf '%s\n' '{"type":"a"}' '{"op":7}' '[]' '{"type":"b"}' >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 65 ]
    [ "$output" = $'{"type":"a"}\n{"type":"b"}' ]
    [ "${stderr_lines[0]}" = 'relay-send: skip line 2: no string "type" at byte 1' ]
    run --separate-stderr relay-send --strict <in
    [ "$status" -eq 65 ]
    [ "$output" = '{"type":"a"}' ]
}

@test "a full disk is 74, a reader that goes away ends it" {
    run --separate-stderr sh -c 'relay-send -n -c 42 hi >/dev/full'
    [ "$status" -eq 74 ]
    run --separate-stderr timeout 5 bash -c 'set -o pipefail; sleep 4 | relay-send -c 42 hi | head -n 1'
    [ "$status" -ne 124 ]
    [ "${#lines[@]}" -eq 1 ]
}
