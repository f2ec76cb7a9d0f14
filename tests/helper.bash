# SPDX-License-Identifier: MIT
# What every bats file loads: a work directory of its own, background processes that end with the test, and
# waiting for a condition instead of sleeping.
bats_require_minimum_version 1.5.0

# shellcheck source=relay.bash
source "$RELAY_SOURCE/tests/relay.bash"

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    RELAY_PIDS=
    PIDS=
    if declare -F setup_more >/dev/null; then setup_more; fi
}

# PIDS are children of children, too: those have this test's directory in their environment.
teardown() {
    local p
    for p in $PIDS; do
        if _relay_child "$p" || grep -qszxF "BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR" "/proc/$p/environ"; then _relay_stop "$p"; fi
    done
    RELAY_PIDS="${RELAY_PIDS-} $PIDS"
    relay_down
}

# background COMMAND… : starts it with bats' own descriptors closed; its pid is in $!, and it ends with the test.
background() {
    relay_background "$@"
}

# until_true SECONDS COMMAND… : repeats COMMAND until it succeeds, for at most ten times the SECONDS that are enough on a
# quiet machine.
until_true() {
    relay_until "$(($1 * 10))" "${@:2}"
}

# start_stub [OPTIONS…] : a relay-stub in the background (relay_stub_up). URL is its URL, STUB its pid; `exec 9>&-` ends its
# stdin.
start_stub() {
    relay_stub_up "$@"
    URL=$RELAY_URL STUB=$RELAY_STUB
}

# say FRAME : a line to the stub's stdin.
say() {
    printf '%s\n' "$1" >&9
}

# canon : JSON lines with sorted keys, for comparing.
canon() {
    jq -cS .
}

# elapsed_ms COMMAND… : runs COMMAND; its duration is in MS, its status is kept.
elapsed_ms() {
    local from rc=0
    from=$(date +%s%N)
    "$@" || rc=$?
    MS=$((($(date +%s%N) - from) / 1000000))
    return $rc
}

# start_peer [OPTIONS…] : tests/peers/server.py in the background, a server that shares no code with the tools. URL is
# its URL, PEER its pid, lines to its stdin go by `tell`; what it received is in ./peer.out, the rest in ./peer.err.
start_peer() {
    rm -f url peer.in
    mkfifo peer.in
    exec 8<>peer.in
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/server.py" url "$@" <peer.in >peer.out 2>peer.err
    PEER=$!
    until_true 30 test -s url
    URL=$(cat url)
}

# start_raw HOW [ARG] : tests/peers/raw.py in the background; URL is its URL, what it says is in ./raw.out.
start_raw() {
    rm -f raw.url
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" raw.url "$@" >raw.out
    until_true 30 test -s raw.url
    URL=$(cat raw.url)
}

# tell LINE : a line to the peer's stdin.
tell() {
    printf '%s\n' "$1" >&8
}

# start_ring [OPTIONS of relay-dial…] : relay-dial in ring mode. Its COMMAND says two hellos, sends up what is
# written to fd 7, and keeps what comes down in ./down. RING is its pid; its status comes into ./status, stderr into
# ./err. `exec 7>&-` ends what it has to say; COMMAND ends with status RING_STATUS once both ways have ended.
start_ring() {
    rm -f up down status
    mkfifo up
    : >down
    cat >ring.sh <<'EOF'
exec 3<&0
printf '%s\n' '{"type":"hello","platform":"discord","botId":"app1"}' '{"type":"hello","platform":"slack","botId":""}'
cat <&3 >down &
cat up
if [ "${RING_LEAVES-}" ]; then kill $!; fi
wait
exit "${RING_STATUS:-0}"
EOF
    # shellcheck disable=SC2016 # for the inner shell
    background bash -c 'relay-dial "$@" 2>err & echo $! >ring.pid; wait $!; echo $? >status' - "$@" -- sh ring.sh
    exec 7>up
    until_true 30 test -s ring.pid
    RING=$(cat ring.pid)
    PIDS="$PIDS $RING"
}

# up FRAME : sends a frame up the ring. down PATTERN [SECONDS] : waits until a frame that matches has come down.
up() {
    printf '%s\n' "$1" >&7
}
down() {
    until_true "${2:-30}" grep -q -- "$1" down
}
# ended STATUS [SECONDS] : waits for the ring's end and compares its exit status.
ended() {
    until_true "${2:-30}" test -s status
    [ "$(cat status)" = "$1" ] || { echo "status $(cat status), not $1"; cat err; return 1; }
}

# dial [OPTION…] URL -- COMMAND… : relay-dial in the background; its pid is in DIAL, its status comes into ./status, its
# stderr into ./err. FAST=N: with a clock that goes N times as fast.
dial() {
    rm -f pid status
    # shellcheck disable=SC2016 # for the inner shell
    background fast_clock "${FAST:-1}" bash -c 'relay-dial "$@" 2>err & echo $! >pid; wait $!; echo $? >status' - "$@"
    until_true 5 test -s pid
    DIAL=$(cat pid)
    PIDS="$PIDS $DIAL"
}

# fast_clock N COMMAND… : runs COMMAND with a clock that goes N times as fast, to see a wait of 30 s to its end.
fast_clock() {
    local lib=$BATS_FILE_TMPDIR/fast_clock.so asan=
    [ -e "$lib" ] || cc -shared -fPIC -o "$lib" "$RELAY_SOURCE/tests/preload/fast_clock.c"
    ! nm -D "$(command -v relay-dial)" | grep -q __asan_init || asan=$(cc -print-file-name=libasan.so)
    FAST_CLOCK=$1 LD_PRELOAD="$asan $lib" "${@:2}"
}
