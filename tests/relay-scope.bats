# SPDX-License-Identifier: MIT
# relay-scope: what it adds to outbound frames, and its state file.
load helper

inbound() { # CHAT SOURCE-MEMBERS
    printf '{"type":"inbound","event":{"source":{"chat_id":%s%s}}}\n' "$1" "${2:+,$2}"
}

outbound() { # ACTION-MEMBERS [FRAME-MEMBERS]
    printf '{"type":"outbound","requestId":"r","action":{%s}%s}\n' "$1" "${2:+,$2}"
}

# bare FILE : the lines of a state file without their checksums.
bare() {
    sed -E 's/,"crc":"[0-9a-f]{8}"\}$/}/' "$1"
}

@test "the vectors of scope" {
    local vectors=$RELAY_SOURCE/tests/vectors/scope.ndjson n=0 f
    jq -c '.in[], "end"' "$vectors" | awk '/^"end"$/ { n++; next } { print > sprintf("in.%03d", n) }'
    for f in in.*; do
        relay-scope <"$f" >>got
        n=$((n + 1))
    done
    [ "$n" -eq "$(wc -l <"$vectors")" ]
    jq -cS '.out[]' "$vectors" >want
    canon <got | cmp - want
}

# Each row: lines to learn from | the outbound | the expected output.
@test "what an outbound frame gains, and when it stays as it is" {
    local learn out want
    while IFS='|' read -r learn out want; do
        printf '%s\n' "$out" >last
        [ "$want" != same ] || want=$out
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
$(inbound 1 '"platform":"a","scope_id":"g"');$(inbound 1 '"platform":"b","user_id":"u"')|$(outbound '"chat_id":"1"')|$(outbound '"chat_id":"1","metadata":{"user_id":"u"}' '"platform":"b"')
$(inbound 1 '"platform":"a","scope_id":"g"');$(inbound 1 '"platform":"b","user_id":"u"')|$(outbound '"chat_id":"1"' '"platform":" A"')|$(outbound '"chat_id":"1","metadata":{"scope_id":"g","guild_id":"g"}' '"platform":" A"')
$(inbound 1 '"platform":"a","scope_id":"g"');$(inbound 1 '"platform":"b"')|$(outbound '"chat_id":"1"' '"platform":"c"')|same
$(inbound 1 '"platform":"a","scope_id":"g"');$(inbound 1 '"platform":"b"');$(inbound 1 '"platform":"a"')|$(outbound '"chat_id":"1"')|$(outbound '"chat_id":"1","metadata":{"scope_id":"g","guild_id":"g"}' '"platform":"a"')
$(inbound 1 '"platform":"a","scope_id":"g"');$(inbound 1 '"user_id":"v"')|$(outbound '"chat_id":"1"')|$(outbound '"chat_id":"1","metadata":{"scope_id":"g","guild_id":"g","user_id":"v"}' '"platform":"a"')
$(inbound 1 '"user_id":"v"');$(inbound 1 '"platform":"a","scope_id":"g"')|$(outbound '"chat_id":"1"')|$(outbound '"chat_id":"1","metadata":{"scope_id":"g","guild_id":"g"}' '"platform":"a"')
$(inbound 1 '"user_id":"v"');$(inbound 1 '"platform":"a","scope_id":"g"')|$(outbound '"chat_id":"1"' '"platform":"b"')|$(outbound '"chat_id":"1","metadata":{"user_id":"v"}' '"platform":"b"')
{"type":"inbound","event":[]};{"type":"inbound"};{"type":"inbound","event":{"source":7}}|{"type":"outbound","action":[]}|same
END
}

# Each row: the action | the expected output. Learnt before: chat 1 of platforms a and b, and their bots.
@test "actions are stamped as outbound frames are" {
    local action want
    printf '%s\n' '{"type":"hello","platform":"a","botId":"x"}' '{"type":"hello","platform":"b","botId":""}' >known
    { inbound 1 '"platform":"a","scope_id":"g","profile":"p"'; inbound 1 '"platform":"b","user_id":"u"'; } >>known
    while IFS='|' read -r action want; do
        [ "$want" != same ] || want=$action
        { cat known; printf '%s\n' "$action"; } | relay-scope | tail -n 1 >got
        [ "$(cat got)" = "$want" ] || {
            echo "$action"
            echo " got: $(cat got)"
            echo "want: $want"
            return 1
        }
    done <<'END'
{"op":"send","chat_id":"1"}|{"op":"send","chat_id":"1","metadata":{"user_id":"u"},"platform":"b"}
{"op":"send","chat_id":1 ,"platform":"a","metadata":{"n":1.50,"profile":"q"}}|{"op":"send","chat_id":1 ,"platform":"a","metadata":{"n":1.50,"profile":"q","scope_id":"g","guild_id":"g"},"botId":"x"}
{"op":"send","chat_id":"1","platform":"a","botId":"y","metadata":{"scope_id":"h","profile":"q"}}|same
{"op":"send","chat_id":"2","n":1E2}|same
{"op":"send","chat_id":"1","addressed":true}|{"op":"send","chat_id":"1"}
{"op":"send","addressed":true,"chat_id":"1","platform":"a","metadata":{"scope_id":"g"}}|{"op":"send","chat_id":"1","platform":"a","metadata":{"scope_id":"g"},"botId":"x"}
{"op":"send","chat_id":"1","addressed":"yes"}|{"op":"send","chat_id":"1","addressed":"yes","metadata":{"user_id":"u"},"platform":"b"}
{"op":"follow_up","session_key":"k","kind":"a.b","chat_id":"1"}|{"op":"follow_up","session_key":"k","kind":"a.b","chat_id":"1","platform":"a","botId":"x"}
{"op":"follow_up","session_key":"k","kind":"a.b","addressed":true}|{"op":"follow_up","session_key":"k","kind":"a.b","platform":"a","botId":"x"}
{"op":"interrupt","session_key":"k","chat_id":"1","platform":"a"}|same
{"type":"outbound","action":{"op":"send","addressed":true,"chat_id":"1"}}|{"type":"outbound","action":{"op":"send","chat_id":"1"}}
END
}

@test "spacing, duplicates and unknown members keep their bytes" {
    inbound 1 '"scope_id":"g"' >in
    printf '%s\n' '  { "x":9007199254740993 ,"type" : "outbound" , "action":{"y":1.50,"z":"a\u0000b", "chat_id" :"1" , "x":1,"x":2 }, "q":[ ] } ' >>in
    relay-scope <in | tail -n 1 >got
    printf '%s\n' '  { "x":9007199254740993 ,"type" : "outbound" , "action":{"y":1.50,"z":"a\u0000b", "chat_id" :"1" , "x":1,"x":2,"metadata":{"scope_id":"g","guild_id":"g"} }, "q":[ ] } ' | cmp - got
}

@test "the least recently used chat goes first" {
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

@test "one chat's platforms do not push out other chats, and are bounded" {
    local i
    {
        inbound 1 '"scope_id":"g"'
        for i in {1..20}; do inbound 2 "\"platform\":\"p$i\",\"scope_id\":\"s$i\""; done
        outbound '"chat_id":"1"'
        for i in 4 5 20; do outbound '"chat_id":"2"' "\"platform\":\"p$i\""; done
    } >in
    [ "$(relay-scope <in | grep outbound | jq -c .action.metadata.scope_id)" = $'"g"\nnull\n"s5"\n"s20"' ]
    [ "$(relay-scope --max 2 <in | grep outbound | jq -c .action.metadata.scope_id)" = $'null\nnull\nnull\n"s20"' ]
}

@test "absurdly long identifiers are not remembered" {
    local long
    long=$(printf '%01100d' 0)
    { inbound 1 "\"scope_id\":\"$long\",\"user_id\":\"u\""; inbound "\"$long\"" '"scope_id":"g"'; outbound '"chat_id":"1"'; outbound "\"chat_id\":\"$long\""; } >in
    run --separate-stderr relay-scope <in
    [ "$status" -eq 65 ]
    [ "$(grep -c 'an identifier is longer' <<<"$stderr")" -eq 2 ]
    [ "$(jq -c .action.metadata <<<"${lines[2]}")" = '{"user_id":"u"}' ]
    [ "${lines[3]}" = "$(outbound "\"chat_id\":\"$long\"")" ]
}

@test "wrong usage is 64" {
    local args
    for args in '--max 0' '--max x' 'word' '-s'; do
        # shellcheck disable=SC2086 # split on purpose
        run --separate-stderr relay-scope $args
        [ "$status" -eq 64 ]
    done
}

@test "-s: the next run knows, newer values win, and the log is shortened" {
    inbound 1 '"scope_id":"g","platform":"discord","user_id":"u\u0000","profile":"p"' | relay-scope -s state >/dev/null
    [ "$(stat -c %a state)" = 600 ]
    { inbound 1 '"scope_id":"h"'; inbound 2 '"user_id":7'; inbound 1 '"scope_id":"h"'; } | relay-scope --state state >/dev/null
    [ "$(wc -l <state)" -eq 4 ]
    run --separate-stderr relay-scope -s state <<<"$(outbound '"chat_id":1')"
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$output" = "$(outbound '"chat_id":1,"metadata":{"scope_id":"h","guild_id":"h","user_id":"u\u0000","profile":"p"}' '"platform":"discord"')" ]
    [ "$(wc -l <state)" -eq 3 ]
    relay-scope -s state --max 1 </dev/null
    [ "$(bare state)" = $'{"relay-scope":1}\n{"chat_id":"2","user_id":"7"}' ]
    chmod 644 state
    inbound 3 '"scope_id":"x"' | relay-scope -s state >/dev/null
    relay-scope -s state --max 1 </dev/null
    [ "$(stat -c %a state)" = 644 ]
}

@test "-s: the platforms of a chat and which is the newest are kept; old files are read" {
    {
        inbound 1 '"platform":"a","scope_id":"g"'
        inbound 1 '"platform":"b","user_id":"u"'
        inbound 1 '"platform":"a"'
    } >in
    relay-scope -s state <in >/dev/null
    for _ in written rewritten; do
        run --separate-stderr relay-scope -s state <<<"$(outbound '"chat_id":"1"')"
        [ "$output" = "$(outbound '"chat_id":"1","metadata":{"scope_id":"g","guild_id":"g"}' '"platform":"a"')" ]
        run --separate-stderr relay-scope -s state <<<"$(outbound '"chat_id":"1"' '"platform":"b"')"
        [ "$output" = "$(outbound '"chat_id":"1","metadata":{"user_id":"u"}' '"platform":"b"')" ]
    done
    # as written by versions that knew one platform per chat
    printf '%s\n' '{"relay-scope":1}' '{"chat_id":"1","user_id":"u"}' '{"chat_id":"1","platform":"a","user_id":"u"}' \
        '{"chat_id":"1","platform":"a","scope_id":"g","user_id":"u"}' >old
    run --separate-stderr relay-scope -s old <<<"$(outbound '"chat_id":"1"')"
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$output" = "$(outbound '"chat_id":"1","metadata":{"scope_id":"g","guild_id":"g","user_id":"u"}' '"platform":"a"')" ]
}

@test "-s: it is written before the frame is passed on" {
    mkfifo in
    exec 8<>in
    background relay-scope -s state <in >out
    inbound 1 '"scope_id":"g"' >&8
    until_true 5 test -s out
    [ "$(bare state | tail -n 1)" = '{"chat_id":"1","scope_id":"g"}' ]
    exec 8>&-
}

@test "-s: a torn last line is dropped and reported, a whole one is kept" {
    local torn
    inbound 1 '"scope_id":"g"' | relay-scope -s good >/dev/null
    for torn in '{' '{"chat_id":"2","scope_id":"h"}' $'\xff\xff'; do
        { cat good; printf '%s' "$torn"; } >state
        run --separate-stderr relay-scope -q -s state </dev/null
        [ "$status" -eq 65 ]
        [[ $stderr == *"drop a torn last line of "+([0-9])" bytes" ]]
        cmp good state
    done
    printf '%s' "$(cat good)" >state
    for name in state old; do
        [ -e "$name" ] || printf '{"relay-scope":1}\n{"chat_id":"1","scope_id":"g"}' >"$name"
        run --separate-stderr relay-scope -s "$name" <<<"$(inbound 2 '"scope_id":"h"')"
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [ "$(bare "$name")" = $'{"relay-scope":1}\n{"chat_id":"1","scope_id":"g"}\n{"chat_id":"2","scope_id":"h"}' ]
    done
    for torn in '' '{"relay-scope":1}'; do
        printf '%s' "$torn" >state
        relay-scope -s state </dev/null
        [ "$(bare state)" = '{"relay-scope":1}' ]
    done
    for torn in '{"rel' '{"relay-scope":1,"crc":"'; do
        printf '%s' "$torn" >state
        run -65 --separate-stderr relay-scope -q -s state </dev/null
        [[ $stderr == *': drop a torn last line of '* ]]
        [ "$(bare state)" = '{"relay-scope":1}' ]
    done
}

@test "-s: a damaged line is skipped and reported; a file of another kind is left unchanged" {
    local torn
    { inbound 1 '"scope_id":"g"'; inbound 2 '"scope_id":"h"'; } | relay-scope -s good >/dev/null
    sed '2s/"g"/"G"/' good >state
    run --separate-stderr relay-scope -q -s state <<<"$(outbound '"chat_id":"1"')"
    [ "$status" -eq 65 ]
    [[ $stderr == 'relay-scope: read state '*'state: skip 1 bad line'* ]]
    [ "$output" = "$(outbound '"chat_id":"1"')" ]
    [ "$(bare state)" = $'{"relay-scope":1}\n{"chat_id":"2","scope_id":"h"}' ]
    # without checksums
    { echo '{"relay-scope":1}'; printf '%s\n' '{"chat_id":2,"scope_id":"h"}' 'x' '{"chat_id":"3","scope_id":"h"}'; head -c 100000 /dev/zero; echo; } >state
    run --separate-stderr relay-scope -s state <<<"$(outbound '"chat_id":3')"
    [ "$status" -eq 65 ]
    [[ $stderr == *'skip 3 bad lines' ]]
    [[ $output == *'"scope_id":"h"'* ]]
    [ "$(wc -l <state)" -eq 2 ]
    for torn in $'{"type":"inbound"}\n' 'words' $'\n' '{"relay-scope":2}' $'{"relay-scope":1} \n'; do
        printf '%s' "$torn" >state
        run --separate-stderr relay-scope -s state </dev/null
        [ "$status" -eq 66 ]
        printf '%s' "$torn" | cmp - state
    done
    mkdir dir
    mkfifo fifo
    for torn in dir fifo /dev/null none/state; do
        run --separate-stderr relay-scope -s "$torn" </dev/null
        [ "$status" -eq 66 ]
    done
}

@test "-s: a second writer is refused, even after the file was rewritten" {
    mkfifo in
    exec 8<>in
    inbound 1 '"scope_id":"g"' | relay-scope -s real >/dev/null
    inbound 1 '"scope_id":"h"' | relay-scope -s real >/dev/null
    ln -s real state
    background relay-scope -s state <in >out
    FIRST=$!
    inbound 1 '"scope_id":"i"' >&8
    until_true 5 test -s out
    for name in state real; do
        run --separate-stderr relay-scope -s "$name" </dev/null
        [ "$status" -eq 78 ]
        [[ $stderr == *'another process uses it' ]]
    done
    [ -L state ]
    kill -9 "$FIRST"
    wait "$FIRST" || true
    [[ "$(relay-scope -s state <<<"$(outbound '"chat_id":1')")" == *'"scope_id":"i"'* ]]
    exec 8>&-
}

@test "-s: a full disk is an error, and it goes on from memory" {
    seq 2000 | sed 's/.*/{"type":"inbound","event":{"source":{"chat_id":&,"scope_id":"g&"}}}/' >in
    for i in 1 2000; do outbound "\"chat_id\":$i"; done >>in
    # shellcheck disable=SC2016 # expanded by the inner shell
    bash -c 'ulimit -f 16; exec relay-scope -s state' <in 2>err | cat >out
    [ "${PIPESTATUS[0]}" -eq 74 ]
    [ "$(wc -l <err)" -eq 1 ]
    grep -q '^relay-scope: write state .*: File too large$' err
    [ "$(tail -n 2 out | jq -c .action.metadata.scope_id)" = $'"g1"\n"g2000"' ]
    run --separate-stderr relay-scope -s state <<<"$(outbound '"chat_id":1')"
    [ "$status" -eq 0 ]
    [[ $output == *'"scope_id":"g1"'* ]]
}

@test "-s: the log stays bounded while it runs" {
    /usr/bin/python3 -c 'for n in range(40000): print("{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":%d,\"scope_id\":\"%d\"}}}" % (n % 500, n))' >in
    relay-scope -s state --max 100 <in >out
    cmp in out
    [ "$(stat -c %s state)" -lt 300000 ]
    [ "$(relay-scope -s state <<<"$(outbound '"chat_id":499')" | jq -r .action.metadata.scope_id)" -eq 39999 ]
}

@test "-s: killed at any instant, its file has everything it passed on" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/scope_kill.py" "$([ -n "${LONG-}" ] && echo 1500 || echo 6)"
}

@test "a second reading of the protocol agrees on made-up frames, over a restart" {
    local seed
    for seed in 1 2 3; do
        /usr/bin/python3 "$RELAY_SOURCE/tests/model.py" scope "$([ -n "${LONG-}" ] && echo 50000 || echo 1000)" "$seed"
    done
}
