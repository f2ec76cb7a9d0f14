#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run: one COMMAND per message, session by session, or one for all.

load helper

# message SESSION ID TEXT [BUFFERID] [MORE MEMBERS OF THE EVENT] : an inbound frame as relay-decode writes it.
message() {
    printf '{"type":"inbound","event":{"text":"%s","message_id":"%s"%s,"source":{"platform":"discord",' "$3" "$2" "$5"
    printf '"chat_id":"%s","chat_type":"group","user_id":"u1","user_name":"ann","thread_id":null}}' "$1"
    printf '%s,"session_key":"s:%s"}\n' "${4:+,\"bufferId\":\"$4\"}" "$1"
}

# script NAME : an executable sh script from stdin.
script() {
    { echo '#!/bin/sh' && cat; } >"$1" && chmod +x "$1"
}

setup_more() {
    script reply.sh <<<'cat >/dev/null; echo "you said: $RELAY_TEXT"'
}

# start_run ARGS… : relay-run in the background with fd 9 as its stdin; its pid is RUN.
start_run() {
    rm -f in
    mkfifo in
    exec 9<>in
    background relay-run "$@" <in >out 2>err
    RUN=$!
}

feed() {
    "$@" >&9
}

# What the stage itself put into the stream.
own() {
    grep -v '"type":"inbound",' "${1:-out}" || true
}

count() { # PATTERN FILE NUMBER
    [ "$(grep -c -- "$1" "$2")" -eq "$3" ]
}

gone() {
    ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

@test "the reply goes to the chat and thread, after the frame; an ack follows when buffered" {
    message 42 m1 'h\u00e9 \"x\"' >in.1
    message 42 m2 two b2 | sed 's/"thread_id":null/"thread_id":"t\\u0039"/' >in.2
    message 42 m3 three | sed 's/"chat_id":"42"/"chat_id":9007199254740993/' >in.3
    cat in.1 in.2 in.3 >in
    run --separate-stderr relay-run ./reply.sh <in
    [ "$status" -eq 0 ] && [ -z "$stderr" ]
    diff <(printf '%s\n' "$output") <(cat in; echo '{"op":"send","chat_id":"42","content":"you said: hé \"x\""}
{"op":"send","chat_id":"42","content":"you said: two","metadata":{"thread_id":"t\u0039"}}
{"type":"inbound_ack","bufferId":"b2"}
{"op":"send","chat_id":"9007199254740993","content":"you said: three"}')
    run --separate-stderr relay-run -r --typing ./reply.sh <in.2
    diff <(printf '%s\n' "$output") <(cat in.2; echo '{"op":"typing","chat_id":"42","metadata":{"thread_id":"t\u0039"}}
{"op":"send","chat_id":"42","content":"you said: two","reply_to":"m2","metadata":{"thread_id":"t\u0039"}}
{"type":"inbound_ack","bufferId":"b2"}')
}

@test "what COMMAND prints becomes the text" {
    message 42 m1 hi b1 >in
    while IFS='|' read -r command content; do
        run --separate-stderr relay-run sh -c "$command" <in
        [ "$status" -eq 0 ] && [ -z "$stderr" ] || { echo "$command: $status $stderr"; return 1; }
        [ "$(own <(printf '%s\n' "$output") | sed -n 's/.*"content"://p')" = "$content" ] ||
            { echo "$command: $output"; return 1; }
        [ "${lines[-1]}" = '{"type":"inbound_ack","bufferId":"b1"}' ]
    done <<'END'
printf 'no newline'|"no newline"}
printf 'one\ntwo\n\n'|"one\ntwo\n"}
printf ' \n\t\n'|
:|
printf 'a\0b\033'|"a\u0000b\u001b"}
exec cat >/dev/null|
exec <&-; echo deaf|"deaf"}
exec >&-; cat >/dev/null|
END
    run --separate-stderr relay-run cat <in
    [ "$(printf '%s' "${lines[1]}" | jq -r .content)" = "$(cat in)" ]
    # a script without #! is the shell's
    mkdir dir && echo 'echo "$0 $1"' >dir/bare && chmod +x dir/bare
    for c in dir/bare bare; do
        PATH="$PATH:dir" run --separate-stderr relay-run --timeout 0 "$c" x <in
        [ "$(printf '%s' "${lines[1]}" | jq -r .content)" = 'dir/bare x' ]
    done
}

@test "the environment has what the frame says, nothing else, and never the secret" {
    export GATEWAY_RELAY_SECRET=s3cret RELAY_THREAD_ID=stale RELAY_SCOPE_ID=stale
    long=$(printf '%070000d' 0)
    message 42 m1 'a\nb' >in
    message 43 m2 "$long" | sed 's/"u1"/17/; s/"user_name":"ann"/"user_name":"x\\u0000y","guild_id":"g"/' >>in
    run --separate-stderr relay-run -P 1 sh -c 'env | grep -a "^RELAY_[A-Z]*_\|^RELAY_[PT]\|^b$" | sort; echo "$# $*"' _ fixed <in
    [ "$status" -eq 0 ]
    diff <(own <(printf '%s\n' "$output") | jq -r .content) - <<'END'
RELAY_CHAT_ID=42
RELAY_CHAT_TYPE=group
RELAY_MESSAGE_ID=m1
RELAY_PLATFORM=discord
RELAY_SESSION_KEY=s:42
RELAY_TEXT=a
RELAY_USER_ID=u1
RELAY_USER_NAME=ann
b
1 fixed
RELAY_CHAT_ID=43
RELAY_CHAT_TYPE=group
RELAY_MESSAGE_ID=m2
RELAY_PLATFORM=discord
RELAY_SCOPE_ID=g
RELAY_SESSION_KEY=s:43
RELAY_USER_ID=17
1 fixed
END
    run --separate-stderr relay-run -l env <in
    run ! grep -q 's3cret\|stale' <<<"$output$stderr"
}

@test "COMMAND inherits no descriptor of ours, leaves no zombie, and orphans of its are not waited for" {
    start_run cat
    for i in 1 2 3 4 5 6 7 8; do feed message "$i" "m$i" hi "b$i"; done
    until_true 5 count inbound_ack out 8
    [ -z "$(cat "/proc/$RUN/task/$RUN/children")" ]
    exec 9>&-
    wait "$RUN"
    for i in 1 2 3 4 5 6; do message "$i" "m$i" hi; done >six
    want=$(sh -c 'exec ls /proc/self/fd' <six)
    run --separate-stderr relay-run -P 6 sh -c 'sleep 0.1; exec ls /proc/self/fd' <six
    [ "$(own <(echo "$output") | jq -r .content | sort | uniq -c | sort -u)" = "$(sed 's/^/      6 /' <<<"$want" | sort -u)" ] ||
        { echo "$output"; return 1; }
    message 1 m1 hi b1 >one
    elapsed_ms relay-run sh -c 'echo hi; sleep 30 & echo $! >pid' <one >out 2>err
    kill "$(cat pid)"
    [ "$MS" -lt 3000 ]
    grep -q 'left behind' err
    grep -q '"content":"hi"' out && grep -q inbound_ack out
}

@test "with --actions each line is an action, sent where the message came from unless it says where" {
    message 42 m1 hi b1 | sed 's/"thread_id":null/"thread_id":"t1"/' >in
    cat >actions <<'END'
{"op":"send","content":"a"}
{ "op":"send", "chat_id":"7", "big":9007199254740993, "content":"b" }
{"op":"edit","message_id":"m","content":"c","metadata":{"x":1}}
{"op":"react","emoji":"e","metadata":{"thread_id":"t2"}}

{"op":"follow_up","kind":"discord.interaction_token","content":"d"}
{"op":"typing"}
END
    cat >want <<'END'
{"op":"send","content":"a","chat_id":"42","metadata":{"thread_id":"t1"}}
{ "op":"send", "chat_id":"7", "big":9007199254740993, "content":"b" }
{"op":"edit","message_id":"m","content":"c","metadata":{"x":1,"thread_id":"t1"},"chat_id":"42"}
{"op":"react","emoji":"e","metadata":{"thread_id":"t2"},"chat_id":"42"}
{"op":"follow_up","kind":"discord.interaction_token","content":"d","session_key":"s:42"}
{"op":"typing","chat_id":"42","metadata":{"thread_id":"t1"}}
{"type":"inbound_ack","bufferId":"b1"}
END
    run --separate-stderr relay-run -j cat actions <in
    [ "$status" -eq 0 ] && [ -z "$stderr" ]
    diff <(printf '%s\n' "$output" | tail -n +2) want
    # a last line needs no newline; what is no action is named and the rest goes out
    run --separate-stderr relay-run -j printf '%s\n' x '{"type":"inbound_ack","bufferId":"b9"}' '{"op":"a"}' <in
    [ "$status" -eq 65 ] && [ "${#stderr_lines[@]}" -eq 2 ]
    [[ ${stderr_lines[0]} == *'message m1 of s:42: line 1 is no action: '* ]]
    [ "$(grep -c b9 <<<"$output")" -eq 0 ] && [ "${#lines[@]}" -eq 3 ]
    run --separate-stderr relay-run -j printf '{"op":"a"}' <in
    [ "$status" -eq 0 ] && [ "${#lines[@]}" -eq 3 ]
    # lines go out while COMMAND runs
    start_run -j sh -c 'echo "{\"op\":\"typing\"}"; exec sleep 60'
    feed message 1 m1 hi
    until_true 2 count typing out 1
}

@test "a COMMAND that fails is named, sends nothing, is not acknowledged" {
    message 42 m1 hi b1 >in
    script vanish <<<'rm vanish'
    while IFS='|' read -r want reason command; do
        run --separate-stderr relay-run --kill-after 200ms --timeout 500ms --max-frame 1M sh -c "$command" <in
        [[ $status == $want ]] || { echo "$command: $status $output $stderr"; return 1; }
        [[ $stderr == "relay-run: run sh for message m1 of s:42: $reason, not acknowledged" ]] ||
            { echo "$command: $stderr"; return 1; }
        [ "${#lines[@]}" -eq 1 ]
    done <<'END'
3|exit status 3|echo no; exit 3
137|exit status 137|echo no; kill -9 $$
65|its output is not UTF-8|printf '\377'
143|timed out|echo no; exec sleep 60
137|timed out|trap "" TERM; echo no; while :; do sleep 60; done
14[13]|its output is longer than --max-frame|exec head -c 100M /dev/zero
END
    # started once, then no longer
    { message 42 m1 hi b1; message 42 m2 hi b2; } >in
    run --separate-stderr -127 relay-run ./vanish <in
    [ "$(own <(echo "$output"))" = '{"type":"inbound_ack","bufferId":"b1"}' ]
    [[ $stderr == *'run ./vanish for message m2 of s:42: No such file or directory, not acknowledged' ]]
    # more than a pipe holds is read by nobody
    printf '{"type":"inbound","event":{"text":"%02000000d"}}\n' 0 | relay-run true | cmp -n 100 - <(printf '{"type":"inbound","event":{"text":"%0100d' 0)
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
    until_true 5 count '+' log 2
    touch go.b1
    until_true 5 grep -q '+s:c c1' log
    run ! grep -q 'a2' log
    touch go.a1 go.a2 go.c1
    exec 9>&-
    wait "$RUN"
    [ "$(grep s:a log | tr '\n' ' ')" = '+s:a a1 -s:a a1 +s:a a2 -s:a a2 ' ]
}

@test "a redelivery is held while the first one runs, retried when it failed, only acknowledged later" {
    script gated <<'END'
echo "$RELAY_MESSAGE_ID" >>log
until [ -e go ]; do sleep 0.01; done
[ ! -e "fail.$RELAY_MESSAGE_ID" ] || { rm "fail.$RELAY_MESSAGE_ID"; exit 9; }
echo done
END
    touch log fail.m2
    start_run ./gated
    feed message 1 m1 x b1
    feed message 2 m2 x b2
    until_true 5 count . log 2
    feed message 1 m1 x b1; feed message 1 m1 x b9; feed message 2 m2 x b3
    touch go
    until_true 5 count inbound_ack out 3
    [ "$(sort log | tr '\n' ' ')" = 'm1 m2 m2 ' ]
    # acknowledged: both bufferIds of the first, the retry's of the second
    [ "$(sed -n 's/.*inbound_ack.*"\(b.*\)".*/\1/p' out | sort | tr '\n' ' ')" = 'b1 b3 b9 ' ]
    feed message 1 m1 x b1; feed message 1 m1 x; feed message 2 m2 x b7
    until_true 5 count inbound_ack out 5
    feed message 1 m1 x b8 ',"message_is_edit":true'
    until_true 5 count inbound_ack out 6
    [ "$(sort log | tr '\n' ' ')" = 'm1 m1 m2 m2 ' ]
    exec 9>&-
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 9 ] && [ "$(grep -c '"op":"send"' out)" -eq 3 ]
}

@test "the inbox by itself: order, redeliveries, bounds" {
    "$RELAY_BUILD/tests/inbox"
}

@test "interrupt_inbound ends one session of four, drops what waits there, and leaves three" {
    start_run sh -c 'echo $$ >pid.$RELAY_CHAT_ID; sleep 60 & wait'
    for c in 1 2 3 4; do feed message $c m$c x b$c; done
    feed message 3 m5 x b5; feed message 3 m3 x b3; feed message 4 m6 x b6
    until_true 5 test -s pid.1 -a -s pid.2 -a -s pid.3 -a -s pid.4
    say '{"type":"interrupt_inbound","session_key":"s:none","chat_id":"3"}'
    say '{"type":"interrupt_inbound","session_key":"s:3","chat_id":"3"}'
    elapsed_ms until_true 2 gone "$(cat pid.3)"
    echo "took $MS ms"
    [ "$MS" -lt 1000 ]
    until_true 2 grep -q 'interrupt s:3' err
    [ "$(cat err)" = 'relay-run: interrupt s:3: COMMAND ended, 2 waiting dropped, not acknowledged' ]
    for c in 1 2 4; do kill -0 "$(cat pid.$c)"; done
    [ "$(own | grep -c .)" -eq 2 ]
    # the session goes on
    rm pid.3
    feed message 3 m7 x
    until_true 5 test -s pid.3
    kill -0 "$(cat pid.4)"
}

@test "who ignores TERM is killed with all of its processes after --kill-after" {
    delay=500ms least=400
    [ -z "$LONG" ] || delay=5s least=4900
    start_run --kill-after "$delay" sh -c 'trap "" TERM; echo $$ >pid; sh -c "echo \$\$ >pid2; while :; do sleep 60; done"; :'
    feed message 1 m1 x b1
    until_true 5 test -s pid2
    say '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    elapsed_ms until_true 9 gone "$(cat pid)"
    [ "$MS" -ge "$least" ]
    until_true 1 gone "$(cat pid2)"
    # the first process obeys, the other one does not
    start_run --kill-after 300ms sh -c 'sh -c "trap \"\" TERM; echo \$\$ >pid2; while :; do sleep 60; done" & echo $$ >pid; wait'
    rm -f pid pid2
    feed message 1 m1 x b1
    until_true 5 test -s pid2
    say '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'
    until_true 5 gone "$(cat pid2)"
}

@test "what waits is bounded, and an interrupt behind it is reached" {
    script gate <<<'until [ -e go ]; do sleep 0.05; done'
    start_run -P 2 ./gate
    message 1 mX x >line
    yes "$(<line)" | head -n 3000 | awk '{ sub("mX", "m" NR); print }' >lines
    cat lines >&9 3>&- 4>&- &
    PIDS="$PIDS $!"
    until_true 5 count . out 1025
    exec 9>&-
    sed 's/"chat_id":"1"/"chat_id":"2"/; s/s:1/s:2/' lines | head -n 1000 >in2
    { cat in2; echo '{"type":"interrupt_inbound","session_key":"s:2","chat_id":"2"}'; } |
        relay-run -P 2 ./gate >out2 2>err2
    grep -q '999 waiting dropped' err2
    grep -q '^VmRSS' "/proc/$RUN/status"
    [ "$(awk '/^VmRSS/ {print $2}' "/proc/$RUN/status")" -lt 100000 ]
    [ "$(grep -c . out)" -eq 1025 ]
    kill "$RUN"
}

@test "typing is shown before COMMAND starts" {
    message 1 m1 x >in
    relay-run --typing sh -c 'until grep -q typing out; do sleep 0.01; done; echo seen' <in >out
    diff <(tail -n +2 out) - <<'END'
{"op":"typing","chat_id":"1"}
{"op":"send","chat_id":"1","content":"seen"}
END
}

@test "TERM ends relay-run and all that it runs; a reader that leaves does so too" {
    for signal in TERM INT HUP; do
        rm -f pid.* in
        mkfifo in
        exec 9<>in
        background env --default-signal=INT relay-run sh -c 'echo $$ >pid.$RELAY_CHAT_ID; sleep 60 & wait' <in >out 2>err
        feed message 1 m1 x; feed message 2 m2 x; feed message 2 m3 x
        until_true 5 test -s pid.1 -a -s pid.2
        kill -s $signal "$!"
        rc=0; wait "$!" || rc=$?
        [ "$(kill -l $rc)" = $signal ] || { echo "$signal: $rc"; return 1; }
        until_true 2 gone "$(cat pid.1)"
        until_true 2 gone "$(cat pid.2)"
        grep -q '2 messages running and 1 waiting are not acknowledged' err
    done
    mkfifo in2 out.fifo
    exec 9<>in2 8<>out.fifo
    background relay-run sh -c 'echo $$ >pid; exec sleep 60' <in2 >out.fifo
    feed message 1 m1 x
    until_true 5 test -s pid
    exec 8<&-
    until_true 2 gone "$(cat pid)"
    rc=0; wait "$!" || rc=$?
    [ "$(kill -l $rc)" = PIPE ]
}

@test "a long-lived COMMAND gets the messages and interrupts, and its lines join the stream" {
    script agent <<'END'
while read -r line; do
    case $line in
    *interrupt_inbound*) echo '{"op":"send","chat_id":"1","content":"stopped"}' ;;
    *bufferId*) echo '{"type":"inbound_ack","bufferId":"b1"}' ;;
    *'"x"'*) echo '{"op":"send","chat_id":"1","content":"x"}' ;;
    *) echo "$line" ;;
    esac
done
END
    { message 1 m1 x; echo '{"type":"link","state":"open"}'; message 1 m2 y b1
      echo '{"type":"interrupt_inbound","session_key":"s:1","chat_id":"1"}'; } >in
    run --separate-stderr relay-run -l ./agent <in
    [ "$status" -eq 0 ] && [ -z "$stderr" ]
    diff <(printf '%s\n' "$output") <(cat in; echo '{"op":"send","chat_id":"1","content":"x"}
{"type":"inbound_ack","bufferId":"b1"}
{"op":"send","chat_id":"1","content":"stopped"}')
    # bad lines are named, its status is ours, its end is the end
    run --separate-stderr relay-run -l printf 'x\n{"op":"y"}' <in
    [ "$status" -eq 65 ] && [[ $stderr == *"skip line 1 of printf"* ]] && [ "${lines[-1]}" = '{"op":"y"}' ]
    run --separate-stderr relay-run -l sh -c 'cat >/dev/null; exit 7' <in
    [ "$status" -eq 7 ] && [[ $stderr == *'run sh: exit status 7' ]]
    start_run -l sh -c 'read -r a; exit 5'
    feed message 1 m1 x
    rc=0; wait "$RUN" || rc=$?
    [ "$rc" -eq 5 ] && grep -q 'exit status 5 before the end of input' err
    start_run -l sh -c 'exec <&-; sleep 60'
    until_true 5 sh -c 'echo '"'$(message 1 m1 x)'"' >&9; grep -q "it has closed its input" err'
    kill "$RUN"
}

@test "a long-lived COMMAND and the stream hold each other up without harm" {
    yes "$(message 1 m1 x)" | head -n 20000 >in
    # it prints more than it reads, and its reader sleeps at first
    relay-run -l sed -u 's/.*/{"op":"a"}\n{"op":"b"}/' <in | { until [ -e go ]; do sleep 0.05; done; cat; } >out 3>&- &
    PIDS="$PIDS $!"
    (sleep 0.3; touch go) 3>&-
    wait "$!"
    [ "$(grep -c '"op":"b"' out)" -eq 20000 ] && [ "$(grep -c inbound out)" -eq 20000 ]
    cmp <(grep inbound out) in
}

@test "wrong usage, a COMMAND that is not there, an event that is none" {
    touch plain
    while IFS='|' read -r want words; do
        # shellcheck disable=SC2086
        run --separate-stderr "-$want" relay-run $words </dev/null
        [ -n "$stderr" ] && [ -z "$output" ] || { echo "$words: $status"; return 1; }
    done <<'END'
64|
64|-P 0 cat
64|-P 257 cat
64|--timeout x cat
64|--nonesuch cat
78|-l -P 2 cat
78|-l --typing cat
78|-l -r cat
78|-l --timeout 1 cat
127|nonesuch
127|./nonesuch
126|./plain
126|/
127|-l nonesuch
END
    echo '{"type":"inbound","event":"x","session_key":"s"}' >in
    run --separate-stderr relay-run cat <in
    [ "$status" -eq 65 ] && [ "$output" = "$(cat in)" ] && [[ $stderr == *'line 1: its event is no object' ]]
    relay-run --help | grep -q 'Examples:'
}

# make_traffic N : N messages over 50 sessions in ./frames; the ids of the tenth that fails at first in ./failing.
# ./agent fails for those as long as they stand in ./fail, and says in ./trouble when two run in one session.
make_traffic() {
    script agent <<'END'
k=$RELAY_CHAT_ID m=$RELAY_MESSAGE_ID
(set -C; : >"lock.$k") 2>/dev/null || echo overlap >>trouble
echo "$k $m" >>tried
unlink "lock.$k"
[ -e "fail/$m" ] && exit 1
echo "reply $m"
END
    touch failing tried
    awk -v n="$1" -v seed="${SEED:=$RANDOM}" 'BEGIN {
        srand(seed)
        for (i = 1; i <= n; i++) {
            s = int(rand() * 50)
            printf "{\"type\":\"inbound\",\"event\":{\"text\":\"x\",\"message_id\":\"%d\",\"source\":{\"platform\":\"discord\",", i
            printf "\"chat_id\":\"%d\"}},\"bufferId\":\"%d\",\"session_key\":\"s:%d\"}\n", s, i, s
            if (rand() < 0.1) print i >"failing"
        }
    }' >frames
    mkdir fail
    (cd fail && xargs -r touch <../failing)
    failing=$(wc -l <failing)
    echo "seed $SEED, $failing of $1 fail"
}

# check_traffic N OUT : all were handled once, in the order of their session, and each ack came after its reply.
check_traffic() {
    [ ! -e trouble ]
    [ "$(sed -n 's/.*"content":"reply \([0-9]*\)".*/\1/p' "$2" | sort -n | uniq -u | wc -l)" -eq "$1" ]
    [ "$(wc -l <tried)" -eq $(($1 + failing)) ]
    awk '/"op":"send"/ { sub(/.*reply /, ""); sub(/".*/, ""); said[$0] = 1 }
        /inbound_ack/ { sub(/.*bufferId":"/, ""); sub(/".*/, ""); if (!($0 in said)) { print "acked " $0; exit 1 } }' "$2"
    head -n "$1" tried | awk '$2 < last[$1] + 0 { print; exit 1 } { last[$1] = $2 + 0 }'
    tail -n +$(($1 + 1)) tried | awk '$2 < last[$1] + 0 { print; exit 1 } { last[$1] = $2 + 0 }'
}

@test "many messages, many sessions, many failures: order kept, acknowledged once, handled once" {
    n=${LONG:+10000}
    n=${n:-400}
    make_traffic "$n"
    start_run -P 4 ./agent
    cat frames >&9 3>&- 4>&- &
    until_true 120 sh -c "[ \$(grep -c inbound_ack out) -eq $((n - failing)) ] && [ \$(wc -l <err) -eq $failing ]"
    rm -r fail
    # what failed comes again, and half of what is remembered
    awk -F'"' -v n="$n" 'FNR == NR { again[$1] = 1; next } ($14 in again) || ($14 > n - 3000 && rand() < 0.5)' \
        failing frames >second
    cat second >&9
    exec 9>&-
    rc=0
    wait "$RUN" || rc=$?
    [ "$rc" -eq 1 ] && [ "$(wc -l <err)" -eq "$failing" ]
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
        relay-run -P 4 ./agent 2>run.err | relay-send | relay-scope' 2>err
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
        relay-send | relay-scope' 2>err
    ring=$!
    until_true 10 grep -q '"hello"' peer.out
    for c in 1 2 3 4; do message $c m$c x b$c >&8; done
    until_true 10 test -s pid.1 -a -s pid.2 -a -s pid.3 -a -s pid.4
    tell "{\"type\":\"interrupt_inbound\",\"session_key\":\"agent:main:discord:group:3:u1\",\"chat_id\":\"3\"}"
    elapsed_ms until_true 2 gone "$(cat pid.3)"
    [ "$MS" -lt 1000 ]
    for c in 1 2 4; do kill -0 "$(cat pid.$c)"; done
    run ! grep -q inbound_ack peer.out
    echo "ended within $MS ms"
    # the ring's own end, when it is not waited for
    kill "$ring"
    for c in 1 2 4; do until_true 5 gone "$(cat pid.$c)"; done
}
