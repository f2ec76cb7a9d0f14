#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-adapter --try and --show: an agent, a stub, a chat and a view in one terminal.

load helper

setup_more() {
    unset GATEWAY_RELAY_ID GATEWAY_RELAY_SECRET
    export TMPDIR=$PWD/tmp
    mkdir tmp
    printf '#!/bin/sh\necho "Hello $RELAY_USER_NAME, you said: $RELAY_TEXT"\n' >agent.sh
    chmod +x agent.sh
}

# tries COMMAND… : runs it in the background with a FIFO as its stdin, held open on fd 7; output in ./out and ./err.
tries() {
    mkfifo keys
    exec 7<>keys
    background "$@" <keys >out 2>err 7>&-
}

nothing_left() {
    [ -z "$(ls -A tmp)" ] && ! grep -qs "$PWD/tmp" /proc/[0-9]*/cmdline
}

@test "--try: what is typed reaches the agent, its answer the terminal; the end of the input drains, 0, nothing left" {
    tries relay-adapter -q --try ./agent.sh
    echo hello >&7
    until_true 5 grep -qx 'agent: Hello you, you said: hello' out
    echo again >&7
    until_true 5 grep -qx 'agent: Hello you, you said: again' out
    exec 7>&-
    # The FIFO was open both ways here; what reads it now sees its end.
    wait "$!"
    diff - out <<'END'
you: hello
agent: Hello you, you said: hello
you: again
agent: Hello you, you said: again
agent goes idle
END
    [ ! -s err ] || { cat err; return 1; }
    until_true 5 nothing_left
}

@test "--try on a terminal shows each line once; Ctrl-D ends it" {
    mkfifo keys
    exec 7<>keys
    background script -qec "relay-adapter -q --try ./agent.sh" /dev/null <keys >out 2>&1 7>&-
    echo hello >&7
    until_true 5 grep -q 'agent: Hello you, you said: hello' out
    printf '\004' >&7
    wait "$!"
    [ "$(grep -c '^you: ' out)" -eq 0 ]
    grep -q '^hello' out
    until_true 5 nothing_left
}

@test "--try: the status is that of the ring, a signal drains it, options are those of a ring" {
    printf '#!/bin/sh\nexit 65\n' >fails.sh
    chmod +x fails.sh
    tries relay-adapter -q --try -p telegram ./fails.sh
    echo hello >&7
    until_true 5 grep -q 'exit status 65' err
    kill -TERM "$!"
    status=0
    wait "$!" || status=$?
    [ "$status" -eq 1 ]
    grep -qx 'agent goes idle' out
    until_true 5 nothing_left
    # A ring that cannot start ends at once, whoever sits at the terminal.
    run --separate-stderr relay-adapter -q --try --cacert no/such ./agent.sh <keys
    [ "$status" -eq 66 ]
    run --separate-stderr relay-adapter --try no/such
    [ "$status" -eq 127 ]
    until_true 5 nothing_left
}

@test "--show prints the frames that pass, for people, and ends with the ring" {
    start_stub
    run --separate-stderr relay-adapter -q --show --url "$URL" -p discord:app1 --after 100ms ./agent.sh </dev/null
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    sed 's/^[0-9:.]\{12\} //' <<<"$output" >view
    diff - view <<END
• link          open attempt=1 url=$URL
→ hello         discord botId=app1
← descriptor    discord Discord, at most 2000 utf16, markdown disc…
→ going_idle
← going_idle_ack
• link          closed code=1000 by=us
END
    until_true 5 nothing_left
    # A ring that does not start leaves nothing that waits for it.
    run --separate-stderr relay-adapter -q --show --cacert no/such --url "$URL" ./agent.sh
    [ "$status" -eq 66 ]
    [ -z "$output" ]
    run --separate-stderr relay-adapter --show --record x --url "$URL" ./agent.sh
    [ "$status" -eq 78 ]
    until_true 5 nothing_left
}

@test "--try: a last line without an end is a message, too, and answered before the ring drains" {
    run --separate-stderr relay-adapter -q --try ./agent.sh < <(printf 'a\nb')
    [ "$status" -eq 0 ]
    [ "$(sort <<<"$output")" = "$(printf '%s\n' 'agent goes idle' 'agent: Hello you, you said: a' 'agent: Hello you, you said: b' 'you: a' 'you: b')" ]
    [ "${lines[4]}" = 'agent goes idle' ]
}

@test "--try: an output that fails ends it with 74 and a word; nothing is left" {
    run bash -c 'echo a | relay-adapter -q --try ./agent.sh 2>&1 >/dev/full'
    [ "$status" -eq 74 ]
    [ "$output" = 'relay-adapter: write stdout: failed' ]
    run bash -c 'echo a | relay-adapter -q --try ./agent.sh 2>&1 >&-'
    [ "$status" -eq 74 ]
    [ "$output" = 'relay-adapter: write stdout: failed' ]
    until_true 5 nothing_left
}

@test "--try --show: the chat and the view beside each other" {
    tries relay-adapter -q --try --show ./agent.sh
    echo hello >&7
    until_true 5 grep -q '→ outbound      discord/console send: Hello you' out
    until_true 5 grep -qx 'agent: Hello you, you said: hello' out
    exec 7>&-
    wait "$!"
    until_true 5 grep -q '• link          closed code=1000 by=us' out
    until_true 5 nothing_left
}
