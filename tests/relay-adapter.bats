#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-adapter: the standard ring around a command.

load helper

setup_more() {
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
}

# adapter ARGS… : in the background, on the stub's URL; its pid is in ADAPTER, its stderr in ./err.
adapter() {
    background relay-adapter --url "$URL" "$@" </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 5 grep -q '"hello"' stub.out
}

# message TEXT : a live message from Ada.
message() {
    local source='{"platform":"discord","chat_id":"42","chat_type":"dm","user_id":"7","user_name":"Ada","scope_id":"g1"}'
    say '{"type":"inbound","event":{"text":"'"$1"'","message_id":"m-'"$1"'","source":'"$source"'}}'
}

# The replies the connector got, one a line.
replies() {
    jq -r 'select(.type == "outbound" and .action.op == "send").action.content' stub.out
}

replied() {
    [ "$(replies | wc -l)" -ge "$1" ]
}

drained() {
    kill "$ADAPTER"
    wait "$ADAPTER"
}

@test "a message runs COMMAND, what it prints is sent to the chat with what scope knows" {
    start_stub
    adapter -p discord:app1 sh -c 'echo "you said: $RELAY_TEXT"'
    message hello
    until_true 5 replied 1
    drained
    [ "$(head -n 1 stub.out)" = '{"type":"hello","platform":"discord","botId":"app1"}' ]
    [ "$(jq -c 'select(.type == "outbound") | [.platform, .botId, .action]' stub.out)" = '["discord","app1",{"op":"send","chat_id":"42","content":"you said: hello","metadata":{"scope_id":"g1","guild_id":"g1","user_id":"7"}}]' ] ||
        { cat stub.out; return 1; }
    [ "$(tail -n 1 stub.out)" = '{"type":"going_idle"}' ]
    [ ! -s out ]
    [ "$(cat err)" = 'relay-dial: close link: by us: 1000' ]
}

@test "COMMAND and its arguments are never parsed by a shell" {
    start_stub
    # shellcheck disable=SC2016 # on purpose
    local odd=('a b' '' "it's" '"' '$(touch pwned)' '`touch pwned`' '; touch pwned' '*' '--' '-P' $'two\nlines' '\n')
    adapter -P4 -- printf '[%s]' "${odd[@]}"
    message hello
    until_true 5 replied 1
    drained
    [ "$(replies)" = "$(printf '[%s]' "${odd[@]}")" ]
    [ ! -e pwned ]
}

@test "COMMAND sees neither the secret nor the adapter's variables" {
    printf s3cret >secret
    chmod 600 secret
    start_stub --secret demo=secret
    adapter --secret-file=secret env
    message hello
    until_true 5 replied 1
    drained
    replies | grep '^RELAY_TEXT=hello$'
    run ! grep -rl s3cret stub.out out err
    run ! grep -E '^(noise|hello|run|parallel|timeout|state|after)=' <(replies)
}

@test "options reach their stages, attached or not, short or long" {
    start_stub
    adapter -pdiscord:app1 --platform=telegram -jP 1 --typing --record=link.ndjson --after 10s -q \
        -- echo '{"op":"react","chat_id":"42","message_id":"m1","emoji":"x"}'
    message hello
    until_true 5 grep -q '"react"' stub.out
    drained
    [ "$(grep -c '"hello"' stub.out)" -eq 2 ]
    grep '"typing"' stub.out
    run ! grep '"content"' stub.out
    grep '"dir":"up","frame":{"type":"hello"' link.ndjson
    [ ! -s err ]
}

@test "--after ends it when nothing comes, 0" {
    start_stub
    run --separate-stderr relay-adapter --url "$URL" --after 100ms true
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ "$stderr" = 'relay-dial: close link: by us: 1000' ]
    [ "$(tail -n 1 stub.out)" = '{"type":"going_idle"}' ]
}

@test "a drain waits for the command that runs and for its reply" {
    start_stub
    adapter sh -c 'echo started >&2; sleep 0.5; echo late'
    message hello
    until_true 5 grep -q started err
    drained
    [ "$(replies)" = late ]
}

@test "its siblings are found beside it" {
    start_stub
    mkdir path
    for c in sh dirname getopt true; do ln -s "$(type -P $c)" path; done
    run --separate-stderr env PATH="$PWD/path" "$RELAY_BUILD/bin/relay-adapter" --url "$URL" --after 100ms true
    echo "$stderr"
    [ "$status" -eq 0 ]
}

@test "what cannot work is said before anything is dialled" {
    run --separate-stderr relay-adapter
    [ "$status" -eq 64 ]
    [ "${stderr_lines[0]}" = 'relay-adapter: run: no COMMAND given' ]
    run --separate-stderr relay-adapter -p 'a b' true
    [ "$status" -eq 64 ]
    [ "${stderr_lines[0]}" = "relay-adapter: read platform 'a b': blank in it, or nothing" ]
    run -127 --separate-stderr relay-adapter ./no-such
    [ "$stderr" = 'relay-adapter: run ./no-such: not found' ]
    run --separate-stderr relay-adapter true
    [ "$status" -eq 64 ]
    [[ ${stderr_lines[0]} == 'relay-dial: dial: no URL '* ]]
}

@test "the first stage that fails gives the status" {
    start_stub
    printf '#!/bin/sh\nexit 3\n' >three
    chmod +x three
    while read -r want args; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr timeout 10 relay-adapter -q --url "$URL" $args
        [ "$status" -eq "$want" ] || { echo "$args: $status, not $want"; echo "$stderr"; return 1; }
    done <<'END'
64 -p :x true
64 -P x true
66 -s no/such true
64 --after x true
78 -l -r true
3 -l ./three
0 --after 100ms true
END
}

@test "a ring whose messages failed ends with 1, whatever the status of COMMAND" {
    start_stub
    adapter -q sh -c '[ "$RELAY_TEXT" != bad ] || exit 100; echo "$RELAY_TEXT"'
    message bad
    message good
    until_true 5 replied 1
    kill "$ADAPTER"
    status=0
    wait "$ADAPTER" || status=$?
    [ "$status" -eq 1 ]
    [ "$(replies)" = good ]
}
