# SPDX-License-Identifier: MIT
# relay-stub: faults on purpose, and peers that are slow.
bats_require_minimum_version 1.5.0
load stub

@test "close and drop faults, one connection each" {
    start_stub --close 4401:revoked@1 --close 1012@0 --drop-after 2 --close 4000:a@b@2
    cat >script <<END
$HELLO
closed
dial
closed
dial
$HELLO
wait descriptor
$HELLO
closed
dial
$HELLO
$HELLO
closed
dial
$HELLO
wait descriptor 4
END
    peer <script
    diff - ends <<'END'
close 4401 revoked
close 1012 
close 1006 
close 4000 a@b
close 1000 
END
    [ "$(wc -l <got)" -eq 5 ]
}

@test "http refusals, other paths, --every" {
    start_stub --http-status 503 --http-status 302 --http-status 401 --every
    printf '%s\n' dial dial dial dial | peer || [ $? -eq 3 ]
    diff - ends <<'END'
http 503 Retry-After=1
http 302 Location=https://example.invalid/relay
http 401 WWW-Authenticate=Bearer realm="relay"
http 401 WWW-Authenticate=Bearer realm="relay"
END
    URL=${URL%relay}other
    run ! peer </dev/null
    [ "$(cat ends)" = "http 404" ]
}

@test "silent faults: no result, no ack, half-open, delay" {
    start_stub --no-result --no-ack
    printf '%s\n' "$HELLO" 'wait descriptor' '{"type":"outbound","requestId":"1","action":{"op":"send"}}' \
        '{"type":"going_idle"}' 'nothing 0.1' ping | peer
    stop_stub
    start_stub --half-open --delay 200ms
    elapsed_ms peer --timeout 1 <<END || [ $? -eq 4 ]
$HELLO
wait descriptor
ping
END
    [ "$MS" -ge 1200 ]
    # it stays connected: deliveries wait for the next connection
    inbound kept >&9
    printf '%s\n' "$HELLO" 'wait inbound' ping | peer
    [ "$(texts)" = "kept" ]
}

@test "slow reading holds a gateway up" {
    start_stub --slow-read 400K
    elapsed_ms peer <<END
$HELLO
repeat 1000 {"type":"outbound","requestId":"%d","action":{"op":"send","chat_id":"42","content":"0123456789"}}
wait outbound_result 1000
END
    [ "$MS" -ge 150 ]
    [ "$(wc -l <stub.out)" -eq 1001 ]
}

@test "messages framed oddly by a seed carry the same frames, and can be replayed" {
    for i in $(seq 60); do inbound "€ $i 😀"; done >in
    sed p in >want
    for seed in 3 4; do
        start_stub --fragment --coalesce --garbage --duplicate --seed $seed
        grep -q "faults fragment coalesce garbage: seed $seed" stub.err
        { printf '%s\n' "$HELLO" 'wait descriptor'; until_true 5 grep -q hello stub.out; cat in >&9
          echo 'wait inbound 120'; } | peer
        stop_stub
        grep '^{.*}$' got | grep -a '€' | diff want -
        grep -avq '^{"type":"[di]' got
    done
}

@test "a gateway that does not read stops stdin; a stopped stdout stops the gateway; nothing is lost" {
    n=6000
    [ -z "${LONG:-}" ] || n=200000
    start_stub
    for i in $(seq 1000); do inbound "$(printf %02000d "$i")"; done >chunk
    mkfifo cmds
    export URL
    background sh -c '/usr/bin/python3 "$RELAY_SOURCE/tests/peers/client.py" --lazy --timeout 600 "$URL" <cmds >got'
    client=$!
    exec 8>cmds
    printf '%s\n' "$HELLO" >&8
    until_true 5 grep -q hello stub.out
    (for i in $(seq $((n / 1000))); do cat chunk; done >stub.in; : >fed) 3>&- 9>&- &
    feeder=$!
    PIDS="$PIDS $feeder"
    sleep 0.3
    [ ! -e fed ]
    [ "$(sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$STUB/status")" -lt "${ASAN_KB:-200000}" ]
    printf '%s\n' read "wait inbound $n" >&8
    exec 8>&-
    wait "$client"
    wait "$feeder"
    [ "$(grep -c inbound got)" -eq "$n" ]
}

@test "--shuffle answers outbounds in another order, each once" {
    start_stub --shuffle --seed 5
    grep -q 'faults shuffle: seed 5' stub.err
    printf '%s\n' "$HELLO" 'wait descriptor' \
        'repeat 30 {"type":"outbound","requestId":"%d","action":{"op":"send","chat_id":"1","content":"x"}}' \
        'wait outbound_result 30' | peer
    jq -r 'select(.type == "outbound_result").requestId' got >order
    diff <(sort -n order) <(seq 30)
    run ! diff -q order <(seq 30)
}
