# SPDX-License-Identifier: MIT
# relay-dial in pipe mode, against a server that shares no code with it.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'
SEND='{"type":"outbound","requestId":"0123456789abcdef0123456789abcdef","action":{"op":"send","chat_id":"42","content":"hi"}}'

both() {
    printf '%s\n' "$HELLO" "$SEND"
}

@test "a hello and an outbound get their replies, however the frames are cut" {
    local how
    for how in '' --split --coalesce '--coalesce --split' '--binary'; do
        # shellcheck disable=SC2086 # words
        start_peer $how
        both >in
        run --separate-stderr relay-dial "$URL" <in
        [ "$status" -eq 0 ] || { echo "$how: $stderr"; return 1; }
        [ "${#lines[@]}" -eq 4 ]
        [[ ${lines[0]} == '{"type":"link","state":"open","attempt":1,"url":"ws://127.0.0.1:'*'/relay"}' ]]
        [ "$(jq -r .descriptor.platform <<<"${lines[1]}")" = discord ]
        [ "$(jq -r .requestId <<<"${lines[2]}")" = 0123456789abcdef0123456789abcdef ]
        [ "${lines[3]}" = '{"type":"link","state":"closed","code":1000,"reason":"","by":"us"}' ]
        [ "$stderr" = 'relay-dial: close link: by us: 1000' ]
        until_true 30 grep -q 'closed 1 1000' peer.err
        diff <(sed 's/^1 //' peer.out) in
        kill "$PEER"
    done
}

@test "no reply in time: reported, a synthetic result, 75; -E does not wait" {
    start_peer --mute
    both >in
    elapsed_ms run --separate-stderr relay-dial --no-link -w 300ms "$URL" <in
    [ "$status" -eq 75 ]
    [ "$MS" -ge 300 ]
    [[ $stderr == *'settle outbound "0123456789abcdef0123456789abcdef": no result in time'* ]]
    [[ $stderr == *'settle hello "discord": no descriptor in time'* ]]
    [ "$output" = '{"type":"outbound_result","requestId":"0123456789abcdef0123456789abcdef","result":{"success":false,"error":"relay outbound timed out","ambiguous":true},"synthetic":true}' ]
    elapsed_ms run --separate-stderr relay-dial -E "$URL" <in
    [ "$status" -eq 0 ]
    [ "$MS" -lt 10000 ]
    diff <(tail -n 2 peer.out | cut -d ' ' -f 2-) in
}

@test "the server is down, closes, or refuses: statuses and lines" {
    run --separate-stderr relay-dial -n ws://127.0.0.1:9
    [ "$status" -eq 69 ]
    [[ $stderr == 'relay-dial: dial ws://127.0.0.1:9/relay: Failed to connect'* ]]
    start_peer --http 503 --http 401 --http 302 --close 4401:nope@0 --close 1011:oops@0 --close 1000@0 --drop@0
    local want
    for want in '69 HTTP 503*Retry-After: 7' '77 HTTP 401*WWW-Authenticate: Bearer realm=relay' \
        '69 HTTP 302*Location: /else\\u{9b}31m' '77 close link: by peer: 4401 nope' '69 close link: by peer: 1011 oops' \
        '0 close link: by peer: 1000' '69 close link: by network: 1006 '; do
        run --separate-stderr relay-dial -n "$URL"
        # shellcheck disable=SC2053 # a pattern
        [[ $status == "${want%% *}" && $stderr == *${want#* }* ]] || { echo "$want: $status $stderr"; return 1; }
    done
}

@test "a reader that leaves ends it at once, with 0 when nothing is owed" {
    start_peer
    elapsed_ms bash -c 'relay-dial -n "$1" 2>err | head -n1 >out; echo "${PIPESTATUS[0]}" >status' - "$URL"
    [ "$MS" -lt 15000 ]
    [ "$(cat status)" = 0 ]
    grep -q '"state":"open"' out
    until_true 30 grep -q 'closed 1 1000' peer.err
}

@test "output to a full disk is 74, and the link is closed in order" {
    start_peer
    run --separate-stderr bash -c 'relay-dial -n "$1" >/dev/full' - "$URL"
    [ "$status" -eq 74 ]
    [[ $stderr == *'write stdout: No space left on device'* ]]
    until_true 30 grep -q 'closed 1 1000' peer.err
}

@test "bad lines are named and the rest goes; local frames stay here" {
    start_peer
    {
        echo "$HELLO"
        echo 'garbage'
        echo '{"type":"link","state":"open"}'
        echo
        echo '{"op":"send","chat_id":"1"}'
        echo '{"type":"outbound","action":{}}'
        printf '{"type":"x","v":"\377"}\n'
        printf '{"type":"unknown","big":9007199254740993,"y":1.50,"z":"a\\u0000b","y":2}'
    } >in
    run --separate-stderr relay-dial "$URL" <in
    [ "$status" -eq 65 ]
    [[ $stderr == *'skip line 2: no JSON value at byte 1'* ]]
    [[ $stderr == *'skip line 5: an action, not a frame'* ]]
    [[ $stderr == *'skip line 6: outbound without a string requestId'* ]]
    [[ $stderr == *'skip line 7: not UTF-8 at byte '* ]]
    diff <(cut -d ' ' -f 2- peer.out) - <<EOF
$HELLO
{"type":"unknown","big":9007199254740993,"y":1.50,"z":"a\\u0000b","y":2}
EOF
    run relay-dial --strict "$URL" <in
    [ "$status" -eq 65 ]
    [ "$(grep -c unknown peer.out)" -eq 1 ]
}

@test "bad frames from the peer are reported and skipped: 76" {
    start_peer
    background bash -c 'relay-dial --stay -n "$1" >out 2>err; echo $? >status' - "$URL"
    until_true 30 grep -q open out
    tell 'garbage'
    tell '{"type":"link","state":"draining"}'
    tell '{"no":"type"}'
    tell '{"type":"outbound_result","requestId":"unasked","result":{"success":true}}'
    tell 'close 1000'
    until_true 30 test -s status
    [ "$(cat status)" = 76 ]
    [ "$(grep -c 'receive frame: ' err)" = 3 ]
    [ "$(grep -c unasked out)" = 1 ]
    run ! grep -q draining out
}

@test "a refused outbound is answered here and never sent" {
    start_peer
    echo '{"type":"outbound","requestId":"r1","action":{"op":"send"},"refused":"too long: 9 > 2"}' >in
    run --separate-stderr relay-dial --no-link "$URL" <in
    [ "$status" -eq 65 ]
    [ "$output" = '{"type":"outbound_result","requestId":"r1","result":{"success":false,"error":"too long: 9 > 2"},"synthetic":true}' ]
    [ ! -s peer.out ]
}

@test "a second answer to the same outbound is dropped" {
    start_peer
    mkfifo in
    background bash -c 'relay-dial --no-link "$1" <in >out 2>err; echo $? >status' - "$URL"
    exec 7>in
    echo "$SEND" >&7
    until_true 30 grep -q outbound_result out
    tell '{"type":"outbound_result","requestId":"0123456789abcdef0123456789abcdef","result":{"success":true}}'
    until_true 30 grep -q 'drop outbound_result' err
    exec 7>&-
    until_true 30 test -s status
    [ "$(cat status)" = 0 ]
    [ "$(grep -c outbound_result out)" -eq 1 ]
}

@test "the token: fresh, by id and secret only; the header; --dry-run" {
    start_peer
    (umask 077 && echo s3cret >secret)
    if GATEWAY_RELAY_ID=gw relay-dial -n -c 0x "$URL" 2>err; then return 1; fi
    grep -q "read --count '0x'" err
    GATEWAY_RELAY_ID=gw relay-dial --secret-file secret -H 'X-Test: 1' "$URL" <<<"$HELLO" >out
    until_true 30 grep -q 'open 1 Bearer' peer.err
    relay-token --verify --secret-file secret "$(sed -n 's/open 1 Bearer //p' peer.err)"
    GATEWAY_RELAY_ID=gw GATEWAY_RELAY_SECRET='  ' relay-dial "$URL" <<<"$HELLO" >out
    until_true 30 grep -q 'open 2 -$' peer.err
    run --separate-stderr relay-dial --dry-run --id gw --secret-file secret -H 'X-Test: 1' https://c.example/
    [ "$status" -eq 0 ]
    [ "$output" = '{"url":"wss://c.example/relay","headers":["Authorization: Bearer (redacted)","X-Test: 1"]}' ]
    chmod 644 secret
    run relay-dial -n --id gw --secret-file secret "$URL"
    [ "$status" -ge 64 ]
}

@test "flipped means done; --stay stays; --count and --max-time end it" {
    start_peer
    echo '{"type":"going_idle"}' >in
    mkfifo open
    background bash -c 'relay-dial --no-link "$1" <open >out; echo $? >status' - "$URL"
    exec 7>open
    cat in >&7
    until_true 30 test -s status
    [ "$(cat status) $(cat out)" = '0 {"type": "going_idle_ack"}' ]
    exec 7>&-
    elapsed_ms run --separate-stderr relay-dial --no-link --stay -m 2s "$URL" <in
    [ "$status" -eq 0 ]
    [ "$MS" -ge 2000 ]
    run --separate-stderr relay-dial --no-link --stay -c 2 "$URL" < <(echo "$HELLO"; echo '{"type":"going_idle"}')
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    run --separate-stderr relay-dial -n -m 100ms --retry inf ws://127.0.0.1:9
    [ "$status" -eq 69 ]
}

@test "SIGTERM closes in order; a second one ends at once" {
    start_peer --mute
    background relay-dial -n "$URL" >out 2>err
    local dial=$!
    until_true 30 grep -q open out
    kill "$dial"
    wait "$dial"
    until_true 30 grep -q 'closed 1 1000' peer.err
    mkfifo in
    background sh -c 'exec relay-dial "$1" <in >out 2>err' - "$URL"
    dial=$!
    exec 7>in
    echo "$SEND" >&7
    until_true 30 grep -q 0123 peer.out
    kill "$dial"
    until_true 30 grep -q 'drain: 1 owed, up to 60 s' err
    sleep 0.6 # a signal within 500 ms of the first is the same one
    kill "$dial"
    local rc=0
    wait "$dial" || rc=$?
    exec 7>&-
    [ "$rc" -eq 143 ]
}

@test "--record has every frame with its time and never the token; --ready-fd gets the descriptor" {
    start_peer
    both >in
    GATEWAY_RELAY_ID=gw GATEWAY_RELAY_SECRET=s3cret relay-dial --record rec --ready-fd 5 "$URL" <in >out 5>ready
    [ "$(stat -c %a rec)" = 600 ]
    [ "$(jq -r .dir rec | tr '\n' ' ')" = 'link up up down down link ' ]
    jq -e '.t | test("^20..-..-..T..:..:..\\.[0-9]{6}Z$")' rec >/dev/null
    diff <(grep -v '"link"' out) <(sed -n 's/.*"dir":"down","frame":\(.*\)}$/\1/p' rec)
    [ "$(wc -l <ready)" = 1 ]
    grep -q '"descriptor"' ready
    run ! grep -q s3cret rec
}

@test "wrong usage is 64 and says where help is" {
    local args
    for args in '' 'ftp://x' '-w x ws://h' 'ws://h -n' 'ws://h --' '--nonsense' '-H x ws://h'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr relay-dial $args
        [ "$status" -eq 64 ] || { echo "$args: $status"; return 1; }
        [[ $stderr == *"try 'relay-dial --help'"* ]]
        [ -z "$output" ]
    done
}

@test "contradictory settings are 78, before anything is opened" {
    local args
    for args in '-n ws://h -- cat' '--up x ws://h' '--ping-timeout 0 ws://h' '--key k ws://h' '--stay -E ws://h'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr relay-dial $args
        [ "$status" -eq 78 ] || { echo "$args: $status"; return 1; }
        [ -z "$output" ]
    done
}

@test "an id or a secret file without the other, or a blank secret, is 78" {
    : >blank
    chmod 600 blank
    for args in '--id gw' '--secret-file blank' '--id gw --secret-file blank'; do
        # shellcheck disable=SC2086 # words
        run -78 --separate-stderr relay-dial $args --dry-run ws://h
        [ -z "$output" ]
    done
    GATEWAY_RELAY_SECRET=' ' run -78 relay-dial --id gw --dry-run ws://h
    GATEWAY_RELAY_ID=gw run -0 relay-dial --dry-run ws://h
    GATEWAY_RELAY_SECRET=s run -0 relay-dial --id gw --dry-run ws://h
    [[ $output == *Bearer* ]]
}

@test "a token's life is a duration, of a second or more" {
    run relay-dial --token-ttl 5m --dry-run ws://h
    [ "$status" -eq 0 ]
    run --separate-stderr relay-dial --token-ttl 999ms ws://h
    [ "$status" -eq 64 ]
    [ "${stderr_lines[0]}" = "relay-dial: read --token-ttl '999ms': less than 1000 ms" ]
}

@test "a URL that can never work is 64 at once, from --dry-run too; a query stays after the path" {
    local url
    for url in ws://h:99999 'ws://h/a b' 'ws://[::1' ws://h:0 ws:///h ws://h:x ftp://h ws://u:sec/ret@h; do
        run --separate-stderr relay-dial --dry-run "$url"
        [ "$status" -eq 64 ] || { echo "$url: $status"; return 1; }
        run --separate-stderr timeout 60 relay-dial "$url" -- cat
        [ "$status" -eq 64 ] || { echo "$url: $status"; return 1; }
        [[ $stderr != *sec* ]]
    done
    run --separate-stderr relay-dial --dry-run 'https://h/p/?a=/&b=?#c'
    [ "$(jq -r .url <<<"$output")" = 'wss://h/p/relay?a=/&b=?' ]
    run --separate-stderr relay-dial --dry-run "ws://user:top'secret@h:1/"
    [ "$(jq -r .url <<<"$output")" = ws://h:1/relay ]
    run --separate-stderr relay-dial -n "ws://user:top'secret@127.0.0.1:1/"
    [ "$status" -eq 69 ]
    [[ $stderr$output != *secret* ]]
}

@test "a name is looked up anew for each dial" {
    cc -shared -fPIC -o resolve.so "$RELAY_SOURCE/tests/preload/resolve.c" -ldl
    start_peer --http 500 --serve
    # The sanitizers' library must be the first one.
    RESOLVED=$PWD/resolved LD_PRELOAD="$PWD/resolve.so" ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" \
        run --separate-stderr relay-dial --retry 3 "ws://moving.example:${URL##*:}" <<<"$HELLO"
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    [ "$(grep -c moving.example resolved)" -eq 2 ]
}

@test "--record: closed to others; a torn line stays alone; the file-size limit is reported and stops nothing" {
    start_peer
    (umask 022 && printf '{"t":"2026-11-20T10:00:00.000001Z","dir":"up","frame":{"type":"hel' >rec)
    run --separate-stderr relay-dial --record rec "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ]
    [[ $stderr == *'append to rec: its last line is torn'* ]]
    [ "$(stat -c %a rec)" = 600 ]
    [ "$(sed 1d rec | jq -r .frame.type | sort -u | paste -sd ' ')" = 'descriptor hello link' ]
    { echo "$HELLO"; seq 60 | sed 's/.*/{"type":"outbound","requestId":"&","action":{"op":"send","content":"'"$(printf '%300s' x)"'"}}/'; } >in
    run --separate-stderr bash -c 'ulimit -f 8; relay-dial --record full "$1" <in' - "$URL"
    [ "$status" -eq 74 ]
    [ "$(grep -c outbound_result <<<"$output")" -eq 60 ]
    [ "$(grep -c '^relay-dial: write full: File too large' <<<"$stderr")" -eq 1 ]
}

@test "--record into a FIFO: without a reader it stops nothing, one that comes later gets all, a slow one misses whole frames" {
    mkfifo fifo
    start_peer
    run --separate-stderr relay-dial --record fifo "$URL" <<<"$HELLO"
    [ "$status" -eq 74 ]
    [[ $stderr == *'record to fifo: 4 frames left out'* ]]
    background relay-dial --stay --record fifo "$URL" <<<"$HELLO" >out 2>err
    local dial=$!
    until_true 30 grep -q descriptor out
    background cat fifo >rec
    until_true 30 grep -q descriptor rec
    kill "$dial"
    wait "$dial"
    [ "$(jq -r .frame.type rec | paste -sd ' ')" = 'link hello descriptor link' ]
    # More frames than fit, and no reader.
    start_raw live 150000
    exec 6<>fifo
    mkfifo stream
    background sh -c 'wc -l <stream >counted'
    background relay-dial --stay --record fifo "$URL" <<<"$HELLO" >stream 2>err 6>&-
    dial=$!
    until_true 60 grep -q 'its reader is slow, frames are left out' err
    until_true 30 grep -q sent raw.out
    kill "$dial"
    local rc=0
    wait "$dial" || rc=$?
    [ "$rc" -eq 74 ]
    until_true 30 test -s counted
    [ "$(cat counted)" -eq 150003 ]
    grep -q 'record to fifo: [0-9]* frames left out' err
    exec 6>&-
}

@test "--ready-fd whose reader does not read stops nothing" {
    start_peer
    mkfifo fifo
    exec 6<>fifo
    # Fill the pipe.
    dd if=/dev/zero of=fifo bs=4096 oflag=nonblock status=none 2>/dev/null || true
    elapsed_ms run --separate-stderr relay-dial --ready-fd 6 "$URL" <<<"$HELLO"
    exec 6>&-
    [ "$status" -eq 74 ]
    [ "$MS" -lt 10000 ]
    [[ $output == *'"descriptor"'* && $stderr == *'write ready descriptor 6: '* ]]
}

@test "--status and SIGUSR2 report the status of the run" {
    start_peer --mute
    background relay-dial --stay --status st "$URL" <<<"$HELLO" >out 2>err
    local dial=$!
    until_true 30 jq -e '.link == "open" and .owed.hello.n == 1 and .owed.hello.oldest and .last_out' st
    jq -e '.phase == "serving" and .url == "'"$URL"'/relay" and (.peer | startswith("127.0.0.1:")) and .flipped == false' st
    [ "$(stat -c %a st)" = "$(printf '%o' $((0644 & ~$(umask))))" ]
    kill -USR2 "$dial"
    until_true 30 grep -q '^relay-dial: status: serving, link open for .*, owed hello 1 (oldest .* s ago) outbound 0' err
    tell '{"type":"descriptor","descriptor":{}}'
    until_true 30 jq -e '.owed.hello.n == 0 and .last_in' st
    kill "$dial"
    wait "$dial"
    jq -e '.phase == "done" and .link == "down"' st
    [ "$(echo st*)" = st ]
    # Only a regular file is replaced.
    ln -s st link
    run relay-dial -n --status link "$URL"
    [ "$status" -eq 78 ]
}

@test "a message over 1 MiB, which not every peer takes, causes a warning" {
    start_peer
    run --separate-stderr relay-dial "$URL" < <(printf '{"type":"hello","platform":"discord","pad":"%1048600s"}\n' x)
    [ "$status" -eq 0 ]
    [[ $stderr == *'send frame: 1048647 bytes, more than the 1048576 that every peer takes'* ]]
}
