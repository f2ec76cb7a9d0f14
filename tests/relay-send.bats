# SPDX-License-Identifier: MIT
# relay-send: actions and arguments become outbound frames.
load helper

# An action of each op with everything it needs; LINES has one per line.
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

@test "an action of every op becomes an outbound frame that holds it byte for byte" {
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

@test "the mark of a whole address stays in the ring; Unicode line ends leave it escaped" {
    sep=$'\u2028' par=$'\u2029' nel=$'\u0085'
    cat >in <<END
{"op":"send","requestId":"a","chat_id":"4","addressed":true,"content":"x${sep}y${par}${nel}z ’ é"}
{"op":"interrupt","session_key":"k","addressed":true,"reason":"${nel}"}
{"type":"outbound","requestId":"b","action":{"op":"send","chat_id":"4","content":"${sep}"}}
END
    run --separate-stderr relay-send <in
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = '{"type":"outbound","requestId":"a","action":{"op":"send","chat_id":"4","content":"x\u2028y\u2029\u0085z ’ é"}}' ]
    [ "${lines[1]}" = '{"type":"interrupt","session_key":"k","reason":"\u0085"}' ]
    [ "${lines[2]}" = "$(tail -n 1 in)" ]
    run --separate-stderr relay-send -n -c 42 "a${sep}b"
    [ "$(jq -c .action.content <<<"$output")" = "\"a${sep}b\"" ]
    [[ $output == *'"a\u2028b"'* ]]
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
    cat >rows <<'EOF'
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
    sed 's/|.*//' rows >in
    sed 's/.*|//' rows >reasons
    run --separate-stderr relay-send <in
    [ "$status" -eq 65 ]
    printf '%s\n' "$output" >out
    jq -r .refused out | diff reasons -
    jq -r '"relay-send: refuse \(.action.op | tojson) \(.requestId | tojson): \(.refused)"' out | diff - <(printf '%s\n' "$stderr")
    sed -E 's/^\{"type":"outbound","requestId":"[0-9a-f]{32}","action":(.*),"refused":"[^"]*"\}$/\1/' out >actions
    sed 's/,"requestId":7//' in | cmp - actions
    # one at a time: each of them alone sets the status
    while IFS= read -r action; do
        run --separate-stderr relay-send -q <<<"$action"
        [ "$status" -eq 65 ]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done <in
}

@test "from arguments: each option sets its member" {
    while IFS='|' read -r args want; do
        echo "relay-send -n $args"
        eval "run --separate-stderr relay-send -n $args"
        [ "$status" -eq 0 ]
        [[ $output =~ ^\{\"type\":\"outbound\",\"requestId\":\"[0-9a-f]{32}\",(.*)$ ]]
        [ "{${BASH_REMATCH[1]}" = "$want" ]
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

@test "after -c a text that begins with - is a text, unless it is exactly an option" {
    local text
    for text in '- item' -hello -h --help -V --version '--- x' -5 '-open the door'; do
        run --separate-stderr relay-send -n -c 42 "$text"
        [ "$status" -eq 0 ]
        [ "$(jq -r .action.content <<<"$output")" = "$text" ]
    done
    relay-send -n -c 42 -p discord -q -o react --set message_id=7 --set-json=emoji='"x"' |
        jq -e '.action.op == "react" and .action.emoji == "x" and .platform == "discord"'
    for text in -n -q --lines=; do # exactly an option: said, not sent
        run -64 --separate-stderr relay-send -n -c 42 "$text"
        [ -z "$output" ]
        [ "$(relay-send -n -c 42 -- "$text" | jq -r .action.content)" = "$text" ]
    done
    run --separate-stderr relay-send -h -c 42 x
    [[ $output == Usage:* ]]
}

@test "a frame that not every peer takes causes a warning" {
    head -c 1100000 /dev/zero | tr '\0' x >big
    run --separate-stderr bash -c 'relay-send -n -c 42 --set requestId=r1 - <big | wc -l'
    [ "$output" -eq 1 ]
    [[ $stderr =~ ^'relay-send: send "r1": 11'[0-9]*' bytes, and peers may take no more than 1 MiB'$ ]]
}

@test "an unknown op causes a warning" {
    run --separate-stderr relay-send -n -c 42 -o sned -- hi
    [ "$status" -eq 0 ]
    [ "$(jq -r .action.op <<<"$output")" = sned ]
    [ "$stderr" = 'relay-send: send op "sned": not known, it goes out as it is' ]
}

@test "wrong usage is one line and one that points to --help, 64, and nothing goes out" {
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
-n -c '' hi|read --chat '': empty
-n -c 42 -o edit hi|op "edit": message_id is missing
-n -c 42 -o delete --set message_id=1 hi|op "delete": takes no TEXT
-n -o interrupt hi|op "interrupt": session_key is missing
-n -o send_media -c 42 --set media_kind=film --set source_url=x|op "send_media": media_kind is not one of image, voice, audio, video, document
-c 42 -m x hi|read --metadata 'x': not KEY=VALUE
-c 42 --set =x hi|read --set '=x': not KEY=VALUE
-c 42 --set-json x= hi|read --set-json 'x=': no JSON value
-c 42 --set-json x=01 hi|read --set-json 'x=01': bad number
-c 42 --set-json metadata=1 hi|op "send": metadata is not an object
-c 42 --set-json metadata=1 -m a=b hi|read --metadata 'a=b': metadata is not an object
-c 42 --set type=x hi|op "send": an action has no type
-c 42 --set-json op=1 hi|op 1: not a string
--frob|option --frob: unknown
--len-unit words|read --len-unit 'words': not one of chars|utf16
EOF
    run --separate-stderr relay-send -c 42 --lines hi </dev/null
    [ "$status" -eq 78 ]
    [ "$stderr" = 'relay-send: --lines: takes no TEXT' ]
}

@test "- takes all of stdin as the text" {
    printf 'a\tb\r\n\nc\0d\r\n' >in
    run --separate-stderr relay-send -n -c 42 - <in
    [ "$status" -eq 0 ]
    [ "$(jq -c .action.content <<<"$output")" = '"a\tb\n\nc\u0000d"' ]
    run --separate-stderr relay-send -c 42 - <<<'{"op":"send"}'
    [ "$(jq -r .action.content <<<"$output")" = '{"op":"send"}' ]
    run --separate-stderr relay-send -n -c 42 - </dev/null
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    [ "$stderr" = 'relay-send: send stdin: it is empty' ]
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
    [ "$stderr" = 'relay-send: send stdin: not UTF-8' ]
    printf 'one\n\377\nthree\n' >in
    run --separate-stderr relay-send -c 42 --lines <in
    [ "$status" -eq 65 ]
    [ "$(jq -r .action.content <<<"$output")" = $'one\nthree' ]
    [ "$stderr" = 'relay-send: skip line 2: not UTF-8' ]
    run --separate-stderr relay-send -n -c $'\xff' hi
    [ "$status" -eq 64 ]
}

@test "an action whose frame would be too long is refused, and whoever asked gets a result" {
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
    mkfifo quiet
    run --separate-stderr timeout 10 bash -c 'exec 8<>quiet; relay-send -c 42 hi <&8 | head -n 1'
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 1 ]
}

# descriptor PLATFORM MAX UNIT DIALECT OPS : prints a descriptor frame.
descriptor() {
    printf '{"type":"descriptor","descriptor":{"contract_version":1,"platform":"%s","label":"x","max_message_length":%s,"len_unit":"%s","markdown_dialect":"%s","supported_ops":%s,"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true}}\n' "$@"
}

@test "a text over the descriptor's limit, in its unit, is split; only the first part is a reply" {
    { descriptor discord 20 utf16 discord '[]'; cat <<'EOF'; } >in
{"op":"send","requestId":"r","chat_id":"1","big":9007199254740993,"content":"one two three\u0020four\ud83d\ude42 🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂","reply_to":"m","platform":"discord"}
{"op":"send","requestId":"s","chat_id":"1","content":"it fits, just about."}
EOF
    run --separate-stderr relay-send <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "${lines[1]}" = '{"type":"outbound","requestId":"r","action":{"op":"send","chat_id":"1","big":9007199254740993,"content":"one two three four🙂","reply_to":"m"},"platform":"discord"}' ]
    [ "${lines[2]}" = '{"type":"outbound","requestId":"r/2","action":{"op":"send","chat_id":"1","big":9007199254740993,"content":"🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"},"platform":"discord"}' ]
    [ "${lines[3]}" = '{"type":"outbound","requestId":"r/3","action":{"op":"send","chat_id":"1","big":9007199254740993,"content":"🙂🙂"},"platform":"discord"}' ]
    [ "${lines[4]}" = '{"type":"outbound","requestId":"s","action":{"op":"send","chat_id":"1","content":"it fits, just about."}}' ]
    [ "${#lines[@]}" -eq 5 ]
}

# parts [OPTIONS…] : prints the parts of the text on stdin, one per line, as JSON.
parts() {
    relay-send -n -c 1 "$@" - | jq -c .action.content
}

@test "a text is cut at a paragraph, a line, a sentence, a word, a cluster" {
    while IFS='|' read -r max text want; do
        echo "$max: $text"
        [ "$(printf '%b' "$text" | parts --max-length "$max" | tr '\n' ' ')" = "$want " ]
    done <<'EOF'
20|First one.\n\nSecond. Third one.|"First one." "Second. Third one."
20|First.\r\n\r\nSecond\r\nThird one.|"First." "Second\nThird one."
20|line one\n  line two\n  line three|"line one\n  line two" "  line three"
24|One is. Two is! Three is "it." Four?|"One is. Two is!" "Three is \"it.\" Four?"
12|a bcd efghi jklmno p|"a bcd efghi" "jklmno p"
10|0123456789abc|"0123456789" "abc"
10|01234 56789abcdefghi|"01234" "56789abcde" "fghi"
8|日本語。日本語、日本語|"日本語。" "日本語、日本語"
5|👨‍👩‍👧👨‍👩‍👧🇩🇪aé|"👨‍👩‍👧" "👨‍👩‍👧" "🇩🇪aé"
3|👨‍👩‍👧x|"👨‍👩" "‍👧x"
6|a      \n\n\n      b|"a" "b"
4|          |"    "
EOF
}

@test "a code fence that is cut is closed and opened again, where the dialect has code blocks" {
    text='intro\n```py title="x"\nline_one()\nline_two()\nline_three()\n```\nend'
    [ "$(printf '%b' "$text" | parts --max-length 48 | tr '\n' ' ')" = '"intro\n```py title=\"x\"\nline_one()\nline_two()\n```" "```py title=\"x\"\nline_three()\n```\nend" ' ]
    for dialect in commonmark discord plain ''; do
        descriptor discord 48 chars "$dialect" '[]'
        printf '%b' "$text" | jq -Rsc '{op: "send", chat_id: "1", content: .}'
    done >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 0 ]
    jq -r 'select(.action) | .action.content' <<<"$output" >got
    printf '%b' 'intro\n```py title="x"\nline_one()\nline_two()\n```\n```py title="x"\nline_three()\n```\nend\n' >want
    # for Discord, the text after the language is code here, which must not be shown twice
    printf '%b' 'intro\n```py title="x"\nline_one()\nline_two()\n```\n```\nline_three()\n```\nend\n' >>want
    for i in 1 2; do
        printf '%b' 'intro\n```py title="x"\nline_one()\nline_two()\nline_three()\n```\nend\n'
    done >>want
    diff want got
}

# split_rows : of rows on stdin "DIALECT;MAX;TEXT;PARTS", TEXT with \n and PARTS as JSON strings, prints and fails
# on those whose text is split in another way.
split_rows() {
    cat >rows
    jq -Rc 'split(";") as [$dialect, $max, $text] | "p\(input_line_number)" as $p |
        {type: "descriptor", descriptor: {contract_version: 1, platform: $p, label: "x", markdown_dialect: $dialect,
            len_unit: "utf16", max_message_length: ($max | tonumber), supports_draft_streaming: false,
            supports_edit: true, supports_threads: true}},
        {op: "send", chat_id: "1", platform: $p, content: ($text | gsub("\\\\n"; "\n"))}' rows | relay-send >out
    jq -rs '[.[] | select(.action)] | group_by(.platform[1:] | tonumber)[] |
        map(.action.content | tojson) | join(" ")' out >got
    sed 's/^[^"]*;"/"/' rows | diff - got
}

@test "code is closed and opened again as the reader's platform reads it" {
    split_rows <<'EOF'
discord;40;```py\nfoo()\nbar()```\nand prose goes on behind it, so;"```py\nfoo()\nbar()```" "and prose goes on behind it, so"
commonmark;44;```py\nfoo()\nbar()```\nand(code) goes on\nbehind_it();"```py\nfoo()\nbar()```\nand(code) goes on\n```" "```py\nbehind_it()"
slack;32;see ```one two\nthree four\nfive``` end;"see ```one two\nthree four\n```" "```\nfive``` end"
discord;34;- ```sh\n  cmd 0\n  cmd 1\n  cmd 2\n  ```\n- Then;"- ```sh\n  cmd 0\n  cmd 1\n  ```" "  ```sh\n  cmd 2\n  ```\n- Then"
commonmark;34;- ```sh\n  cmd 0\n  cmd 1\n  cmd 2\n  ```\n- Then;"- ```sh\n  cmd 0\n  cmd 1\n  ```" "  ```sh\n  cmd 2\n  ```\n- Then"
commonmark;44;10. ```\n    cmd 0\n    cmd 1\n    cmd 2\n    ```\n11. Then;"10. ```\n    cmd 0\n    cmd 1\n    ```" "```\ncmd 2\n```\n11. Then"
commonmark;30;> ```\n> cmd 0\n> cmd 1\n> cmd 2\n> ```;"> ```\n> cmd 0\n> cmd 1\n> ```" "> ```\n> cmd 2\n> ```"
discord;30;> ```\n> cmd 0\n> cmd 1\n> cmd 2\n> ```;"> ```\n> cmd 0\n> cmd 1\n> ```" "> ```\n> cmd 2\n> ```"
commonmark;24;Like this:\n\n    ```\n    code\n\nand so on it goes;"Like this:" "    ```\n    code" "and so on it goes"
commonmark;24;~~~c\na = 1,\nb = 2,\nc = 3,\n~~~;"~~~c\na = 1,\nb = 2,\n~~~" "~~~c\nc = 3,\n~~~"
discord;30;```py\nno end of it\nis there, so it is\ntext;"```py\nno end of it" "is there, so it is\ntext"
plain;24;```py\nfoo() and bar()\n```\nend;"```py\nfoo() and bar()" "```\nend"
EOF
}

@test "a construct that would be whole in a part is not cut; no spoiler is shown" {
    split_rows <<'EOF'
discord;24;The answer is ||hidden here|| ok;"The answer is" "||hidden here|| ok"
discord;24;It is ||hidden and longer than one part|| ok;"It is ||hidden and||" "||longer than one part||" "ok"
markdown_v2;24;It is ||hidden and longer than one part|| ok;"It is ||hidden and||" "||longer than one part||" "ok"
discord;24;Say `make all` or `make check` now;"Say `make all` or" "`make check` now"
commonmark;24;Read **all of it, please** and then;"Read" "**all of it, please**" "and then"
commonmark;30;See it in [the manual here](u:v) ok;"See it in" "[the manual here](u:v) ok"
slack;24;some *bold words here* and _it is_;"some *bold words here*" "and _it is_"
discord;30;a `code that is longer than one part by far` z;"a `code that is longer than`" "`one part by far` z"
commonmark;40;intro text here\n\n## Heading\n\ntext of it that is more;"intro text here" "## Heading\n\ntext of it that is more"
commonmark;40;| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |;"| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |" "| a | b |\n|---|---|\n| 5 | 6 |"
commonmark;60;| a | b |\n|---|---|\n| 1 | two words and more of them in one cell, and more yet |;"| a | b |\n|---|---|\n| 1 | two words and more of them in |" "| a | b |\n|---|---|\n| | one cell, and more yet |"
commonmark;24;> quoted words of a line that is long;"> quoted words of a line" "> that is long"
commonmark;30;- one\n  - two words\n    - three\n    - four;"- one\n  - two words" "- three\n- four"
commonmark;24;words of text, a list - it is none;"words of text, a list -" "it is none"
EOF
}

@test "a text over the limit that cannot be split is refused" {
    {
        descriptor discord 10 chars discord '["send","edit","prompt","send_media"]'
        cat <<'EOF'
{"op":"edit","chat_id":"1","message_id":"1","content":"12345678901"}
{"op":"edit","chat_id":"1","message_id":"1","content":"\u0031234567890"}
{"op":"send_media","chat_id":"1","media_kind":"image","source_url":"http://x.example/abc","content":"12345678901"}
{"op":"prompt","chat_id":"1","prompt_kind":"choice","prompt_id":"1","options":[],"content":"12345678901"}
EOF
    } >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 65 ]
    [ "$(jq -r 'select(.action).refused' <<<"$output" | tr '\n' ';')" = 'content has 11 characters, 10 is the most;null;content has 11 characters, 10 is the most;content has 11 characters, 10 is the most;' ]
    run --separate-stderr relay-send -n -c 1 --no-split --max-length 3 --len-unit utf16 '🙂🙂'
    [ "$status" -eq 65 ]
    [ "$(jq -r .refused <<<"$output")" = 'content has 4 UTF-16 units, 3 is the most' ]
    run --separate-stderr relay-send -n -c 1 --max-length 1 --len-unit utf16 '🙂🙂'
    [ "$status" -eq 65 ]
    run --separate-stderr relay-send -n -c 1 --no-split --max-length 2 --len-unit chars '🙂🙂'
    [ "$status" -eq 0 ]
}

@test "an op that the connector does not support is refused, once a descriptor has come" {
    react='{"op":"react","chat_id":"1","message_id":"1","emoji":"x"}'
    {
        echo "$react"
        descriptor discord 10 chars '' '[]'
        echo "$react"
        echo '{"op":"typing","chat_id":"1"}'
        descriptor discord 10 chars '' '["react"]'
        echo "$react"
        echo '{"op":"typing","chat_id":"1"}'
        echo '{"op":"dance"}'
        echo '{"op":"interrupt","session_key":"k"}'
    } >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 65 ]
    [ "$(jq -r 'select(.type != "descriptor") | .refused' <<<"$output" | tr '\n' ';')" = 'null;the connector does not support react on discord;null;null;the connector does not support typing on discord;null;null;' ]
}

@test "the limit is that of the action's platform or kind, or else of the first platform" {
    long='"content":"0123456789012345678901234","requestId":"r"'
    {
        descriptor discord 10 chars '' '[]'
        descriptor slack 20 chars '' '[]'
        echo '{"type":"inbound","event":{"text":"x","source":{"platform":" Slack","chat_id":77}}}'
        echo "{\"op\":\"send\",\"chat_id\":\"none\",$long}"
        echo "{\"op\":\"send\",\"chat_id\":\"unknown\",\"platform\":\"matrix\",$long}"
        echo "{\"op\":\"send\",\"chat_id\":\"slack\",\"platform\":\"slack\",$long}"
        echo "{\"op\":\"send\",\"chat_id\":\"SLACK\",\"platform\":\" Slack \",$long}"
        echo "{\"op\":\"send\",\"chat_id\":\"77\",$long}" # what came in for a chat says nothing here: relay-scope stamps
        echo "{\"op\":\"follow_up\",\"chat_id\":\"kind\",\"session_key\":\"k\",\"kind\":\"slack.x\",$long}"
        echo '{"type":"link","state":"open"}'
        descriptor slack 20 chars '' '[]'
        echo "{\"op\":\"send\",\"chat_id\":\"new link\",$long}"
    } >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 0 ]
    jq -r 'select(.action).action | "\(.chat_id)|\(.content | length)"' <<<"$output" >got
    diff - got <<'EOF'
none|10
none|10
none|5
unknown|10
unknown|10
unknown|5
slack|20
slack|5
SLACK|20
SLACK|5
77|10
77|10
77|5
kind|20
kind|5
new link|20
new link|5
EOF
}

@test "after a restart the limit and the ops are those of the chat's platform, which relay-scope knows" {
    descriptors() { descriptor telegram 4096 utf16 telegram '[]'; descriptor discord 2000 chars discord '["send","react"]'; }
    { descriptors; echo '{"type":"inbound","event":{"text":"x","source":{"platform":"discord","chat_id":"42"}}}'; } |
        relay-scope -s state | relay-send >/dev/null
    {
        descriptors
        printf '{"op":"send","chat_id":"42","content":"%03000d"}\n' 0
        echo '{"op":"react","chat_id":"42","message_id":"7","emoji":"+1"}'
    } >in
    relay-scope -s state <in | relay-send >out
    [ "$(jq -r 'select(.action) | "\(.platform) \(.action.op) \(.action.content // "" | length) \(.refused)"' out)" = \
        $'discord send 2000 null\ndiscord send 1000 null\ndiscord react 0 null' ]
}

@test "--max-length and --len-unit override the descriptor" {
    { descriptor discord 10 utf16 '' '[]'; echo '{"op":"send","chat_id":"1","content":"🙂🙂🙂🙂🙂🙂"}'; } >in
    for row in ':5 1' '--len-unit chars:6' '--max-length 2:1 1 1 1 1 1' '--max-length 4 --len-unit chars:4 2'; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr relay-send ${row%:*} <in
        [ "$(jq -r 'select(.action) | .action.content | length' <<<"$output" | xargs)" = "${row#*:}" ]
    done
}

@test "lengths are counted as in the vectors; random texts are split without loss" {
    "$RELAY_BUILD/tests/lib/split" lengths <"$RELAY_SOURCE/tests/vectors/length.ndjson"
    # a fixed seed, so that a run says something about the current change; with LONG=1, a new one each time
    texts='60 7'
    [ -z "${LONG-}" ] || texts=1000
    # shellcheck disable=SC2086 # words
    run "$RELAY_BUILD/tests/lib/split" $texts
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "a megabyte is split quickly, and its parts are not all held in memory" {
    awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%s word and another one, line %d.\n", (i % 7 ? "A" : "\n日本語"), i }' >text
    [ "$(wc -c <text)" -gt 700000 ]
    elapsed_ms relay-send -n -c 1 --max-length 2000 - <text >out
    [ "$MS" -lt 20000 ]
    jq -e -s 'length > 300 and all(.[]; .action.content | length <= 2000)' out
    # one character per part: 100 MB of frames, of which only one line is read
    mkfifo pipe
    exec 7<>pipe
    background relay-send -n -c 1 --max-length 1 - <text >pipe
    read -r line <&7
    [ "$(jq -r .action.content <<<"$line")" = 日 ]
    until_true 10 grep -q '^State:.*sleeping' "/proc/$!/status"
    [ "$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$!/status")" -lt 60000 ] || nm -D "$(command -v relay-send)" | grep -q __asan_init
    exec 7>&-
}

@test "a frame after a long text comes after all of its parts" {
    { descriptor discord 3 chars '' '[]'; printf '{"op":"send","chat_id":"1","content":"%030000d"}\n' 0; echo '{"type":"last"}'; } >in
    run --separate-stderr relay-send <in
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 10002 ]
    [ "${lines[10001]}" = '{"type":"last"}' ]
    [ "$(jq -r '.requestId // empty' <<<"$output" | sort -u | wc -l)" -eq 10000 ]
}
