#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-work: what COMMAND gets and what becomes of what it says; order, failures, presses.

load helper
load relay-work

setup_more() {
    nats_up
    : >log
}

@test "COMMAND gets each message once, in the order of its session; its answers go to the message's link and chat" {
    work w
    for i in 1 2 3 4 5 6; do echo "g$((i % 2)) s$i m$i first $i"; echo "g$((i % 2)) s$i n$i second $i"; done | pool messages
    stored 12 out
    stored 0 in
    stored 0 ready
    for i in 1 2 3 4 5 6; do
        [ "$(events | grep "^begin s$i ")" = "begin s$i m$i 1 first $i"$'\n'"begin s$i n$i 1 second $i" ]
        [ "$(answers "g$((i % 2))" | grep " $i\$")" = "you said: first $i"$'\n'"you said: second $i" ]
    done
    pool dump relay.out.g1 | jq -c '{id: .headers["Nats-Msg-Id"], reply: .headers["Relay-Reply"][:7]} + (.data | fromjson | del(.requestId))' |
        grep '"id":"m3' >one
    diff one - <<'END'
{"id":"m3/1","reply":"_INBOX.","op":"send","content":"you said: first 3","chat_id":"s3","platform":"discord","botId":"bot-g1","metadata":{"scope_id":"t-g1","guild_id":"t-g1","user_id":"u1"},"addressed":true}
END
    [ "$(pool dump relay.out.g1 | jq -r '.data | fromjson | .requestId' | grep -cx '[0-9a-f]\{32\}')" -eq 6 ]
    kill "$WORK"
    worker_ended w 0
    [ "$(events | tail -1)" = eof ]
}

@test "sessions run side by side, as many as -P says" {
    work w -P 3
    for i in 1 2 3 4; do echo "g s$i m$i sleep 2 $i"; done | pool messages
    stored 4 out
    # The fourth begins when one of the three has ended.
    [ "$(events | cut -d ' ' -f 1 | sed 4q | paste -sd ' ')" = 'begin begin begin end' ]
}

@test "a failure: the session waits, others do not; in the end the message is put aside, with the reason" {
    work w --attempts 2 --on-failure 'sorry'
    printf '%s\n' 'g s1 m1 fail 3' 'g s1 m2 next' 'g s2 m3 other' 'g s3 m4 fail 65' 'g s4 m5 fail 1 once' | pool messages
    stored 2 dead
    stored 0 in
    [ "$(events | grep 's1')" = "begin s1 m1 1 fail 3
fail s1 m1
begin s1 m1 2 fail 3
fail s1 m1
begin s1 m2 1 next
end s1 m2" ]
    [ "$(events | grep -c 'begin s3')" -eq 1 ]
    [ "$(events | grep 'begin s4')" = "begin s4 m5 1 fail 1 once"$'\n'"begin s4 m5 2 fail 1 once" ]
    [ "$(pool dump relay.dead.g.s1 | jq -c '[.headers["Relay-Reason","Relay-Attempts","Relay-Id"], (.data | fromjson | .event.text)]')" = \
        '["exit status 3","2","m1","fail 3"]' ]
    [ "$(pool dump relay.dead.g.s3 | jq -r '.headers["Relay-Reason","Relay-Attempts"]')" = "exit status 65"$'\n'1 ]
    [ "$(answers g | sort | uniq -c | sed 's/^ *//')" = "2 sorry
1 you said: fail 1 once
1 you said: next
1 you said: other" ]
    [ "$(pool dump relay.out.g | jq -r '.headers["Nats-Msg-Id"]' | grep -c '/failure$')" -eq 2 ]
    grep -qx 'relay-work: put message m1 of session g.s1 aside: exit status 3' w.err
}

@test "an interrupt reaches COMMAND; what waited is gone, and other sessions are left alone" {
    work w
    printf '%s\n' 'g s1 m1 sleep 20' 'g s1 m2 waits' 'g s2 m3 sleep 1' | pool messages
    logged 2 begin
    pool interrupt g s1
    logged 1 'stop s1 m1'
    pool message g s1 m4 later
    stored 2 out
    stored 0 in
    [ "$(events | grep interrupt)" = 'interrupt s1 g' ]
    [ "$(answers g | sort)" = 'you said: later'$'\n''you said: sleep 1' ]
}

@test "bad lines of COMMAND are skipped with their place, actions of no message are told, and the status is 65" {
    work w
    printf '%s\n' 'g s1 m1 raw not JSON' 'g s1 m2 raw {"op":"send","content":"whose?","requestId":"r1"}' \
        'g s1 m3 raw {"op":"send","content":"late","delivery":"m1","requestId":"r2"}' \
        'g s1 m4 raw {"op":"send","content":"by name","gateway":"other"}' \
        'g s1 m5 raw {"op":"send","content":"x","delivery":"m5","requestId":5}' 'g s1 m6 fine' | pool messages
    stored 0 in
    stored 2 out
    kill "$WORK"
    worker_ended w 65
    diff <(sed 's/of [^ ]*: /of C: /' w.err | grep skip) - <<'END'
relay-work: skip line 1 of C: unknown word
relay-work: skip line 3 of C: it names neither a delivery nor a gateway
relay-work: skip line 5 of C: its delivery is not a message in hand
relay-work: skip line 9 of C: its requestId is not a string
END
    [ "$(answers other)" = 'by name' ]
    [ "$(events | grep -o '^heard .*' | jq -Rc '.[6:] | fromjson | [.requestId, .result.success, .result.error]')" = \
        '["r1",false,"not of a message in hand"]'$'\n''["r2",false,"not of a message in hand"]' ]
}

@test "a line that is too long, for us or for the engine, is told to COMMAND, and the message is done" {
    work w --max-frame 3M
    pool message g s1 m1 'long 4000000'
    pool message g s2 m2 'long 2000000'
    stored 0 in
    kill "$WORK"
    worker_ended w 65
    grep -q 'skip line [0-9]* of [^ ]*: longer than --max-frame' w.err
    grep -q 'skip line [0-9]* of [^ ]*: longer than the engine takes' w.err
    [ "$(events | grep -o '^heard .*' | jq -Rc '.[6:] | fromjson | [.requestId, .result]')" = \
        '["long-m2",{"success":false,"error":"longer than the engine takes"}]' ]
}

@test "with --strict a bad line ends the work; what is stored and no message is put aside" {
    work w --strict
    pool raw g s1 x1 'not a frame'
    pool raw g s1 x2 '{"type":"inbound","event":5}'
    pool message g s1 m1 hello
    stored 1 out
    [ "$(pool dump relay.dead.g.s1 | jq -c '[.headers["Relay-Reason"], .headers["Relay-Attempts"], .data]')" = \
        '["not a message","0","not a frame"]'$'\n''["not a message","0","{\"type\":\"inbound\",\"event\":5}"]' ]
    pool message g s1 m2 'raw nonsense'
    worker_ended w 65
    stored 0 in
}

@test "the result of an action comes back to COMMAND" {
    work w
    pool message g s1 m1 ask
    stored 1 out
    reply=$(pool dump relay.out.g | jq -r '.headers["Relay-Reply"]')
    pool say "$reply" '{"type":"outbound_result","requestId":"r-m1","result":{"success":true}}'
    logged 1 'result s1 m1 {"type":"outbound_result","requestId":"r-m1","result":{"success":true}}'
}

@test "what only matters now is not stored: typing, and a text that grows" {
    work w
    background /usr/bin/python3 "$RELAY_SOURCE/tests/pool.py" "$NATS" hear 'relay.now.>' heard
    until_true 5 grep -q ready heard
    printf '%s\n' 'g s1 m1 raw {"op":"typing","delivery":"m1"}' \
        'g s1 m2 raw {"op":"stream","content":"gro","more":true,"requestId":"q","delivery":"m2"}' \
        'g s1 m3 raw {"op":"stream","content":"grown","requestId":"q","delivery":"m3"}' | pool messages
    stored 0 in
    [ "$(pool dump relay.out.g | jq -r '.headers["Nats-Msg-Id"]')" = m3/1 ]
    until_true 5 grep -q stream heard
    [ "$(sed 1d heard | sed 's/ {/\t{/' | cut -f 2 | jq -c '[.op, .content, .chat_id, .delivery]')" = \
        '["typing",null,"s1",null]'$'\n''["stream","gro","s1",null]' ]
}

@test "a press reaches the turn that asked, ahead of what waits; a turn that runs again finds one that is there" {
    work a --ack-wait 3s
    printf '%s\n' 'g s1 m1 prompt p1' 'g s1 m2 waits' | pool messages
    stored 1 out
    pool press g s1 foreign other
    pool press g s1 b1 p1
    logged 1 'end s1 m2'
    logged 1 'begin s1 foreign'
    stored 0 in
    [ "$(events | grep -v foreign)" = "begin s1 m1 1 prompt p1
press s1 b1
pressed s1 m1
end s1 m1
begin s1 m2 1 waits
end s1 m2" ]
    [ "$(answers g | sed 4q)" = $'well?\nthanks\nyou said: choice\nyou said: waits' ]
    if [ "${LONG-}" ]; then # the hint is lost
        pool message g s4 m5 'prompt p4'
        logged 1 'begin s4 m5'
        pool press g s4 lost1 p4
        logged 1 'pressed s4 m5'
    fi
    : >log
    pool message g s2 m3 'prompt p2'
    logged 1 'begin s2 m3'
    kill -KILL "$WORK"
    pool press g s2 b2 p2
    work b
    logged 1 'end s2 m3'
    stored 0 in
}

@test "two links with the same session and message ids do not meet" {
    work w
    printf '%s\n' 'g1 s m-1 one' 'g2 s m-2 two' | pool messages
    stored 2 out
    [ "$(answers g1)" = 'you said: one' ]
    [ "$(answers g2)" = 'you said: two' ]
}

@test "COMMAND that does not read its input is given no more than fits, and the rest goes to others" {
    work a -P 100 -- sh -c 'exec sleep 100'
    for i in $(seq 30); do echo "g s$i m$i $(printf '%060000d' 0)"; done | pool messages
    stored 30 ready
    until_true 20 eval '[ "$(grep VmRSS /proc/$WORK/status | tr -dc 0-9)" -gt 0 ]'
    [ "$(grep VmRSS "/proc/$WORK/status" | tr -dc 0-9)" -lt 60000 ]
    kill -KILL "$WORK"
}

@test "wrong usage and missing rights are told before anything runs" {
    run -64 relay-work -- true
    [[ "$output" == *'no URL given, and NATS_URL is not set'* ]]
    run -64 relay-work "$NATS"
    [[ "$output" == *'COMMAND missing'* ]]
    run -64 relay-work "$NATS" true
    [[ "$output" == *"COMMAND needs '--' before it"* ]]
    NATS_URL=nats://user:secret@${NATS#nats://} run relay-work -- sh -c 'env | grep -c "NATS_URL\|secret" >seen; exit 3'
    [ "$status" -eq 3 ]
    [ "$(cat seen)" = 0 ]
}
