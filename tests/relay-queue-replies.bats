# SPDX-License-Identifier: MIT
# relay-queue: what workers store for a link reaches it once, and they hear what became of it.

load helper
load nats

py() { # FILE ARGS… : a script that speaks to the server by itself
    timeout 60 /usr/bin/python3 "$RELAY_SOURCE/tests/$1" "$NATS" "${@:2}"
}

act() { # [SUBJECT] : the lines of stdin are stored for link g1; results go to SUBJECT
    py queue_act.py act g1 "$@"
}

action() { # ID TEXT
    printf '{"op":"send","requestId":"%s","chat_id":"42","content":"%s"}\n' "$1" "$2"
}

stored() { # KIND : how many messages
    py pool.py dump "relay.$1.>" | wc -l
}

nothing_in() { # KIND…
    local kind
    for kind; do [ "$(stored "$kind")" -eq 0 ] || return; done
}

# start_queue [OPTIONS…] : relay-queue by itself, fd 8 is its stdin, ./out what it puts into the ring; its pid is QUEUE.
start_queue() {
    rm -f in
    mkfifo in
    exec 8<>in
    background "${QUEUE_BIN:-relay-queue}" -g g1 "$@" "$NATS" <in >>out 2>>err
    QUEUE=$!
}

# in_ring COMMAND… : as a stage of the ring of a relay-dial, which has died: signals count.
in_ring() {
    RELAY_DIAL_PID=$(sh -c 'echo $$') "$@"
}

end_queue() { # STATUS : its input ends; it ends with that status
    local status=0
    exec 8>&-
    wait "$QUEUE" || status=$?
    [ "$status" -eq "$1" ]
}

queue_dies() {
    wait "$QUEUE" 2>/dev/null || true
    exec 8>&-
}

result() { # ID MEMBERS [MORE] : a result comes down
    printf '{"type":"outbound_result","requestId":"%s","result":{%s}%s}\n' "$1" "$2" "${3-}" >&8
}

# hear SUBJECT : what is published there is in ./heard, a line each, from now on.
hear() {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/pool.py" "$NATS" hear "$1" heard
    until_true 5 grep -q ready heard
}

count() { # N PATTERN FILE : the pattern stands in so many lines
    [ "$(grep -c -- "$2" "$3")" -eq "$1" ]
}

@test "an action reaches the far end once; its worker hears every result of a text in parts; nothing is left in the pool" {
    nats_up
    start_stub
    background relay-dial --kill-after 5 "$URL" -- \
        sh -c "relay-handshake -p discord | relay-queue -g g1 $NATS | relay-send --max-length 12 | relay-idle"
    RING=$!
    hear _INBOX.w
    { action r1 'hello'; action r2 'one two three four five'; } | act _INBOX.w
    until_true 5 count 4 outbound_result heard
    [ "$(jq -r 'select(.type == "outbound") | .requestId + " " + .action.content' stub.out | paste -sd ,)" = \
        'r1 hello,r2 one two,r2/2 three four,r2/3 five' ]
    grep -o '{.*' heard | jq -r 'select(.result.success) | "\(.requestId) \(.more)"' | paste -sd , >ids
    [ "$(cat ids)" = 'r1 null,r2 true,r2/2 true,r2/3 null' ]
    until_true 5 nothing_in out sent
    kill "$RING"
    wait "$RING"
}

@test "five hundred actions keep their order" {
    nats_up
    start_queue
    for i in $(seq 500); do action "r$i" "$i"; done | act
    until_true 10 count 500 '"op"' out
    jq -r 'select(.op).content' out | diff - <(seq 500)
    for i in $(seq 500); do result "r$i" '"success":true'; done
    until_true 10 nothing_in out sent dead
    end_queue 0
}

@test "killed at any point: the action is never lost, never sent twice, and what is not known is told" {
    nats_up
    hear _INBOX.w
    QUEUE_BIN=$RELAY_BUILD/crash/bin/relay-queue
    for point in found marked taken emitted written result cleared; do
        : >out
        : >heard
        export RELAY_CRASH_AT=$point
        start_queue
        action "r-$point" text | act _INBOX.w
        until_true 5 eval "! kill -0 $QUEUE || grep -q r-$point out"
        ! kill -0 "$QUEUE" 2>/dev/null || result "r-$point" '"success":true'
        queue_dies
        unset RELAY_CRASH_AT
        start_queue
        case $point in
        found | marked) # it had not left
            until_true 5 grep -q "r-$point" out
            result "r-$point" '"success":true'
            until_true 5 grep -q '"success":true' heard
            until_true 5 nothing_in out sent dead
            end_queue 0 ;;
        cleared) # all was over
            until_true 5 nothing_in out sent dead
            end_queue 0 ;;
        *)
            until_true 5 grep -q "put request \"r-$point\" aside: an earlier ring may have sent it" err
            until_true 5 grep -q '"ambiguous":true' heard
            until_true 5 nothing_in out sent
            [ "$(stored dead)" -eq 1 ]
            end_queue 75
            py queue_act.py clear g1 ;;
        esac
        [ "$(grep -c "\"op\".*r-$point" out)" -le 1 ] || { echo "$point:"; cat out; false; }
    done
}

@test "--resend: what a ring that was killed may have sent goes out again, under the same requestId" {
    nats_up
    hear _INBOX.w
    QUEUE_BIN=$RELAY_BUILD/crash/bin/relay-queue
    for point in taken emitted written; do
        export RELAY_CRASH_AT=$point
        start_queue --resend
        action "r-$point" text | act _INBOX.w
        queue_dies
        unset RELAY_CRASH_AT
        : >out
        start_queue --resend
        until_true 5 grep -q "r-$point" out
        result "r-$point" '"success":true'
        until_true 5 grep -q "r-$point.*\"success\":true" heard
        until_true 5 nothing_in out sent dead
        end_queue 0
        count 1 "\"op\".*r-$point" out
    done
    count 0 ambiguous heard || { cat heard; false; }
}

@test "what is no action is put aside and holds nothing up" {
    nats_up
    start_queue
    {
        action first text
        echo 'not JSON'
        echo '{"op":"send","chat_id":"42","content":"no id"}'
        echo '{"op":"send","requestId":7,"chat_id":"42","content":"a number"}'
        printf '{"op":"send","requestId":"%01200d","chat_id":"42","content":"long id"}\n' 1
        printf '{"op":"send","requestId":"x","content":"\xff"}\n'
        echo '{"type":"going_idle"}'
        echo '{"type":"link","state":"draining"}'
        echo '[]'
        echo '{"op":"interrupt","session_key":"s1"}'
        echo '{"op":"stream","requestId":"g","chat_id":"42","content":"gro","more":true}'
        echo '{"type":"outbound","requestId":"o1","action":{"op":"typing","chat_id":"42"},"more":true}'
        action last text
    } | act
    until_true 5 grep -q last out
    [ "$(jq -r 'select(.type != "work") | .requestId // .op' out | paste -sd ,)" = 'first,interrupt,g,o1,last' ]
    result first '"success":true'
    result o1 '"success":true' ',"more":true'
    result last '"success":true'
    until_true 5 nothing_in out sent
    py pool.py dump 'relay.dead.>' | jq -r '.headers["Relay-State"] + ": " + .headers["Relay-Reason"]' >reasons
    diff reasons - <<'EOF'
dead: unknown word
dead: it has no requestId
dead: its requestId is not a string
dead: its requestId is too long
dead: not UTF-8
dead: a frame of this type is not a worker's to send
dead: a frame of this type is not a worker's to send
dead: not an object
EOF
    count 8 'put an action aside: ' err
    end_queue 65
}

@test "an action that leaves no room for its mark is put aside, and holds nothing up" {
    nats_up
    start_queue
    { printf '{"op":"send","requestId":"r1","content":"'
        head -c 1048450 /dev/zero | tr '\0' x
        printf '"}\n'
        action r2 text; } | act
    until_true 5 grep -q r2 out
    until_true 5 count 1 'put an action aside: it is too long' err
    result r2 '"success":true'
    until_true 5 nothing_in out sent
    end_queue 65
}

@test "what is not stored passes at once; what is no action there is left out" {
    nats_up
    start_queue
    action r1 text | act
    until_true 5 grep -q r1 out
    result r1 '"success":true'
    until_true 5 nothing_in out sent
    until_true 5 eval "py pool.py say relay.now.g1 '{\"op\":\"typing\",\"chat_id\":\"42\"}' && grep -q typing out"
    py pool.py say relay.now.g1 '{"type":"hello"}'
    until_true 5 grep -q "leave out an action that is not stored: a frame of this type" err
    end_queue 65
}

@test "a requestId that was emitted is not emitted again; its worker hears what became of it" {
    nats_up
    hear '_INBOX.*'
    start_queue
    { action r1 text; action r2 text; } | act _INBOX.old
    until_true 5 grep -q r2 out
    { action r2 text; action r3 text; } | act _INBOX.new # the same turn once more: the result goes to its new worker
    until_true 5 grep -q r3 out
    result r1 '"success":true,"message_id":"m1"'
    result r2 '"success":true,"message_id":"m2"'
    result r3 '"success":false,"error":"no"'
    until_true 5 count 3 outbound_result heard
    { action r1 text; action r3 text; } | act _INBOX.new
    until_true 5 count 5 outbound_result heard
    until_true 5 nothing_in out sent dead
    grep -q '_INBOX.old.*"message_id":"m1"' heard
    grep -q '_INBOX.new.*"message_id":"m2"' heard
    grep -q '_INBOX.new.*"r1".*"success":true' heard
    grep -q '_INBOX.new.*"r3".*"success":false,"error":"sent before, and refused"' heard
    [ "$(jq -r 'select(.op).requestId' out | paste -sd ,)" = r1,r2,r3 ]
    [ "$(grep -o 'leave out request.*' err)" = 'leave out request r2: one with its requestId was sent before
leave out request r1: one with its requestId was sent before
leave out request r3: one with its requestId was sent before' ]
    end_queue 0
}

@test "in a ring nothing is taken before the first descriptor, nor while the link is lost" {
    nats_up
    in_ring start_queue
    action r1 text | act
    echo '{"type":"link","state":"open","attempt":1}' >&8
    until_true 5 grep -q open out
    [ "$(stored out)" -eq 1 ]
    echo '{"type":"descriptor","descriptor":{}}' >&8
    until_true 5 grep -q r1 out
    result r1 '"success":true'
    echo '{"type":"link","state":"lost","code":1006}' >&8
    until_true 5 grep -q lost out
    action r2 text | act
    until_true 5 nothing_in sent
    [ "$(stored out)" -eq 1 ]
    echo '{"type":"link","state":"open","attempt":2}' >&8
    echo '{"type":"descriptor","descriptor":{}}' >&8
    until_true 5 grep -q r2 out
    result r2 '"success":true'
    until_true 5 nothing_in out sent
    end_queue 0
}

@test "an action that the link never sent goes out again once it is there, before others; its worker hears nothing of that" {
    nats_up
    hear _INBOX.w
    in_ring start_queue
    echo '{"type":"descriptor","descriptor":{}}' >&8
    action r1 text | act _INBOX.w
    until_true 5 grep -q r1 out
    echo '{"type":"link","state":"lost","code":1006}' >&8
    result r1 '"success":false,"error":"relay transport not connected"' ',"synthetic":true'
    action r2 text | act _INBOX.w
    until_true 5 eval 'py pool.py dump "relay.sent.>" | grep -q "\"Relay-Ring\": \"-\""'
    echo '{"type":"link","state":"open","attempt":2}' >&8
    echo '{"type":"descriptor","descriptor":{}}' >&8
    until_true 5 grep -q r2 out
    [ "$(jq -r 'select(.op).requestId' out | paste -sd ,)" = r1,r1,r2 ]
    result r1 '"success":true'
    result r2 '"success":true'
    until_true 5 count 2 outbound_result heard
    count 0 'not connected' heard
    until_true 5 nothing_in out sent dead
    end_queue 0
}

@test "a drain takes nothing more; what has no result at the end is told, and the next ring puts it aside" {
    nats_up
    start_queue
    action r1 text | act
    until_true 5 grep -q r1 out
    echo '{"type":"link","state":"draining"}' >&8
    until_true 5 eval 'py pool.py say relay.now.g1 "{\"op\":\"typing\",\"chat_id\":\"42\"}" && [ "$(stored sent)" -eq 1 ]'
    action r2 text | act
    end_queue 75
    grep -q 'the input has ended: 1 action has no result yet' err
    count 0 r2 out
    count 0 typing out
    start_queue
    until_true 5 grep -q r2 out
    grep -q 'put request "r1" aside' err
    result r2 '"success":true'
    until_true 5 nothing_in out sent
    end_queue 75
}

@test "two rings of one link: what the other has in hand is left alone, and each action is taken by one of them" {
    nats_up
    start_queue
    action r0 text | act
    until_true 5 grep -q r0 out
    mkfifo in2
    exec 9<>in2
    background relay-queue -g g1 "$NATS" <in2 >out2 2>err2
    OTHER=$!
    for i in $(seq 40); do action "r$i" "$i"; done | act
    until_true 10 eval 'cat out out2 | grep -c "\"op\"" | grep -qx 41'
    for i in $(seq 0 40); do
        result "r$i" '"success":true'
        printf '{"type":"outbound_result","requestId":"r%s","result":{"success":true}}\n' "$i" >&9
    done
    until_true 10 nothing_in out sent
    nothing_in dead
    [ "$(cat out out2 | jq -r 'select(.op).requestId' | sort | uniq -d)" = '' ]
    exec 9>&-
    wait "$OTHER"
    end_queue 0
}

@test "a server that was away: actions and results go on where they were" {
    nats_up
    hear _INBOX.w
    start_queue
    { action r1 text; action r2 text; } | act _INBOX.w
    until_true 5 grep -q r2 out
    nats_down
    result r1 '"success":true'
    nats_up
    : >heard
    hear _INBOX.w
    action r3 text | act _INBOX.w
    until_true 10 grep -q r3 out
    result r2 '"success":true'
    result r3 '"success":true'
    until_true 10 nothing_in out sent dead
    until_true 5 grep -q r3 heard
    count 0 aside err
    end_queue 0
}
