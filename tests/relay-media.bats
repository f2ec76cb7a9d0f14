#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-media: the files of messages, both ways, and who gets the bearer.

load helper

setup_more() {
    printf s3cret >secret
    chmod 600 secret
    unset RELAY_MEDIA_SOCKET
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
}

# start_connector [OPTIONS…] : a relay-stub with the secret.
start_connector() {
    start_stub --secret demo=secret "$@"
    export GATEWAY_RELAY_URL=$URL
}

# start_servers : tests/peers/media.py; its URLs are in BASE and OTHER, its requests in ./log.
start_servers() {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/media.py" urls log
    until_true 30 test -s urls
    { read -r BASE; read -r OTHER; } <urls
    export GATEWAY_RELAY_URL=$BASE
}

# fails STATUS PATTERN COMMAND… : it ends so, and says so.
fails() {
    local want=$1 pattern=$2
    shift 2
    run --separate-stderr "$@"
    [ "$status" -eq "$want" ] && [[ $stderr == $pattern ]] || { echo "$*: $status"; echo "$stderr"; return 1; }
}

no_leftovers() {
    [ -z "$(find . -name '.relay-media-*')" ]
}

@test "24 MiB go up and come down byte for byte; 26 MiB and nothing are refused before anything is sent" {
    start_connector -v
    head -c 25165824 /dev/urandom >big
    url=$(relay-media put big)
    [[ $url =~ ^http://127\.0\.0\.1:[0-9]+/relay/media/[0-9a-f]{32}$ ]]
    [ "$(relay-media get -o back "$url")" = back ]
    cmp big back
    [ "$(stat -c %a back)" = 600 ]
    relay-media get -o - "$url" | cmp big -
    head -c 27262976 /dev/zero >more
    : >nothing
    fails 65 'relay-media: put more: larger than 25 MiB' relay-media put more
    fails 65 'relay-media: put nothing: it is empty' relay-media put nothing
    fails 65 'relay-media: put -: larger than 25 MiB' relay-media put - <more
    fails 65 'relay-media: put -: it is empty' relay-media put - </dev/null
    [ "$(grep -c 'got ' stub.err)" -eq 1 ]
    head -c 26214400 /dev/zero | relay-media put -
    no_leftovers
}

@test "a download over 25 MiB ends there, and leaves nothing" {
    start_servers
    fails 65 '*: larger than 25 MiB' relay-media get -o got "$BASE/relay/media/big"
    [ ! -e got ]
    no_leftovers
}

@test "the bearer goes to the connector's media only: not to other servers, paths or by a redirect" {
    start_servers
    for url in "$BASE/relay/media/file" "$BASE/relay/media/to-other" "$BASE/relay/media/to-self" "$BASE/other/file" \
        "$OTHER/relay/media/file" "$BASE/relay/media/../media/file" "$BASE/relay/media/%2e%2e/file"; do
        relay-media get --private -H 'X-Own: yes' -o got -f "$url" || true
    done
    jq -r '[.at, .path, (.headers.authorization // "none" | sub("Bearer .+"; "bearer")), .headers["x-own"] // "none"] | join(" ")' log >seen
    sed -i '$s/ .* none none/ … none none/' seen # whether libcurl takes %2e for a dot is its own affair
    diff seen - <<'END'
connector /relay/media/file bearer yes
connector /relay/media/to-other bearer yes
other /relay/media/file none none
connector /relay/media/to-self bearer yes
connector /relay/media/file none none
connector /other/file none none
other /relay/media/file none none
connector /relay/media/file bearer yes
connector … none none
END
    jq -r 'select(.path == "/relay/media/file" and .headers.authorization).headers.authorization' log | sed 's/Bearer //' >tokens
    while read -r token; do relay-token --verify "$token"; done <tokens
    [ "$(wc -l <tokens)" -eq 2 ]
}

@test "redirects are bounded, and lead to http and https only" {
    start_servers
    fails 1 '*: too many redirects' relay-media get -o got "$BASE/relay/media/loop"
    [ "$(wc -l <log)" -eq 6 ]
    fails 1 '*: not an http or https URL' relay-media get -o got "$BASE/relay/media/to-passwd"
    fails 1 '*: HTTP 302' relay-media get -o got "$BASE/relay/media/nowhere"
    fails 64 '*: not an http or https URL' relay-media get -o got file:///etc/passwd
    fails 64 '*: a user or password in the URL' relay-media get -o got http://u:p@127.0.0.1/x
    [ ! -e got ]
}

@test "an address that only we can reach needs --private, unless it is the connector's" {
    start_servers
    relay-media get -o got "$BASE/relay/media/file"
    fails 65 '*: its address is not public (--private allows this)' relay-media get -o x "$OTHER/relay/media/file"
    fails 65 '*: its address is not public (--private allows this)' relay-media get -o x "$BASE/relay/media/to-other"
    fails 65 '*: its address is not public (--private allows this)' relay-media get -o x "http://[::1]:9/"
    [ "$(jq -r 'select(.at == "other").path' log)" = '' ]
}

@test "what the server says ends as the table of exit statuses has it" {
    start_servers
    while read -r want what pattern; do
        fails "$want" "relay-media: get http://*/$what: $pattern" relay-media get -o got "$BASE/relay/media/$what"
        [ ! -e got ]
    done <<'END'
77 403 HTTP 403: no \\x1b*
1 404 HTTP 404: no*
69 500 HTTP 500: no*
69 cut *
END
    fails 69 '*' relay-media get -o got -m 200ms "$BASE/relay/media/hangs"
    fails 69 '*' relay-media get -o got --private http://127.0.0.1:1/x
    start_connector
    fails 77 '*HTTP 401*' env GATEWAY_RELAY_SECRET=x relay-media put secret
    no_leftovers
}

@test "a page of text in place of a picture is told" {
    start_servers
    fails 65 '*: it is text/html; charset=utf-8, not image/\*' relay-media get -t 'image/*' -o got "$BASE/relay/media/page"
    relay-media get -t 'audio/*,image/*' -o got "$BASE/relay/media/file"
    relay-media get -o page "$BASE/relay/media/page"
}

@test "no file, link or place outside the directory is written over" {
    start_servers
    url=$BASE/relay/media/file
    echo mine >mine
    ln -s elsewhere link
    ln -s mine chain
    for f in mine link chain; do
        fails 1 "*: File exists" relay-media get -o $f "$url"
    done
    [ "$(cat mine)" = mine ]
    [ ! -e elsewhere ]
    relay-media get -f -o chain "$url"
    [ "$(cat mine)" = mine ]
    [ ! -L chain ]
    mkdir in
    [ "$(relay-media get -d in "$BASE/relay/media/evil" "$BASE/relay/media/evil" "$url")" = $'in/rf.sh\nin/rf-2.sh\nin/file.png' ]
    [ "$(ls -A in | wc -l)" -eq 3 ]
    fails 74 '*: No such file or directory' relay-media get -d missing "$url"
    fails 74 '*: No space left on device' bash -c 'relay-media get -o - "$1" >/dev/full' - "$url"
    no_leftovers
}

@test "an upload says what it is: type, name, agent, length" {
    start_servers
    printf '\x89PNG\r\n\x1a\nx' >$'gr\xc3\xbc\xc3\x9f 1%.txt'
    echo text >a.txt
    [ "$(relay-media put $'gr\xc3\xbc\xc3\x9f 1%.txt')" = "$BASE/relay/media/abc-1" ]
    relay-media put -n "$(printf 'x%.0s' {1..300}).log" -t 'text/x-log; charset=utf-8' a.txt
    relay-media put - <a.txt
    jq -r '[.method, .path, .size, .headers["content-type"], .headers["user-agent"], .headers["x-media-filename"],
        (.headers.authorization | test("^Bearer ")), .headers.expect] | map(tostring) | join("|")' log >seen
    diff seen - <<END
POST|/relay/media|9|image/png|relay-media/$(relay-media -V | cut -d' ' -f2)|gr%C3%BC%C3%9F 1%25.txt|true|null
POST|/relay/media|5|text/x-log; charset=utf-8|relay-media/$(relay-media -V | cut -d' ' -f2)|$(printf 'x%.0s' {1..251}).log|true|null
POST|/relay/media|5|application/octet-stream|relay-media/$(relay-media -V | cut -d' ' -f2)|stdin|true|null
END
    fails 1 '*HTTP 413*' relay-media put -n 413 a.txt
    for n in bad-id no-id no-json; do
        fails 76 '*answer has no usable id' relay-media put -n $n a.txt
    done
}

@test "JSON and a send_media action for scripts" {
    start_connector
    printf 'GIF89a;' >x
    run relay-media put -a -c 'say "hi"' -n a.gif x
    [ "$(jq -c 'del(.source_url)' <<<"$output")" = '{"op":"send_media","media_kind":"image","content":"say \"hi\"","filename":"a.gif"}' ]
    url=$(jq -r .source_url <<<"$output")
    run --separate-stderr relay-media put -j x missing
    [ "$status" -eq 66 ]
    [ "$(jq -c '[.file, .type, .size, .error, .status]' <<<"$output")" = $'["x","image/gif",7,null,null]\n["missing",null,null,"No such file or directory",66]' ]
    run --separate-stderr relay-media get -j "$url" "$url"x
    [ "$status" -eq 1 ]
    [ "$(jq -c '[.file, .type, .size, .error]' <<<"$output")" = $'["./a.gif","image/gif",7,null]\n[null,null,null,"HTTP 404: no such file"]' ]
}

@test "get --event fetches what a message names, under the message's own names" {
    start_servers
    cat >frame <<END
{"type":"inbound","event":{"text":"look","media_urls":["$BASE/relay/media/file","$BASE/relay/media/404","$BASE/relay/media/page"],
"media":[{"url":"$BASE/relay/media/file","mime":"image/png","filename":"../cat.png"},{"url":"$BASE/relay/media/page","kind":"image"}]}}
END
    mkdir in
    run --separate-stderr relay-media get -e -d in <frame
    [ "$status" -eq 65 ]
    [ "$output" = in/cat.png ]
    [[ $stderr == *'/404: HTTP 404'*'/page: it is text/html'* ]]
    fails 65 '*not one inbound frame' relay-media get -e <<<'{"type":"hello"}'
    fails 65 '*not one inbound frame' relay-media get -e <<<'nothing'
    fails 65 '*not one inbound frame' relay-media get -e </dev/null
}

@test "COMMAND of serve fetches and sends without the secret; the socket goes with it" {
    start_connector
    # shellcheck disable=SC2016 # for COMMAND
    run --separate-stderr relay-media serve -- sh -c '
        unset GATEWAY_RELAY_SECRET
        echo hello >a.txt && url=$(relay-media put a.txt) && relay-media get -o - "$url" &&
        stat -c %a "$RELAY_MEDIA_SOCKET" && echo "$RELAY_MEDIA_SOCKET" >socket && echo "$PPID $$" && exit 7'
    echo "$stderr"
    [ "$status" -eq 7 ]
    [ "${lines[0]}" = hello ]
    [ "${lines[1]}" = 600 ]
    until_true 5 test ! -e "$(cat socket)"
    until_true 5 test ! -e "$(dirname "$(cat socket)")"
    fails 78 'relay-media: --private: it is for the relay-media that serves gone' relay-media get --private -s gone http://a
    fails 69 '*: ask relay-media at gone: *' env -u GATEWAY_RELAY_SECRET RELAY_MEDIA_SOCKET=gone relay-media put a.txt
}

@test "serve: many at once, a client that says nothing, a COMMAND that is killed" {
    start_connector
    background relay-media serve -s sock -- sleep 60
    SERVE=$!
    until_true 10 test -S sock
    head -c 3000000 /dev/urandom >part
    export -n GATEWAY_RELAY_SECRET
    background /usr/bin/python3 -c 'import socket, time
s = [socket.socket(socket.AF_UNIX) for _ in range(3)]
[x.connect("sock") for x in s]
s[0].send(b"nonsense\n"); s[1].send(b"{"); time.sleep(30)'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        (relay-media -s sock put part >url.$i && relay-media -s sock get -o got.$i "$(cat url.$i)" >/dev/null && cmp part got.$i && touch ok.$i) 3>&- &
    done
    until_true 20 test -e ok.1 -a -e ok.2 -a -e ok.3 -a -e ok.4 -a -e ok.5 -a -e ok.6 -a -e ok.7 -a -e ok.8 -a -e ok.9 -a -e ok.10 -a -e ok.11 -a -e ok.12
    fails 78 'relay-media: listen on sock: another process listens there' env GATEWAY_RELAY_SECRET=x relay-media serve -s sock -- true
    kill -9 "$SERVE"
    until_true 5 test ! -e sock
}

@test "serve: a stale socket is taken over; other files stay; a secret that cannot be used ends it before COMMAND" {
    start_connector
    /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("stale")'
    relay-media serve -s stale -- true
    echo mine >mine
    ln -s mine link
    for f in mine link; do
        fails 78 "relay-media: listen on $f: it exists and is not a socket" relay-media serve -s $f -- touch ran
    done
    chmod 644 secret
    fails 78 '*open to the group or others*' relay-media serve --secret-file secret -- touch ran
    [ ! -e ran ]
    run -127 --separate-stderr relay-media serve -- ./no-such
    [ "$stderr" = 'relay-media: run ./no-such: No such file or directory' ]
}

@test "a signal in the middle of a download leaves no file" {
    start_servers
    background relay-media get -o got "$BASE/relay/media/hangs"
    GET=$!
    until_true 10 grep -q hangs log
    run ! no_leftovers
    kill "$GET"
    status=0
    wait "$GET" || status=$?
    [ "$status" -eq 143 ]
    no_leftovers
    [ ! -e got ]
}

@test "a file that may not grow, a reader that goes away" {
    start_connector
    head -c 2000000 /dev/urandom >big
    url=$(relay-media put big)
    fails 74 '*: write: File too large' bash -c 'ulimit -f 100; relay-media get -o got "$1"' - "$url"
    # shellcheck disable=SC2016 # for the inner shell
    fails 74 '*: write: File too large' bash -c 'ulimit -f 100; relay-media serve -- sh -c "unset GATEWAY_RELAY_SECRET; relay-media get -o got $1"' - "$url"
    [ ! -e got ]
    no_leftovers
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr bash -c 'relay-media get -o - "$1" | head -c 10 >/dev/null; exit "${PIPESTATUS[0]}"' - "$url"
    [ "$status" -eq 141 ]
    [ -z "$stderr" ]
}

@test "a progress bar is drawn on a terminal only" {
    start_connector
    head -c 25165824 /dev/zero >big
    url=$(relay-media put big 2>err)
    [ ! -s err ]
    script -qec "relay-media get -o got '$url'" /dev/null >term
    grep -q '^got' <(tr -d '\r' <term | sed 's/\x1b\[K//g' | tail -n 1) || grep -q got term
    script -qec "relay-media get -q -f -o got '$url'" /dev/null >term
    run ! grep -q '\[#' term
}

@test "usage" {
    while IFS='|' read -r want args reason; do
        # shellcheck disable=SC2086 # a list of words
        fails "$want" "relay-media: $reason*" relay-media $args
    done <<'END'
64||no verb given: get, put or serve
64|fetch x|unknown verb 'fetch': not get, put or serve
64|get|get: no URL given
64|put|put: no FILE given
64|serve|serve: no COMMAND given
64|get -e x|get: an operand beside --event
64|get -o x http://a http://b|get: several URLs for one --output
64|put -t nonsense secret|read --type 'nonsense': not TYPE/SUBTYPE
64|--url gopher://x put secret|read the connector's URL 'gopher://x'
64|get -m 0 x|read --max-time '0'
78|put -f secret|--force: is for get
78|get -a http://a|--action: is for put
78|get -o a -d b http://a|--output and --directory
78|put -c x secret|--caption: needs --action
78|put --chat x secret|--chat: needs --action
78|put -n a secret|put secret: no connector
78|--id x -n a put -m 1 secret|put secret: no connector
78|put --secret-file nowhere -c x secret|--caption: needs --action
66|put --secret-file nowhere secret|open nowhere
END
}

@test "--secret-fd: the secret comes from a descriptor, which the COMMAND of serve does not get" {
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr relay-media serve --id gw --secret-fd 5 --url ws://127.0.0.1:1 -- sh -c 'cat <&5' 5<<<s3cret
    [ "$status" -ne 0 ]
    [ -z "$output" ]
    run --separate-stderr env -u GATEWAY_RELAY_ID relay-media put --secret-fd 5 --url ws://127.0.0.1:1 /dev/null 5<<<s3cret
    [ "$status" -eq 78 ]
}
