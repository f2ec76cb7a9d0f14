# SPDX-License-Identifier: MIT
# relay-dial: reconnect, keepalive.
load helper
load redial

@test "after a loss: backoff, the hellos first and in order, a lost outbound answered once and not sent again" {
    start_peer --drop@3
    start_ring "$URL"
    down '"slack"'
    up '{"type":"outbound","requestId":"a","action":{"op":"unanswered"}}'
    down '"state":"lost","code":1006,"reason":"[^"]*","retry_in":\(0\.[5-9]\|1\.0\)'
    down '^{"type":"outbound_result","requestId":"a","result":{"success":false,"error":"relay transport connection lost","ambiguous":true},"synthetic":true}$'
    up '{"type":"outbound","requestId":"b","action":{"op":"send"}}'
    down '"requestId": "b"'
    [ "$(sed -n 's/^2 //p' peer.out)" = "$HELLOS
{\"type\":\"outbound\",\"requestId\":\"b\",\"action\":{\"op\":\"send\"}}" ]
    [ "$(grep -c '"requestId": *"a"' down)" -eq 1 ]
    [ "$(grep -c '"state":"open"' down)" -eq 2 ]
    tokens 2
    exec 7>&-
    ended 0
}

@test "input is held while the link is down, not lost" {
    start_peer --http 500
    start_ring "$URL"
    for i in 1 2 3 4 5; do up "{\"type\":\"outbound\",\"requestId\":\"r$i\",\"action\":{}}"; done
    for i in 1 2 3 4 5; do down "\"requestId\": \"r$i\""; done
    grep -q 'HTTP 500' err
    exec 7>&-
    ended 0
}

@test "--retry counts failures in a row; pipe mode dials once" {
    elapsed_ms run --separate-stderr relay-dial --retry 1 -n ws://127.0.0.1:9
    [ "$status" -eq 69 ]
    [ "$(grep -c 'Failed to connect' <<<"$stderr")" -eq 2 ]
    [ "$MS" -ge 450 ]
    [ "$(jq -c 'has("retry_in"), .by' <<<"$output" | tr '\n' ' ')" = 'true null false "network" ' ]
}

@test "a silent peer is found and dialled again; one that streams without a pong is not cut" {
    start_peer
    start_ring --ping-interval 300ms --ping-timeout 1s "$URL"
    down '"slack"'
    kill -STOP "$PEER"
    down '"state":"lost".*nothing received after a ping' 3
    kill -CONT "$PEER"
    until_true 8 opens 2
    until_true 5 grep -q '^2.*slack' peer.out
    exec 7>&-
    ended 0
    # A raw peer that never answers a ping but always sends something.
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" raw.url stream
    until_true 5 test -s raw.url
    # If the machine is too busy for one, then another time; one proves it.
    not_cut() {
        run --separate-stderr relay-dial -n -m 1500ms --ping-interval 100ms --ping-timeout 200ms "$(cat raw.url)"
        [ "$status" -eq 0 ] && [ "$(grep -c inbound <<<"$output")" -ge 10 ]
    }
    until_true 5 not_cut
}

@test "a peer that breaks the WebSocket protocol, or cuts a frame, is reported: 76, 69" {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" bad.url masked
    until_true 5 test -s bad.url
    run --separate-stderr relay-dial -n "$(cat bad.url)"
    [ "$status" -eq 76 ]
    [[ $stderr == *'close link: by network: 1002 [WS]'* ]]
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" torn.url torn
    until_true 5 test -s torn.url
    run --separate-stderr relay-dial -n "$(cat torn.url)"
    [ "$status" -eq 69 ]
    [[ $stderr == *'receive frame: cut off by the end of the connection'* ]]
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" mute.url silent
    until_true 5 test -s mute.url
    elapsed_ms run --separate-stderr relay-dial -n --connect-timeout 300ms "$(cat mute.url)"
    [ "$status" -eq 69 ]
    [ "$MS" -lt 20000 ]
}

@test "a jump of the wall clock tests the link at once" {
    if nm -D "$(command -v relay-dial)" | grep -q __asan_init; then
        return 0 # the sanitizer wants to be loaded first
    fi
    cc -shared -fPIC -o jump.so "$RELAY_SOURCE/tests/preload/clock_jump.c"
    start_peer
    background env LD_PRELOAD="$PWD/jump.so" CLOCK_JUMP=jumped relay-dial -n --ping-interval 1h --ping-timeout 300ms \
        "$URL" >out 2>err
    until_true 5 grep -q open out
    kill -STOP "$PEER"
    touch jumped
    until_true 8 grep -q 'nothing received after a ping' err
}

@test "a hello without an answer for 30 s: the ring closes and dials again" {
    start_peer --dumb
    FAST=20 dial "$URL" -- \
        sh -c 'echo "$1"; exec cat' - "${HELLOS%%$'\n'*}"
    until_true 12 grep -q '^2 {"type":"hello"' peer.out
    grep -q 'settle hello "discord": no descriptor within 30 s' err
    grep -q 'close link: by us: 1000 no descriptor, next dial in [0-9.]* s' err
    until_true 8 grep -q 'open link' err
    kill "$(cat pid)"
    ended 0
}

@test "an answered request is never sent: what waited 30 s for a deaf peer is definite, and taken back" {
    start_raw deafonce
    cat >many.sh <<'EOF'
echo "$1"
i=0
while [ $i -lt 900 ]; do
    i=$((i + 1))
    printf '{"type":"outbound","requestId":"r%d","action":{"op":"send","content":"%08000d"}}\n' $i 0
done
exec 3<&0
cat <&3 >down &
until [ -e cut ]; do sleep 0.05; done
echo '{"type":"outbound","requestId":"r901","action":{"op":"send"}}'
wait
EOF
    FAST=20 dial -q "$URL" -- \
        sh many.sh "${HELLOS%%$'\n'*}"
    until_true 20 grep -q 'transport not connected' down
    sed -n 's/.*"requestId":"\(r[0-9]*\)".*/\1/p' down | sort >before
    touch cut
    until_true 20 grep -q outbound raw.out
    until_true 20 bash -c 'cat down raw.out | grep -o "\"requestId\": *\"r[0-9]*\"" | sort -u | [ "$(wc -l)" -eq 901 ]'
    sed -n 's/.*"requestId":"\(r[0-9]*\)".*/\1/p' raw.out | sort >after
    [ -s before ]
    [ -z "$(comm -12 before after)" ]
    [ -z "$(uniq -d before)$(uniq -d after)" ]
    until_true 8 grep -q 'timed out","ambiguous":true' down
    kill "$(cat pid)"
    ended 75 20
}

@test "--stay: a flip on an earlier connection does not count for a later drain" {
    start_peer --close 1001@2
    dial --stay "$URL" -- \
        sh -c 'echo "$1"; echo "{\"type\":\"going_idle\"}"; exec cat' - "${HELLOS%%$'\n'*}"
    until_true 12 grep -q '^2 {"type":"hello"' peer.out
    kill "$(cat pid)"
    ended 0
}

@test "recovery is reported just as failure is: the next dial, the open link" {
    start_peer --close 1012:restart
    start_ring "$URL"
    until_true 12 grep -q '^2.*slack' peer.out
    grep -Eq '^relay-dial: close link: by peer: 1012 restart, next dial in (0\.[5-9]|1\.0) s$' err
    grep -q '^relay-dial: open link: ws://' err
    exec 7>&-
    ended 0
}
