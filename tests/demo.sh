#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo: a connector, a ring around a small agent, a conversation, and a message that comes while nobody is there.
# On a terminal it then hands over to whoever sits there.
set -u
cd "$(dirname "$0")/.." || exit
PATH=$(cd "${1:-build}" && pwd)/bin:$PATH
work=$(mktemp -d) ring='' stub=''

# shellcheck disable=SC2317,SC2086 # called by the trap; pids, or nothing
clean() {
    [ -z "$ring$stub" ] || kill $ring $stub 2>/dev/null
    exec 3>&-
    wait
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
    echo "demo: $1" >&2
    cat "$work"/*.err >&2
    exit 1
}

# eventually WHAT COMMAND…: waits for a condition.
eventually() {
    what=$1 tries=0
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || fail "no $what"
        sleep 0.02
    done
}

step() {
    printf '\n-- %s\n' "$1"
}

# The secret is in a file that only its owner can read; no command line ever shows it.
(umask 077 && od -An -N 24 -tx1 /dev/urandom | tr -d ' \n' >"$work/secret")

connector() {
    rm -f "$work/url"
    exec relay-stub --secret "demo=$work/secret" --url-file "$work/url" "$@"
}

# The gateway, as soon as there is a connector.
gateway() {
    eventually 'connector' test -s "$work/url"
    exec relay-adapter -q --url "$(cat "$work/url")" --id demo --secret-file "$work/secret" -p discord:app1 \
        -- tests/demo-agent.sh 2>>"$work/ring.err" 3>&-
}

# Ends the gateway as an operator does: it goes idle, finishes its work, and exits 0.
drain() {
    kill -TERM "$ring"
    wait "$ring"
    status=$? ring=''
    [ "$status" -eq 0 ] || fail "exit $status"
}

# says TEXT: Ada writes to the bot.
says() {
    said=$((${said-0} + 1))
    printf '%-7s%s\n' ada "$1"
    printf '{"type":"inbound","event":{"text":"%s","message_id":"%d","source":%s}}\n' "$1" "$said" \
        '{"platform":"discord","chat_id":"42","chat_type":"dm","user_id":"7","user_name":"Ada"}' >&3
}

replies() {
    relay-decode -f tsv "$work/up" | awk -F '\t' '$3 == "outbound" { print $12 }'
}

# shellcheck disable=SC2317 # called by eventually
answered() {
    [ "$(replies | wc -l)" -ge "$said" ]
}

hears() {
    eventually 'reply' answered
    printf '%-7s%s\n' agent "$(replies | tail -n 1)"
}

mkfifo "$work/in" && exec 3<>"$work/in"
connector --buffer "$work/buffer" <"$work/in" >"$work/up" 2>"$work/stub.err" &
stub=$!
eventually 'connector' test -s "$work/url"
step "a connector at $(cat "$work/url"), an agent in a ring of filters"
gateway </dev/null &
ring=$!
eventually 'hello' grep '"hello"' "$work/up"
says 'hello' && hears
says 'what is 6*7?' && hears

step 'the gateway goes: idle first, then its work finished, exit 0'
drain
says 'are you there?'
eventually 'buffer' grep -q 'are you there' "$work/buffer"

step 'and comes back: what was kept is delivered, answered, acknowledged'
gateway </dev/null &
ring=$!
hears
eventually 'acknowledgement' grep '"inbound_ack"' "$work/up"
grep '"inbound_ack"' "$work/up" | tail -n 1
drain
kill "$stub" && wait "$stub"
stub=''

if [ -t 0 ] && [ -t 1 ]; then
    step 'your turn: write to the agent; Ctrl-D ends'
    rm -f "$work/url"
    gateway </dev/null &
    ring=$!
    (connector --console)
    kill "$ring" && wait "$ring"
    ring=''
fi
step 'done'
