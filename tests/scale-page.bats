#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-scale(7): every block of the page, run against a server of the test's own. Ports, hosts and paths are replaced;
# what it says about rights is what the server grants here.

load helper
load nats

PAGE=$RELAY_SOURCE/man/relay-scale.7

setup_more() {
    unset NATS_URL NATS_CREDS
    export GATEWAY_RELAY_SECRET=s3cret
    export PATH=$PATH:/usr/sbin
    printf '#!/bin/sh\ncat >/dev/null\necho "you said: $RELAY_TEXT, by $RELAY_GATEWAY"\n' >reply.sh
    chmod +x reply.sh
}

# block HEADING [N] : the N-th literal block below that heading (1).
block() {
    sed -n "/^\.S[hs] $1/,/^\.S[hs] /p" "$PAGE" | awk -v n="${2-1}" '/^\.Ed/ { on = 0 } on; /^\.Bd -literal/ { on = ++i == n }' |
        sed 's/\\e/\\/g; s/\\&//g'
}

# runs SCRIPT : sh runs it in the background; the processes end with it.
runs() {
    [ -e "$1.sh" ] || sed 's/^/exec /' "$1" >"$1.sh"
    background sh "$1.sh" <"${2:-/dev/null}"
}

@test "trying it: a server, a link in this terminal, two workers; one is killed, and the talk goes on" {
    block 'TRYING IT' 1 | sed "s|/var/tmp/relay-pool|$PWD/store -a 127.0.0.1 -p -1 --ports_file_dir $PWD|" >server
    runs server 2>server.log
    until_true 10 compgen -G '*.ports'
    until_true 10 grep -q 'Server is ready' server.log
    NATS=$(jq -r '.nats[0]' ./*.ports)
    # A pool whose sessions wait 3 s for a worker that was killed, not 30.
    "$RELAY_BUILD/tests/queue_probe" -q --role maker --ack-wait 3s "$NATS" </dev/null
    local own=s/nats:..127.0.0.1:4222/${NATS//\//\\/}/
    block 'TRYING IT' 2 | sed "$own" >link
    block 'TRYING IT' 3 | sed "$own" >worker
    grep -q -- "--queue $NATS" link
    grep -q -- "^relay-work $NATS -- relay-run" worker
    runs worker
    first=$!
    runs worker
    mkfifo keys
    exec 8<>keys
    runs link keys >talk
    echo hello >&8
    until_true 20 grep -qx 'agent: you said: hello, by try' talk
    kill -KILL "$first"
    echo more >&8
    until_true 20 grep -qx 'agent: you said: more, by try' talk
}

# The server of the page, with its users and TLS, on a free port; RING, WORKER and ADMIN are URLs with their logins.
start_secure() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days 2 2>/dev/null
    chmod 600 key.pem
    mkdir ports
    {
        block 'Users and rights' | sed -e "s|^listen: .*|listen: \"127.0.0.1:-1\"|; s|/var/lib/nats|$PWD/store|; s|/etc/nats|$PWD|g"
        echo "ports_file_dir: \"$PWD/ports\""
    } >conf
    # The server of Debian 12 does not have this one.
    ! nats-server --version | grep -q 'v2\.9\.' || sed -i 's/, sync_interval: "always"//' conf
    background nats-server -c conf 2>server.log
    until_true 10 grep -q 'Server is ready' server.log || { cat server.log; return 1; }
    until_true 10 compgen -G 'ports/*.ports'
    local at
    at=$(jq -r '(.nats + .tls)[0]' ports/*.ports)
    at=127.0.0.1:${at##*:}
    ADMIN=$(block 'Users and rights' 2 | sed -n "s/^export NATS_URL=//p" | sed "s/queue.example:4222/$at/")
    RING=$(block 'As units' | sed -n "s/^NATS_URL=//p" | sed "s/queue.example:4222/$at/")
    WORKER=${RING/g1:change-me-2/worker:change-me-3}
    [[ $ADMIN == tls://admin:* ]]
    [[ $RING == tls://g1:* ]]
    [ "$WORKER" != "$RING" ]
}

@test "users and rights: with those of the page, over TLS, everything works, and the server sees no violation" {
    start_secure
    block 'Users and rights' 2 | sed "s|^export .*|export NATS_URL=$ADMIN|; s|--set-up\$|& --cacert cert.pem|" >set-up
    sh set-up
    # Words of the ring's env, as the unit splits them.
    local adapter
    adapter=$(block 'As units' | sed -n 's/^RELAY_ADAPTER=//p')
    start_stub
    # shellcheck disable=SC2086 # words
    NATS_URL=$RING background relay-adapter -q --url "$URL" --id g1 -p discord --queue-cacert cert.pem $adapter </dev/null 2>ring.err
    local ring=$!
    printf '#!/bin/sh\ncase $RELAY_TEXT in bad) exit 100 ;; slow) echo >started; exec sleep 60 ;; soft) [ "$RELAY_ATTEMPT" -gt 1 ] || exit 1 ;; esac\necho "said $RELAY_TEXT"\n' >agent
    chmod +x agent
    NATS_URL=$WORKER background relay-work --cacert cert.pem -- relay-run --typing ./agent 2>work.err
    local worker=$!
    until_true 20 grep -q '"hello"' stub.out
    message() {
        say '{"type":"inbound","event":{"text":"'"$1"'","message_id":"m-'"$1"'","source":{"platform":"discord","chat_id":"'"${2-42}"'","chat_type":"dm","user_id":"7"}},"bufferId":"b-'"$1"'"}'
    }
    said() { jq -r 'select(.type == "outbound" and .action.op == "send").action.content' stub.out | grep -qx "said $1"; }
    message one
    until_true 20 said one
    message bad
    message soft
    until_true 20 said soft
    message slow 43
    until_true 20 test -e started
    say '{"type":"interrupt_inbound","session_key":"agent:main:discord:dm:43","chat_id":"43"}'
    message after 43
    until_true 20 said after
    until_true 20 grep -q 'message.*m-bad' work.err
    # The ring drains and comes back; what came meanwhile is answered.
    kill "$ring"
    wait "$ring"
    message later
    NATS_URL=$RING background relay-adapter -q --url "$URL" --id g1 -p discord --queue-cacert cert.pem --queue - </dev/null 2>>ring.err
    ring=$!
    until_true 20 said later
    kill "$ring" "$worker"
    wait "$ring"
    wait "$worker"
    # What the operator sees.
    run --separate-stderr env NATS_URL="$ADMIN" relay-queue -q --status --cacert cert.pem
    [ "$status" -eq 1 ]
    [ "$(jq -c '[.waiting, .running, .dead]' <<<"$output")" = '[0,0,1]' ]
    run --separate-stderr env NATS_URL="$ADMIN" relay-queue -q --dead --cacert cert.pem
    [[ $output == *m-bad* ]]
    run ! grep -i violation server.log
    # No login in what anybody prints.
    run ! grep -r change-me ring.err work.err stub.out
}

@test "users and rights: a ring can be no other link, and a worker can be none" {
    start_secure
    NATS_URL=$ADMIN relay-queue -q --set-up --cacert cert.pem
    echo '{"type":"inbound","bufferId":"b","session_key":"s","event":{"text":"x"}}' >in
    for who in "$RING" "$WORKER"; do
        NATS_URL=$who run --separate-stderr timeout 40 relay-queue --cacert cert.pem -g g2 <in
        [ "$status" -ne 0 ]
        [ "$(grep -c inbound_ack <<<"$output")" -eq 0 ]
        run ! grep change-me <<<"$stderr"
    done
    grep -qi 'violation' server.log
}
