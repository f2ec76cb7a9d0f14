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
