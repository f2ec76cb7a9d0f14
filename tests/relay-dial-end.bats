# SPDX-License-Identifier: MIT
# relay-dial: how it ends when there is no link, no reader or no time left.
load helper

HELLO='{"type":"hello","platform":"discord","botId":""}'
LAST='{"type":"outbound","requestId":"last","action":{}}'

@test "a signal while it dials ends it at once, 69; the link is closed once" {
    start_raw silent
    local dial rc=0 mode
    mkfifo in
    exec 7<>in
    for mode in pipe ring; do
        set --
        [ "$mode" = pipe ] || set -- -- sh -c 'cat >out'
        background relay-dial -v "$URL" "$@" <in >out 2>err
        dial=$!
        until_true 5 grep -q 'attempt 1' err
        kill "$dial"
        elapsed_ms wait "$dial" || rc=$?
        [ "$rc" -eq 69 ]
        [ "$MS" -lt 20000 ]
        [ "$(cat out)" = '{"type":"link","state":"closed","code":1000,"reason":"","by":"us"}' ]
        grep -q 'given up on a signal' err
    done
    exec 7>&-
}

@test "what COMMAND writes while dial has no link waits for --kill-after, then is reported: 69" {
    start_raw silent
    run --separate-stderr relay-dial --kill-after 4s "$URL" -- echo "$LAST"
    [ "$status" -eq 69 ]
    [[ $stderr == *'not open when COMMAND had to end'*'send outbound "last": relay transport closed'* ]]
    [[ $stderr != *'send TERM'* ]]
}

@test "--max-time also bounds the wait for replies" {
    start_peer --mute
    elapsed_ms run --separate-stderr relay-dial -m 1500ms "$URL" <<<"$LAST"
    [ "$status" -eq 75 ]
    [ "$MS" -lt 20000 ]
}

@test "a ring with --count gets the answers to COMMAND's last words" {
    start_peer
    # shellcheck disable=SC2016 # for the inner shell
    elapsed_ms run --separate-stderr relay-dial -c 1 "$URL" -- \
        sh -c 'echo "$1"; cat >/dev/null; echo "$2"' - "$HELLO" "$LAST"
    [ "$status" -eq 0 ]
    [ "$MS" -lt 20000 ]
    grep -q '"last"' peer.out
}

@test "live frames that wait for a COMMAND that has ended are reported: 75, whoever holds its input open" {
    start_raw live 5000
    cat >leave.sh <<'EOF'
echo "$1"
exec 3<&0
sleep 60 <&3 >/dev/null 2>&1 &
echo $! >sleeper
until grep -q sent raw.out; do sleep 0.05; done
EOF
    elapsed_ms run --separate-stderr relay-dial "$URL" -- sh leave.sh "$HELLO"
    kill "$(cat sleeper)"
    [ "$status" -eq 75 ]
    [ "$MS" -lt 20000 ]
    [[ $stderr =~ 'end: lost messages: '([0-9]+)' queued here, '([0-9]+)" in COMMAND's pipe" ]]
    [ $((BASH_REMATCH[1] + BASH_REMATCH[2])) -eq 5000 ]
}

@test "an output that fails while there is no link ends it: 74, without another dial" {
    start_peer --drop@0
    # shellcheck disable=SC2016 # for the inner shell
    elapsed_ms run --separate-stderr bash -c 'trap "" XFSZ; exec prlimit --fsize=120 relay-dial -n --retry inf "$1" >out' - "$URL"
    [ "$status" -eq 74 ]
    [ "$MS" -lt 20000 ]
    [ "$(grep -c '^open' peer.err)" -eq 1 ]
}

@test "nohup is respected" {
    start_peer
    background nohup relay-dial -n "$URL" >out 2>err
    local dial=$!
    until_true 5 grep -q '"open"' out
    kill -HUP "$dial"
    tell '{"type":"inbound","event":{"text":"still here"}}'
    until_true 5 grep -q 'still here' out
    kill "$dial"
    wait "$dial"
}

@test "no message shows the user or the password of a URL" {
    local args
    for args in '--dry-run ws://user:hunter2@h' 'ftp://user:hunter2@h' '-n ws://user:hunter2@127.0.0.1:9' \
        '-n ws://user:hunter2@127.0.0.1:99999' '-n -x http://user:hunter2@h:99999 ws://127.0.0.1:9' \
        '-n -x user:hunter2@h:99999 ws://127.0.0.1:9' '-n -x foo://user:hunter2@h ws://127.0.0.1:9'; do
        # shellcheck disable=SC2086 # words
        run relay-dial $args
        [ "${#lines[@]}" -gt 0 ]
        [[ $output != *hunter2* && $output != *user* ]] || { echo "$args: $output"; return 1; }
    done
}

@test "--strict stops at a line that is too long" {
    start_peer
    run --separate-stderr relay-dial --strict --max-frame 100 "$URL" < <(printf '{"pad":"%200s"}\n{"type":"next"}\n' x)
    [ "$status" -eq 65 ]
    [[ $stderr == *'skip line 1: longer than 100 bytes'* ]]
    [ ! -s peer.out ]
}

@test "--count ends a run whose input has ended first; nothing else is awaited" {
    start_peer
    elapsed_ms run --separate-stderr relay-dial -w 60s -c 1 "$URL" \
        <<<"$HELLO"$'\n''{"type":"outbound","requestId":"r1","action":{"op":"unanswered"}}'
    [ "$status" -eq 75 ]
    [ "$MS" -lt 40000 ]
    [[ $stderr == *'settle outbound "r1": no result in time'* ]]
}

@test "--max-time bounds the answers to a ring's last words too" {
    start_peer --mute
    # shellcheck disable=SC2016 # for the inner shell
    elapsed_ms run --separate-stderr relay-dial -m 1500ms "$URL" -- sh -c 'echo "$1"; cat >/dev/null; echo "$2"' - "$HELLO" "$LAST"
    [ "$status" -eq 75 ]
    [ "$MS" -lt 20000 ]
    # shellcheck disable=SC2016 # for the inner shell
    elapsed_ms run --separate-stderr relay-dial -m 1500ms "$URL" -- sh -c 'echo "$1"; echo "$2"' - "$HELLO" "$LAST"
    [ "$status" -eq 75 ]
    [ "$MS" -lt 20000 ]
}

@test "--max-time is a bound even if the reader of stdout does not read: 75, reported" {
    start_raw live 5000
    # shellcheck disable=SC2016 # for the inner shell
    background bash -c '{ relay-dial --stay -m 2s "$1" 2>err <<<"$2"; echo $? >status; } | { until [ -s status ]; do sleep 0.05; done; }' - "$URL" "$HELLO"
    ended 75 15
    grep -q 'write stdout: its reader has not taken [0-9]* bytes in time' err
    grep -q 'end: lost messages: [0-9]* without a reader' err
}

@test "the first signal ends the wait for replies, in a ring as in a pipe" {
    start_peer --mute
    local rc
    mkfifo in
    for how in ring pipe; do
        rc=0
        : >peer.out
        if [ $how = ring ]; then
            background relay-dial "$URL" -- echo "$LAST" 2>err
        else
            background relay-dial "$URL" <<<"$LAST" 2>err
        fi
        local dial=$!
        until_true 8 grep -q '"last"' peer.out
        sleep 0.3 # COMMAND and the input have ended
        kill "$dial"
        elapsed_ms wait "$dial" || rc=$?
        [ "$rc" -eq 75 ]
        [ "$MS" -lt 20000 ]
        grep -q 'settle outbound "last": no result in time' err
    done
}

@test "a status has one meaning: TERM before the greeting is 69" {
    local n rc dial kind
    for kind in '--close 4401:unauthorized@0' --dumb; do
        # shellcheck disable=SC2046 # words
        start_peer $(for n in 1 2 3 4 5 6 7 8 9 10; do echo "$kind"; done)
        for n in 1 2 3; do
            rc=0
            : >peer.out
            : >peer.err
            background relay-dial "$URL" -- sh -c 'echo "$1"; exec cat' - "$HELLO" 2>err
            dial=$!
            if [ "$kind" = --dumb ]; then until_true 8 grep -q hello peer.out; else until_true 8 grep -q '^open' peer.err; fi
            kill "$dial"
            wait "$dial" || rc=$?
            [ "$rc" -eq 69 ] || { echo "$kind $n: $rc"; cat err; false; }
            run ! grep -q 'send 1 frames' err
        done
    done
}

@test "live messages that wait for a reader that has left are reported: 75" {
    start_raw live 5000
    # shellcheck disable=SC2016 # for the inner shell
    background bash -c '{ relay-dial --stay "$1" 2>err <<<"$2"; echo $? >status; } | head -n 1 >out' - "$URL" "$HELLO"
    ended 75
    grep -Eq 'end: lost messages: [0-9]+ without a reader$' err
}
