# SPDX-License-Identifier: MIT
# relay-stub: what it refuses from others on the machine, and how it copes when the machine runs short.
bats_require_minimum_version 1.5.0
load stub

# request HEADER… : prints the status line of the answer to an upgrade with these headers.
request() {
    local port=${URL#ws://127.0.0.1:} line
    exec 5<>"/dev/tcp/127.0.0.1/${port%/relay}"
    printf '%s\r\n' 'GET /relay HTTP/1.1' 'Host: x' 'Upgrade: websocket' 'Connection: Upgrade' \
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$@" '' >&5
    read -r -t 50 line <&5
    exec 5>&-
    printf '%s\n' "${line%$'\r'}"
}

@test "a browser's page and other versions of WebSocket are refused" {
    start_stub
    [[ $(request 'Sec-WebSocket-Version: 13') == 'HTTP/1.1 101 '* ]]
    [[ $(request 'Sec-WebSocket-Version: 13' 'Origin: https://example.org') == 'HTTP/1.1 403 '* ]]
    [[ $(request 'Sec-WebSocket-Version: 13' 'Origin: null') == 'HTTP/1.1 403 '* ]]
    [[ $(request 'Sec-WebSocket-Version: 12') == 'HTTP/1.1 426 '* ]]
    [[ $(request 'Sec-WebSocket-Version: 8') == 'HTTP/1.1 426 '* ]]
    [[ $(request) == 'HTTP/1.1 426 '* ]]
}

@test "the URL is written to a FIFO or a device, which stays one; the reader may come late" {
    mkfifo fifo
    background relay-stub -q --url-file fifo </dev/null >out 2>err
    first=$!
    read -r -t 50 URL <fifo
    printf '%s\n' "$HELLO" 'wait descriptor' | peer
    kill "$first"
    wait "$first"
    [ -p fifo ]
    relay-stub -q --max-life 20ms --url-file /dev/null </dev/null
    [ -c /dev/null ]
    background relay-stub -q --url-file >(cat >told) </dev/null >out 2>err
    until_true 5 grep -q '^ws://127.0.0.1:[0-9]*/relay$' told
}

@test "the URL file is not written through a link, and its mode is the usual one" {
    mkdir shared
    echo precious >victim
    chmod 1777 shared
    (umask 022; relay-stub -q --max-life 20ms --url-file shared/url </dev/null)
    [ "$(stat -c %a shared/url)" = 644 ]
    [ "$(ls -A shared)" = url ]
    # our link is replaced, the file it leads to stays
    ln -sf ../victim shared/url
    relay-stub -q --max-life 20ms --url-file shared/url </dev/null
    [ "$(cat victim)" = precious ]
    [ ! -L shared/url ]
    ln -sf ../victim shared/planted
    chown -h 65533 shared/planted 2>/dev/null || return 0 # only root can plant one
    run --separate-stderr relay-stub --max-life 20ms --url-file shared/planted </dev/null
    [ "$status" -eq 74 ]
    [[ $stderr == *'write shared/planted: it is a link of another user'* ]]
    [ "$(cat victim)" = precious ]
}

@test "at its limit of descriptors it reports that once, waits, and serves on" {
    cat >crowd.py <<'END'
import socket, sys, time
port = int(sys.argv[1].split(":")[2].split("/")[0])
crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
print("there", flush=True)
time.sleep(60)
END
    rm -f url
    background sh -c 'ulimit -n 24; exec relay-stub --url-file url </dev/null >stub.out 2>stub.err'
    STUB=$!
    until_true 5 test -s url
    URL=$(cat url)
    background /usr/bin/python3 crowd.py "$URL" </dev/null >crowd.out
    crowd=$!
    until_true 5 grep -q there crowd.out
    until_true 5 grep -q 'accept connection: Too many open files' stub.err
    ticks() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$STUB/stat"; }
    before=$(ticks)
    sleep 0.5
    [ "$(($(ticks) - before))" -le 10 ] # 50: it spins
    kill "$crowd"
    printf '%s\n' "$HELLO" 'wait descriptor' | peer
    [ "$(grep -c accept stub.err)" -eq 1 ]
}

@test "an unmasked frame ends its connection, 1002, in whatever segments it comes" {
    start_stub
    n=0
    for how in with after bytes; do
        while read -r frame; do
            n=$((n + 1))
            /usr/bin/python3 "$RELAY_SOURCE/tests/peers/unmasked.py" "$URL" $how "$frame"
        done <<'END'
\x81\x10{"type":"sneak"}
\x89\x00
\x88\x02\x03\xe8
\x82\x7e\x01\x00{"type":"sneak"}
END
    done >codes
    [ "$(sort -u codes)" = '1002 frame without a mask' ]
    [ "$(wc -l <codes)" -eq 12 ]
    # frames before it were received, those that came with it were not
    until_true 5 eval '[ "$(wc -l <stub.out)" -eq 12 ]'
    [ "$(sort -u stub.out)" = "$HELLO" ]
    [ "$(grep -c 'refuse gateway .*: frame without a mask' stub.err)" -eq 12 ]
    printf '%s\n' "$HELLO" 'wait descriptor' | peer
}
