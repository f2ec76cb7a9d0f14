# SPDX-License-Identifier: MIT
# relay-stub: usage, answers, tokens, framing, the console, and how it starts and ends.
bats_require_minimum_version 1.5.0
load stub

@test "help, version and wrong usage" {
    run relay-stub --help
    [ "$status" -eq 0 ]
    [[ $output == *--console*Exit\ status:*Examples:* ]]
    while IFS='|' read -r args what; do
        run --separate-stderr relay-stub $args
        [ "$status" -eq 64 ]
        [[ $stderr == *"$what"*"--help"* ]]
    done <<'END'
--nope|unknown
--port 70000|65535
--close 4401|CODE[:REASON]@N
--close 999@1|1000 to 4999
--close 4401:x@-1|CODE[:REASON]@N
--drop-after x|whole number
--http-status 99|200 to 599
--delay x|seconds or
--secret nofile|read --secret: not ID=FILE
--wake-url ftp://x/|http://
--wake-url http://[|read --wake-url
operand|unexpected operand
END
    run --separate-stderr relay-stub --cert x
    [ "$status" -eq 78 ]
    run --separate-stderr relay-stub --key x
    [ "$status" -eq 78 ]
    (umask 022; echo open >open)
    run --separate-stderr relay-stub --secret a=open
    [ "$status" -eq 78 ]
    (umask 077; echo ' ' >blank)
    run --separate-stderr relay-stub --secret a=blank
    [ "$status" -eq 78 ]
    echo '{"descriptor":{}}' >none.ndjson
    run --separate-stderr relay-stub --descriptor none.ndjson
    [[ $status -eq 65 && $stderr == *'descriptor 1 names no platform' ]]
    run --separate-stderr relay-stub --descriptor /nonexistent
    [ "$status" -eq 66 ]
    echo '[1]' >bad
    run --separate-stderr relay-stub --result bad
    [ "$status" -eq 65 ]
}

@test "a descriptor per platform, built-in or from a file" {
    echo '{"platform":"discord","label":"Mine","max_message_length":7.0e1}' >d.ndjson
    echo '{"type":"descriptor","descriptor":{"platform":"own","n":9007199254740993}}' >>d.ndjson
    start_stub --descriptor d.ndjson
    for p in telegram slack else own discord; do
        echo '{"type":"hello","platform":"'$p'","botId":"7"}'
        echo 'wait descriptor'
    done | peer
    run jq -c '.descriptor | [.platform, .max_message_length, .len_unit, .markdown_dialect, (.supported_ops | length)]' got
    [ "${lines[0]}" = '["telegram",4096,"utf16","markdown_v2",11]' ]
    [ "${lines[1]}" = '["slack",40000,"chars","slack_mrkdwn",11]' ]
    [ "${lines[2]}" = '["else",4096,"chars","plain",11]' ]
    [ "$(sed -n 4p got)" = '{"type":"descriptor","descriptor":{"platform":"own","n":9007199254740993}}' ]
    [[ $(sed -n 5p got) == *'"label":"Mine","max_message_length":7.0e1}}' ]]
    [ "$(cat ends)" = "close 1000 " ]
}

@test "the result of each op, and results by rules" {
    cat >rules <<'END'
{"op":"send","chat_id":"13","result":{"success":false,"error":"egress declined: no","code":"egress_declined"}}
{"op":"send","metadata":{"a":[1,{"b":2}]},"result":{"success":true,"message_id":"r\u0031"}}
{"op":"dance","result":{"success":true,"steps":1.50}}
END
    start_stub --result rules
    while IFS='|' read -r action want; do
        echo '{"type":"outbound","requestId":"0123","action":'"$action"'}'
        echo '{"type":"outbound_result","requestId":"0123","result":'"$want"'}' >>want
    done >script <<'END'
{"op":"send","chat_id":"1","content":"x"}|{"success":true,"message_id":"m1"}
{"op":"send_media","chat_id":"1"}|{"success":true,"message_id":"m2"}
{"op":"prompt"}|{"success":true,"message_id":"m3"}
{"op":"follow_up"}|{"success":true,"message_id":"m4"}
{"op":"edit"}|{"success":true}
{"op":"typing"}|{"success":true}
{"op":"react"}|{"success":true}
{"op":"thread_create"}|{"success":true,"thread_id":"t5"}
{"op":"get_chat_info","chat_id":"c\u00e9"}|{"success":true,"chat_info":{"name":"c\u00e9","type":"dm"}}
{"op":"frobnicate"}|{"success":false,"error":"unsupported op"}
"text"|{"success":false,"error":"no action"}
{"op":"send","chat_id":"13"}|{"success":false,"error":"egress declined: no","code":"egress_declined"}
{"op":"send","metadata":{"z":0,"a":[1.0,{"b":2,"c":3}]}}|{"success":true,"message_id":"r\u0031"}
{"op":"send","metadata":{"a":[1,{"b":3}]}}|{"success":true,"message_id":"m6"}
{"op":"dance"}|{"success":true,"steps":1.50}
END
    { cat script; echo '{"type":"outbound","action":{"op":"send"}}'; echo 'wait outbound_result 15'; } | peer
    diff want got
    grep -q 'skip outbound of gateway 1: no requestId' stub.err
}

@test "tokens: a list per id, 4401 for the rest" {
    (umask 077; echo one >1; echo two >2; echo 'pässwörd' >3)
    start_stub --secret gw=1 --secret gw=2 --secret a:b=3
    cat >script <<END
dial
closed
dial gw one 0
$HELLO
wait descriptor
dial gw two 9999999999
$HELLO
wait descriptor
dial a:b pässwörd 0
$HELLO
wait descriptor
dial gw three 0
closed
dial gw pässwörd 0
closed
dial other one 0
closed
dial gw one 1000000000
closed
dial gw three 1000000000
closed
END
    peer <script
    diff - ends <<'END'
close 4401 unauthorized
close 1000 
close 1000 
close 1000 
close 4401 unauthorized
close 4401 unauthorized
close 4401 unauthorized
close 4401 expired
close 4401 unauthorized
END
    [ "$(wc -l <got)" -eq 3 ]
    run ! grep -E 'one|two|pässwörd' stub.err
    printf '%s\n' dial closed | peer --token 'no token at all'
    [ "$(cat ends)" = "close 4401 unauthorized" ]
}

@test "frames in fragments, over messages, several in one, the last without its newline" {
    start_stub
    cat >script <<'END'
fragments ["{\"type\":\"a\",","\"t\":\"€","\"}\n"]
text "{\"type\":\"b\"}\n{\"type\":\"c\"}\n{\"type\":\"d\"}"
text "{\"type\":"
text "\"e}{\\\""
text "\"}"
text "{\"type\":\"f\",\"s\":\"}"
text "\"}\n \r\n\n{\"type\":"
binary "\"g\"}\n{\"type\":\"h\"}"
text "[]\n{\"type\":1}\n{\"x\":1}\nnonsense\n"
binary "{\"type\":\"\u00ff\u00fe\"}\n"
text "{\"op\":\"send\"}"
{"type":"hello","platform":7}
{"type":"hello","platform":"x"}
wait descriptor
text "{\"type\":\"torn"
END
    peer <script
    stop_stub
    diff - stub.out <<'END'
{"type":"a","t":"€"}
{"type":"b"}
{"type":"c"}
{"type":"d"}
{"type":"e}{\""}
{"type":"f","s":"}"}
{"type":"g"}
{"type":"h"}
{"type":"hello","platform":7}
{"type":"hello","platform":"x"}
END
    [ "$(grep -c 'skip line of gateway 1' stub.err)" -eq 7 ]
    grep -q 'torn after 13 bytes' stub.err
}

@test "a frame over the maximum is named and skipped" {
    start_stub --max-frame 1K
    { printf '{"type":"big","x":"%01024d"}\n' 0; printf '%s\n' "$HELLO" 'wait descriptor'; } | peer
    [ "$(cat stub.out)" = "$HELLO" ]
    grep -q 'longer than 1024 bytes' stub.err
    say "$(printf '{"type":"inbound","x":"%01024d"}' 0)"
    until_true 5 grep -q 'skip line 1: longer than 1024 bytes' stub.err
    stop_stub
    [ "$RC" -eq 65 ]
}

@test "it serves TLS" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out cert -days 2 \
        -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    start_stub --cert cert --key key
    [[ $URL == wss://127.0.0.1:*/relay ]]
    printf '%s\n' "$HELLO" 'wait descriptor' 'repeat 2000 {"type":"outbound","requestId":"%d","action":{"op":"send"}}' \
        'wait outbound_result 2000' | peer --cacert cert
    [ "$(cat ends)" = "close 1000 " ]
    [ "$(wc -l <stub.out)" -eq 2001 ]
    chmod 640 key # a group that may read it was meant to
    relay-stub -q --cert cert --key key --max-life 0 </dev/null
    chmod 644 key
    run --separate-stderr relay-stub --cert cert --key key --max-life 0
    [ "$status" -eq 78 ]
    [[ $stderr == 'relay-stub: refuse --key key: open to others (mode 0644)' ]]
    chmod 600 key
    run --separate-stderr relay-stub --cert key --key key
    [ "$status" -eq 66 ]
}

@test "expectations: 0 when all came, 1 and the first that did not" {
    echo '{"type":"outbound","action":{"op":"send","content":"b"}}' >want
    echo '{"type":"going_idle"}' >>want
    start_stub --expect want
    printf '%s\n' "$HELLO" '{"type":"outbound","requestId":"1","action":{"op":"send","content":"a"}}' \
        '{"type":"outbound","requestId":"2","action":{"content":"\u0062","op":"send","chat_id":"1"}}' \
        '{"type":"going_idle"}' 'wait going_idle_ack' | peer
    wait "$STUB"
    start_stub --expect want
    printf '%s\n' "$HELLO" '{"type":"going_idle"}' 'wait going_idle_ack' | peer
    stop_stub
    [ "$RC" -eq 1 ]
    grep -q 'expected frame 1 did not come: {"type":"outbound"' stub.err
}

@test "the console shows what a user would see, and sends what is typed" {
    start_stub --console
    { say hi; say '/help me'
      cat <<END
$HELLO
wait inbound 2
{"type":"outbound","requestId":"1","action":{"op":"send","content":"one\ntwo \u001b[31m\u202e"}}
{"type":"outbound","requestId":"2","action":{"op":"typing"}}
{"type":"outbound","requestId":"3","action":{"op":"edit","message_id":"m1","content":"x"}}
{"type":"outbound","requestId":"4","action":{"op":"prompt","prompt_id":"p","content":"sure?","options":[{"id":"y","label":"Yes"}]}}
wait outbound_result 4
END
      until_true 5 grep -q Yes stub.out
      say /y
      printf '%s\n' 'wait inbound' '{"type":"going_idle"}' 'wait going_idle_ack'; } | peer
    diff - stub.out <<'END'
you: hi
you: /help me
agent: one
       two \x1b[31m\u{202e}
agent is typing
agent edits m1 x
agent: sure?
       /y  Yes
you: /y
agent goes idle
END
    jq -c 'select(.type == "inbound").event' got >events
    [ "$(sed -n 1p events | jq -r '[.text, .message_type, .source.platform, .source.chat_type] | join(" ")')" = \
        "hi text discord dm" ]
    [ "$(sed -n 3p events | jq -c '[.message_type, .prompt_response]')" = \
        '["command",{"option_id":"y","prompt_id":"p","label":"Yes"}]' ]
}

@test "a sleeping instance is woken by a command, once per cooldown, which does not get the secret" {
    export GATEWAY_RELAY_SECRET=hush
    start_stub -v --wake 'cat; echo "woken ${GATEWAY_RELAY_SECRET-}" >>calls; echo out; exit 3' --wake-cooldown 2s
    inbound 1 >&9
    inbound 2 >&9
    until_true 5 grep -q 'wake instance: status 3' stub.err
    [ "$(cat calls)" = 'woken ' ]
    # an instance that serves needs no waking
    {
        printf '%s\n' "$HELLO" 'wait inbound 2'
        until_true 5 eval '[ "$(grep -c inbound_ack stub.out)" -eq 2 ]'
        inbound 3 >&9
        echo 'wait inbound'
    } | peer --ack
    [ "$(wc -l <calls)" -eq 1 ]
    until_true 5 eval 'inbound 4 >&9; [ "$(wc -l <calls)" -ge 2 ]'
    run ! grep -q '^out$' stub.out
    # a command that hangs ends with the stub
    start_stub --wake 'echo $$ >pid; exec sleep 60'
    inbound 1 >&9
    until_true 5 test -s pid
    stop_stub
    until_true 5 eval "! readlink /proc/$(cat pid)/exe"
}

@test "--wake-url: one GET without a payload, to whichever address of the host is listening" {
    cat >web.py <<'END'
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    sys.stderr.write(repr(c.recv(4096)) + "\n")
    c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    c.close()
END
    background /usr/bin/python3 web.py >port 2>calls
    until_true 5 test -s port
    for host in localhost 127.0.0.1; do
        start_stub -v --wake-url "http://$host:$(cat port)/wake?x=1"
        inbound 1 >&9
        inbound 2 >&9
        until_true 5 grep -q 'wake instance: status 204' stub.err
    done
    [ "$(grep -c 'GET /wake?x=1 HTTP/1.1' calls)" -eq 2 ]
    [ "$(wc -l <calls)" -eq 2 ]
    run ! grep -i content-length calls
    # no listener: it does not matter
    start_stub -v --wake-url http://127.0.0.1:1/
    inbound 1 >&9
    until_true 5 grep -qi "wake instance: .*connect to server" stub.err
}

@test "--background, --url-file, --max-life and signals" {
    out=$(relay-stub --background --max-life 5m --url-file url 3>&- 4>&- 2>err)
    read -r URL pid <<<"$out"
    PIDS="$PIDS $pid"
    [ "$(cat url)" = "$URL" ]
    [ "$(cat err)" = "relay-stub: listen on $URL" ]
    printf '%s\n' "$HELLO" 'wait descriptor' | peer
    run --separate-stderr relay-stub --background --port "$(sed 's/.*:\([0-9]*\).*/\1/' url)" 3>&- 4>&-
    [ "$status" -eq 69 ]
    kill "$pid"
    until_true 5 eval "! readlink /proc/$pid/exe" # not kill -0: init may take its time to reap it
    elapsed_ms relay-stub --max-life 200ms </dev/null
    [ "$MS" -ge 200 ]
    [ "$MS" -lt 15000 ]
    start_stub
    { printf '%s\n' "$HELLO" 'wait descriptor'; until_true 5 grep -q hello stub.out; kill "$STUB"; echo closed; } | peer
    [ "$(cat ends)" = "close 1001 the connector is going away" ]
    wait "$STUB"
}

@test "bad lines on stdin, and frames that no gateway took" {
    printf '%s\n' '{"type":"inbound"' '{"op":"send"}' '[]' >bad
    run --separate-stderr relay-stub --max-life 100ms <bad
    [ "$status" -eq 65 ]
    [[ $stderr == *'skip line 1: '*'skip line 2: no string "type"'*'skip line 3: '* ]]
    run --separate-stderr relay-stub -q --max-life 100ms <bad
    [ "$status" -eq 65 ]
    [ "${#stderr_lines[@]}" -eq 3 ]
    [[ $stderr == *'skip line 1: '* ]]
    run --separate-stderr timeout 50 relay-stub --strict <bad
    [ "$status" -eq 65 ]
    [[ $stderr != *'line 2'* ]]
    { inbound 1; echo '{"type":"interrupt_inbound"}'; } >lost
    run --separate-stderr relay-stub --max-life 100ms <lost
    [ "$status" -eq 75 ]
    [[ $stderr == *'end with 2 frames not delivered'* ]]
}

@test "stdout that is full or gone" {
    rm -f url
    background relay-stub --url-file url </dev/null >/dev/full 2>err
    until_true 5 test -s url
    URL=$(cat url)
    printf '%s\n' "$HELLO" closed | peer
    rc=0
    wait $! || rc=$?
    [ $rc -eq 74 ]
    grep -q 'write stdout: No space left on device' err
    rm -f url
    background sh -c 'relay-stub --url-file url </dev/null 2>err | head -n 1 >first'
    until_true 5 test -s url
    URL=$(cat url)
    printf '%s\n' "$HELLO" closed | peer
    [ "$(cat first)" = "$HELLO" ]
    [[ $(cat ends) == "close 1001"* ]]
}
