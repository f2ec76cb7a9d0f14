#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run: how messages run and end, session by session.

load helper
load relay-run

@test "a COMMAND that fails is named, sends nothing, is not acknowledged; the status is 1 or 65, never its own" {
    message 42 m1 hi b1 >in
    while IFS='|' read -r want reason command; do
        timeout=30s
        [ "$reason" != 'timed out' ] || timeout=300ms
        run --separate-stderr relay-run --attempts 1 --kill-after 200ms --timeout $timeout --max-frame 1M sh -c "$command" <in
        [ "$status" -eq "$want" ] || { echo "$command: $status $output $stderr"; return 1; }
        [[ $stderr == "relay-run: run sh for message m1 of s:42: $reason, not acknowledged" ]] ||
            { echo "$command: $stderr"; return 1; }
        [ "$(own <(echo "$output") | grep -vc '"work"')" -eq 0 ]
    done <<'END'
1|exit status 3|echo no; exit 3
1|exit status 77|exit 77
1|exit status 65|exit 65
1|exit status 137|echo no; kill -9 $$
65|its output is not UTF-8|printf '\377'
1|timed out|echo no; exec sleep 60
1|timed out|trap "" TERM; echo no; while :; do sleep 60; done
65|its output is longer than --max-frame|exec head -c 100M /dev/zero
END
    # COMMAND does not read its input, which is more than a pipe holds
    printf '{"type":"inbound","event":{"text":"%02000000d"}}\n' 0 | relay-run true | cmp -n 100 - <(printf '{"type":"inbound","event":{"text":"%0100d' 0)
}

@test "a soft failure is tried again, its session waits, others do not; 65 and 100 are not; then it is given up" {
    # shellcheck disable=SC2016 # for the script
    script agent <<<'echo "$RELAY_MESSAGE_ID.$RELAY_ATTEMPT" >>log
case $RELAY_MESSAGE_ID in
once) [ "$RELAY_ATTEMPT" -gt 1 ] ;;
hard) exit 100 ;;
data) exit 65 ;;
never) exit 7 ;;
esac || exit 75
echo "did $RELAY_MESSAGE_ID"'
    { message 1 once x b1; message 1 later x b2; message 2 hard x b3; message 3 data x b4; message 4 never x; message 5 other x; } >in
    run --separate-stderr relay-run -P 1 --attempts 2 ./agent <in
    [ "$status" -eq 1 ]
    [ "$(sort log | tr '\n' ' ')" = 'data.1 hard.1 later.1 never.1 never.2 once.1 once.2 other.1 ' ]
    [ "$(grep 'once\|later' log | tr '\n' ' ')" = 'once.1 once.2 later.1 ' ]
    [ "$(own <(echo "$output") | jq -r '.content // .bufferId // empty' | grep -v other | tr '\n' ' ')" = 'did once b1 did later b2 ' ]
    grep -q '"did other"' <<<"$output"
    diff <(sort <<<"$stderr") - <<'END'
relay-run: run ./agent for message data of s:3: exit status 65, not acknowledged
relay-run: run ./agent for message hard of s:2: exit status 100, not acknowledged
relay-run: run ./agent for message never of s:4: exit status 7 in attempt 1 of 2, again in 1 s
relay-run: run ./agent for message never of s:4: exit status 7 in attempt 2 of 2, not acknowledged
relay-run: run ./agent for message once of s:1: exit status 75 in attempt 1 of 2, again in 1 s
END
}

@test "a message that is given up is a dead letter: on the disk, acknowledged, its chat informed" {
    { message 1 m1 x b1; message 1 m1 x b2; message 2 m2 y; } >in
    printf '{"t":"torn' >letters
    chmod 644 letters
    # a redelivery while it runs shares the fate of the first
    script agent <<<'sleep 0.2; exit 100'
    run --separate-stderr relay-run --dead-letter letters --on-failure 'sorry, "no"' ./agent <in
    [ "$status" -eq 1 ]
    [ "${#stderr_lines[@]}" -eq 2 ]
    [[ $stderr == *'message m1 of s:1: exit status 100, kept in '*/letters* ]]
    [ "$(stat -c %a letters)" = 600 ]
    [ "$(tail -n +2 letters | jq -r '[.dir, .reason, .attempts, .frame.bufferId, .frame.event.message_id] | join(" ")' | sort)" = \
        'down exit status 100 1  m2
down exit status 100 1 b1 m1
down exit status 100 1 b2 m1' ]
    [ "$(own <(echo "$output") | jq -r '[.op, .chat_id, .content, .bufferId] | map(values) | join(" ")' | sort)" = 'b1
b2
send 1 sorry, "no"
send 2 sorry, "no"' ]
    # the file is a recording: people can read it, a stub can deliver it again
    tail -n +2 letters | relay-decode -f text | grep -q m1
    # a message whose dead letter cannot be written is not acknowledged
    message 1 m1 x b1 >in
    run bash -c '{ (ulimit -f 0; exec relay-run --attempts 1 --dead-letter full false <in); echo "status $?"; } 2>&1 | cat'
    [ "${lines[-1]}" = 'status 74' ]
    [[ $output != *inbound_ack* ]]
    [[ $output == *'write '*'/full: File too large'*'not acknowledged'* ]]
    # a second writer of the same file is refused
    mkfifo hold
    exec 9<>hold
    background relay-run --dead-letter letters cat <hold >/dev/null
    until_true 10 sh -c '! relay-run --dead-letter letters true </dev/null 2>err'
    grep -q 'open letters: ' err
}

@test "a COMMAND that has disappeared has failed; one that is being replaced is waited for" {
    script vanish <<<'rm vanish'
    { message 42 m1 hi b1; message 42 m2 hi b2; } >in
    run --separate-stderr relay-run --attempts 1 ./vanish <in
    [ "$status" -eq 1 ]
    [ "$(own <(echo "$output"))" = '{"type":"inbound_ack","bufferId":"b1"}' ]
    [[ $stderr == *'run ./vanish for message m2 of s:42: No such file or directory, not acknowledged' ]]
    cp /bin/true agent
    exec 7>>agent
    start_run ./agent 7>&-
    feed message 1 m1 hi b1
    until_true 10 grep -q 'Text file busy, waiting' err
    # the waiting one can be interrupted, and does not keep others from starting
    feed message 2 m2 hi b2
    feed echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 10 count inbound_ack out 1
    exec 7>&-
    until_true 10 count inbound_ack out 2
    [ "$(grep -c 'Text file busy' err)" -eq 1 ]
    [ "$(wc -l <err)" -eq 2 ]
    exec 9>&-
    wait "$RUN"
}

@test "too few descriptors: messages wait for those that run; a message fails when none does" {
    for i in 1 2 3 4 5 6 7 8; do message $i m$i x b$i; done >in
    script gated <<<'until [ -e go ]; do sleep 0.02; done; echo ok'
    background bash -c 'ulimit -n 20; exec relay-run -P 8 ./gated' <in >out 2>err
    until_true 20 grep -q 'Too many open files, waiting' err
    touch go
    wait "$!"
    count inbound_ack out 8
    run ! grep -v 'Too many open files, waiting' err # once for each time that it begins
    run --separate-stderr bash -c 'exec 3>&- 4>&-; ulimit -n 9; relay-run --attempts 1 -P 8 echo ok <in'
    [ "$status" -eq 1 ] && [ "$(grep -c 'Too many open files, not acknowledged' <<<"$stderr")" -eq 8 ]
}

@test "whatever the limit of descriptors: it ends, and each message is answered or named" {
    for i in 1 2 3; do message $i m$i x b$i; done >in
    for n in 3 4 5 6 7 8 9 10 11 12 14 16; do
        rc=0
        (exec 3>&- 4>&- <in >out 2>err; ulimit -n $n; exec timeout 20 relay-run --attempts 1 -P 3 sh -c 'echo ok') || rc=$?
        case $rc in
        0) count inbound_ack out 3 ;;
        1) [ "$(($(grep -c inbound_ack out) + $(grep -c 'Too many open files, not acknowledged' err)))" -eq 3 ] ;;
        71 | 127) [ -s err ] ;;
        *) false ;;
        esac || { echo "$n: $rc"; cat err out; return 1; }
    done
}

@test "COMMAND never runs on relay-run's own descriptors" {
    message 1 m1 x b1 >in
    echo '#include <errno.h>
int dup2(int a, int b) { (void)a; (void)b; errno = EIO; return -1; }' >dup2.c
    run --separate-stderr preload dup2.c relay-run --attempts 1 echo raw <in
    [ "$status" -eq 1 ]
    [ "$output" = "$(cat in)" ]
    [[ $stderr == *'Input/output error, not acknowledged' ]]
    run -126 --separate-stderr preload dup2.c relay-run -l echo raw <in
    [ -z "$output" ] && [[ $stderr == 'relay-run: run echo: Input/output error' ]]
}

@test "a session's messages run one after another in order, as many sessions at once as -P says" {
    script slow <<'END'
echo "+$RELAY_SESSION_KEY $RELAY_MESSAGE_ID" >>log
until [ -e "go.$RELAY_MESSAGE_ID" ]; do sleep 0.01; done
echo "-$RELAY_SESSION_KEY $RELAY_MESSAGE_ID" >>log
END
    start_run -P 2 ./slow
    touch log
    feed message a a1 x; feed message a a2 x; feed message b b1 x; feed message c c1 x
    until_true 10 count '+' log 2
    touch go.b1
    until_true 10 grep -q '+s:c c1' log
    run ! grep -q 'a2' log
    touch go.a1 go.a2 go.c1
    exec 9>&-
    wait "$RUN"
    [ "$(grep s:a log | tr '\n' ' ')" = '+s:a a1 -s:a a1 +s:a a2 -s:a a2 ' ]
}

@test "a redelivery is held while the first one runs and shares its fate, and is only acknowledged later" {
    script gated <<'END'
echo "$RELAY_MESSAGE_ID.$RELAY_ATTEMPT" >>log
until [ -e go ]; do sleep 0.01; done
[ "$RELAY_MESSAGE_ID $RELAY_ATTEMPT" != 'm2 1' ] || exit 9
echo done
END
    touch log
    start_run ./gated
    feed message 1 m1 x b1
    feed message 2 m2 x b2
    until_true 10 count . log 2
    feed message 1 m1 x b1; feed message 1 m1 x b9; feed message 2 m2 x b3
    touch go
    # acknowledged: all bufferIds of the first, and of the second when its second attempt succeeded
    until_true 10 count inbound_ack out 4
    [ "$(sort log | tr '\n' ' ')" = 'm1.1 m2.1 m2.2 ' ]
    [ "$(sed -n 's/.*inbound_ack.*"\(b.*\)".*/\1/p' out | sort | tr '\n' ' ')" = 'b1 b2 b3 b9 ' ]
    feed message 1 m1 x b1; feed message 1 m1 x; feed message 2 m2 x b7
    until_true 10 count inbound_ack out 6
    # an edit is another message; so is one of another session with that id
    feed message 1 m1 x b8 ',"message_is_edit":true'
    feed message 3 m1 x b6
    until_true 10 count inbound_ack out 8
    [ "$(sort log | tr '\n' ' ')" = 'm1.1 m1.1 m1.1 m2.1 m2.2 ' ]
    exec 9>&-
    wait "$RUN"
    [ "$(grep -c '"op":"send"' out)" -eq 4 ]
}

@test "two profiles or users with one message id are two messages" {
    while IFS='|' read -r one two; do
        for s in "$one" "$two"; do
            echo '{"type":"inbound","bufferId":"'"${s: -2:1}"'","event":{"text":"x","message_id":"5","source":{'"$s"'}}}'
        done | relay-decode | relay-run echo ok >out
        count '"op"' out 2 && count inbound_ack out 2 || { cat out; return 1; }
    done <<'END'
"platform":"telegram","chat_id":"-100","chat_type":"group","user_id":"7","profile":"a"|"platform":"telegram","chat_id":"-100","chat_type":"group","user_id":"7","profile":"b"
"platform":"sms","user_id":"a"|"platform":"sms","user_id":"b"
END
}

@test "interrupt_inbound ends one session of four, drops what waits there, and leaves three" {
    start_run --kill-after 60s sh -c 'echo $$ >pid.$RELAY_CHAT_ID; sleep 60 & wait'
    for c in 1 2 3 4; do feed message $c m$c x b$c; done
    feed message 3 m5 x b5; feed message 3 m8 x; feed message 3 m3 x b3; feed message 4 m6 x b6
    until_true 10 test -s pid.1 -a -s pid.2 -a -s pid.3 -a -s pid.4
    say '{"type":"interrupt_inbound","session_key":"s:none","chat_id":"3"}'
    say '{"type":"interrupt_inbound","session_key":"s:3","chat_id":"3"}'
    elapsed_ms until_true 10 gone "$(cat pid.3)"
    echo "took $MS ms"
    [ "$MS" -lt 20000 ]
    until_true 10 grep -q 'interrupt s:3' err
    diff <(sed 's/running: .*/running: …/' err) - <<'END'
relay-run: interrupt s:none: no such session; running: …
relay-run: interrupt s:3: COMMAND ended, 2 waiting dropped
END
    for c in 1 2 3 4; do grep -q "s:none.* s:$c" err; done
    for c in 1 2 4; do kill -0 "$(cat pid.$c)"; done
    # all of the session is acknowledged, and comes to nothing when it is delivered again
    until_true 10 count inbound_ack out 2
    [ "$(sed -n 's/.*inbound_ack.*"\(b.*\)".*/\1/p' out | sort | tr '\n' ' ')" = 'b3 b5 ' ]
    feed message 3 m3 x b3; feed message 3 m5 x
    until_true 10 count inbound_ack out 3
    # the session goes on
    rm pid.3
    feed message 3 m7 x
    until_true 10 test -s pid.3
    kill -0 "$(cat pid.4)"
}

@test "a COMMAND that ignores TERM is killed with all of its processes after --kill-after" {
    delay=500ms least=400
    [ -z "$LONG" ] || delay=5s least=4900
    start_run --kill-after "$delay" sh -c 'trap "" TERM; echo $$ >pid; sh -c "echo \$\$ >pid2; while :; do sleep 60; done"; :'
    feed message 1 m1 x b1
    until_true 10 test -s pid2
    interrupted() {
        say '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
        until_true 9 gone "$(cat pid)"
    }
    elapsed_ms interrupted
    [ "$MS" -ge "$least" ]
    until_true 10 gone "$(cat pid2)"
    # the first process obeys TERM, the other one does not
    start_run --kill-after 300ms sh -c 'sh -c "trap \"\" TERM; echo \$\$ >pid2; while :; do sleep 60; done" & echo $$ >pid; wait'
    rm -f pid pid2
    feed message 1 m1 x b1
    until_true 10 test -s pid2
    say '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 10 gone "$(cat pid2)"
}

@test "one session that waits does not hold up others: they are answered, its interrupt works, all is acknowledged" {
    # shellcheck disable=SC2016 # for the script
    script agent <<<'[ "$RELAY_CHAT_ID" != 1 ] || exec sleep 60
echo ok'
    message 1 mX x bX >line
    { yes "$(<line)" | head -n 1100 | awk '{ gsub("mX", "m" NR); sub("bX", "b" NR); print }'
        message 2 m1 x
        echo '{"type":"outbound_result","requestId":"r","result":{"success":true}}'; } >lines
    start_run ./agent
    feed cat lines
    until_true 10 count outbound_result out 1
    until_true 10 count '"content":"ok"' out 1
    feed echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 10 count inbound_ack out 1100
    grep -q 'interrupt s:1: COMMAND ended, 1099 waiting dropped' err
    exec 9>&-
    wait "$RUN"
}

@test "the waiting messages are bounded: a pipe is held up, a ring gets a report" {
    script gate <<<'until [ -e go ]; do sleep 0.05; done'
    message 1 mX x >line
    yes "$(<line)" | head -n 6000 | awk '{ sub("mX", "m" NR); print }' >lines
    start_run ./gate
    cat lines >&9 3>&- 4>&- &
    PIDS="$PIDS $!"
    until_true 10 count inbound out 4097
    [ "$(awk '/^VmRSS/ {print $2}' "/proc/$RUN/status")" -lt 100000 ]
    count inbound out 4097
    kill "$RUN"
    # in a ring, whatever comes behind is still read
    { cat lines; echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'; } >lines2
    RELAY_DIAL_PID=$$ run --separate-stderr relay-run ./gate <lines2
    [ "$status" -eq 1 ]
    [ "$(grep -c 'too many messages wait, not acknowledged' <<<"$stderr")" -eq 1903 ]
    grep -q 'interrupt s:1: .*, 409[67] waiting dropped' <<<"$stderr"
}

@test "many messages, many sessions, many failures: order kept, acknowledged once, handled once" {
    n=${LONG:+10000}
    n=${n:-400}
    make_traffic "$n"
    start_run -P 4 --attempts 1 ./agent
    cat frames >&9 3>&- 4>&- &
    until_true 120 sh -c "[ \$(grep -c inbound_ack out) -eq $((n - failing)) ] && [ \$(wc -l <err) -eq $failing ]"
    rm -r fail
    # failed messages come again, and so does half of the remembered ones
    awk -F'"' -v n="$n" 'FNR == NR { again[$1] = 1; next } ($14 in again) || ($14 > n - 3000 && rand() < 0.5)' \
        failing frames >second
    cat second >&9
    exec 9>&-
    rc=0
    wait "$RUN" || rc=$?
    [ "$rc" -eq 1 ]
    [ "$(wc -l <err)" -eq "$failing" ]
    [ "$(grep -c inbound_ack out)" -eq $((n + $(wc -l <second) - failing)) ]
    check_traffic "$n" out
}

@test "the same through a ring whose link is cut: what was not acknowledged comes again and is handled" {
    n=${LONG:+10000}
    n=${n:-200}
    make_traffic "$n"
    # cut after the hello and the last reply and ack
    start_peer --drop@$((1 + 2 * (n - failing))) --serve
    # shellcheck disable=SC2016 # for the inner shell
    background relay-dial "$URL" -- sh -c 'relay-handshake -p discord | relay-decode |
        relay-run -P 4 --attempts 1 ./agent 2>run.err | relay-scope | relay-send' 2>err
    ring=$!
    until_true 10 grep -q '"hello"' peer.out
    cat frames >&8 3>&- 4>&- &
    until_true 200 sh -c "grep -q '^open 2' peer.err && [ \$(wc -l <run.err) -eq $failing ]"
    rm -r fail
    sed -n 's/.*inbound_ack.*"\([0-9]*\)".*/\1/p' peer.out >acked
    [ "$(wc -l <acked)" -eq $((n - failing)) ]
    until_true 10 grep -q '^2 .*"hello"' peer.out
    awk -F'"' 'FNR == NR { acked[$1] = 1; next } !($14 in acked)' acked frames >&8
    until_true 60 count inbound_ack peer.out "$n"
    kill "$ring"
    rc=0
    wait "$ring" || rc=$?
    cat run.err err | tail -n 5
    [ "$rc" -eq 0 ]
    sed -n 's/.*inbound_ack.*"\([0-9]*\)".*/\1/p' peer.out | sort | uniq -d | (! grep .)
    check_traffic "$n" peer.out
}

@test "interrupt_inbound through a ring ends one of four running sessions at once" {
    start_peer
    # shellcheck disable=SC2016 # for the inner shell
    background relay-dial --kill-after 300ms "$URL" -- sh -c 'relay-handshake -p discord | relay-decode |
        relay-run --kill-after 300ms sh -c "echo \$\$ >pid.\$RELAY_CHAT_ID; sleep 60 & wait" 2>run.err |
        relay-scope | relay-send' 2>err
    ring=$!
    until_true 10 grep -q '"hello"' peer.out
    for c in 1 2 3 4; do message $c m$c x b$c >&8; done
    until_true 10 test -s pid.1 -a -s pid.2 -a -s pid.3 -a -s pid.4
    tell "{\"type\":\"interrupt_inbound\",\"session_key\":\"agent:main:discord:group:3:u1\",\"chat_id\":\"3\"}"
    elapsed_ms until_true 10 gone "$(cat pid.3)"
    [ "$MS" -lt 20000 ]
    for c in 1 2 4; do kill -0 "$(cat pid.$c)"; done
    until_true 10 grep -q 'inbound_ack.*b3' peer.out
    echo "ended within $MS ms"
    # the end of the ring itself, if it is not waited for
    kill "$ring"
    for c in 1 2 4; do until_true 10 gone "$(cat pid.$c)"; done
}
