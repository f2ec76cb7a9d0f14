# SPDX-License-Identifier: MIT
# relay-dial in ring mode: which frames go round, and how it ends.
load helper

# idle.sh: does what relay-idle does on `link draining`, and reports it.
setup_more() {
    cat >idle.sh <<'EOF'
while IFS= read -r line; do
    case $line in
    *'"draining"'*) printf '%s\n' '{"type":"going_idle"}' ;;
    esac
    printf '%s\n' "$line"
    case $line in
    *'"inbound"'*) printf '%s\n' '{"type":"outbound","requestId":"'"$(date +%N)"'","action":{"op":"send"}}' ;;
    esac
done
EOF
    echo 'printf "%s\n" "{\"type\":\"hello\",\"platform\":\"discord\",\"botId\":\"\"}"; exec cat' >hello.sh
}

opened() {
    until_true 8 grep -q '^1 {"type":"hello"' peer.out
}

@test "a ring sends up types only: what came down is swallowed at its tail" {
    start_peer
    RING_LEAVES=1 start_ring --up presence "$URL"
    down '"slack"'
    up '{"type":"presence","n":1.50}'
    up '{"type":"unknown"}'
    up '{"type":"outbound_result","requestId":"z"}'
    up '{"type":"link","state":"x"}'
    up '{"type":"outbound","requestId":"r","refused":"unsupported op","action":{}}'
    up '{"type":"interrupt","session_key":"k","reason":null}'
    down '"error":"unsupported op"'
    until_true 5 grep -q interrupt peer.out
    tell '{"type":"outbound","requestId":"evil","action":{}}'
    tell '{"type":"going_idle"}'
    tell '{"type":"presence","n":2}'
    tell '{"type":"link","state":"draining"}'
    tell '{"type":"new_thing","big":9007199254740993}'
    down '^{"type":"new_thing","big":9007199254740993}$'
    run ! grep -q 'evil\|going_idle"\|draining\|"n":2' down
    [ "$(sed 's/^1 //' peer.out | tail -n +3)" = '{"type":"presence","n":1.50}
{"type":"interrupt","session_key":"k","reason":null}' ]
    [ "$(grep -c 'receive frame' err)" -eq 4 ]
    exec 7>&-
    ended 76
}

@test "the marks of an outbound, and one with its answer, stay in the ring: they come back on results, never from the peer" {
    start_peer --mute
    RING_LEAVES=1 start_ring "$URL"
    until_true 20 grep -q slack peer.out
    up '{"type":"outbound","requestId":"r","more":true,"action":{"op":"send","n":1.50,"more":true},"again":true}'
    up '{"type":"outbound","requestId":"s","action":{"op":"send"}}'
    up '{"type":"outbound","requestId":"t","more":true,"refused":"no","action":{}}'
    up '{"type":"outbound","requestId":"v","action":{"op":"stream"},"answered":{"success":true,"n":1.50}}'
    up '{"type":"outbound","requestId":"u","again":true,"action":{"op":"unanswered"}}'
    until_true 20 grep -q '"u"' peer.out
    [ "$(sed 's/^1 //' peer.out | tail -n +3)" = '{"type":"outbound","requestId":"r","action":{"op":"send","n":1.50,"more":true}}
{"type":"outbound","requestId":"s","action":{"op":"send"}}
{"type":"outbound","requestId":"u","action":{"op":"unanswered"}}' ]
    tell '{"type":"outbound_result","requestId":"r","result":{"success":true,"n":1.50}}'
    tell '{"type":"outbound_result","more":true,"requestId":"s","result":{"success":true},"again":1}'
    down '"requestId":"s"'
    grep -qxF '{"type":"outbound_result","requestId":"r","result":{"success":true,"n":1.50},"more":true,"again":true}' down
    grep -qxF '{"type":"outbound_result","requestId":"s","result":{"success":true}}' down
    grep -qxF '{"type":"outbound_result","requestId":"t","result":{"success":false,"error":"no"},"synthetic":true,"more":true}' down
    grep -qxF '{"type":"outbound_result","requestId":"v","result":{"success":true,"n":1.50},"synthetic":true}' down
    kill "$PEER"
    down '^{"type":"outbound_result","requestId":"u",.*"ambiguous":true},"synthetic":true,"again":true}$'
    exec 7>&-
    kill "$RING"
    until_true 30 test -s status
}

@test "drain: going_idle, ack, head closed, work finished, close 1000, exit 0" {
    start_peer
    background bash -c 'relay-dial "$1" -- sh -c "sh hello.sh | sh idle.sh" 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    opened
    kill "$(cat pid)"
    ended 0
    [ "$(sed 's/^1 //' peer.out | jq -r .type | tr '\n' ' ')" = 'hello going_idle ' ]
    until_true 30 grep -q 'closed 1 1000' peer.err
    [ "$(cat err)" = 'relay-dial: close link: by us: 1000' ]
}

@test "drain keeps serving until the ack: the flip window is answered" {
    start_peer --ack-on-command
    background bash -c 'relay-dial --record rec "$1" -- sh -c "sh hello.sh | sh idle.sh" 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    opened
    kill -INT "$(cat pid)"
    until_true 5 grep -q going_idle peer.out
    tell '{"type":"inbound","event":{"text":"late"}}'
    until_true 5 grep -q outbound peer.out
    tell '{"type":"going_idle_ack"}'
    ended 0
    grep -q '"dir":"down".*outbound_result' rec
}

@test "drain without relay-idle does not wait for an ack; slow work still gets its reply out" {
    start_peer
    # shellcheck disable=SC2016 # for the inner shell
    echo 'printf "%s\n" "{\"type\":\"hello\",\"platform\":\"discord\",\"botId\":\"\"}"; cat
        sleep 1; echo "{\"type\":\"outbound\",\"requestId\":\"late\",\"action\":{}}"' >slow.sh
    background bash -c 'relay-dial --record rec "$1" -- sh slow.sh 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    opened
    kill "$(cat pid)"
    ended 0
    grep -q 'outbound_result.*late' rec
    until_true 30 grep -q 'closed 1 1000' peer.err
    run ! grep -q going_idle peer.out
}

@test "a drain whose ack does not come: 75, still closed in order" {
    start_peer --ack-on-command
    background fast_clock 10 bash -c 'relay-dial "$1" -- sh -c "sh hello.sh | sh idle.sh" 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    opened
    # The same, but the draining frame does not come back.
    sed 's/^    printf .*line"$/    case $line in *draining*) ;; *) & ;; esac/' idle.sh >swallow.sh
    background bash -c 'relay-dial --kill-after 1s "$1" -- sh -c "sh hello.sh | sh swallow.sh" 2>err2 & echo $! >pid2; wait $!; echo $? >status2' - "$URL"
    until_true 8 grep -q '^2 {"type":"hello"' peer.out
    kill "$(cat pid)" "$(cat pid2)"
    ended 75 15
    until_true 5 test -s status2
    [ "$(cat status2)" = 75 ]
    grep -q 'no going_idle_ack in time' err2
    grep -q 'no going_idle_ack within 10 s' err
    until_true 30 grep -q 'closed 1 1000' peer.err
}

@test "when COMMAND ends by itself, so does the run, with COMMAND's status; its last words are sent and answered" {
    start_peer
    local want
    for want in 0 3 75 126 127 143; do
        RING_STATUS=$want RING_LEAVES=1 start_ring "$URL"
        up '{"type":"outbound","requestId":"last","action":{}}'
        exec 7>&-
        ended "$want"
    done
    [ "$(grep -c '"last"' peer.out)" -eq 6 ]
    run -127 relay-dial "$URL" -- ./not-there
    run relay-dial "$URL" -- /etc/passwd
    [ "$status" -eq 126 ]
    run relay-dial "$URL" -- sh -c 'kill -9 $$'
    [ "$status" -eq 137 ]
}

@test "COMMAND that does not end is killed; a second signal ends dial at once; no secret in its environment" {
    start_peer
    echo 'trap "" TERM; env >env; printf "%s\n" "{\"type\":\"hello\",\"platform\":\"d\"}"; while :; do sleep 0.1; done' >stubborn.sh
    export GATEWAY_RELAY_ID=gw GATEWAY_RELAY_SECRET=s3cret
    background bash -c 'relay-dial --kill-after 3s "$1" -- sh stubborn.sh 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    opened
    kill "$(cat pid)"
    ended 137 20
    grep -q 'send TERM' err
    grep -q 'send KILL' err
    run ! grep -q s3cret env
    grep -q GATEWAY_RELAY_ID=gw env
    rm -f status peer.out pid
    start_peer
    background bash -c 'relay-dial -v --kill-after 60s "$1" -- sh hello.sh 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    opened
    kill -STOP -- -"$(pgrep -P "$(cat pid)" | head -n1)"
    kill "$(cat pid)"
    until_true 5 grep -q 'drain on signal' err
    sleep 0.6 # a signal within 500 ms of the first is the same one
    kill "$(cat pid)"
    kill -CONT -- -"$(pgrep -f 'sh hello.sh' | tail -n1)" 2>/dev/null || true
    ended 143
}

@test "--status has the turns in hand and what is owed" {
    start_peer
    start_ring --status st "$URL"
    down descriptor
    up '{"type":"work","running":2,"waiting":3}'
    up '{"type":"outbound","requestId":"r1","action":{"op":"unanswered"}}'
    until_true 30 jq -e '.running == 2 and .waiting == 3 and .owed.outbound.n == 1 and .owed.hello.n == 0' st
    up '{"type":"work","running":0,"waiting":0}'
    until_true 30 jq -e '.running == 0 and .waiting == 0' st
    up '{"type":"going_idle"}'
    exec 7>&-
    until_true 30 jq -e .flipped st
    kill -KILL "$RING" # it would wait for the answer to r1
}
