# SPDX-License-Identifier: MIT
# relay-dial against peers that are hostile or no longer listen.
load helper

# small PID KIB : its memory stops growing below that; sanitizers use additional memory.
small() {
    local before=0 peak=1
    until [ "$peak" -eq "$before" ] || [ "$peak" -gt "$2" ]; do
        before=$peak
        sleep 0.4
        peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status")
    done
    nm -D "$(command -v relay-dial)" | grep -q __asan_init || [ "$peak" -lt "$2" ] || { echo "peak $peak KiB"; return 1; }
}

# The processor time that a process has used, in units of 10 ms.
ticks() {
    awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"
}

@test "a close frame with half a code, or a code that must not be sent, breaks the protocol: 76, answered with 1002" {
    local row
    for row in '03 76 03ea' '0000 76 03ea' '03ed 76 03ea' '03e8 0 03e8' '0fa0 69 0fa0' '- 69 -'; do
        # shellcheck disable=SC2086 # words
        set -- $row
        start_raw close "${1#-}"
        run --separate-stderr relay-dial -n "$URL"
        [ "$status" -eq "$2" ] || { echo "$row: $status $stderr"; return 1; }
        [ "$3" = - ] || until_true 30 grep -qx "$3" raw.out
    done
}

@test "a frame that the peer's own close cuts off is its fault: 76" {
    start_raw tornend
    run --separate-stderr relay-dial -n "$URL"
    [ "$status" -eq 76 ]
    [[ $stderr == *'cut off by the end of the connection after 21 bytes'* ]]
}

@test "a frame that ends with its message is whole, however the one before was cut" {
    start_raw uneven
    run --separate-stderr relay-dial -n --no-link "$URL"
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    [ "${#lines[@]}" -eq 2 ]
}

@test "an object followed by text ends with its message: both ends pass on the frames after it" {
    start_raw say '{"type":"a"} x' $'{"type":"b"}\n' $'{"type":"c"}\n'
    run --separate-stderr relay-dial -n --no-link "$URL"
    [ "$status" -eq 76 ]
    [ "$output" = $'{"type":"b"}\n{"type":"c"}' ]
    [[ $stderr == *'receive frame: '* ]]
    start_stub
    printf '%s\n' 'text "{\"type\":\"a\"} x"' '{"type":"b"}' '{"type":"c"}' 'close' |
        /usr/bin/python3 "$RELAY_SOURCE/tests/peers/client.py" "$URL"
    until_true 30 grep -q '"c"' stub.out
    [ "$(cat stub.out)" = $'{"type":"b"}\n{"type":"c"}' ]
    grep -q 'skip line of gateway 1: ' stub.err
}

@test "an over-long frame without a line end does not swallow the next ones" {
    start_raw long
    run --separate-stderr relay-dial -n --no-link --max-frame 1000 "$URL"
    [ "$status" -eq 76 ]
    [ "${#lines[@]}" -eq 2 ]
    [ "$(grep -c 'receive frame: longer than 1000 bytes' <<<"$stderr")" -eq 1 ]
}

@test "a deaf peer: unread pongs do not pile up, frames it never took are reported at the end: 69; endless pings" {
    start_raw deafpings
    background relay-dial -n "$URL" >out 2>&1
    local deaf=$! rc=0
    printf '{"type":"interrupt","session_key":"%8000000s","reason":null}\n' x >in
    start_raw deaf
    background relay-dial --kill-after 300ms "$URL" <in >untaken 2>err
    local untaken=$!
    until_true 30 grep -q 'send frame: 8000052 bytes' err
    kill "$untaken"
    # Timers are served however much comes.
    start_raw pings
    elapsed_ms run --separate-stderr relay-dial -n -m 2s "$URL"
    [ "$status" -eq 0 ]
    [ "$MS" -lt 15000 ]
    wait "$untaken" || rc=$?
    [ "$rc" -eq 69 ]
    grep -q 'send frames: the last [0-9]* bytes did not get out' err
    small "$deaf" 14000
}

@test "a connection that is reset while the output is full costs no processor time" {
    start_raw glut
    mkfifo stuck
    exec 6<>stuck
    background relay-dial -n "$URL" >stuck 2>err 6>&-
    local dial=$! from
    until_true 30 grep -q reset raw.out
    from=$(ticks "$dial")
    sleep 0.6
    [ $(($(ticks "$dial") - from)) -lt 20 ]
    exec 6<&-
}

@test "outbounds without an answer, and answers without a reader, take bounded memory" {
    start_raw sink
    mkfifo stuck
    exec 6<>stuck
    background bash -c 'awk "BEGIN { for (;;) printf \"{\\\"type\\\":\\\"outbound\\\",\\\"requestId\\\":\\\"r%d\\\",\\\"action\\\":{}}\\n\", i++ }" |
        { echo $BASHPID >owing; exec relay-dial "$1"; }' - "$URL"
    background bash -c 'yes "{\"type\":\"outbound\",\"requestId\":\"x\",\"refused\":\"no\",\"action\":{}}" |
        { echo $BASHPID >refusing; exec relay-dial "$1" >stuck 2>/dev/null; }' - "$URL" 6>&-
    until_true 30 test -s owing -a -s refusing
    small "$(cat owing)" 160000
    small "$(cat refusing)" 160000
    kill "$(cat owing)" "$(cat refusing)"
    exec 6<&-
}

@test "libcurl without memory: 71, or a dial that failed; never one without its token or without an end" {
    cc -shared -fPIC -o curl_fails.so "$RELAY_SOURCE/tests/preload/curl_fails.c" -ldl
    export LD_PRELOAD=$PWD/curl_fails.so ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0"
    local call want
    for call in init:71 slist:71 add_handle:69; do
        want=${call#*:}
        CURL_FAILS=${call%:*} run --separate-stderr relay-dial -n -H 'X: y' ws://127.0.0.1:1
        [ "$status" -eq "$want" ] || { echo "$call: $status $stderr"; return 1; }
        [[ $stderr == *'ut of memory'* ]]
    done
}
