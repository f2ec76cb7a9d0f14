#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-say: one message, its id, and a true exit status.

load helper

setup_more() {
    printf s3cret >secret
    chmod 600 secret
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
}

start_connector() {
    start_stub --secret demo=secret "$@"
    export GATEWAY_RELAY_URL=$URL
}

# sent MEMBERS : what the connector got, of each outbound.
sent() {
    jq -c 'select(.type == "outbound") | '"$1" stub.out
}

@test "it prints the message's id, in any shell; no word of the text is an option or parsed" {
    start_connector
    local n=0
    for sh in dash bash 'busybox sh'; do
        # shellcheck disable=SC2086 # two words
        run --separate-stderr $sh "$RELAY_BUILD/bin/relay-say" -c 42 -pdiscord:app1 --reply-to=7 -m thread_id=t 'it'"'"'s' '$(touch pwned)' '*' -x --chat 'a\nb'
        [ "$status" -eq 0 ] || { echo "$sh: $status $stderr"; return 1; }
        [ "$output" = "m$((++n))" ]
        [ -z "$stderr" ]
    done
    [ ! -e pwned ]
    sent '[.platform, .botId, .action]' | sort -u >got
    [ "$(cat got)" = '["discord","app1",{"op":"send","chat_id":"42","reply_to":"7","metadata":{"thread_id":"t"},"content":"it'"'"'s $(touch pwned) * -x --chat a\\nb"}]' ] || { cat got; return 1; }
}

@test "the text from stdin, whole; over the limit, the id of each part" {
    start_connector
    printf 'one\n\ntwo "\\\n' | relay-say -c 42 -p discord -
    [ "$(sent .action.content)" = '"one\n\ntwo \"\\"' ]
    text=$(printf 'word %.0s' {1..1500})
    run --separate-stderr relay-say -c 42 -p telegram - <<<"$text"
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    run --separate-stderr relay-say -c 42 -p telegram --max-length 4096 - <<<"$text"
    [ "$status" -eq 0 ]
    [ "$(wc -w <<<"$output")" -eq 2 ]
}

@test "the exit status says what became of it, and one line why, in dash too" {
    printf '{"op":"send","result":{"success":false,"error":"no such chat"}}\n' >rules
    start_connector --result rules
    for sh in dash bash; do
        run --separate-stderr $sh "$RELAY_BUILD/bin/relay-say" -c 42 -p discord x
        [ "$status" -eq 1 ]
        [ -z "$output" ]
        [[ $stderr == 'relay-dial: '*'no such chat'* ]]
        run --separate-stderr $sh "$RELAY_BUILD/bin/relay-say" --url ws://127.0.0.1:1 -c 42 x
        [ "$status" -eq 69 ]
        [[ $stderr == *'relay-dial: dial ws://127.0.0.1:1/relay: '* ]]
        run --separate-stderr env GATEWAY_RELAY_SECRET=wrong $sh "$RELAY_BUILD/bin/relay-say" -c 42 -p discord x
        [ "$status" -eq 77 ]
        [[ $stderr == *4401* ]]
    done
}

@test "a result that does not come is 75" {
    start_connector --no-result
    run --separate-stderr relay-say -w 300ms -c 42 -p discord x
    [ "$status" -eq 75 ]
    [ -z "$output" ]
    [[ $stderr == *'relay-dial: '* ]]
}

@test "through a running ring: no second connection, and the same statuses" {
    start_connector
    background relay-adapter -q -p discord --control 'c t l' cat </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 test -S 'c t l'
    unset GATEWAY_RELAY_URL GATEWAY_RELAY_SECRET
    for sh in dash bash 'busybox sh'; do
        # shellcheck disable=SC2086 # two words
        $sh "$RELAY_BUILD/bin/relay-say" --control 'c t l' -c 42 'hello  there'
    done >ids
    [ "$(cat ids)" = $'m1\nm2\nm3' ]
    [ "$(sent .action.content | sort -u)" = '"hello  there"' ]
    [ "$(grep -c '"hello","platform"' stub.out)" -eq 1 ]
    run --separate-stderr relay-say --control nowhere -c 42 x
    [ "$status" -eq 69 ]
    run --separate-stderr relay-say --control 'c t l' -p nope -c 42 x
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    [[ $stderr == 'relay-control: send '* ]]
    kill "$ADAPTER"
    wait "$ADAPTER" || true
}

@test "what cannot be sent is told before anything is dialled" {
    start_connector
    while IFS='|' read -r want args reason; do
        # shellcheck disable=SC2086 # a list of words
        eval "run --separate-stderr relay-say $args"
        [ "$status" -eq "$want" ] && [[ ${stderr_lines[0]} == $reason ]] || { echo "$args: $status $stderr"; return 1; }
        [ -z "$output" ]
    done <<'END'
64||relay-say: send: no --chat given
64|-c 42|relay-say: send: no TEXT given
64|--nope=s3cret x|relay-say: option --nope: unknown
64|-z x|relay-say: option -z: unknown
64|-c|relay-say: option -c: needs an argument
64|-qk=x x|relay-say: option -=: unknown
64|-c '' x|relay-say: read --chat '': empty
64|-c $'a\nb' x|relay-say: read --chat 'a?b': a line end in it
64|-c 42 ''|relay-send: *
65|-c 42 $'\377'|relay-send: send TEXT: not UTF-8
78|-c 42 --control ctl --url ws://x x|relay-say: --control: the ring has its own link, and takes no option for one
END
    [ ! -s stub.out ]
    run --separate-stderr bash -c 'relay-say -q -c 42 -p discord x >/dev/full'
    [ "$status" -eq 74 ]
    [ "$stderr" = 'relay-say: write stdout: failed' ]
    run --separate-stderr env -i GATEWAY_RELAY_URL="$URL" GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret "$RELAY_BUILD/bin/relay-say" -c 42 -p discord x
    [ "$status" -eq 0 ]
}
