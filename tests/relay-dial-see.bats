# SPDX-License-Identifier: MIT
# relay-dial: what it shows of the link: a check, explanations, metrics, a recording that is rotated; and the secrets.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'

setup_more() {
    (umask 077 && echo s3cret >secret)
}

# check ARGS… : relay-dial --check.
check() {
    run --separate-stderr relay-dial --check "$@"
}

@test "--check prints a line for each step and sends no hello" {
    start_peer
    check --id gw --secret-file secret "$URL"
    [ "$status" -eq 0 ] || { echo "$output $stderr"; false; }
    [ "$(cut -c 1-14 <<<"$output")" = 'ok  proxy     
ok  dial      
ok  token     
ok  clock     
ok  ping      ' ]
    [[ $output == *'dial        127.0.0.1:'*'name '*' ms, connect '*' ms, upgrade '*' ms'* ]]
    [[ $output == *'token       of gw, minted for this dial, lasts 300 s'* ]]
    [[ $output == *'ping        answered in '*' ms' ]]
    until_true 30 grep -q 'closed 1 1000' peer.err
    grep -q '^open 1 Bearer ' peer.err
    [ ! -s peer.out ]
    run ! grep -q s3cret <<<"$output$stderr"
}

@test "--check-hello shows the descriptor, and reports live messages that it took" {
    start_peer
    check --check-hello discord:app1 "$URL"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} == 'ok  descriptor  discord, '*', in '*' ms' ]]
    [ "$(sed -n 's/^1 //p' peer.out)" = "$HELLO" ]
    kill "$PEER"
    start_peer --blast 300
    check --check-hello discord "$URL"
    [ "$status" -eq 75 ]
    [[ ${lines[-1]} == 'no  messages    '*' live ones came here and are lost, 0 buffered ones come again' ]]
}

@test "--check: the status is that of the step that failed, with its reason" {
    local want peer text
    while IFS='|' read -r want peer text; do
        # shellcheck disable=SC2086 # words
        start_peer $peer
        check --id gw --secret-file secret --check-hello discord "$URL"
        [[ $status -eq $want && $output == *"$text"* ]] || { echo "$peer: $status $output"; return 1; }
        kill "$PEER"
    done <<'END'
77|--http 401|no  dial        HTTP 401
69|--http 502|no  dial        HTTP 502
77|--mute --close 4401:expired@1|no  descriptor  closed by the connector: 4401 expired
69|--mute --close 1013@1|no  descriptor  closed by the connector: 1013
END
    check ws://127.0.0.1:1
    [[ $status -eq 69 && $output == *'no  dial        Failed to connect'* ]]
    start_raw halfopen
    check -m 300ms "$URL"
    [[ $status -eq 69 && ${lines[-1]} == 'no  ping        not answered in time' ]]
    start_raw close 03eb1b5b33316d
    check "$URL"
    [[ $status -eq 69 && $output == *'closed by the connector: 1003 \x1b[31m'* ]] # no control character comes through
    run --separate-stderr bash -c 'relay-dial --check ws://127.0.0.1:1 >/dev/full'
    [ "$status" -eq 74 ]
}

@test "--check reports a clock that differs by half of a token's life, and a certificate that ends soon" {
    local row ahead want text name word
    for row in '0 0 the same here and there' '100 0 s ahead' '-100 0 s behind' '200 1 s ahead' '-200 1 s behind'; do
        read -r ahead want text <<<"$row"
        start_raw dated "$ahead"
        check "$URL"
        [[ $status -eq $want && $output == *"clock "*"$text"* ]] || { echo "$row: $status $output"; return 1; }
    done
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out short.pem -days 5 \
        -subj /CN=x -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    openssl req -x509 -key key -out long.pem -days 100 -subj /CN=x -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    for row in 'short 1 no' 'long 0 ok'; do
        read -r name want word <<<"$row"
        start_peer --cert "$name.pem" --key key
        check --cacert "$name.pem" "$URL"
        [[ $status -eq $want && $output == *"$word  tls         handshake "*' ms, certificate until 20'* ]] ||
            { echo "$row: $status $output"; return 1; }
        kill "$PEER"
    done
}

@test "--check --format nagios: one line with numbers, 0, 1 or 2" {
    start_peer
    check --format nagios --check-hello discord "$URL"
    [ "$status" -eq 0 ]
    [[ $output == 'RELAY OK - proxy: none, dial: '*' | dial=0.'*'s skew='*' ping=0.'*'s descriptor=0.'*s && ${#lines[@]} -eq 1 ]]
    start_raw dated 1000
    check --format nagios "$URL"
    [[ $status -eq 1 && $output == 'RELAY WARNING - clock: '* ]]
    check --format nagios ws://127.0.0.1:1
    [[ $status -eq 2 && $output == 'RELAY CRITICAL - dial: Failed to connect'* ]]
}

@test "--check names the proxy, without its login, and says when it is the proxy that fails" {
    start_peer
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/proxy.py" proxy.url proxy.log
    until_true 30 test -s proxy.url
    local p
    p=$(cat proxy.url)
    check -x "${p/:\/\//://ann:s3cret@}" "$URL"
    [[ $status -eq 0 && ${lines[0]} == "ok  proxy       $p"* ]] || { echo "$output"; false; }
    run ! grep -q s3cret <<<"$output$stderr"
    http_proxy=$p check "$URL"
    [[ $status -eq 0 && ${lines[0]} == 'ok  proxy       of the environment' ]]
    check -x http://127.0.0.1:1 "$URL"
    [[ $status -eq 69 && $output == *'no  dial        no way through the proxy: '* ]]
}

@test "--check goes with no COMMAND, and its options with it only" {
    local args
    for args in '--check-hello d ws://h' '--format nagios ws://h' '--check --dry-run ws://h' '--check ws://h -- true'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr relay-dial $args
        [[ $status -eq 78 && -z $output ]] || { echo "$args: $status"; return 1; }
    done
    run relay-dial --check --check-hello : ws://h
    [ "$status" -eq 64 ]
}

@test "--explain has the words of the manual page, for every number that the page has" {
    local kind number said words page n=0
    page=$(mandoc -T utf8 "$RELAY_SOURCE/man/relay-dial.1" | col -b | sed -n '/^CODES/,/^EXAMPLES/p' | tr -s '[:space:]' ' ')
    sed -n '/^\.Sh CODES/,/^\.Sh EX/p' "$RELAY_SOURCE/man/relay-dial.1" |
        sed -n 's/^\.Ss Exit.*/exit status/p; s/^\.Ss HTTP.*/HTTP status/p; s/^\.Ss Close.*/close code/p; s/^\.It Sy \([0-9]*\) .*/\1/p' >numbers
    while read -r number; do
        case $number in [0-9]*) ;; *) kind=$number; continue ;; esac
        said=$(relay-dial --explain "$number")
        [[ $said == "$kind $number: "* ]]
        said=${said#"$kind "} said=${said/$'\n'  cause: / } said=${said/$'\n'  cure: / }
        read -ra words <<<"${said//$'\n'/ }"
        [[ $page == *" ${words[*]} "* ]] || { echo "not in the page: ${words[*]}"; return 1; }
        n=$((n + 1))
    done <numbers
    # The page has all rows of the source.
    [ "$n" -eq "$(grep -cE '^    \{[0-9]+,' "$RELAY_SOURCE/lib/dial/explain.c")" ]
    [ "$n" -ge 45 ]
    [[ $(relay-dial --explain 137) == 'exit status 137: ended by signal 9 (Killed)'* ]]
    [[ $(relay-dial --explain 42) == "exit status 42: COMMAND's own status"* ]]
    [[ $(relay-dial --explain 4999) == "close code 4999: the connector's own code"* ]]
    run --separate-stderr relay-dial --explain 700
    [[ $status -eq 64 && $stderr == *'neither an exit status'* ]]
}

@test "--stats has the facts of --status as metrics" {
    start_peer
    start_ring --status st --stats metrics "$URL"
    down descriptor
    up '{"type":"work","running":2,"waiting":3,"stored":40,"dead":1}'
    up '{"type":"outbound","requestId":"r1","action":{"op":"unanswered"}}'
    up '{"type":"outbound","requestId":"r2","action":{"op":"send","content":"x"}}'
    up '{"type":"outbound","requestId":"r3","refused":"no","action":{"op":"typing"}}'
    has() { grep -qxF "$1" metrics; }
    until_true 30 has 'relay_frames_total{dir="up",type="outbound"} 2'
    until_true 30 has 'relay_results_total{result="ok"} 1'
    until_true 30 has 'relay_results_total{result="synthetic"} 1'
    until_true 30 has 'relay_dead_letters 1'
    local line
    for line in 'relay_up 1' 'relay_link_state{state="open"} 1' 'relay_owed{type="outbound"} 1' 'relay_messages{state="running"} 2' \
        'relay_messages{state="stored"} 40' 'relay_frames_total{dir="up",type="hello"} 2' \
        'relay_frames_total{dir="down",type="descriptor"} 2' 'relay_result_seconds_count 1' 'relay_reconnects_total 0' \
        'relay_dials_total 1'; do
        has "$line" || { echo "no $line"; cat metrics; return 1; }
    done
    grep -q '^relay_result_seconds{quantile="0.99"} 0.[0-9]*$' metrics
    # Each metric has its help and its type, once.
    diff <(sed -n 's/^\(relay_[a-z_]*\).*/\1/p' metrics | sed 's/_seconds_\(sum\|count\)$/_seconds/' | sort -u) \
        <(sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' metrics | sort)
    until_true 30 jq -e '.up.outbound == 2 and .down.descriptor == 2 and .results.ok == 1 and .results.synthetic == 1 and
        .stored == 40 and .dead == 1 and .dials == 1 and .reconnects == 0 and .results.p50_us > 0' st
    up '{"type":"work","running":0,"waiting":0}'
    until_true 30 has 'relay_messages{state="stored"} 0'
    [ "$(echo metrics*)" = metrics ]
    kill -KILL "$RING" # it would wait for the answer to r1
}

@test "--stats knows the dead letters of a ring with an inbox, and what waits in it" {
    start_stub
    printf '#!/bin/sh\nexit 65\n' >agent
    chmod +x agent
    background relay-adapter -q --url "$URL" -p discord --state state --stats metrics -- ./agent 2>err
    until_true 30 grep -q hello stub.out
    say '{"type":"inbound","event":{"text":"x","message_id":"1","source":{"platform":"discord","chat_id":"1"}}}'
    until_true 30 grep -qxF 'relay_dead_letters 1' metrics
    until_true 30 grep -qxF 'relay_messages{state="stored"} 0' metrics
}

@test "--stats counts what is opened again" {
    start_peer --drop@2 --serve
    start_ring --stats metrics "$URL"
    until_true 30 grep -qx 'relay_reconnects_total 1' metrics
    exec 7>&-
    kill "$RING"
    ended 0
    grep -qxF 'relay_link_state{state="down"} 1' metrics
}

# start_recording FILE [COMMAND…] : relay-dial that records; fd 7 is its input, DIAL its pid.
start_recording() {
    rm -f in
    mkfifo in
    # shellcheck disable=SC2016 # for the inner shell
    background "${@:2}" sh -c 'echo $$ >pid; exec relay-dial --stay --record "$1" "$2" <in >out 2>err' - "$1" "$URL"
    exec 7>in
    until_true 30 test -s pid
    DIAL=$(cat pid)
    PIDS="$PIDS $DIAL"
}

# mark TEXT : sends a frame with that text and waits until the connector has it.
mark() {
    printf '{"type":"outbound","requestId":"%s","action":{"op":"send","content":"x"}}\n' "$1" >&7
    until_true 30 grep -q "\"$1\"" peer.out
}

nudge() { # [FILE] : sends a frame; whether FILE exists
    echo '{"type":"interrupt","session_key":"k","reason":null}' >&7
    [ -e "$1" ]
}

@test "a recording follows its name: renamed or removed, a new file is opened, and no frame is missing" {
    start_peer
    start_recording rec
    mark a
    mv rec rec.1
    mark b
    until_true 30 nudge rec
    [ "$(stat -c %a rec)" = 600 ]
    mark c
    until_true 30 grep -q '"requestId": "c"' rec # the result
    # One stream, cut once between two lines.
    jq -es 'map(.frame.requestId // empty) == ["a", "a", "b", "b", "c", "c"]' rec.1 rec
    rm rec
    until_true 30 nudge rec
    [ ! -s err ]
}

@test "a recording whose name cannot be opened again goes on in the old file; reported once" {
    start_peer
    mkdir d
    start_recording d/rec
    mark a
    mv d gone
    told() { nudge d/rec || grep -q 'open d/rec again, recording goes on in the old file: No such file' err; }
    until_true 30 told
    mark b
    until_true 30 grep -q '"b"' gone/rec
    kill "$DIAL"
    until_true 30 grep -q 'close link' err
    [ "$(grep -c 'open d/rec again' err)" -eq 1 ]
}

@test "without a terminal, SIGHUP opens the recording again at once; with one, it ends the run in order" {
    start_peer
    start_recording rec setsid -w
    mark a
    mv rec rec.1
    kill -HUP "$DIAL"
    until_true 30 test -e rec
    mark b
    until_true 30 grep -q '"requestId":"b"' rec
    run ! grep -q '"requestId":"b"' rec.1
    kill "$DIAL"
    # A pseudo-terminal: its hang-up is that of a user who closes the window.
    echo 'echo $$ >pid2; exec relay-dial -n --record rec2 "$URL" >out2 2>err2' >tty.sh
    URL=$URL background script -qec 'sh tty.sh' /dev/null >/dev/null
    until_true 30 grep -q '"open"' rec2
    kill -HUP "$(cat pid2)"
    until_true 30 grep -q 'close link: by us: 1000' err2
}

@test "--secret-fd: the secret comes from a descriptor, which COMMAND does not get" {
    start_peer
    printf 's3cret\n' | relay-token --id gw --secret-fd 0 >token
    relay-token --verify --secret-file secret "$(cat token)"
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr relay-dial --id gw --secret-fd 5 "$URL" -- sh -c 'echo "$1"; cat >/dev/null <&5' - "$HELLO" 5<<<s3cret
    [ "$status" -ne 0 ] # COMMAND has no descriptor 5
    [[ $stderr == *5* ]]
    until_true 30 grep -q '^open 1 Bearer' peer.err
    relay-token --verify --secret-file secret "$(sed -n 's/^open 1 Bearer //p' peer.err)"
    local args
    for args in '--secret-fd 5 --secret-file secret --id gw ws://h' '--secret-fd 0 --id gw ws://h' '--secret-fd 1 --id gw -n ws://h' \
        '--secret-fd 5 ws://h'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr relay-dial $args 5<<<x
        [ "$status" -eq 78 ] || { echo "$args: $status $stderr"; return 1; }
    done
    run --separate-stderr relay-dial --secret-fd 77 --id gw -n ws://h
    [ "$status" -eq 64 ]
    run --separate-stderr relay-token --secret-fd 5 --id gw 5</dev/null
    [ "$status" -eq 78 ]
    # The adapter passes it on, to one program.
    run --separate-stderr relay-adapter --id gw --secret-fd 5 --media m --url "$URL" true 5<<<s3cret
    [[ $status -eq 78 && $stderr == *'--secret-fd and --media'* ]]
    background relay-adapter -q --id gw --secret-fd 5 --url "$URL" true 5<<<s3cret
    until_true 30 grep -q '^open 2 Bearer' peer.err
    relay-token --verify --secret-file secret "$(sed -n 's/^open 2 Bearer //p' peer.err)"
}

@test "a credential of a service manager: found by its name, accepted where root owns it and nobody else can replace it" {
    mkdir -m 700 cred
    (umask 077 && echo s3cret >cred/relay-secret)
    CREDENTIALS_DIRECTORY=$PWD/cred relay-token --id gw >token
    relay-token --verify --secret-file secret "$(cat token)"
    # The variable comes first.
    CREDENTIALS_DIRECTORY=$PWD/cred GATEWAY_RELAY_SECRET=other relay-token --id gw >token
    run relay-token --verify --secret-file secret "$(cat token)"
    [ "$status" -eq 1 ]
    CREDENTIALS_DIRECTORY=$PWD/none run --separate-stderr relay-token --id gw
    [ "$status" -eq 78 ]
    # A file of root that all can read, in a directory that only root can write.
    CREDENTIALS_DIRECTORY=/etc relay-token --id gw --secret-file /etc/passwd >token
    run --separate-stderr relay-token --id gw --secret-file /etc/passwd
    [[ $status -eq 78 && $stderr == *'refuse secret file /etc/passwd: open to the group or others (mode 0644)' ]]
    # Not below that directory; a directory, or a file, that others can write.
    mkdir other
    CREDENTIALS_DIRECTORY=$PWD/other run relay-token --id gw --secret-file /etc/passwd
    [ "$status" -eq 78 ]
    mkdir -m 777 open
    cp secret open/s
    chmod 444 open/s
    CREDENTIALS_DIRECTORY=$PWD/open run relay-token --id gw --secret-file open/s
    [ "$status" -eq 78 ]
    chmod 755 open
    chmod 464 open/s
    CREDENTIALS_DIRECTORY=$PWD/open run relay-token --id gw --secret-file open/s
    [ "$status" -eq 78 ]
}
