#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-control: others speak through a running ring.

load helper

setup_more() {
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
}

# start_adapter ARGS… : a ring with a control socket; its pid is in ADAPTER.
start_adapter() {
    start_stub
    background relay-adapter -q --url "$URL" -p discord --control ctl "$@" </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 test -S ctl
    until_true 20 grep -q '"hello"' stub.out
}

drained() {
    kill "$ADAPTER"
    wait "$ADAPTER"
}

inbound() {
    say '{"type":"inbound","event":{"text":"'"$1"'","message_id":"i'"$1"'","source":{"platform":"discord","chat_id":"42","chat_type":"dm","scope_id":"g1"}}}'
}

contents() {
    jq -r 'select(.type == "outbound").action.content' stub.out
}

has_contents() {
    [ "$(contents | wc -l)" -ge "$1" ]
}

@test "an action from outside joins the ring, at the address that the ring remembers; its result comes back" {
    start_adapter cat
    inbound 1
    until_true 20 has_contents 1
    action='{ "op":"send","chat_id":"42","content":"n\u0000\u00e9", "n":1.50 ,"requestId":"mine"}'
    run --separate-stderr relay-control --send ctl <<<"$action"
    [ "$status" -eq 0 ]
    [ "$output" = '{"type":"outbound_result","requestId":"mine","result":{"success":true,"message_id":"m2"}}' ]
    [ -z "$stderr" ]
    jq -c 'select(.action.n) | [.platform, .action.metadata.scope_id]' stub.out | grep -qxF '["discord","g1"]'
    grep -qF '"content":"n\u0000\u00e9", "n":1.50' stub.out
    run jq -r 'select(.action.n).requestId' stub.out
    [[ $output =~ ^[0-9a-f]{32}$ ]]
    [ "$(stat -c %a ctl)" = 600 ]
    drained
    [ ! -e ctl ]
    [ ! -s err ]
}

@test "1,000 actions of 8 writers with the same requestIds, beside a busy ring: each gets its own results" {
    start_adapter -P 4 sh -c 'echo "reply to $RELAY_TEXT"'
    (for i in {1..100}; do inbound "$i"; done) &
    /usr/bin/python3 "$RELAY_SOURCE/tests/peers/writers.py" ctl 8 125 stub.out
    wait $!
    until_true 20 has_contents 1100
    contents | grep '^reply to' | sort -V >replies
    for i in {1..100}; do echo "reply to $i"; done | diff replies -
    drained
    [ ! -s err ]
}

@test "a file from outside: relay-media makes the action, the ring sends it" {
    start_adapter cat
    echo graph >graph.txt
    export GATEWAY_RELAY_URL=$URL
    relay-media put -a --chat 42 -c today graph.txt | relay-control --send ctl >answer
    [ "$(jq .result.success answer)" = true ]
    jq -c 'select(.type == "outbound").action | [.op, .chat_id, .content, .filename]' stub.out >got
    [ "$(cat got)" = '["send_media","42","today","graph.txt"]' ]
    drained
}

@test "writers that go away, say nonsense, say nothing or do not read disturb nobody" {
    start_adapter sh -c 'echo "$RELAY_TEXT"'
    background /usr/bin/python3 -c 'import socket, time
def writer(): s = socket.socket(socket.AF_UNIX); s.connect("ctl"); return s
act = b"{\"op\":\"send\",\"chat_id\":\"42\",\"content\":\"gone\"}\n"
gone = writer(); gone.sendall(act * 20); gone.close()
part = writer(); part.sendall(act[:20]); part.close()
quiet = [writer() for _ in range(20)]
half = writer(); half.sendall(b"{")
long = writer(); long.sendall(b"x" * 3000000); 
deaf = writer(); deaf.setblocking(False)
try:
    while True: deaf.send(b"nonsense\n" * 1000)
except (BlockingIOError, BrokenPipeError): pass
open("sent", "w").close()
time.sleep(60)'
    until_true 20 test -e sent
    until_true 20 has_contents 20
    run --separate-stderr relay-control --send ctl <<<'{"op":"send","chat_id":"42","content":"still here"}'
    [ "$status" -eq 0 ]
    inbound last
    until_true 20 has_contents 22
    [ "$(contents | sort | uniq -c | tr -s ' ' | sort)" = "$(printf ' 1 last\n 1 still here\n 20 gone' | sort)" ] || { contents | sort | uniq -c; return 1; }
    drained
    [ ! -s err ]
}

@test "what is no action is answered, and not sent" {
    start_adapter cat
    run --separate-stderr relay-control --send ctl <<'END'
nonsense
{"type":"hello","platform":"x"}
{"op":"send","chat_id":"42","requestId":"a"}
{"op":"send","chat_id":"42","content":"x","requestId":7}
{"op":"interrupt","session_key":"none","requestId":"i"}

{"op":"send","chat_id":"42","content":"good","requestId":"b"}
END
    [ "$status" -eq 1 ]
    jq -c '[.requestId, .result.success, .result.error // .result.message_id]' <<<"$output" >got
    sort got | diff - <(sort <<'END'
[null,false,"not an action: unknown word at byte 1"]
[null,false,"not an action: it has a type"]
["a",false,"content is missing"]
[null,false,"not an action: its requestId is not a string"]
["i",true,null]
["b",true,"m1"]
END
    )
    [ "$(grep -c '^relay-control: send' <<<"$stderr")" -eq 4 ]
    [ "$(grep -c '"interrupt"' stub.out)" -eq 1 ]
    drained
    [ ! -s err ]
}

@test "a text over the limit has a result for each part, and says that more follow" {
    start_adapter cat
    text=$(printf 'word %.0s' {1..900})
    run --separate-stderr relay-control --send ctl <<<'{"op":"send","chat_id":"42","requestId":"long","content":"'"$text"'"}'
    [ "$status" -eq 0 ]
    [ "$(jq -c '[.requestId, .more, .result.message_id]' <<<"$output")" = $'["long",true,"m1"]\n["long/2",true,"m2"]\n["long/3",null,"m3"]' ]
    drained
}

@test "a FIFO takes lines from many writers; what is no action is told and is status 65" {
    start_stub
    mkfifo -m 600 fifo
    background relay-adapter -q --url "$URL" -p discord --control fifo cat </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
    for i in 1 2 3 4; do echo '{"op":"send","chat_id":"42","content":"'$i'","requestId":"same"}' >fifo & done
    until_true 20 has_contents 4
    echo nonsense >fifo
    until_true 20 grep -q 'relay-control: skip a line from the FIFO: not an action: unknown word at byte 1' err
    [ "$(contents | sort | tr '\n' ' ')" = '1 2 3 4 ' ]
    status=0
    drained || status=$?
    [ "$status" -eq 65 ]
    [ -p fifo ]
}

@test "what stands in the way stays: files, links, live sockets, FIFOs of others; a stale socket goes" {
    echo mine >file
    ln -s file link
    ln -s nowhere dangling
    mkfifo -m 622 fifo
    for f in file link dangling; do
        run -78 --separate-stderr relay-control $f </dev/null
        [ "$stderr" = "relay-control: listen on $f: it exists and is neither a socket nor a FIFO" ] || { echo "$stderr"; return 1; }
    done
    run -78 --separate-stderr relay-control fifo </dev/null
    [[ $stderr == 'relay-control: refuse FIFO fifo: open to others'* ]]
    /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("stale")'
    relay-control stale </dev/null
    [ ! -e stale ]
    start_adapter cat
    run -78 --separate-stderr relay-control ctl </dev/null
    [ "$stderr" = 'relay-control: listen on ctl: another process listens there' ]
    run -71 --separate-stderr relay-control "$(printf 'x%.0s' {1..200})" </dev/null
    [ "$(cat file)" = mine ]
    drained
}

@test "in a drain no action is taken; a writer whose answer is owed gets it, and the drain waits for nobody else" {
    start_stub --delay 500ms
    background relay-adapter -q --url "$URL" -p discord --control ctl cat </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 test -S ctl
    until_true 20 grep -q '"hello"' stub.out
    background relay-control --send ctl <<<'{"op":"send","chat_id":"42","content":"owed"}' >answer
    SENDER=$!
    until_true 20 has_contents 1
    kill "$ADAPTER"
    until_true 20 grep -q going_idle stub.out
    run --separate-stderr relay-control --send ctl <<<'{"op":"send","chat_id":"42","content":"late"}'
    [ "$status" -eq 69 ] || [ "$status" -eq 75 ] || { echo "$status $stderr"; return 1; }
    wait "$SENDER"
    [ "$(jq -r .result.success answer)" = true ]
    wait "$ADAPTER"
    [ "$(contents)" = owed ]
    [ ! -e ctl ]
}

@test "the link is lost with an action on it: not known, 75; after the next dial the ring takes others" {
    start_stub --no-result --drop-after 2
    background relay-adapter -q --url "$URL" -p discord --control ctl cat </dev/null >out 2>err 9>&-
    until_true 20 test -S ctl
    until_true 20 grep -q '"hello"' stub.out
    run -75 --separate-stderr relay-control --send ctl <<<'{"op":"send","chat_id":"42","content":"lost","requestId":"r"}'
    [ "$(jq -c '[.requestId, .result.ambiguous]' <<<"$output")" = '["r",true]' ]
    [ "$stderr" = 'relay-control: send r: relay transport connection lost' ]
    until_true 20 has_hellos 2
    run -75 relay-control --send -w 100ms ctl <<<'{"op":"send","chat_id":"42","content":"next"}'
    until_true 20 has_contents 2
    [ "$(contents | paste -sd ' ')" = 'lost next' ]
}

has_hellos() {
    [ "$(grep -c '"hello","platform"' stub.out)" -ge "$1" ]
}

# The relay-control that is a stage of our ring.
stage_pid() {
    local p
    for p in $(pgrep -x relay-control); do
        [ "$(readlink "/proc/$p/cwd")" != "$PWD" ] || [ "$p" = "$SENDER" ] || echo "$p"
    done
}

@test "--send: nobody listens 69; not in time 75; the ring is killed 75" {
    run -69 --separate-stderr relay-control --send nowhere <<<'{"op":"x"}'
    [ "$stderr" = 'relay-control: connect to nowhere: No such file or directory' ]
    start_stub --no-result
    background relay-adapter -q --url "$URL" -p discord --control ctl cat </dev/null >out 2>err 9>&-
    until_true 20 test -S ctl
    run -75 --separate-stderr relay-control --send -w 200ms ctl <<<'{"op":"send","chat_id":"42","content":"x"}'
    [ "$stderr" = 'relay-control: send: 1 results did not come: not in time' ]
    background relay-control --send ctl <<<'{"op":"send","chat_id":"42","content":"y"}' 2>send.err
    SENDER=$!
    until_true 20 has_contents 2
    kill -9 "$(stage_pid)"
    status=0
    wait "$SENDER" || status=$?
    [ "$status" -eq 75 ]
    [ "$(cat send.err)" = 'relay-control: send: 1 results did not come: the ring closed the connection' ]
}

@test "with few descriptors writers wait their turn, without a busy loop, and the stream goes on" {
    mkfifo in
    # shellcheck disable=SC2016 # for the inner shell
    background bash -c 'ulimit -n 12; exec relay-control ctl' <>in >out
    CONTROL=$!
    exec 9>in
    until_true 10 test -S ctl
    background /usr/bin/python3 -c 'import socket, time
s = [socket.socket(socket.AF_UNIX) for _ in range(20)]
for x in s: x.connect("ctl")
print("connected", flush=True)
time.sleep(1.5)' >connected
    until_true 20 grep -q connected connected
    echo '{"type":"x"}' >&9
    until_true 10 grep -q '"x"' out
    background relay-control --send -w 60s ctl <<<nonsense >answer 2>/dev/null
    until_true 20 grep -q 'not an action' answer
    read -ra stat <"/proc/$CONTROL/stat"
    [ $((stat[13] + stat[14])) -lt 50 ] # in ticks of 10 ms
}

@test "as a filter it passes everything on" {
    run --separate-stderr relay-control sock <<<$'{"type":"hello"}\n{ "type" : "outbound_result","requestId":"x"}\nbad\n{"op":"y"}'
    [ "$status" -eq 65 ]
    [ "$output" = $'{"type":"hello"}\n{ "type" : "outbound_result","requestId":"x"}\n{"op":"y"}' ]
    [ ! -e sock ]
    run -64 --separate-stderr relay-control
    run -78 --separate-stderr relay-control -w 3 sock
}

@test "writers that die in the middle of a growing text: each text ends with a mark, and others are let in" {
    start_adapter cat
    /usr/bin/python3 -c 'import socket
for i in range(70):
    s = socket.socket(socket.AF_UNIX)
    s.connect("ctl")
    s.sendall(b"{\"op\":\"stream\",\"requestId\":\"a\",\"chat_id\":\"c%d\",\"content\":\"half a text\",\"more\":true}\n" % i)
    s.close()'
    run --separate-stderr relay-control --send --wait 60s ctl <<<'{"op":"send","chat_id":"42","content":"let in"}'
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    all_ended() { [ "$(jq -r 'select(.action.content == "half a text …").action.chat_id' stub.out | sort -u | wc -l)" -eq 70 ]; }
    until_true 20 all_ended
    drained
}

@test "what the FIFO still holds when the ring ends is told" {
    mkfifo -m 600 fifo input
    relay-control fifo <input >out 2>err 3>&- &
    RING=$!
    exec 7>input
    echo '{"op":"send","chat_id":"42","content":"first"}' >fifo
    until_true 10 grep -q first out
    kill -STOP "$RING"
    # more than the stage takes at once
    /usr/bin/python3 -c 'import fcntl, os
f = os.open("fifo", os.O_WRONLY | os.O_NONBLOCK)
fcntl.fcntl(f, 1031, 1 << 20)
for i in range(8000):
    os.write(f, b"{\"op\":\"send\",\"chat_id\":\"42\",\"content\":\"%d%s\"}\n" % (i, b"x" * 50))'
    exec 7>&-
    kill -CONT "$RING"
    status=0
    wait "$RING" || status=$?
    [ "$status" -eq 65 ]
    told=$(sed -n 's/^relay-control: skip \([0-9]*\) lines from the FIFO: relay transport closed$/\1/p' err)
    [ $((told + $(wc -l <out))) -eq 8001 ] || { wc -l out; cat err; return 1; }
}

@test "a directory that somebody keeps locked keeps no socket out" {
    mkdir dir
    background /usr/bin/flock dir -c 'touch locked; sleep 600'
    until_true 10 test -e locked
    run --separate-stderr relay-control dir/ctl </dev/null
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    run --separate-stderr relay-media serve -s dir/media -- test -S dir/media
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
}
