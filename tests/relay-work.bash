# SPDX-License-Identifier: MIT
# What the tests of relay-work share: a server, what a ring puts into the pool, and workers.

load nats

# pool VERB… : tests/pool.py.
pool() {
    timeout 60 /usr/bin/python3 "$RELAY_SOURCE/tests/pool.py" "$NATS" "$@"
}

# work NAME [OPTION…] [-- COMMAND…] : relay-work in the background, with tests/work_agent.py if no COMMAND is given. Its pid is
# in WORK and ./NAME.pid, its stderr in ./NAME.err, its status comes into ./NAME.status; the agent writes ./log.
work() {
    local name=$1 options=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# -gt 0 ] || set -- -- /usr/bin/python3 "$RELAY_SOURCE/tests/work_agent.py" log
    rm -f "$name.status" "$name.pid"
    # shellcheck disable=SC2016 # for the inner shell
    background bash -c 'name=$0; relay-work "$@" 2>"$name.err" & echo $! >"$name.pid"; wait $!; echo $? >"$name.status"' \
        "$name" "${options[@]}" "$NATS" "$@"
    until_true 5 test -s "$name.pid"
    WORK=$(cat "$name.pid")
    PIDS="$PIDS $WORK"
}

# worker_ended NAME STATUS : waits for its end and compares its exit status.
worker_ended() {
    until_true 20 test -s "$1.status"
    [ "$(cat "$1.status")" = "$2" ] || { echo "status $(cat "$1.status"), not $2"; cat "$1.err"; return 1; }
}

# logged N PATTERN : waits until the agent has logged that many lines that match.
logged() {
    until_true 20 _logged "$1" "$2" || { cat log ./*.err; return 1; }
}
_logged() {
    [ "$(grep -c -- "$2" log)" -ge "$1" ]
}

# stored N STREAM : waits until a stream of the pool holds that many messages.
stored() {
    until_true 20 _stored "$1" "$2" || { echo "$2 has $(pool count "relay_$2"), not $1"; cat log ./*.err; return 1; }
}
_stored() {
    [ "$(pool count "relay_$2")" = "$1" ]
}

# events : what the agent logged, without times and process ids.
events() {
    cut -d ' ' -f 3- log
}

# answers GATEWAY : the texts in out.G, in order.
answers() {
    pool dump "relay.out.$1" | jq -r '.data | fromjson | .content'
}
