# SPDX-License-Identifier: MIT
# relay-handshake: hellos, the manifest, descriptors.
load helper

hello() {
    printf '{"type":"hello","platform":"%s","botId":"%s"}\n' "$1" "$2"
}

@test "the descriptor vectors" {
    local vectors=$RELAY_SOURCE/tests/vectors/descriptor.ndjson
    jq -c '{type:"descriptor",n:1,descriptor:.in}' "$vectors" >in
    run --separate-stderr relay-handshake -p x <in
    [ "$status" -eq 76 ]
    jq -cS '.out | select(.) | {type:"descriptor",n:1,descriptor:.}' "$vectors" >want
    tail -n +2 <<<"$output" | canon | cmp - want
    [ "$(wc -l <<<"$stderr")" -eq "$(jq -c 'select(.out==null)' "$vectors" | wc -l)" ]
    [[ $stderr == *'line '*': no max_message_length'* ]]
}

@test "lengths, ops and bytes of a descriptor" {
    local base='"contract_version":01,"platform":"p\u00e9\u0000","label":"","supports_draft_streaming":true,"supports_edit":false,"supports_threads":true,"markdown_dialect":"","len_unit":"x"'
    base=${base/:01/:123456789012345678901234567890}
    local in want got
    while read -r in want; do
        got=$(printf '{"type":"descriptor","x":1.50,"descriptor":{%s,"max_message_length":%s,"supported_ops":["\\u0061",{},"b"]},"x":2}\n' "$base" "$in" |
            relay-handshake -p x | tail -n 1)
        [ "$got" = "{\"type\":\"descriptor\",\"x\":1.50,\"descriptor\":{\"contract_version\":123456789012345678901234567890,\"platform\":\"p\\u00e9\\u0000\",\"label\":\"\",\"max_message_length\":$want,\"supports_draft_streaming\":true,\"supports_edit\":false,\"supports_threads\":true,\"markdown_dialect\":\"\",\"len_unit\":\"x\",\"emoji\":\"🔌\",\"platform_hint\":\"\",\"pii_safe\":false,\"supports_context\":false,\"supports_inchannel_continuable\":false,\"supports_block_formatting\":false,\"supported_ops\":[\"\\u0061\",\"b\"]},\"x\":2}" ] || {
            echo "$in: $got"
            return 1
        }
    done <<'END'
"007" 7
"2000" 2000
"+12" 12
"-5" 4096
"" 4096
"0" 4096
"1.5" 4096
null 4096
true 4096
2000.5 4096
0 4096
-0 4096
99999999999999999999999 99999999999999999999999
"12a" 4096
[] 4096
END
}

@test "a descriptor that is not an object or has wrong types; everything else passes" {
    printf '%s\n' '{"type":"descriptor"}' '{"type":"descriptor","descriptor":[]}' '{"type":"other","descriptor":1}' >in
    run --separate-stderr relay-handshake -p x <in
    [ "$status" -eq 76 ]
    [ "${lines[1]}" = '{"type":"other","descriptor":1}' ]
    [ "${#lines[@]}" -eq 2 ]
    [ "$(grep -c 'not an object' <<<"$stderr")" -eq 2 ]
}

@test "identities from options and environment" {
    [ "$(relay-handshake -n)" = "$(hello relay '')" ]
    [ "$(relay-handshake -n -p ' Discord : a:b ' -p telegram -p discord:a:b -p discord)" = \
        "$(hello discord a:b; hello telegram ''; hello discord '')" ]
    export GATEWAY_RELAY_PLATFORMS=' Discord,,telegram , discord,'
    [ "$(relay-handshake -n)" = "$(hello discord ''; hello telegram '')" ]
    export GATEWAY_RELAY_BOT_IDS=' {"DISCORD":{"botId":"app1"},"telegram":{"botId":123456789012345678901},"x":null}'
    run --separate-stderr relay-handshake -n
    [ "$status" -eq 78 ]
    GATEWAY_RELAY_BOT_IDS=${GATEWAY_RELAY_BOT_IDS/null/\{\}}
    [ "$(relay-handshake -n)" = "$(hello discord app1; hello telegram 123456789012345678901)" ]
    [ "$(relay-handshake -n -p discord -p slack)" = "$(hello discord app1; hello slack '')" ]
    [ "$(relay-handshake -n -p discord:app2 -p discord:)" = "$(hello discord app2; hello discord '')" ]
    [ "$(GATEWAY_RELAY_PLATFORMS=, relay-handshake -n)" = "$(hello relay '')" ]
}

@test "-p takes a list" {
    [ "$(relay-handshake -n -p discord:app1,slack -p ' Telegram ')" = "$(hello discord app1; hello slack ''; hello telegram '')" ]
    for list in a,,b , a,; do
        run -64 --separate-stderr relay-handshake -n -p "$list"
        [ "${stderr_lines[0]}" = "relay-handshake: read --platform '$list': no platform" ]
    done
}

@test "an identity that is not UTF-8 is refused" {
    run --separate-stderr relay-handshake -n -p $'disc\xffrd'
    [ "$status" -eq 64 ]
    [ "${stderr_lines[0]}" = "relay-handshake: read --platform 'disc\xffrd': not UTF-8" ]
    run --separate-stderr env GATEWAY_RELAY_PLATFORMS=$'discord,\xc3' relay-handshake -n
    [ "$status" -eq 78 ]
    [ -z "$output" ]
    [ "$stderr" = 'relay-handshake: read GATEWAY_RELAY_PLATFORMS: not UTF-8' ]
}

@test "bot ids that cannot be read are a configuration error" {
    local bots
    for bots in '{' '[]' '"x"' '{"a":"b"}' '{"a":{"botId":[]}}' '{"a":{"botId":"b"}} x' $'{"a":{"botId":"\xff"}}'; do
        GATEWAY_RELAY_BOT_IDS=$bots run --separate-stderr relay-handshake -n
        [ "$status" -eq 78 ]
        [ -z "$output" ]
        [[ $stderr == *'read GATEWAY_RELAY_BOT_IDS: '* ]]
    done
    GATEWAY_RELAY_BOT_IDS='' relay-handshake -n
}

@test "the manifest goes only with the hello for discord, on one line, with its bytes" {
    printf '[ {"name":"a\\u0062",\n "description":"d  d", "options" : [ 1.50,\t{} ]},\n{"name":"c","description":""} ]\n' >m
    run --separate-stderr relay-handshake -n -p telegram -p discord:x --manifest m
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "$(hello telegram '')" ]
    [ "${lines[1]}" = '{"type":"hello","platform":"discord","botId":"x","command_manifest":[{"name":"a\u0062","description":"d  d","options":[1.50,{}]},{"name":"c","description":""}]}' ]
    run --separate-stderr relay-handshake -n -p telegram --manifest m
    [ "$status" -eq 0 ]
    [[ $stderr == *'leave out manifest'* ]]
}

@test "a bad manifest is refused before anything is sent" {
    local m why
    while IFS='|' read -r m why; do
        printf '%s' "$m" >m
        run --separate-stderr relay-handshake -n -p discord --manifest m
        [ "$status" -eq 65 ]
        [ -z "$output" ]
        [ "$stderr" = "relay-handshake: read manifest m: $why" ] || { echo "$m: $stderr"; return 1; }
    done <<'END'
|no JSON value at byte 1
{}|not a list
[1]|command 1: not an object
[{"name":"a","description":""},{"name":"","description":""}]|command 2: no string name
[{"name":"a","name":7,"description":""}]|command 1: no string name
[{"name":"a"}]|command 1: no string description
[{"name":"a","description":"","options":{}}]|command 1: options are not a list
[{"name":"a","description":"\ud800"}]|a character that does not exist at byte 29
[] x|text after the value at byte 4
END
    run --separate-stderr relay-handshake -n --manifest missing
    [ "$status" -eq 66 ]
}

@test "hellos go out before anything is read" {
    mkfifo in
    exec 8<>in
    background relay-handshake -p a -p b <in >out
    until_true 5 grep -q '"b"' out
    printf '{"type":"x"}\n' >&8
    until_true 5 grep -q '"x"' out
    exec
}

@test "usage, output and pass-through" {
    run --separate-stderr relay-handshake -p ' :x'
    [ "$status" -eq 64 ]
    run --separate-stderr relay-handshake word
    [ "$status" -eq 64 ]
    run --separate-stderr bash -c 'relay-handshake -n >/dev/full'
    [ "$status" -eq 74 ]
    for _ in {1..20}; do
        printf '%s\n' '{"type":"inbound", "event":{"x":9007199254740993,"y":1.50,"z":"a\u0000b","x":1}}' '{"op":"send"}' '' '  {"type":"x"}  '
    done >in
    relay-handshake -p x <in | tail -n +2 | cmp - in
}

@test "a second reading of the protocol agrees on made-up descriptors" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/model.py" descriptor "$([ -n "${LONG-}" ] && echo 50000 || echo 1000)" 1
}
