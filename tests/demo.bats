#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The demo, as `make demo` runs it.

load helper

setup_more() {
    export TMPDIR=$PWD/tmp
    mkdir tmp
}

# A demo leaves nothing behind: no file, and no process that works in its directory.
nothing_left() {
    [ -z "$(ls -A tmp)" ] && ! grep -qs "$PWD/tmp" /proc/[0-9]*/cmdline
}

@test "a conversation, a drain, a message kept and acknowledged, a worker that is killed, exit 0" {
    elapsed_ms "$RELAY_SOURCE/tests/demo.sh" "$RELAY_BUILD" </dev/null >out 2>err
    cat out err
    [ "$MS" -lt 100000 ]
    [ ! -s err ]
    sed -e 's/:[0-9]*\/relay/:PORT\/relay/' -e 's/"bufferId":".*"/"bufferId":"ID"/' out >told
    diff - told <<'EOF'

-- a connector at ws://127.0.0.1:PORT/relay, an agent in a ring of filters
ada    hello
agent  Hello Ada. Ask me the time, 6*7, or anything.
ada    what is 6*7?
agent  That is 42.

-- the gateway goes: idle first, then its work finished, exit 0
ada    are you there?

-- and comes back: what was kept is delivered, answered, acknowledged
agent  You said: are you there?
{"type":"inbound_ack","bufferId":"ID"}

-- a pool: a NATS server, two workers; the one that takes the message is killed with -9
ada    take your time
agent  Another worker has it: attempt 2.

-- done
EOF
    nothing_left
}

@test "on a terminal it offers a prompt, until Ctrl-D" {
    mkfifo keys
    exec 8<>keys
    background script -qec "$RELAY_SOURCE/tests/demo.sh $RELAY_BUILD" /dev/null <keys >out 2>&1
    until_true 10 grep -q 'your turn' out
    until_true 5 grep -q 'listen' out
    echo hello >&8
    until_true 5 grep -q 'agent: Hello you' out
    echo '6*7' >&8
    until_true 5 grep -q 'agent: That is 42' out
    printf '\004' >&8
    until_true 5 grep -q -- '-- done' out
    wait "$!"
    nothing_left
}

@test "interrupted, it leaves nothing behind" {
    background "$RELAY_SOURCE/tests/demo.sh" "$RELAY_BUILD" </dev/null >out 2>err
    until_true 5 grep -q 'ada' out
    kill "$!"
    run wait "$!"
    until_true 5 nothing_left
}

# told : the lines of a picture's terminal, without what differs from run to run, in any order.
told() {
    sed -e 's/[0-9]\{2\}:[0-9:.]*/TIME/' -e 's/:[0-9]*\/relay/:PORT\/relay/' -e 's/req=[0-9a-f]*/req=ID/' -e 's/+[0-9.]*m\{0,1\}s/+TOOK/' | sort
}

@test "the picture in the README is what a terminal shows" {
    /usr/bin/python3 -c 'import sys, xml.etree.ElementTree as tree
for line in tree.parse(sys.argv[1]).iter("{http://www.w3.org/2000/svg}text"):
    print("".join(line.itertext()))' "$RELAY_SOURCE/tests/picture.svg" | tail -n +2 | told >drawn
    /usr/bin/python3 "$RELAY_SOURCE/tests/picture.py" --text "$RELAY_BUILD" | told >seen
    diff -u drawn seen
    grep -q '(tests/picture.svg)' "$RELAY_SOURCE/README.md"
}
