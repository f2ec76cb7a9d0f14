#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-send in a ring, with texts that are shown while they grow: each becomes messages that are sent and then edited.

load helper
load relay-send

# greet [PLATFORM MEMBERS…] : a descriptor passes; discord, and messages of at most 40 characters, unless told otherwise.
greet() {
    jq -cn --arg p "${1:-discord}" --argjson more "${2-{\}}" '{type: "descriptor", descriptor: ({contract_version: 1,
        platform: $p, label: $p, max_message_length: 40, len_unit: "chars", markdown_dialect: "discord",
        supports_draft_streaming: false, supports_edit: true, supports_threads: true} + $more)}' >&9
}

# grow ID TEXT [MORE MEMBERS] : the text so far; more follows unless told otherwise.
grow() {
    local more=${3-}
    jq -cn --arg id "$1" --arg text "$2" --argjson more "${more:-"{\"more\":true}"}" \
        '{op: "stream", requestId: $id, chat_id: "1", content: $text, reply_to: "m0"} + $more' >&9
}

ok() {
    result "$1" '"success":true'"${2:+,\"message_id\":\"$2\"}"
}

# What has left: op, the message that is edited, and the text, each on a line.
shown() {
    jq -r 'select(.type == "outbound") | if .answered then "= \(.answered | tojson)" else
        "\(.action.op) \(.action.message_id // .action.reply_to // "-") \(.action.content | @json)" end' out
}

@test "a text that grows is sent once and then edited, one request at a time, and ends exactly" {
    stage
    greet
    grow a 'one'
    grow a 'one two'
    mark 1
    [ "$(left)" = a.1 ]
    ok a.1 m1
    mark 2
    [ "$(left)" = 'a.1 a.2' ]
    grow a 'one two three'
    grow a 'one two three four' '{}'
    send b behind
    mark 3
    [ "$(left)" = 'a.1 a.2' ]
    ok a.2
    mark 4
    [ "$(left)" = 'a.1 a.2 a.3' ]
    ok a.3
    mark 5
    [ "$(shown)" = 'send m0 "one"
edit m1 "one two"
edit m1 "one two three four"
= {"success":true,"message_id":"m1"}
send - "behind"' ] || { shown; false; }
    [ "$(jq -c 'select(.action.op == "edit").action.finalize' out | paste -sd ' ')" = 'null true' ]
    exec 9>&-
    until_true 20 test -s status
    [ "$(cat status)" = 0 ] && [ ! -s err ]
}

@test "a longer text goes on in the next message, and code is closed and opened again" {
    stage
    greet
    grow a $'look:\n```c\nint a = 1;'
    ok a.1 m1
    grow a $'look:\n```c\nint a = 1;\nint b = 2;\nint c = 3;'
    ok a.2
    ok a.3 m2
    grow a $'look:\n```c\nint a = 1;\nint b = 2;\nint c = 3;\n```\ndone.' '{}'
    ok a.4
    mark 1
    [ "$(shown)" = 'send m0 "look:\n```c\nint a = 1;\n```"
edit m1 "look:\n```c\nint a = 1;\nint b = 2;\n```"
send - "```c\nint c = 3;\n```"
edit m2 "```c\nint c = 3;\n```\ndone."
= {"success":true,"message_id":"m1","continuation_message_ids":["m2"]}' ] || { shown; false; }
}

@test "a text that grows begins after what waits in its chat; what comes after its end waits for it" {
    stage --max-length 20
    greet
    send a 'one two three four five six'
    grow b 'begins'
    send c other 2
    mark 1
    [ "$(left)" = 'a c' ]
    result a
    mark 2
    [ "$(left)" = 'a c a/2 b.1' ]
    send d 'beside it'
    mark 3
    [ "$(left)" = 'a c a/2 b.1 d' ]
    grow b 'begins and goes on in another message' '{}'
    send e 'after it'
    ok b.1 m1
    mark 5
    [ "$(left)" = 'a c a/2 b.1 d b.2' ]
    ok b.2
    mark 6
    [ "$(left)" = 'a c a/2 b.1 d b.2 b.3' ]
    grep -q '"type":"work","running":0,"waiting":[1-9]' out
    ok b.3 m2
    mark 7
    [ "$(left)" = 'a c a/2 b.1 d b.2 b.3 b e' ]
    until_true 20 grep -q '"type":"work","running":0,"waiting":0' out
}

@test "an edit that is refused for a time waits, and then shows the newest text" {
    stage
    greet
    grow a one
    ok a.1 m1
    grow a 'one two'
    mark 1
    grow a 'one two three'
    grow a 'one two three four' '{}'
    result a.2 '"success":false,"error":"slow down","retry_after":0.3'
    until_true 20 have_left a.1 a.2 a.2
    ok a.2
    mark 2
    [ "$(shown | tail -n 1)" = '= {"success":true,"message_id":"m1"}' ]
    [ "$(shown | tail -n 2 | head -n 1)" = 'edit m1 "one two three four"' ] || { shown; false; }
}

@test "a message that cannot be edited stays, and the rest follows in the next one, once" {
    stage
    greet
    grow a 'one two'
    ok a.1 m1
    grow a 'one two three'
    result a.2 '"success":false,"error":"message is gone"'
    grow a 'one two three four'
    mark 1
    [ "$(left)" = 'a.1 a.2' ]
    grow a 'one two three four five' '{}'
    result a.3 '"success":false,"error":"message is gone"'
    ok a.4 m2
    mark 2
    [ "$(shown)" = 'send m0 "one two"
edit m1 "one two three"
edit m1 "one two three four five"
send - "three four five"
= {"success":true,"message_id":"m1","continuation_message_ids":["m2"]}' ] || { shown; false; }
}

@test "a send whose fate is unknown is not repeated: the text goes on after a mark, which is told" {
    stage
    greet
    grow a 'one two'
    result a.1 '"success":false,"ambiguous":true,"error":"relay transport connection lost"'
    grow a 'one two three'
    mark 1
    [ "$(left)" = a.1 ]
    grow a 'one two three four' '{}'
    ok a.2 m2
    mark 2
    [ "$(shown | sed 1d)" = 'send - "… three four"
= {"success":false,"error":"it is not known whether all of the text is in the chat","ambiguous":true,'\
'"continuation_message_ids":["m2"]}' ] || { shown; false; }
    exec 9>&-
    until_true 20 test -s status
    [ "$(cat status)" = 1 ]
    [ "$(cat err)" = 'relay-send: stream "a": it is not known whether all of the text is in the chat' ]
}

@test "an edit whose fate is unknown is made again" {
    stage
    greet
    grow a one
    ok a.1 m1
    grow a 'one two' '{}'
    mark 1
    result a.2 '"success":false,"ambiguous":true,"error":"relay transport connection lost"'
    ok a.3
    mark 2
    [ "$(shown | sed 1d)" = 'edit m1 "one two"
edit m1 "one two"
= {"success":true,"message_id":"m1"}' ] || { shown; false; }
}

@test "when the rest is refused, the last message is marked; a security refusal is not tried in another way" {
    stage
    greet
    grow a 'one two three four five six seven'
    ok a.1 m1
    grow a 'one two three four five six seven eight nine ten' '{}'
    ok a.2
    result a.3 '"success":false,"error":"egress declined: no"'
    ok a.4
    grow b 'one'
    result b.1 '"success":false,"error":"no"'
    grow b 'one two' '{}'
    result b.2 '"success":false,"error":"no"'
    mark 1
    [ "$(shown)" = 'send m0 "one two three four five six seven"
edit m1 "one two three four five six seven eight"
send - "nine ten"
edit m1 "one two three four five six seven …"
= {"success":false,"error":"the rest of the text was refused","message_id":"m1"}
send m0 "one"
send m0 "one two"
= {"success":false,"error":"no"}' ] || { shown; false; }
    exec 9>&-
    until_true 20 test -s status
    [ "$(cat status)" = 1 ]
}

@test "a text that is cut off ends with the mark; if none of it is shown yet, nothing is sent" {
    stage
    greet
    grow a 'one two'
    ok a.1 m1
    grow a $'one two\n```\nx' '{"cut":true}'
    ok a.2
    greet plain '{"supports_edit":false}'
    grow b 'one' '{"more":true,"platform":"plain"}'
    grow b 'one' '{"cut":true,"platform":"plain"}'
    mark 1
    [ "$(shown)" = 'send m0 "one two"
edit m1 "one two\n```\nx\n```\n…"
= {"success":true,"message_id":"m1"}' ] || { shown; false; }
}

@test "where messages cannot be edited, one is sent at the end, or one for each paragraph" {
    stage
    greet plain '{"supports_edit":false}'
    grow a 'one'
    grow a $'one\n\ntwo'
    grow a $'one\n\ntwo three' '{}'
    ok a m1
    grow b 'one' '{"more":true,"paragraphs":true}'
    grow b $'one\n\ntwo' '{"more":true,"paragraphs":true}'
    ok b.1 m2
    grow b $'one\n\ntwo three' '{"paragraphs":true}'
    ok b.2 m3
    mark 1
    [ "$(shown)" = 'send m0 "one\n\ntwo three"
send m0 "one"
send - "two three"
= {"success":true,"message_id":"m2","continuation_message_ids":["m3"]}' ] || { shown; false; }
}

@test "outside a ring, and before a descriptor has come, only the whole text is sent" {
    printf '%s\n' '{"op":"stream","requestId":"a","chat_id":"1","content":"one","more":true}' \
        '{"op":"stream","requestId":"a","chat_id":"1","content":"one two"}' | relay-send >out
    [ "$(cat out)" = '{"type":"outbound","requestId":"a","action":{"op":"send","chat_id":"1","content":"one two"}}' ]
}

@test "at the end of the input what is left of a text leaves at once" {
    stage
    greet
    grow a 'one two three four five six seven'
    mark 1
    grow a 'one two three four five six seven eight nine ten' '{}'
    grow b 'one'
    exec 9>&-
    until_true 20 test -s status
    [ "$(shown)" = 'send m0 "one two three four five six seven"
send - "eight nine ten"
= {"success":true}
= {"success":false,"error":"the text was cut off before any of it was shown"}' ] || { shown; false; }
}
