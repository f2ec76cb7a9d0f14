# SPDX-License-Identifier: MIT
# relay-scope: what it adds to outbound frames, and its state file.
load helper

inbound() { # CHAT SOURCE-MEMBERS
    printf '{"type":"inbound","event":{"source":{"chat_id":%s%s}}}\n' "$1" "${2:+,$2}"
}

outbound() { # ACTION-MEMBERS [FRAME-MEMBERS]
    printf '{"type":"outbound","requestId":"r","action":{%s}%s}\n' "$1" "${2:+,$2}"
}

@test "scope: the vectors" {
    local n=0 line
    while IFS= read -r line; do
        n=$((n + 1))
        jq -c '.in[]' <<<"$line" | relay-scope | canon >got
        jq -cS '.out[]' <<<"$line" | cmp - got || {
            echo "vector $n"
            return 1
        }
    done <"$RELAY_SOURCE/tests/vectors/scope.ndjson"
    [ "$n" -gt 50 ]
}

# Each row: lines to learn from | the outbound | what is to come out.
@test "scope: rows" {
    local learn out want
    while IFS='|' read -r learn out want; do
        printf '%s\n' "$out" >last
        [ "$want" = same ] && want=$out
        printf '%s\n' "${learn//;/$'\n'}" "$out" | relay-scope | tail -n 1 >got
        [ "$(cat got)" = "$want" ] || {
            echo "$learn | $out"
            echo " got: $(cat got)"
            echo "want: $want"
            return 1
        }
    done <<END
$(inbound 42 '"platform":" Discord ","scope_id":12345678901234567890')|$(outbound '"op":"x","chat_id":"42"')|$(outbound '"op":"x","chat_id":"42","metadata":{"scope_id":"12345678901234567890","guild_id":"12345678901234567890"}' '"platform":"discord"')
$(inbound '"4\u0032"' '"user_id":"\u00e9\u0000"')|$(outbound '"op":"x","chat_id":42,"metadata":null')|$(outbound '"op":"x","chat_id":42,"metadata":{"user_id":"\u00e9\u0000"}')
$(inbound 1 '"scope_id":"g","user_id":"u"');$(inbound 1 '"scope_id":"","user_id":null,"profile":"p"')|$(outbound '"chat_id":"1","metadata":{"scope_id":"", "user_id":null,"n":1.50,"n":2}')|$(outbound '"chat_id":"1","metadata":{"scope_id":"g", "user_id":"u","n":1.50,"n":2,"guild_id":"g","profile":"p"}')
$(inbound 1 '"scope_id":"g","guild_id":"h"')|$(outbound '"chat_id":"1","metadata":{"guild_id":"x"}')|same
$(inbound 1 '"scope_id":"","guild_id":"h"')|$(outbound '"chat_id":"1"')|$(outbound '"chat_id":"1","metadata":{"scope_id":"h","guild_id":"h"}')
$(inbound 1 '"scope_id":"g"')|$(outbound '"chat_id":"1","metadata":[]')|same
$(inbound 1 '"scope_id":"g"')|$(outbound '"chat_id":"1","metadata":""')|same
$(inbound 1 '"scope_id":"g"')|$(outbound '"chat_id":"2"')|same
$(inbound '""' '"scope_id":"g"')|$(outbound '"chat_id":""')|same
$(inbound null '"scope_id":"g"')|$(outbound '"chat_id":null')|same
$(inbound 1 '"platform":"relay"')|$(outbound '"chat_id":"1"')|same
$(inbound 1 '"platform":"a"');$(inbound 1 '"platform":"RELAY"')|$(outbound '"chat_id":"1"' '"platform":""')|$(outbound '"chat_id":"1"' '"platform":"a"')
{"type":"hello","platform":"A","botId":""};{"type":"hello","platform":"a ","botId":7};{"type":"hello","platform":"a","botId":"8"};$(inbound 1 '"platform":"a"')|$(outbound '"chat_id":"1"')|$(outbound '"chat_id":"1"' '"platform":"a","botId":"7"')
{"type":"hello","platform":"a","botId":"7"}|$(outbound '"chat_id":"1"' '"platform":" A "')|$(outbound '"chat_id":"1"' '"platform":" A ","botId":"7"')
{"type":"hello","platform":"a","botId":"7"}|$(outbound '"chat_id":"1"' '"platform":"a","botId":"9"')|same
{"type":"hello","platform":"a","botId":"7"}|$(outbound '"chat_id":"1"' '"platform":"a\u0000"')|same
{"type":"hello","platform":"a","botId":"7"}|$(outbound '"op":"follow_up","kind":"A.b.c","metadata":{}')|$(outbound '"op":"follow_up","kind":"A.b.c","metadata":{}' '"platform":"a","botId":"7"')
{"type":"hello","platform":"a"};$(inbound 1 '"platform":"b","scope_id":"g"')|$(outbound '"op":"follow_up","kind":"a.b","chat_id":"1"')|$(outbound '"op":"follow_up","kind":"a.b","chat_id":"1"' '"platform":"a"')
$(inbound 1 '"platform":"b"')|$(outbound '"op":"follow_up","kind":"b.c"')|same
{"type":"inbound","event":[]};{"type":"inbound"};{"type":"inbound","event":{"source":7}}|{"type":"outbound","action":[]}|same
END
}

@test "scope: spacing, duplicates and unknown members keep their bytes" {
    inbound 1 '"scope_id":"g"' >in
    printf '%s\n' '  { "x":9007199254740993 ,"type" : "outbound" , "action":{"y":1.50,"z":"a\u0000b", "chat_id" :"1" , "x":1,"x":2 }, "q":[ ] } ' >>in
    relay-scope <in | tail -n 1 >got
    printf '%s\n' '  { "x":9007199254740993 ,"type" : "outbound" , "action":{"y":1.50,"z":"a\u0000b", "chat_id" :"1" , "x":1,"x":2,"metadata":{"scope_id":"g","guild_id":"g"} }, "q":[ ] } ' | cmp - got
}

@test "scope: the least recently used chat goes first" {
    {
        inbound 1 '"scope_id":"g"'
        inbound 2 '"scope_id":"g"'
        outbound '"chat_id":"1"'
        inbound 3 '"scope_id":"g"'
        outbound '"chat_id":"1"'
        outbound '"chat_id":"2"'
        outbound '"chat_id":"3"'
    } >in
    [ "$(relay-scope --max 2 <in | grep outbound | jq -c '.action|[.chat_id,.metadata.scope_id]')" = $'["1","g"]\n["1","g"]\n["2",null]\n["3","g"]' ]
}

@test "scope: what is absurdly long is not remembered" {
    local long
    long=$(printf '%01100d' 0)
    { inbound 1 "\"scope_id\":\"$long\",\"user_id\":\"u\""; inbound "\"$long\"" '"scope_id":"g"'; outbound '"chat_id":"1"'; outbound "\"chat_id\":\"$long\""; } >in
    run --separate-stderr relay-scope <in
    [ "$status" -eq 0 ]
    [ "$(grep -c 'an identifier is longer' <<<"$stderr")" -eq 2 ]
    [ "$(jq -c .action.metadata <<<"${lines[2]}")" = '{"user_id":"u"}' ]
    [ "${lines[3]}" = "$(outbound "\"chat_id\":\"$long\"")" ]
}

@test "scope: usage, output and bad lines" {
    local args
    for args in '--max 0' '--max x' 'word' '-s'; do
        # shellcheck disable=SC2086 # split on purpose
        run --separate-stderr relay-scope $args
        [ "$status" -eq 64 ]
    done
    run --separate-stderr bash -c 'echo "{\"type\":\"x\"}" | relay-scope >/dev/full'
    [ "$status" -eq 74 ]
    run --separate-stderr relay-scope <<<$'{"type":"a"}\n{"type":1}\n{"type":"b"}'
    [ "$status" -eq 65 ]
    [ "$output" = $'{"type":"a"}\n{"type":"b"}' ]
    [[ $stderr == *'skip line 2: '* ]]
}
