#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-adapter: the standard ring around a command.

load helper

setup_more() {
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
}

# adapter ARGS… : runs the adapter in the background, on the stub's URL; its pid is in ADAPTER, its stderr in ./err.
adapter() {
    background relay-adapter --url "$URL" "$@" </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
}

# message TEXT : delivers a live message from Ada.
message() {
    local source='{"platform":"discord","chat_id":"42","chat_type":"dm","user_id":"7","user_name":"Ada","scope_id":"g1"}'
    say '{"type":"inbound","event":{"text":"'"$1"'","message_id":"m-'"$1"'","source":'"$source"'}}'
}

# The replies that the connector got, one per line.
replies() {
    jq -r 'select(.type == "outbound" and .action.op == "send").action.content' stub.out
}

replied() {
    [ "$(replies | wc -l)" -ge "$1" ]
}

drained() {
    kill "$ADAPTER"
    wait "$ADAPTER"
}

@test "a message runs COMMAND; its output is sent to the chat, with the scope added" {
    start_stub
    adapter -p discord:app1 sh -c 'echo "you said: $RELAY_TEXT"'
    message hello
    until_true 20 replied 1
    drained
    [ "$(head -n 1 stub.out)" = '{"type":"hello","platform":"discord","botId":"app1"}' ]
    [ "$(jq -c 'select(.type == "outbound") | [.platform, .botId, .action]' stub.out)" = '["discord","app1",{"op":"send","chat_id":"42","content":"you said: hello","metadata":{"scope_id":"g1","guild_id":"g1","user_id":"7"}}]' ] ||
        { cat stub.out; return 1; }
    [ "$(tail -n 1 stub.out)" = '{"type":"going_idle"}' ]
    [ ! -s out ]
    [ "$(grep -v '^relay-dial: drain: ' err)" = 'relay-dial: close link: by us: 1000' ]
}

@test "COMMAND and its arguments are never parsed by a shell" {
    start_stub
    # shellcheck disable=SC2016 # on purpose
    local odd=('a b' '' "it's" '"' '$(touch pwned)' '`touch pwned`' '; touch pwned' '*' '--' '-P' $'two\nlines' '\n')
    adapter -P4 -- printf '[%s]' "${odd[@]}"
    message hello
    until_true 20 replied 1
    drained
    [ "$(replies)" = "$(printf '[%s]' "${odd[@]}")" ]
    [ ! -e pwned ]
}

@test "COMMAND sees neither the secret nor the adapter's variables" {
    printf s3cret >secret
    chmod 600 secret
    start_stub --secret demo=secret
    adapter --secret-file=secret env
    message hello
    until_true 20 replied 1
    drained
    replies | grep '^RELAY_TEXT=hello$'
    run ! grep -rl s3cret stub.out out err
    run ! grep -E '^(noise|hello|run|parallel|timeout|state|after)=' <(replies)
}

@test "options reach their stages, attached or not, short or long" {
    start_stub
    adapter -pdiscord:app1 --platform=telegram -jP 1 --typing --record=link.ndjson --after 10s -q \
        -- echo '{"op":"react","chat_id":"42","message_id":"m1","emoji":"x"}'
    message hello
    until_true 20 grep -q '"react"' stub.out
    drained
    [ "$(grep -c '"hello"' stub.out)" -eq 2 ]
    grep '"typing"' stub.out
    run ! grep '"content"' stub.out
    grep '"dir":"up","frame":{"type":"hello"' link.ndjson
    [ ! -s err ]
}

@test "--after ends it with 0 when no messages come" {
    start_stub
    run --separate-stderr relay-adapter --url "$URL" --after 100ms true
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ "$stderr" = 'relay-dial: close link: by us: 1000' ]
    [ "$(tail -n 1 stub.out)" = '{"type":"going_idle"}' ]
}

@test "a drain waits for the command that runs and for its reply" {
    start_stub
    adapter sh -c 'echo started >&2; sleep 0.5; echo late'
    message hello
    until_true 20 grep -q started err
    drained
    [ "$(replies)" = late ]
}

@test "its siblings are found beside it" {
    start_stub
    mkdir path
    for c in sh tr true; do ln -s "$(type -P $c)" path; done
    run --separate-stderr env PATH="$PWD/path" "$RELAY_BUILD/bin/relay-adapter" --url "$URL" --after 100ms true
    echo "$stderr"
    [ "$status" -eq 0 ]
}

@test "what cannot work is reported before anything is dialled" {
    run --separate-stderr relay-adapter
    [ "$status" -eq 64 ]
    [ "${stderr_lines[0]}" = 'relay-adapter: run: no COMMAND given' ]
    while IFS='|' read -r args reason; do
        # shellcheck disable=SC2086 # a list of words
        eval "run -64 --separate-stderr relay-adapter $args"
        [ "${stderr_lines[0]}" = "relay-adapter: $reason" ] || { echo "$args: $stderr"; return 1; }
        [ "${stderr_lines[1]}" = "relay-adapter: try 'relay-adapter --help'" ]
        [ -z "$output" ]
    done <<'END'
--nope=s3cret true|option --nope: unknown
--secret=s3cret true|option --secret: unknown
--secret-fil x true|option --secret-fil: unknown
-jz true|option -z: unknown
-j- true|option --: unknown
--typing=x true|option --typing: takes no argument
-jP|option -P: needs an argument
--record|option --record: needs an argument
-p '' true|read --platform '': empty
--cacert= true|read --cacert '': empty
-H $'a: b\nc: d' true|read --header 'a: b?c: d': a line end in it
$'-\033' true|option -?: unknown
END
    run -127 --separate-stderr relay-adapter ./no-such
    [ "$stderr" = 'relay-adapter: run ./no-such: not found' ]
    run --separate-stderr relay-adapter true
    [ "$status" -eq 64 ]
    [[ ${stderr_lines[0]} == 'relay-dial: dial: no URL '* ]]
}

@test "every link option reaches relay-dial as it is, in any shell" {
    mkdir fake
    # shellcheck disable=SC2016 # for the fake
    printf '#!/bin/sh\nprintf "[%%s]\\n" "$@"\n' >fake/relay-dial
    chmod +x fake/relay-dial
    cat >want <<'END'
[--quiet]
[--header=A: b  c]
[--header=D: 'e']
[--cacert=ca *]
[--cert=c]
[--key=k]
[--insecure]
[--proxy=]
[--proxy=http://p]
[--kill-after=1s]
[--record=r]
[--status=s]
[--ready-fd=7]
[--retry=inf]
[--max-time=9]
[--id=gw]
[--secret-file=s]
[--token-ttl=5m]
[--connect-timeout=1]
[--ping-interval=2]
[--ping-timeout=3]
[ws://h?a=b c]
[--]
[sh]
[-fc]
END
    for sh in dash bash 'busybox sh'; do
        # shellcheck disable=SC2086 # two words
        PATH=$PWD/fake:$PATH $sh "$RELAY_BUILD/bin/relay-adapter" -qH 'A: b  c' --header="D: 'e'" --cacert 'ca *' --cert c --key k -k \
            -x '' -xhttp://p --kill-after 1s --record r --status s --ready-fd 7 --retry inf -m9 --id gw --secret-file s --token-ttl 5m \
            --connect-timeout 1 --ping-interval 2 --ping-timeout 3 --url 'ws://h?a=b c' -- true >got
        head -n 25 got | diff want -
    done
}

@test "it works without PATH, and with a private CA" {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -days 2 2>/dev/null
    chmod 600 k.pem
    start_stub --cert c.pem --key k.pem
    run --separate-stderr env -i "$RELAY_BUILD/bin/relay-adapter" --url "${URL/127.0.0.1/localhost}" --cacert c.pem \
        --after 100ms /bin/true
    [ "$status" -eq 0 ]
    [ "$stderr" = 'relay-dial: close link: by us: 1000' ]
}

@test "a TERM to every process of the ring at once loses nothing: its shells, whichever they are, leave it to relay-dial" {
    local sh
    for sh in dash bash busybox; do
        mkdir "$sh"
        ln -s "$(type -P "$sh")" "$sh/sh"
        start_stub
        PATH=$PWD/$sh:$PATH adapter cat
        until_true 20 all_stages
        [ "$(readlink "/proc/$(pgrep -P "$ADAPTER" -x sh)/exe")" = "$(readlink -f "$sh/sh")" ]
        # shellcheck disable=SC2046 # a list of words
        kill -TERM "$ADAPTER" $(ring)
        status=0
        wait "$ADAPTER" || status=$?
        [ "$status" -eq 0 ] || { echo "$sh: $status"; cat err; return 1; }
        [ "$(tail -n 1 stub.out)" = '{"type":"going_idle"}' ]
        [ "$(grep -v '^relay-dial: drain: ' err)" = 'relay-dial: close link: by us: 1000' ]
        exec 9>&-
        kill "$STUB"
        wait "$STUB"
    done
}

# ring [OPTIONS of pgrep…] : the processes between relay-dial and the COMMANDs: they have a session of their own.
ring() {
    pgrep "$@" -s "$(pgrep -P "$ADAPTER" -x sh)"
}

all_stages() {
    [ "$(ring -l | grep -c -e ' relay-handshake$' -e ' relay-decode$' -e ' relay-run$' -e ' relay-scope$' -e ' relay-send$' \
        -e ' relay-idle$')" -eq 6 ]
}

@test "ps shows each stage by its name" {
    start_stub
    adapter -p discord sleep 60
    until_true 20 all_stages
    # A shell that waits for a stage has its name too; two have the name of the whole script.
    ring -a >ps.out
    [ "$(grep -c 'stage relay-idle' ps.out)" -le 2 ]
    for stage in handshake decode run scope send idle; do
        grep -q "echo .status >&3 relay-$stage" <(tr '\n' ' ' <ps.out) || { cat ps.out; return 1; }
    done
    drained
}

@test "a stage that is killed is named, and determines the status" {
    start_stub
    adapter -q true
    until_true 20 all_stages
    kill -KILL "$(ring -x relay-scope)"
    status=0
    wait "$ADAPTER" || status=$?
    [ "$status" -eq 137 ]
    grep -q '^relay-adapter: run relay-scope: killed by signal 9$' err
}

@test "the first stage that fails determines the status" {
    start_stub
    printf '#!/bin/sh\nexit 3\n' >three
    chmod +x three
    while read -r want args; do
        # shellcheck disable=SC2086 # a list of words
        run --separate-stderr timeout 30 relay-adapter -q --url "$URL" $args
        [ "$status" -eq "$want" ] || { echo "$args: $status, not $want"; echo "$stderr"; return 1; }
    done <<'END'
64 -p :x true
64 -P x true
66 -s no/such true
64 --after x true
78 -l -r true
3 -l ./three
0 --after 100ms true
END
}

@test "a ring whose messages failed ends with 1, whatever the status of COMMAND" {
    start_stub
    adapter -q sh -c '[ "$RELAY_TEXT" != bad ] || exit 100; echo "$RELAY_TEXT"'
    message bad
    message good
    until_true 20 replied 1
    kill "$ADAPTER"
    status=0
    wait "$ADAPTER" || status=$?
    [ "$status" -eq 1 ]
    [ "$(replies)" = good ]
}

@test "--state DIR has the inbox, the remembered chats and the sessions; a file is refused, and --scopes takes it" {
    start_stub
    adapter --state kept -- sh -c 'echo "$RELAY_STATE" && : >"$RELAY_STATE/here"'
    message hello
    until_true 20 replied 1
    drained
    [ "$(stat -c %a kept)" = 700 ]
    [ -e "$(replies)/here" ]
    [[ "$(replies)" == "$PWD/kept/sessions/"* ]]
    [ "$(relay-inbox kept/inbox list | jq -r .state)" = done ]
    grep -q '"chat_id":"42"\|"42"' kept/scopes
    # the next run has them
    : >stub.out
    adapter --state kept -- echo again
    message more
    until_true 20 replied 1
    drained
    [ "$(relay-inbox kept/inbox list | jq -r .state | sort | uniq -c | tr -d ' ')" = 2done ]
    run -78 --separate-stderr relay-adapter --url "$URL" --state kept/scopes true </dev/null
    [ "$stderr" = 'relay-adapter: use --state kept/scopes: it is a file; --state takes a directory, and --scopes a file of remembered chats' ]
    : >stub.out
    adapter --scopes kept/scopes -- echo plain
    drained
}
