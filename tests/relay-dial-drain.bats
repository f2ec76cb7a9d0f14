# SPDX-License-Identifier: MIT
# relay-dial: how a ring is drained. In the past, a lost or late ack, a second HUP or a stuffed ring lost live messages.
load helper

HELLO='{"type":"hello","platform":"discord","botId":""}'
LIVE='{"type":"inbound","event":{"text":"live","source":{"platform":"discord","chat_id":"c"}}}'

# hello.sh sends a hello and passes everything on; idle.sh does what relay-idle does, and answers live messages.
setup_more() {
    echo "printf '%s\n' '$HELLO'; exec cat" >hello.sh
    cat >idle.sh <<'EOF'
while IFS= read -r line; do
    case $line in
    *'"draining"'* | *'"idle"'*) printf '%s\n' '{"type":"going_idle"}' ;;
    esac
    printf '%s\n' "$line"
    case $line in
    *'"inbound"'*) printf '%s\n' '{"type":"outbound","requestId":"'"$(date +%N)"'","action":{"op":"send"}}' ;;
    esac
done
EOF
}

# got TYPE [N] : whether the peer has received N frames of that type.
got() {
    [ "$(grep -c "\"type\": *\"$1\"" peer.out)" -ge "${2:-1}" ]
}

@test "an ack after 10 s still ends the run: 75" {
    start_peer --ack-on-command
    FAST=20 dial "$URL" -- sh -c 'echo "$1"; echo "{\"type\":\"going_idle\"}"; exec cat' - "$HELLO"
    until_true 8 grep -q 'no going_idle_ack within 10 s' err
    [ ! -e status ]
    tell '{"type":"going_idle_ack"}'
    ended 75
}

@test "one lost ack does not disarm a later drain: the flip is asked for again, its window is served" {
    start_peer --ack-on-command
    FAST=5 dial "$URL" -- sh -c 'sh hello.sh | { echo "{\"type\":\"going_idle\"}"; sh idle.sh; }'
    until_true 8 grep -q 'no going_idle_ack within 10 s' err
    kill "$DIAL"
    until_true 8 got going_idle 2
    tell "$LIVE"
    until_true 8 got outbound
    tell '{"type":"going_idle_ack"}'
    ended 75
}

@test "flipped means done: an ack with a close or a loss in one segment ends it with 0, without another dial" {
    local code
    for code in 1000 1001 0; do
        rm -f raw.out
        start_raw flip "$code"
        dial "$URL" -- sh -c 'sh hello.sh | sh idle.sh'
        until_true 8 grep -q connection raw.out
        until_true 8 grep -q descriptor raw.out
        kill "$DIAL"
        ended 0
        [ "$(grep -c connection raw.out)" -eq 1 ]
    done
}

@test "what COMMAND has not read when its time is over is counted" {
    start_raw live 3000
    dial --kill-after 2s "$URL" -- sh -c 'echo "$1"; exec sleep 60' - "$HELLO"
    until_true 8 grep -q sent raw.out
    kill "$DIAL"
    ended 75 20
    grep -Eq "end: lost messages: [0-9]+ queued here, [0-9]+ in COMMAND's pipe$" err
    [ "$(($(sed -n "s/.*messages: \([0-9]*\) queued here, \([0-9]*\) in.*/\1 + \2/p" err)))" -eq 3000 ]
}

@test "the flip overtakes the backlog: dial asks itself when the draining frame does not come round" {
    start_peer --ack-on-command
    dial --kill-after 16s "$URL" -- sh -c 'echo "$1"; exec sleep 60' - "$HELLO"
    until_true 8 got hello
    kill "$DIAL"
    until_true 8 got going_idle
    tell '{"type":"going_idle_ack"}'
    kill -KILL -- -"$(pgrep -P "$DIAL" | head -n 1)"
    ended 137
}

@test "a drain reports at once what it waits for; it waits for turns in hand and serves until they are done" {
    start_peer
    mkfifo turn
    cat >busy.sh <<'EOF'
echo "$1"
echo '{"type":"work","running":2,"waiting":1}'
exec 3<&0
cat <&3 &
read -r line <turn
printf '%s\n' '{"type":"outbound","requestId":"r","action":{"op":"send"}}' '{"type":"work","running":0,"waiting":0}'
wait
EOF
    dial "$URL" -- sh -c 'sh busy.sh "$1" | sh idle.sh' - "$HELLO"
    until_true 8 got hello
    tell "$LIVE"
    until_true 8 got outbound
    kill "$DIAL"
    until_true 8 grep -q '^relay-dial: drain: 2 running, 1 waiting, up to 60 s$' err
    until_true 8 got going_idle
    sleep 0.3
    [ ! -e status ]
    echo "done" >turn
    ended 0
    got outbound 2
}

@test "a flip without a signal has no bound: COMMAND finishes its work however long it takes" {
    start_peer
    # shellcheck disable=SC2016 # for the inner shell
    dial --kill-after 400ms "$URL" -- sh -c 'printf "%s\n" "$1" "{\"type\":\"going_idle\"}"; cat; sleep 1.5
        echo "{\"type\":\"outbound\",\"requestId\":\"late\",\"action\":{\"op\":\"send\"}}"' - "$HELLO"
    ended 0
    got outbound
    [ "$(grep -c 'send TERM' err)" -eq 0 ]
}

@test "signals within half a second are one, and a hang-up never escalates" {
    start_peer --ack-on-command
    dial "$URL" -- sh -c 'sh hello.sh | sh idle.sh'
    until_true 8 got hello
    kill -STOP "$DIAL" # it gets them at once, however busy the machine is
    kill -HUP "$DIAL"
    kill -HUP "$DIAL"
    kill -TERM "$DIAL"
    kill -CONT "$DIAL"
    until_true 8 got going_idle
    sleep 0.6
    kill -HUP "$DIAL"
    tell '{"type":"going_idle_ack"}'
    ended 0
    until_true 30 grep -q 'closed 1 1000' peer.err
}

@test "SIGUSR1 asks for the flip: by a link frame in a ring, by itself in a pipe" {
    start_peer
    dial "$URL" -- sh -c 'sh hello.sh | sh idle.sh'
    until_true 8 got hello
    kill -USR1 "$DIAL"
    ended 0
    got going_idle
    : >peer.out
    background relay-dial -n "$URL" >out
    local pid=$!
    until_true 8 grep -q '"open"' out
    kill -USR1 "$pid"
    wait "$pid"
    until_true 8 got going_idle
}

@test "TERM to every process of the unit drains it: the turn in hand is answered, 0" {
    start_peer
    cat >agent.sh <<'EOF'
#!/bin/sh
echo started >>turns
until [ -e go ]; do sleep 0.05; done
echo "done: $RELAY_TEXT"
EOF
    chmod +x agent.sh
    dial --status st "$URL" -- sh -c 'relay-handshake -p discord | relay-decode | relay-run ./agent.sh | relay-scope | relay-send | relay-idle'
    until_true 8 got hello
    tell '{"type":"inbound","event":{"text":"one","message_id":"m1","source":{"platform":"discord","chat_id":"c","user_id":"u"}}}'
    until_true 8 test -s turns
    until_true 8 grep -q '"running":1' st
    # All of dial's and COMMAND's processes, but not the agent.
    # shellcheck disable=SC2046 # a list
    kill -TERM "$DIAL" $(pgrep -g "$(pgrep -P "$DIAL" | head -n 1)")
    until_true 8 grep -q '^relay-dial: drain: 1 running' err
    touch go
    ended 0
    [ "$(grep -c 'done: one' peer.out)" -eq 1 ]
}

@test "COMMAND has the pid of relay-dial in its environment" {
    start_peer
    # shellcheck disable=SC2016 # for the inner shell
    dial "$URL" -- sh -c 'echo "$RELAY_DIAL_PID" >named'
    ended 0
    [ "$(cat named)" = "$DIAL" ]
}

@test "a drain has one bound: 4 s are not 40, whatever is missing" {
    local last='{"type":"outbound","requestId":"last","action":{"op":"send"}}' from
    start_peer --mute
    dial --kill-after 4s "$URL" -- sh -c 'sh hello.sh | sh idle.sh; echo "$1"' - "$last"
    until_true 8 got hello
    from=$(date +%s%N)
    kill "$DIAL"
    ended 75 20
    [ $((($(date +%s%N) - from) / 1000000)) -lt 20000 ]
    grep -q 'settle outbound "last"' err
}

@test "what cannot be killed is left alone: its output is held open by a process out of reach" {
    start_peer
    # shellcheck disable=SC2016 # for the inner shell
    dial --kill-after 1s "$URL" -- sh -c 'echo "$1"
        setsid sh -c "echo \$\$ >far; exec sleep 30" & until [ -s far ]; do sleep 0.02; done' - "$HELLO"
    ended 75 15
    kill "$(cat far)"
    grep -q 'end COMMAND: its output does not end' err
    until_true 30 grep -q 'closed 1 1000' peer.err
}

@test "signals that the parent has blocked are seen: COMMAND's end, and SIGTERM" {
    start_peer
    local blocked='import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {int(sys.argv[1])})
os.execvp(sys.argv[2], sys.argv[2:])'
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr timeout 20 /usr/bin/python3 -c "$blocked" 17 relay-dial "$URL" -- sh -c 'echo "$1"' - "$HELLO"
    [ "$status" -eq 0 ]
    background /usr/bin/python3 -c "$blocked" 15 relay-dial -n "$URL" >out
    local pid=$!
    until_true 8 grep -q '"open"' out
    kill "$pid"
    wait "$pid"
}

@test "as process 1 it reaps orphans, and a second signal ends it" {
    start_peer
    local how=-pf dial rc=0
    [ "$(id -u)" -eq 0 ] || how=-Urpf
    cat >orphans.sh <<'EOF'
trap '' TERM
printf '%s\n' "$1"
for i in 1 2 3 4 5; do (true & echo $! >>orphans); done
while :; do sleep 0.1; done
EOF
    background unshare $how --kill-child relay-dial -v "$URL" -- sh orphans.sh "$HELLO" 2>err
    local unshare=$!
    until_true 8 got hello
    dial=$(pgrep -P "$unshare" | head -n 1)
    until_true 8 bash -c '[ "$(wc -l <orphans)" -eq 5 ]'
    until_true 8 bash -c "! ps -o stat= --ppid $dial | grep -q Z"
    kill "$dial"
    until_true 8 grep -q 'drain on signal' err
    sleep 0.6 # a signal within 500 ms of the first is the same one
    kill "$dial"
    wait "$unshare" || rc=$?
    [ "$rc" -eq 143 ] || { echo "status $rc"; cat err; false; }
}

@test "COMMAND has no terminal to ask on: it fails with a message instead of being stopped" {
    start_peer
    cat >terminal.py <<'EOF'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
try:
    while data := os.read(fd, 4096):
        os.write(1, data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
    # shellcheck disable=SC2016 # for the inner shell
    run timeout 20 /usr/bin/python3 terminal.py relay-dial "$URL" -- \
        sh -c 'echo "$1"; (read -r x </dev/tty) || exit 3' - "$HELLO"
    [ "$status" -eq 3 ] || { echo "$status $output"; false; }
    [[ $output == *'/dev/tty'* ]]
}

@test "a link that is given up while a turn is in hand: it still hears that its answer is not sent, then the input ends" {
    start_stub
    cat >ring.sh <<'END'
echo '{"type":"hello","platform":"discord","botId":""}'
echo '{"type":"work","running":1,"waiting":0}'
while read -r line; do
    echo "$line" >>down
    case $line in
    *'"closed"'*) echo '{"type":"outbound","requestId":"r1","action":{"op":"send","chat_id":"1","content":"x"}}' ;;
    *outbound_result*) echo '{"type":"work","running":0,"waiting":0}' ;;
    esac
done
echo 'end of input' >>down
END
    dial "$URL" -- sh ring.sh
    until_true 8 grep -q descriptor down
    kill -9 "$STUB"
    until_true 8 grep -q 'next dial in' err
    kill "$DIAL"
    until_true 8 test -s status
    [ "$(cat status)" -eq 69 ] || { cat status err; return 1; }
    [ "$(tail -n 1 down)" = 'end of input' ]
    [ "$(tail -n 2 down | head -n 1 | jq -c '[.requestId, .result.error]')" = '["r1","relay transport closed"]' ]
    grep -q 'send outbound "r1": relay transport closed' err
}

@test "a link that is given up while a turn never ends: --kill-after bounds it all the same" {
    start_stub
    dial --kill-after 2s "$URL" -- sh -c 'echo "{\"type\":\"hello\",\"platform\":\"discord\",\"botId\":\"\"}"
        echo "{\"type\":\"work\",\"running\":1,\"waiting\":0}"; cat >down; exec sleep 100'
    until_true 8 grep -q descriptor down
    kill -9 "$STUB"
    until_true 8 grep -q 'next dial in' err
    kill "$DIAL"
    until_true 8 test -s status
    grep -q 'end: lost messages: 1 running' err
}

@test "turns in an inbox that a drain does not finish are not called lost" {
    start_stub
    dial --kill-after 1s "$URL" -- sh -c 'echo "{\"type\":\"hello\",\"platform\":\"discord\",\"botId\":\"\"}"
        echo "{\"type\":\"work\",\"running\":1,\"waiting\":0,\"stored\":3}"; cat >down; exec sleep 100'
    until_true 8 grep -q descriptor down
    kill "$DIAL"
    until_true 8 test -s status
    [ "$(cat status)" -eq 75 ]
    grep -qx 'relay-dial: end: not finished, but in the inbox: 1 running' err
    run grep 'lost messages' err
    [ "$status" -eq 1 ]
}

# queue.sh stands where relay-queue does: it acknowledges what it has stored, and says how much of it is not handled yet. In
# a drain only what is its own business counts: what is stored is safe.
write_queue() {
    cat >queue.sh <<'EOF'
while IFS= read -r line; do
    case $line in
    *'"draining"'*) printf '%s\n' '{"type":"work","running":0,"waiting":0}' ;;
    esac
    printf '%s\n' "$line"
    case $line in
    *'"bufferId"'*)
        printf '%s\n' "{\"type\":\"inbound_ack\",\"bufferId\":\"${line##*\"bufferId\":\"}" '{"type":"work","running":0,"waiting":3}' ;;
    *'"presence"'*) printf '%s\n' '{"type":"work","running":0,"waiting":0}' ;;
    esac
done
EOF
    BUFFERED='{"type":"inbound","event":{"text":"x","source":{"platform":"discord","chat_id":"c"}},"bufferId":"b1"}'
}

@test "messages that wait elsewhere keep the ring up: --after counts once none is left" {
    write_queue
    start_stub
    dial "$URL" -- sh -c 'sh hello.sh | sh queue.sh | relay-idle --after 300ms'
    until_true 8 grep -q hello stub.out
    say "$BUFFERED"
    until_true 8 grep -q inbound_ack stub.out
    sleep 1
    run ! grep -q going_idle stub.out
    [ ! -e status ]
    say '{"type":"presence"}'
    until_true 8 grep -q going_idle stub.out
    ended 0
}

@test "a drain does not wait for messages that are safe elsewhere" {
    write_queue
    start_stub
    dial --kill-after 1000s "$URL" -- sh -c 'sh hello.sh | sh queue.sh | relay-idle --after 300ms'
    until_true 8 grep -q hello stub.out
    say "$BUFFERED"
    until_true 8 grep -q inbound_ack stub.out
    kill "$DIAL"
    ended 0
    grep -q going_idle stub.out
    grep -qx 'relay-dial: drain: 3 waiting, up to 1000 s' err
    run ! grep -q lost err
}
