#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run --reactions and --typing: the signs of what becomes of a message.

load helper
load relay-run

# describes PLATFORM OPS : its descriptor passes.
describes() {
    jq -cn --arg p "$1" --argjson ops "$2" '{type: "descriptor", descriptor: {contract_version: 1, platform: $p, label: $p,
        max_message_length: 4000, len_unit: "chars", markdown_dialect: "", supports_draft_streaming: false,
        supports_edit: true, supports_threads: true, supported_ops: $ops}}'
}

# What was done, a line each: op, emoji or text, and whether a reaction was taken away.
done_so_far() {
    jq -r 'select(.op) | "\(.op) \(.emoji // .content // "-")\(if .remove then " removed" else "" end)"' "${1:-out}"
}

# signs PLATFORM OPTIONS… COMMAND… : what is done for a message from there.
signs() {
    local platform=$1
    shift
    { describes "$platform" '["send","react","typing"]'; message 42 m1 hi b1 | sed "s/discord/$platform/"; } |
        relay-run --reactions "$@" >out 2>err || true
    done_so_far
}

@test "a message has a reaction while it is worked on, and another when it is done or given up" {
    [ "$(signs discord echo yes)" = 'react 👀
send yes
react 👀 removed
react ✅' ]
    [ "$(jq -c 'select(.op == "react") | [.chat_id, .message_id, .platform]' out | sort -u)" = '["42","m1","discord"]' ]
    [ "$(tail -n 1 out)" = '{"type":"inbound_ack","bufferId":"b1"}' ]
    [ "$(signs discord --attempts 1 --on-failure sorry false)" = 'react 👀
react 👀 removed
react ❌
send sorry' ]
    [ "$(signs telegram true)" = 'react 👀
react 👀 removed
react 👍' ]
    [ "$(signs telegram --attempts 1 false | tail -n 1)" = 'react 👎' ]
}

@test "it is there once for all attempts, and an interrupt leaves none" {
    script agent <<<'echo >>tried; [ "$RELAY_ATTEMPT" = 2 ] && exec sleep 60; exit 1'
    start_run --reactions ./agent
    feed describes discord '["send","react"]'
    feed message 42 m1 hi
    twice() { [ "$(grep -c '' tried)" -eq 2 ]; }
    until_true 20 twice
    [ "$(done_so_far)" = 'react 👀' ]
    feed echo '{"type":"interrupt_inbound","session_key":"s:42","chat_id":"42"}'
    until_true 20 grep -q '"remove"' out
    [ "$(done_so_far)" = 'react 👀
react 👀 removed' ]
    exec 9>&-
    wait "$RUN"
}

@test "there is none where reactions are not supported or not known, nor for a message without an id" {
    { message 42 m1 hi; describes discord '["send"]'; message 42 m2 hi; } | relay-run --reactions echo yes >out
    [ "$(done_so_far)" = 'send yes
send yes' ]
    { describes discord '["send","react"]'; message 42 m1 hi | sed 's/"message_id":"m1"/"message_id":null/'; } |
        relay-run --reactions echo yes >out
    [ "$(done_so_far)" = 'send yes' ]
}

@test "typing is cleared at the end where it stays otherwise" {
    [ "$(signs slack --typing true)" = 'typing -
react 👀
typing 
react 👀 removed
react ✅' ]
    [ "$(signs discord --typing true | grep -c typing)" -eq 1 ]
}

# ring RULES OPTIONS… : the ring around a COMMAND that repeats the text, at a stub with these rules.
ring() {
    printf '%s\n' "$1" >rules
    start_stub --result rules
    # shellcheck disable=SC2016 # for the inner shell
    background relay-adapter --url "$URL" -p discord --reactions "${@:2}" sh -c 'echo "$RELAY_TEXT"' </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
}

asks() {
    say '{"type":"inbound","event":{"text":"'"$1"'","message_id":"m-'"$1"'","source":{"platform":"discord","chat_id":"42"}}}'
    until_true 20 grep -q '"content":"'"$1"'"' stub.out
}

@test "a reaction that fails is told, and is no failure" {
    ring '{"op":"react","result":{"success":false,"error":"no such emoji"}}'
    asks one
    until_true 20 grep -q '✅' stub.out
    kill "$ADAPTER"
    wait "$ADAPTER"
    [ "$(grep -c 'no such emoji' err)" -eq 3 ]
}

@test "no text waits for a reaction that is refused for a time" {
    ring '{"op":"react","result":{"success":false,"error":"slow","retry_after":600}}' --kill-after 100ms
    asks one
    until_true 20 grep -q '👀' stub.out
    asks two
    kill "$ADAPTER"
    wait "$ADAPTER" || true
}
