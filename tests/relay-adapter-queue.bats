#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-adapter --queue: the ring hands its messages to a pool of workers.

load helper
load nats

setup_more() {
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
    unset NATS_URL NATS_CREDS
}

# fake_queue : a relay-queue that prints its arguments on stderr, and passes everything on.
fake_queue() {
    mkdir -p fake
    # shellcheck disable=SC2016 # for the fake
    printf '#!/bin/sh\nprintf "[%%s]" "$@" >&2\necho " url=${NATS_URL-}" >&2\nexec cat\n' >fake/relay-queue
    chmod +x fake/relay-queue
}

@test "relay-queue stands in relay-run's place, with its options and the link's id, in any shell" {
    fake_queue
    start_stub
    for sh in dash bash 'busybox sh'; do
        # shellcheck disable=SC2086 # two words
        PATH=$PWD/fake:$PATH run --separate-stderr $sh "$RELAY_BUILD/bin/relay-adapter" -q --url "$URL" --after 100ms --id 'gw 1' \
            --queue 'nats://h:1,nats://i:2' --pool p --resend --creds 'c *' --queue-cacert ca --queue-cert=c --queue-key=k
        [ "$status" -eq 0 ]
        [ "$stderr" = '[--pool=p][--resend][--creds=c *][--cacert=ca][--cert=c][--key=k][--gateway=gw 1][--quiet][--][nats://h:1,nats://i:2] url=' ]
    done
    NATS_URL=nats://u:pw@h PATH=$PWD/fake:$PATH run --separate-stderr relay-adapter -q --url "$URL" --after 100ms --queue - --state kept
    [ "$status" -eq 0 ]
    [ "$stderr" = '[--quiet][--] url=nats://u:pw@h' ]
    [ -e kept/scopes ]
    [ ! -e kept/inbox ]
    [ ! -e kept/sessions ]
}

@test "what is for COMMAND, and a login that process lists would show, are refused, with the reason" {
    while IFS='|' read -r want args reason; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr relay-adapter --url ws://127.0.0.1:1 $args
        [ "$status" -eq "$want" ]
        [ "${stderr_lines[0]}" = "relay-adapter: $reason" ] || { echo "$args: $stderr"; return 1; }
        run ! grep -q s3cret <<<"$stderr"
    done <<'END'
64|--queue nats://h ./agent|run ./agent: with --queue, workers run it: relay-work URL -- relay-run ./agent
78|--queue nats://h -P 3|--queue and --parallel: it is for COMMAND; give it to the workers' relay-run
78|--queue nats://h -l|--queue and --long-lived: it is for COMMAND; give it to the workers' relay-run
78|--queue nats://h --inbox x|--queue and --inbox: it is for COMMAND; give it to the workers' relay-run
78|--queue nats://h --stream=1s|--queue and --stream: it is for COMMAND; give it to the workers' relay-run
78|--queue nats://h --media d|--queue and --media: it is for COMMAND; give it to the workers' relay-run
78|--queue nats://u:s3cret@h|--queue: process lists would show the login in its URL: put it into NATS_URL and give --queue -, or use --creds
78|--queue-cert x true|--queue-cert: only with --queue
78|--resend true|--resend: only with --queue
64|--queue|option --queue: needs an argument
END
}

@test "--try --queue: what is typed is answered by a worker, and the end of the input waits for that" {
    nats_up
    printf '#!/bin/sh\nuntil [ -e go ]; do sleep 0.05; done\necho "by $RELAY_GATEWAY: $RELAY_TEXT"\n' >agent
    chmod +x agent
    background relay-work -q "$NATS" -- relay-run ./agent 2>work.err
    echo hello >typed
    background sh -c 'relay-adapter -q --try --queue "$0" <typed >told; echo $? >status' "$NATS"
    until_true 20 grep -q hello told
    sleep 1.5
    [ ! -e status ]
    : >go
    until_true 20 test -s status
    [ "$(cat status)" -eq 0 ]
    grep -qx 'agent: by try: hello' told
}

@test "a message goes through the pool, and its answer has the tenant of a chat that this ring has never seen" {
    nats_up
    start_stub
    background relay-work -q "$NATS" -- relay-run sh -c 'echo "you said: $RELAY_TEXT"' 2>work.err
    local source='{"platform":"discord","chat_id":"42","chat_type":"dm","user_id":"7","scope_id":"g1"}'
    local message='{"type":"inbound","bufferId":"b1","event":{"text":"hello","message_id":"m1","source":'"$source"'}}'
    # A ring takes the message, and is gone; the next one has the answer.
    background relay-adapter -q --url "$URL" -p discord:app1 --queue "$NATS" </dev/null 2>ring.err
    until_true 20 grep -q '"hello"' stub.out
    say "$message"
    until_true 20 grep -q '"inbound_ack"' stub.out
    kill "$!"
    wait "$!"
    background relay-adapter -q --url "$URL" -p discord:app1 --queue "$NATS" --after 3s </dev/null 2>ring.err
    until_true 20 grep -q '"outbound"' stub.out
    [ "$(jq -c 'select(.type == "outbound") | [.platform, .botId, .action]' stub.out)" = '["discord","app1",{"op":"send","chat_id":"42","content":"you said: hello","metadata":{"scope_id":"g1","guild_id":"g1","user_id":"7"}}]' ]
    wait "$!"
    [ ! -s ring.err ] || cat ring.err
}
