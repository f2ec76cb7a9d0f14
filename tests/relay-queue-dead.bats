# SPDX-License-Identifier: MIT
# relay-queue --status and --dead: what an operator sees of a pool, and does with what was put aside in it.

load helper
load nats

py() { # FILE ARGS… : a script that speaks to the server by itself
    timeout 60 /usr/bin/python3 "$RELAY_SOURCE/tests/$1" "$NATS" "${@:2}"
}

setup_more() {
    nats_up
    relay-queue -q --set-up "$NATS"
}

# letter SESSION ID TEXT [GATEWAY] : a dead letter as relay-work makes it, after 3 runs.
letter() {
    printf '{"type":"inbound","event":{"text":"%s","message_id":"%s","source":{"platform":"discord","chat_id":"c1","user_name":"ann"}},"session_key":"%s","gateway":"%s"}\n' \
        "$3" "$2" "$1" "${4-g1}" |
        py queue_act.py dead "${4-g1}" "$1" Relay-Reason='exit status 3' Relay-Attempts=3 Relay-Id="${4-g1}/m/$1/$2"
}

# doubt ID TEXT : an action whose state is unknown, as a ring that was killed leaves it.
doubt() {
    printf '{"op":"send","requestId":"%s","chat_id":"42","content":"%s"}\n' "$1" "$2" |
        py queue_act.py dead g1 sent Relay-State=ambiguous Relay-Reason='its ring ended before its result came' Relay-Reply=_INBOX.w
}

dead() {
    relay-queue --dead "$@"
}

stored() { # KIND : what is there
    py pool.py dump "relay.$1.>"
}

@test "--status counts what waits, what was put aside, and says so by its exit status" {
    run --separate-stderr relay-queue -q --status "$NATS"
    [ "$status" -eq 0 ]
    [ "$output" = '{"waiting":0,"running":0,"retrying":0,"sessions":0,"replies":0,"sent":0,"dead":0,"ambiguous":0,"oldest_s":0}' ]
    [ -z "$stderr" ]
    py pool.py messages <<'EOF'
g1 s1 a one
g1 s1 b two
g2 s2 c three
EOF
    printf '{"op":"send","requestId":"r1","chat_id":"42","content":"x"}\n' | py queue_act.py act g1
    relay-queue -q --status "$NATS" | jq -c 'del(.oldest_s)' >got
    diff got - <<<'{"waiting":3,"running":0,"retrying":0,"sessions":2,"replies":1,"sent":0,"dead":0,"ambiguous":0}'
    letter s1 m1 one
    doubt r2 text
    run --separate-stderr relay-queue -q --status -f text "$NATS"
    [ "$status" -eq 1 ]
    [ "$(sed -n '7,8p' <<<"$output" | tr -s ' ' | paste -sd ,)" = 'dead 1,ambiguous 1' ]
}

@test "--status tells a message that runs from one that failed and waits for its next try" {
    echo 'g1 fails a one' | py pool.py messages
    echo 'g1 runs b two' | py pool.py messages
    printf '#!/bin/sh\n[ "$RELAY_TEXT" = one ] && exit 1\ntouch begun\nuntil [ -e go ]; do sleep 0.05; done\n' >agent
    chmod 755 agent
    background relay-work -q -P 4 "$NATS" -- relay-run -q -P 4 ./agent
    until_true 10 eval '[ "$(relay-queue -q --status "$NATS" | jq -c "[.waiting,.running,.retrying]")" = "[0,1,1]" ]'
    touch go
}

@test "--dead lists and shows what was put aside, as relay-inbox does" {
    letter s1 m1 'the first'
    letter s2 m2 'the second' g2
    doubt r1 'maybe sent'
    echo 'rubbish' | py queue_act.py dead g1 bad Relay-State=dead Relay-Reason='unknown word'
    run --separate-stderr dead -q "$NATS"
    [ "$status" -eq 65 ] # one of them is damaged
    jq -c 'del(.taken, .changed)' <<<"$output" >got
    diff got - <<'EOF'
{"id":1,"state":"dead","attempts":3,"reason":"exit status 3","gateway":"g1","session_key":"s1","message_id":"m1","bufferId":"g1/m/s1/m1","platform":"discord","chat_id":"c1","user_name":"ann","text":"the first"}
{"id":2,"state":"dead","attempts":3,"reason":"exit status 3","gateway":"g2","session_key":"s2","message_id":"m2","bufferId":"g2/m/s2/m2","platform":"discord","chat_id":"c1","user_name":"ann","text":"the second"}
{"id":3,"state":"ambiguous","attempts":0,"reason":"its ring ended before its result came","gateway":"g1","chat_id":"42","text":"maybe sent"}
{"id":4,"state":"dead","attempts":0,"reason":"unknown word","gateway":"g1","damaged":"no JSON value"}
EOF
    [ "$(dead -q -g g2 "$NATS" | jq .id)" = 2 ]
    [ "$(dead -q --session s1 "$NATS" list | jq .id)" = 1 ]
    [ "$(dead -q --state ambiguous "$NATS" | jq .id)" = 3 ]
    [ "$(dead -q "$NATS" show 3 | jq -r .frame.requestId)" = r1 ]
    dead -q -f text "$NATS" list 1 3 >text
    grep -qE '^ +1  dead +[-0-9T:]+Z  3 runs +g1 +discord/c1 +ann +the first \[exit status 3\]$' text
    grep -qE '^ +3  ambiguous +[-0-9T:]+Z  0 runs +g1 +/42 +maybe sent \[its ring ended' text
    run --separate-stderr dead -q --older 1h "$NATS"
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    run --separate-stderr dead "$NATS" list 99
    [ "$status" -eq 1 ]
    [[ "$stderr" == *'there is no dead letter 99'* ]]
}

@test "--dead retry: a message goes back to its session and is answered; an action goes out again under its requestId" {
    letter s1 m1 'again'
    doubt r1 'maybe sent'
    echo 'rubbish' | py queue_act.py dead g1 bad Relay-State=dead Relay-Reason='unknown word'
    run --separate-stderr dead "$NATS" retry 1 2 3
    [ "$status" -eq 0 ]
    [ "$(jq .id <<<"$output" | paste -sd ,)" = 1,2 ]
    [[ "$stderr" == *'skip 3: it is no action'* ]]
    [ "$(stored dead | jq .seq)" = 3 ]
    [ "$(stored ready | jq -r .subject)" = relay.ready.g1.s1 ]
    stored in | jq -r '.subject, (.data | fromjson | .event.text)' | diff - <(printf '%s\n' relay.in.g1.s1 again)
    [ "$(stored in | jq -r '.headers["Nats-Msg-Id"]')" != g1/m/s1/m1 ]
    mkfifo in
    exec 8<>in
    background relay-queue -q -g g1 "$NATS" <in >out 2>err
    background relay-work -q "$NATS" -- relay-run -q sh -c 'echo "re: $RELAY_TEXT"'
    until_true 10 grep -q 're: again' out
    grep -q '"requestId":"r1"' out
}

@test "--dead drop deletes those that are meant, and needs to be told which" {
    for i in 1 2 3; do letter s$i m$i text; done
    run --separate-stderr dead "$NATS" drop
    [ "$status" -eq 64 ]
    [[ "$stderr" == *'which dead letters?'* ]]
    run --separate-stderr dead "$NATS" drop x1
    [ "$status" -eq 64 ]
    [[ "$stderr" == *"read ID 'x1': not a number of a dead letter"* ]]
    run --separate-stderr dead "$NATS" lose
    [ "$status" -eq 64 ]
    run --separate-stderr relay-queue -g g1 --session s1 "$NATS"
    [ "$status" -eq 64 ]
    run --separate-stderr dead -q --session s2 "$NATS" drop
    [ "$status" -eq 0 ]
    [ "$(jq -r .session_key <<<"$output")" = s2 ]
    [ "$(stored dead | jq .seq | paste -sd ,)" = 1,3 ]
    NATS_URL=$NATS run --separate-stderr relay-queue -q --dead drop 1 3
    [ "$status" -eq 0 ]
    [ -z "$(stored dead)" ]
}

@test "what was put aside is hostile: no control character gets to a terminal, a long one is found" {
    printf '{"type":"inbound","event":{"text":"\\u001b[31mred\\n","source":{"chat_id":"\\u0007"}},"session_key":"s\\u001b","gateway":"g\\u001b"}\n' |
        py queue_act.py dead g1 s1 Relay-Reason=$'bad \e[2J' Relay-Attempts=x
    head -c 900000 /dev/zero | tr '\0' x | py queue_act.py dead g1 s2 Relay-Reason=long
    run --separate-stderr dead -q -f text "$NATS" list
    [ "$status" -eq 65 ]
    run grep -c $'[\e\a]' <<<"$output"
    [ "$output" -eq 0 ]
    run --separate-stderr dead -q "$NATS" show 2
    [ "$status" -eq 65 ]
    [ "${#output}" -gt 900000 ]
}
