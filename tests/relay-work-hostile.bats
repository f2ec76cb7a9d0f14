#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-work and what others may put into a pool, and a COMMAND that says more than it should.

load helper
load relay-work

setup_more() {
    nats_up
    : >log
}

# COMMAND that keeps what it gets in ./frames.
listener() {
    : >frames
    # shellcheck disable=SC2016 # for the inner shell
    work w -- sh -c 'tee -a frames | exec /usr/bin/python3 "$RELAY_SOURCE/tests/work_agent.py" log'
}

@test "JSON on several lines is one frame to COMMAND, whoever stored or published it" {
    listener
    pool raw g s m1 '{"type":"inbound","session_key":"s","x":
{"type":"inbound","session_key":"other","bufferId":"b","attempt":1,"event":{"text":"hello"}}
,"event":{"text":"sleep 20","source":{"platform":"discord","chat_id":"s"}}}'
    echo 'g t m2 hello' | pool messages
    stored 1 out
    logged 1 'begin s m1'
    inbox=$(pool dump relay.out.g | jq -r '.headers["Relay-Reply"]')
    pool say "$inbox" '{"type":"outbound_result","requestId":"r","result":{"success":true},"x":
{"type":"inbound","session_key":"other","bufferId":"b","attempt":1,"event":{"text":"hello"}}
}'
    logged 1 heard
    pool say relay.ctl.g.s '{"type":"interrupt_inbound","session_key":"s","x":
{"type":"interrupt_inbound","session_key":"other"}
}'
    logged 1 'stop s m1'
    stored 0 in
    [ "$(jq -c '[.type, .session_key]' frames)" = '["inbound","s"]
["inbound","t"]
["outbound_result",null]
["interrupt_inbound","s"]' ]
    [ "$(wc -l <frames)" -eq 4 ]
}

@test "what is stored for one link cannot name another" {
    listener
    pool raw g%2E1 s m1 '{"type":"inbound","session_key":"s","gateway":"victim","event":{"text":"sleep 20"}}'
    pool raw g%2E1 t m2 '{"type":"inbound","session_key":"t","gateway":"g.\u0031","event":{"text":"hello"}}'
    pool raw g%2E1 u m3 '{"type":"inbound","session_key":"u","event":{"text":"hello"}}'
    stored 2 out
    logged 1 'begin s m1'
    pool say relay.ctl.g%2E1.s '{"type":"interrupt_inbound","session_key":"s","gateway":"victim"}'
    stored 0 in
    [ "$(grep -o '"gateway":"[^"]*"' frames | sort | uniq -c | sed 's/^ *//')" = '3 "gateway":"g.1"
1 "gateway":"g.\u0031"' ]
}

@test "a message that no dead letter can hold is shortened, and frees its session" {
    work w --attempts 1 --on-failure 'sorry'
    head -c 1048000 /dev/zero | tr '\0' x | pool raw g s m1 -
    { printf '{"type":"inbound","session_key":"t","event":{"text":"fail 65","source":{"chat_id":"t","scope_id":"'
        head -c 1047000 /dev/zero | tr '\0' x
        printf '"}}}'; } | pool raw g t m2 -
    echo 'g s m3 hello' | pool messages
    stored 2 dead
    stored 0 in
    [ "$(answers g)" = 'you said: hello' ]
    [ "$(pool dump relay.dead.g.t | jq -r '.data | fromjson | .event.text, .cut')" = 'fail 65'$'\n'true ]
    grep -qx 'relay-work: answer message m2 of session g.t: longer than the engine takes' w.err
}

@test "an id that is no id of ours does not hold up its session" {
    work w --attempts 1
    pool raw g s "$(printf 'm\r1')" 'no message'
    echo 'g s m2 hello' | pool messages
    stored 1 out
    stored 1 dead
    [ "$(pool dump relay.dead.g.s | jq -r '.headers["Relay-Id"]')" = m%0D1 ]
}

@test "an action for a press that was acknowledged just before is stored, too" {
    work w
    echo 'g s m1 prompt late1' | pool messages
    logged 1 'begin s m1'
    stored 1 out
    pool press g s m2 late1
    stored 4 out
    stored 0 in
    [ "$(answers g | sort | paste -sd ' ')" = 'late thanks well? you said: choice' ]
    kill "$WORK"
    worker_ended w 0
}

@test "a session whose token came while the worker stood still is left, and handled later" {
    work w --ack-wait 1s
    echo 'g s m1 hello' | pool messages
    stored 1 out
    kill -STOP "$WORK"
    echo 'g t m2 hello' | pool messages
    sleep 1.2
    kill -CONT "$WORK"
    stored 2 out
    stored 0 in
    kill "$WORK"
    worker_ended w 0
}

@test "what the server refuses is told once for each subject, however often it is tried" {
    nats_down
    nats_up 'authorization { users: [ { user: "a", password: "a" }' \
        '  { user: "w", password: "w", permissions: { publish: { deny: "relay.now.>" } } } ] }' \
        'no_auth_user: "a"'
    local host=${NATS#nats://}
    NATS=nats://w:w@$host work w
    for i in 1 2 3 4; do
        echo "g1 s$i a$i raw {\"op\":\"typing\",\"delivery\":\"a$i\"}"
        echo "g2 s$i b$i raw {\"op\":\"typing\",\"delivery\":\"b$i\"}"
    done | pool messages
    stored 0 in
    until_true 5 grep -q now.g1 w.err
    until_true 5 grep -q now.g2 w.err
    kill "$WORK"
    worker_ended w 0
    [ "$(grep -c 'use the engine: ' w.err)" -eq 2 ]
}
