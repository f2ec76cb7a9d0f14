#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run: what COMMAND gets, and what its output becomes.

load helper
load relay-run

setup_more() {
    script reply.sh <<<'cat >/dev/null; echo "you said: $RELAY_TEXT"'
}

@test "the reply goes to the chat and thread, after the frame; an ack follows when buffered" {
    message 42 m1 'h\u00e9 \"x\"' >in.1
    message 42 m2 two b2 | sed 's/"thread_id":null/"thread_id":"t\\u0039"/' >in.2
    message 42 m3 three | sed 's/"chat_id":"42"/"chat_id":9007199254740993/' >in.3
    cat in.1 in.2 in.3 >in
    run --separate-stderr relay-run ./reply.sh <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(jq -r .requestId//empty <<<"$output" | grep -cx '[0-9a-f]\{32\}')" -eq 3 ]
    [ -z "$(jq -r .requestId//empty <<<"$output" | sort | uniq -d)" ]
    local of='"platform":"discord","metadata":{"user_id":"u1"},"addressed":true}'
    local of9='"platform":"discord","metadata":{"user_id":"u1","thread_id":"t\u0039"},"addressed":true}'
    diff <(without_ids <<<"$output") <(cat in; echo '{"op":"send","chat_id":"42","content":"you said: hé \"x\"",'"$of"'
{"op":"send","chat_id":"42","content":"you said: two",'"$of9"'
{"type":"inbound_ack","bufferId":"b2"}
{"op":"send","chat_id":"9007199254740993","content":"you said: three",'"$of")
    run --separate-stderr relay-run -r --typing ./reply.sh <in.2
    diff <(without_ids <<<"$output") <(cat in.2; echo '{"op":"typing","chat_id":"42",'"$of9"'
{"op":"send","chat_id":"42","content":"you said: two","reply_to":"m2",'"$of9"'
{"type":"inbound_ack","bufferId":"b2"}')
}

@test "what COMMAND prints becomes the text" {
    message 42 m1 hi b1 >in
    while IFS='|' read -r command content; do
        run --separate-stderr relay-run sh -c "$command" <in
        [ "$status" -eq 0 ] && [ -z "$stderr" ] || { echo "$command: $status $stderr"; return 1; }
        [ "$(own <(printf '%s\n' "$output") | sed -n 's/.*"content":\(.*\),"platform".*/\1/p')" = "$content" ] ||
            { echo "$command: $output"; return 1; }
        [ "${lines[-1]}" = '{"type":"inbound_ack","bufferId":"b1"}' ]
    done <<'END'
printf 'no newline'|"no newline"
printf 'one\ntwo\n\n'|"one\ntwo\n"
printf 'one\r\ntwo\r\n'|"one\ntwo"
printf 'a\rb\r'|"a\rb\r"
printf '\r\n'|
printf ' \n\t\n'|
:|
printf 'a\0b\033'|"a\u0000b\u001b"
exec cat >/dev/null|
exec <&-; echo deaf|"deaf"
exec >&-; cat >/dev/null|
END
    run --separate-stderr relay-run cat <in
    [ "$(printf '%s' "${lines[1]}" | jq -r .content)" = "$(cat in)" ]
    # a script without #! is run by the shell
    mkdir dir
    echo 'echo "$0 $1"' >dir/bare
    chmod +x dir/bare
    for c in dir/bare bare; do
        PATH="$PATH:dir" run --separate-stderr relay-run --timeout 0 "$c" x <in
        [ "$(printf '%s' "${lines[1]}" | jq -r .content)" = 'dir/bare x' ]
    done
}

@test "the environment has what the frame says, nothing else, and never the secret" {
    export GATEWAY_RELAY_SECRET=s3cret RELAY_THREAD_ID=stale RELAY_SCOPE_ID=stale RELAY_DIAL_PID=1
    long=$(printf '%070000d' 0)
    message 42 m1 'a\nb' >in
    message 43 m2 "$long" | sed 's/"u1"/17/; s/"user_name":"ann"/"user_name":"x\\u0000y","guild_id":"g"/' >>in
    run --separate-stderr relay-run -P 1 sh -c 'unset RELAY_SESSION_ID; env | grep -a "^RELAY_[A-Z]*_\|^RELAY_[APT]\|^b$" | sort; echo "$# $*"' _ fixed <in
    [ "$status" -eq 0 ]
    diff <(own <(printf '%s\n' "$output") | jq -r 'select(.op).content') - <<'END'
RELAY_ATTEMPT=1
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
RELAY_ATTEMPT=1
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
    run ! grep -q 's3cret\|stale\|DIAL_PID' <<<"$output$stderr"
    # an interaction has the id of what was pressed
    echo '{"type":"inbound","event":{"text":"x","interaction":{"custom_id":"refund form"},"source":{}}}' >in
    # shellcheck disable=SC2016 # for the inner shell
    run relay-run sh -c 'echo "$RELAY_CUSTOM_ID"' <in
    [ "$(jq -r 'select(.op).content' <<<"$output")" = 'refund form' ]
}

@test "the environment has the type, the quoted text, the press, the attachments, the limits of the platform" {
    echo '{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"D","max_message_length":2000,'\
'"markdown_dialect":"plain","len_unit":"utf16","supports_draft_streaming":false,"supports_edit":false,'\
'"supports_threads":false}}' >in
    message 42 m1 x '' ',"message_type":"command","reply_to":{"text":"the\nquoted","author":"bob"},"prompt_response":{"prompt_id":"go",
        "option_id":"yes"},"media_urls":["http://a/1?x=\"2","bad\nurl",7,"","http://b"]' | tr -d '\n' | sed 's/"user_id"/"profile":"work","user_id"/' >>in
    echo >>in
    export TRACEPARENT=00-stale RELAY_STATE=stale RELAY_PROMPT_ID=stale
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr relay-run sh -c 'for v in MESSAGE_TYPE REPLY_TO_TEXT PROMPT_ID OPTION_ID PROFILE MEDIA_URLS MAX_LENGTH LEN_UNIT SESSION_ID STATE; do
        eval "echo \"$v=\${RELAY_$v-none}\""; done' <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    diff <(jq -r 'select(.op).content' <<<"$output") - <<END
MESSAGE_TYPE=command
REPLY_TO_TEXT=the
quoted
PROMPT_ID=go
OPTION_ID=yes
PROFILE=work
MEDIA_URLS=http://a/1?x="2
http://b
MAX_LENGTH=2000
LEN_UNIT=utf16
SESSION_ID=$(printf s:42 | sha256sum | cut -c 1-64)
STATE=none
END
    # what the frame does not say is not set
    message 42 m1 x >in
    run --separate-stderr relay-run sh -c 'env | grep -c "^RELAY_\(MESSAGE_TYPE\|REPLY_TO\|PROMPT\|OPTION\|PROFILE\|MEDIA\|MAX\|LEN\|STATE\)"; :' <in
    [ "$(jq -r 'select(.op).content' <<<"$output")" = 0 ]
}

@test "TRACEPARENT: one trace for a delivery and its redelivery, one span for each attempt" {
    trace() { jq -r 'select(.op).content' <<<"$output" | tail -n 1; }
    # shellcheck disable=SC2016 # for the inner shell
    run1() { run --separate-stderr relay-run --attempts 2 sh -c 'echo "$TRACEPARENT" >>seen; [ "$RELAY_TEXT$RELAY_ATTEMPT" != again1 ] && echo "$TRACEPARENT"' <<<"$1"; }
    run1 "$(message 42 m1 x b1)"
    first=$(trace)
    [[ $first =~ ^00-[0-9a-f]{32}-[0-9a-f]{16}-01$ ]]
    run1 "$(message 42 m1 x b1)"
    [ "$(trace)" = "$first" ]
    run1 "$(message 42 m2 x b2)"
    [ "$(trace | cut -d - -f 2)" != "$(cut -d - -f 2 <<<"$first")" ]
    run1 "$(message 42 m3 again b3)"
    [ "$(tail -n 2 seen | cut -d - -f 2 | uniq | wc -l)" -eq 1 ]
    [ "$(tail -n 2 seen | cut -d - -f 3 | uniq | wc -l)" -eq 2 ]
    # a delivery without any id has a trace, too
    run1 '{"type":"inbound","event":{"text":"x","source":{}}}'
    [[ "$(trace)" =~ ^00-[0-9a-f]{32}-[0-9a-f]{16}-01$ ]]
}

@test "--state-dir: each session has a directory that only its user can enter" {
    script agent <<'END'
[ "$(basename "$RELAY_STATE")" = "$RELAY_SESSION_ID" ] && [ "$(stat -c %a "$RELAY_STATE")" = 700 ] || exit 65
cd / && echo "$RELAY_TEXT" >>"$RELAY_STATE/log" && wc -l <"$RELAY_STATE/log"
END
    { message 1 m1 x; message 2 m2 x; message 1 m3 x; message ../../etc m4 x; } >in
    run --separate-stderr relay-run -P 1 --state-dir state ./agent <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(jq -r 'select(.op).content' <<<"$output" | sort | tr '\n' ' ')" = '1 1 1 2 ' ]
    [ "$(ls state | sort)" = "$(for k in 1 2 ../../etc; do printf 's:%s' $k | sha256sum | cut -c 1-64; done | sort)" ]
    [ "$(stat -c %a state)" = 700 ]
    # it is a directory of ours, and no link to one
    rm -r "state/$(printf s:1 | sha256sum | cut -c 1-64)"
    mkdir elsewhere
    ln -s ../elsewhere "state/$(printf s:1 | sha256sum | cut -c 1-64)"
    run --separate-stderr relay-run --attempts 1 --state-dir state ./agent <<<"$(message 1 m5 x)"
    [ "$status" -eq 1 ]
    [[ $stderr == *"make "*"/state/"*": Not a directory"* ]]
    [ -z "$(ls elsewhere)" ]
    touch file
    mkdir shared
    chmod 777 shared # somebody could exchange a session's directory
    for d in file absent/dir shared; do
        run -66 --separate-stderr relay-run --state-dir $d ./agent </dev/null
        [[ $stderr == "relay-run: open $d: "* ]]
    done
}

@test "COMMAND inherits none of our descriptors, leaves no zombie, and its orphans are not waited for" {
    start_run cat
    for i in 1 2 3 4 5 6 7 8; do feed message "$i" "m$i" hi "b$i"; done
    until_true 10 count inbound_ack out 8
    [ -z "$(cat "/proc/$RUN/task/$RUN/children")" ]
    exec 9>&-
    wait "$RUN"
    for i in 1 2 3 4 5 6; do message "$i" "m$i" hi; done >six
    want=$(sh -c 'exec ls /proc/self/fd' <six)
    run --separate-stderr relay-run -P 6 sh -c 'sleep 0.1; exec ls /proc/self/fd' <six
    [ "$(own <(echo "$output") | jq -r .content | sort | uniq -c | sort -u)" = "$(sed 's/^/      6 /' <<<"$want" | sort -u)" ] ||
        { echo "$output"; return 1; }
    message 1 m1 hi b1 >one
    elapsed_ms relay-run --kill-after 300ms sh -c 'echo hi; sleep 30 & echo $! >pid' <one >out 2>err
    kill "$(cat pid)"
    [ "$MS" -lt 10000 ]
    grep -q 'left behind' err
    grep -q '"content":"hi"' out && grep -q inbound_ack out
}

@test "what a filter of COMMAND's process group prints after its exit is part of the answer" {
    message 1 m1 hi b1 >one
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr relay-run bash -c 'exec > >(while read -r l; do sleep 0.4; echo "$l"; done); echo "the answer"' <one
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(jq -r .content <<<"${lines[1]}")" = 'the answer' ]
    [ "${lines[2]}" = '{"type":"inbound_ack","bufferId":"b1"}' ]
    # one that has left the group is not waited for
    elapsed_ms relay-run sh -c 'echo hi; setsid sleep 60 & echo $! >pid' <one >out 2>err
    kill "$(cat pid)"
    [ "$MS" -lt 20000 ]
    grep -q 'left behind' err
    grep -q '"content":"hi"' out
    # an exit in time is never a timeout, even if a process holds the output open
    run --separate-stderr relay-run --timeout 2s --kill-after 3s sh -c 'sleep 4 & echo answer' <one
    [ "$status" -eq 0 ] && [[ $stderr != *'timed out'* ]] && [ "$(jq -r .content <<<"${lines[1]}")" = answer ]
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
{"op":"send","chat_id":42,"content":"e"}
{"op":"send","chat_id":"42","platform":"telegram","content":"f"}
{"op":"interrupt","session_key":"s:7"}
END
    cat >want <<'END'
{"op":"send","content":"a","chat_id":"42","platform":"discord","metadata":{"user_id":"u1","thread_id":"t1"},"addressed":true}
{ "op":"send", "chat_id":"7", "big":9007199254740993, "content":"b" }
{"op":"edit","message_id":"m","content":"c","metadata":{"x":1,"user_id":"u1","thread_id":"t1"},"chat_id":"42","platform":"discord","addressed":true}
{"op":"react","emoji":"e","metadata":{"thread_id":"t2","user_id":"u1"},"chat_id":"42","platform":"discord","addressed":true}
{"op":"follow_up","kind":"discord.interaction_token","content":"d","session_key":"s:42","addressed":true}
{"op":"typing","chat_id":"42","platform":"discord","metadata":{"user_id":"u1","thread_id":"t1"},"addressed":true}
{"op":"send","chat_id":42,"content":"e","platform":"discord","metadata":{"user_id":"u1","thread_id":"t1"},"addressed":true}
{"op":"send","chat_id":"42","platform":"telegram","content":"f"}
{"op":"interrupt","session_key":"s:7"}
{"type":"inbound_ack","bufferId":"b1"}
END
    run --separate-stderr relay-run -j cat actions <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    diff <(tail -n +2 <<<"$output" | without_ids) want
    # an action's own requestId stays
    run --separate-stderr relay-run -j echo '{ "requestId" : "\u0061", "op":"send" }' <in
    [[ ${lines[1]} == '{ "requestId" : "\u0061", "op":"send",'* ]]
    [ "$(grep -o requestId <<<"$output" | wc -l)" -eq 1 ]
    run --separate-stderr relay-run -j echo '  {"op":"send"} ' <in
    [[ $(jq -r .requestId <<<"${lines[1]}") =~ ^[0-9a-f]{32}$ ]]
    run --separate-stderr relay-run -j echo '{"op":"send","requestId":7}' <in
    [ "$status" -eq 65 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ $stderr == *'line 1 is no action: its requestId is not a string' ]]
    # a last line needs no newline; a line that is not an action is reported and the rest goes out
    run --separate-stderr relay-run -j printf '%s\n' x '{"type":"inbound_ack","bufferId":"b9"}' '{"op":"a"}' <in
    [ "$status" -eq 65 ]
    [ "${#stderr_lines[@]}" -eq 2 ]
    [[ ${stderr_lines[0]} == *'message m1 of s:42: line 1 is no action: '* ]]
    [ "$(grep -c '"b9"' <<<"$output")" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    run --separate-stderr relay-run -j printf '{"op":"a"}' <in
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    # lines go out while COMMAND runs
    start_run -j sh -c 'echo "{\"op\":\"typing\"}"; exec sleep 60'
    feed message 1 m1 hi
    until_true 10 count typing out 1
}

@test "typing is shown before COMMAND starts" {
    message 1 m1 x >in
    relay-run --typing sh -c 'until grep -q typing out; do sleep 0.01; done; echo seen' <in >out
    [ "$(jq -r '.op // empty' out | tr '\n' ' ')" = 'typing send ' ]
    # no typing on a platform that cannot show it
    { echo '{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"D","max_message_length":400,'\
'"markdown_dialect":"plain","len_unit":"chars","supports_draft_streaming":false,"supports_edit":false,'\
'"supports_threads":false,"supported_ops":["send"]}}'; cat in; } >in2
    run --separate-stderr relay-run --typing echo ok <in2
    [ "$status" -eq 0 ] && [ -z "$stderr" ] && [ "$(own <(echo "$output") | jq -r '.op // empty')" = send ]
}

@test "an answer carries the address of its own message: platform, bot, chat, scope, user, profile, thread" {
    while IFS='|' read -r source more want; do
        echo '{"type":"inbound"'"$more"',"event":{"text":"x","source":{'"$source"'}},"session_key":"k"}' >in
        run --separate-stderr relay-run echo ok <in
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        # the same for an action that COMMAND prints
        run_text=$(jq -c 'del(.op, .content, .requestId)' <<<"${lines[1]}")
        run --separate-stderr relay-run -j echo '{"op":"send","content":"ok"}' <in
        [ "$(jq -cS . <<<"$run_text")" = "$(jq -cS . <<<"$want")" ] || { echo "$source: $run_text"; return 1; }
        [ "$(jq -cS 'del(.op, .content, .requestId)' <<<"${lines[1]}")" = "$(jq -cS . <<<"$want")" ] || { echo "$source: $output"; return 1; }
    done <<'END'
"platform":"slack","chat_id":"C","scope_id":"T1","user_id":"U","profile":"p","thread_id":"1.2"||{"chat_id":"C","platform":"slack","metadata":{"scope_id":"T1","guild_id":"T1","user_id":"U","profile":"p","thread_id":"1.2"},"addressed":true}
"platform":"discord","chat_id":5,"guild_id":7|,"botId":"b"|{"chat_id":"5","platform":"discord","botId":"b","metadata":{"scope_id":"7","guild_id":"7"},"addressed":true}
"platform":"sms","user_id":"ada"||{"chat_id":"","platform":"sms","metadata":{"user_id":"ada"},"addressed":true}
"platform":"relay","chat_id":"1","user_id":null|,"botId":""|{"chat_id":"1","addressed":true}
END
    # values given by COMMAND are never overwritten
    echo '{"type":"inbound","botId":"b","event":{"source":{"platform":"slack","chat_id":"C","scope_id":"T1","user_id":"U","profile":"p"}}}' >in
    run relay-run -j echo '{"op":"send","botId":"c","metadata":{"guild_id":"T9","profile":null,"user_id":"V"}}' <in
    [ "$(jq -cS 'del(.requestId)' <<<"${lines[1]}")" = '{"addressed":true,"botId":"c","chat_id":"C","metadata":{"guild_id":"T9","profile":null,"user_id":"V"},"op":"send","platform":"slack"}' ]
}

@test "--reply-to on Slack: in the message's thread, or in one that begins with the message" {
    while IFS='|' read -r platform more options want; do
        echo '{"type":"inbound","event":{"text":"x","message_id":"17.5","source":{"platform":"'"$platform"'","chat_id":"C"'"$more"'}}}' >in
        # shellcheck disable=SC2086 # an option, or none
        run --separate-stderr relay-run $options echo ok <in
        [ "$(jq -c 'select(.op) | [.reply_to, .metadata.thread_id]' <<<"$output")" = "$want" ] || { echo "$platform $more $options: $output"; return 1; }
    done <<'END'
slack||-r|["17.5","17.5"]
Slack|,"thread_id":null|-r|["17.5","17.5"]
slack|,"thread_id":"16.1"|-r|["17.5","16.1"]
slack|||[null,null]
discord||-r|["17.5",null]
END
}

@test "in a ring too, each answer has the address of its own message" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/addresses.py" "${LONG:+10}300"
}

@test "characters that some take for a line end reach COMMAND as escapes; the stream keeps its bytes" {
    message 1 m1 $'a\u2028b\u2028\u2029c\u0085d\u00e9\u20ac' >in
    run --separate-stderr relay-run -P 1 /usr/bin/python3 -c 'import sys; t = sys.stdin.read(); print(len(t.splitlines()), t, end="")' <in
    [ "$status" -eq 0 ]
    [ "$(head -n 1 <<<"$output")" = "$(cat in)" ]
    [[ "$(jq -r .content <<<"$(tail -n 1 <<<"$output")")" == '1 '*'"a\u2028b\u2028\u2029c\u0085dé€"'* ]]
    run --separate-stderr relay-run -l sed -n 's/.*"text":\("[^"]*"\).*/{"op":"x","t":\1}/p' <in
    [ "$(without_ids <<<"${lines[1]}")" = '{"op":"x","t":"a\u2028b\u2028\u2029c\u0085dé€"}' ]
}

@test "wrong usage, a COMMAND that does not exist, an event that is not an object" {
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
78|-l --attempts 2 cat
64|--attempts 0 cat
66|--dead-letter . cat
127|nonesuch
127|./nonesuch
126|./plain
126|/
127|-l nonesuch
END
    echo '{"type":"inbound","event":"x","session_key":"s"}' >in
    run --separate-stderr relay-run cat <in
    [ "$status" -eq 65 ]
    [ "$output" = "$(cat in)" ]
    [[ $stderr == *'line 1: its event is no object' ]]
    relay-run --help | grep -q 'Examples:'
}
