# SPDX-License-Identifier: MIT
# A NATS server of the test's own, with JetStream: loopback, a free port, its store in the test's directory.

# nats_up [LINES…] : starts it, with these lines more in its configuration, and waits until JetStream answers. NATS is its
# URL, NATS_PORT its port, NATS_PID its pid; its log is ./nats.log. Started again after nats_down, it has the same port and
# the same store. With NATS_PLAIN=1, it has no JetStream.
nats_up() {
    local port=${NATS_PORT-} try
    for try in {1..50}; do
        # Not one of those that the kernel gives to connections: somebody would have it when the server starts again.
        NATS_PORT=${port:-$((10000 + RANDOM % 20000))}
        _nats_start "$@"
        until_true 10 _nats_settled || break
        if kill -0 "$NATS_PID" 2>/dev/null; then
            # shellcheck disable=SC2034 # for the test
            NATS=nats://127.0.0.1:$NATS_PORT
            return
        fi
        tail -n 5 nats.log | grep -q 'address already in use' || break
        sleep 0.1
    done
    echo "no nats-server in try $try"
    cat nats.log
    return 1
}

# nats_down : ends it in good order, as an operator does, and waits for its end. Its store stays.
nats_down() {
    kill "$NATS_PID" || return
    wait "$NATS_PID" || true
    NATS_PID=
}

# nats_freeze, nats_thaw : it answers nothing in between.
nats_freeze() {
    kill -STOP "$NATS_PID" && until_true 10 _nats_frozen
}
nats_thaw() {
    kill -CONT "$NATS_PID"
}

_nats_start() {
    rm -rf nats.ports
    mkdir -p nats.ports nats.store
    {
        echo "listen: \"127.0.0.1:$NATS_PORT\""
        echo "ports_file_dir: \"$PWD/nats.ports\""
        [ "${NATS_PLAIN-}" ] || echo "jetstream { store_dir: \"$PWD/nats.store\", max_mem: 64MB, max_file: 1GB }"
        printf '%s\n' "$@"
    } >nats.conf
    background env PATH="$PATH:/usr/sbin" nats-server -c nats.conf >>nats.log 2>&1
    NATS_PID=$!
}

# It listens, or it has ended.
_nats_settled() {
    _nats_listens || ! kill -0 "$NATS_PID"
}

# Each of its threads stands still: none answers what is asked from now on.
_nats_frozen() {
    ! grep -L '^State:.T' "/proc/$NATS_PID/task"/*/status | grep -q .
}

# The ports file is written once the server listens; "Server is ready" comes when JetStream has its streams.
_nats_listens() {
    compgen -G 'nats.ports/*.ports' && jq -e '.nats[0]' nats.ports/*.ports && _nats_ready
}
_nats_ready() {
    [ "$(grep -c 'Server is ready' nats.log)" -gt "${NATS_STARTS:-0}" ] || return
    NATS_STARTS=$((${NATS_STARTS:-0} + 1))
}
