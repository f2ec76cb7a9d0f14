#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo: a connector, a ring around a small agent, a conversation, a message that comes while nobody is there, and a
# pool of workers, one of which is killed.
# On a terminal it then hands over to whoever sits there.
set -u
cd "$(dirname "$0")/.." || exit
PATH=$(cd "${1:-build}" && pwd)/bin:$PATH:/usr/sbin
work=$(mktemp -d) ring='' stub='' pool=''

# shellcheck disable=SC2317,SC2086 # called by the trap; pids, or nothing
clean() {
    [ -z "$ring$stub$pool" ] || kill $ring $stub $pool 2>/dev/null
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
        [ "$tries" -lt 1500 ] || fail "no $what"
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

# gateway HOW…: the gateway, as soon as there is a connector.
gateway() {
    eventually 'connector' test -s "$work/url"
    exec relay-adapter -q --url "$(cat "$work/url")" --id demo --secret-file "$work/secret" -p discord:app1 "$@" \
        2>>"$work/ring.err" 3>&-
}

agent() {
    gateway -- tests/demo-agent.sh
}

# A NATS server on a free port, for a pool; NATS_URL is its address.
server() {
    mkdir "$work/ports"
    printf 'listen: "127.0.0.1:-1"\nports_file_dir: "%s"\njetstream { store_dir: "%s" }\n' "$work/ports" "$work/store" >"$work/conf"
    nats-server -c "$work/conf" >"$work/server.log" 2>&1 3>&- &
    pool="$pool $!"
    eventually 'NATS server' grep -q 'Server is ready' "$work/server.log"
    eventually 'port of it' grep -qs 'nats:' "$work"/ports/*.ports
    NATS_URL=$(sed -n 's/.*"\(nats:[^"]*\)".*/\1/p' "$work"/ports/*.ports)
    export NATS_URL
    # A worker that is silent for so long has died: 30 s, if nothing else is said.
    relay-queue -q --set-up --ack-wait 2s 2>>"$work/pool.err" || fail 'no pool'
}

# worker: takes turns; the one that a turn begins in says so.
# shellcheck disable=SC2016 # expanded by the inner shell
worker() {
    DEMO_TURN=$work/turn exec relay-work -q -P 1 -- sh -c 'DEMO_WORKER=$PPID exec relay-run -q -P 1 tests/demo-agent.sh' \
        2>>"$work/pool.err" 3>&-
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
agent </dev/null &
ring=$!
eventually 'hello' grep '"hello"' "$work/up"
says 'hello' && hears
says 'what is 6*7?' && hears

step 'the gateway goes: idle first, then its work finished, exit 0'
drain
says 'are you there?'
eventually 'buffer' grep -q 'are you there' "$work/buffer"

step 'and comes back: what was kept is delivered, answered, acknowledged'
agent </dev/null &
ring=$!
hears
eventually 'acknowledgement' grep '"inbound_ack"' "$work/up"
grep '"inbound_ack"' "$work/up" | tail -n 1
drain

step 'a pool: a NATS server, two workers; the one that takes the message is killed with -9'
server
worker </dev/null &
pool="$pool $!"
worker </dev/null &
pool="$pool $!"
gateway --queue - </dev/null &
ring=$!
says 'take your time'
eventually 'turn' test -s "$work/turn"
kill -KILL "$(cat "$work/turn")"
hears
drain
# shellcheck disable=SC2086 # pids
kill $pool 2>/dev/null
# shellcheck disable=SC2086 # pids
wait $pool
pool=''
kill "$stub" && wait "$stub"
stub=''

if [ -t 0 ] && [ -t 1 ]; then
    step 'your turn: write to the agent; Ctrl-D ends'
    rm -f "$work/url"
    agent </dev/null &
    ring=$!
    (connector --console)
    kill "$ring" && wait "$ring"
    ring=''
fi
step 'done'
