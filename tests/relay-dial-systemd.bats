# SPDX-License-Identifier: MIT
# relay-dial as a service: what the manager is told, and the units in packaging/systemd.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'

# start_manager NAME [SIZE] : a manager on that socket; what it is told comes into ./told.
start_manager() {
    rm -f told
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/manager.py" "$@" >told
    until_true 30 grep -q bound told
}

told() {
    grep -q -- "^[0-9]* [0-9]* $1\$" told
}

# serve [VARIABLE=VALUE…] -- COMMAND… : relay-dial as a ring, told of the socket; its pid is in DIAL.
serve() {
    local env=()
    while [ "$1" != -- ]; do env+=("$1"); shift; done
    shift
    rm -f pid status down
    # shellcheck disable=SC2016 # for the inner shell
    background env "${env[@]}" bash -c 'relay-dial --kill-after 20s "$URL" -- "$@" 2>err & echo $! >pid; wait $!; echo $? >status' - "$@"
    until_true 30 test -s pid
    DIAL=$(cat pid)
    PIDS="$PIDS $DIAL"
}

setup_more() {
    echo 'echo "$HELLO"; env >env.of.command; exec tee down' >ring.sh
    export HELLO
}

@test "the manager is told READY with the first descriptor, the status, and STOPPING with more time; COMMAND is not" {
    start_peer --mute
    export URL
    start_manager "$PWD/notify"
    serve NOTIFY_SOCKET="$PWD/notify" -- sh ring.sh
    until_true 30 told 'STATUS=open, 1 owed'
    run ! told READY=1
    tell '{"type":"descriptor","descriptor":{}}'
    until_true 30 told READY=1
    until_true 30 told 'STATUS=open'
    [ -s env.of.command ]
    run ! grep -q 'NOTIFY_SOCKET\|WATCHDOG' env.of.command
    run ! told STOPPING=1
    kill "$DIAL"
    until_true 30 told STOPPING=1
    told EXTEND_TIMEOUT_USEC=15000000
    grep -q ' STATUS=\(draining\|resting\)' told
    until_true 30 test -s status
    [ "$(cat status)" = 0 ]
    [ "$(grep -c READY=1 told)" -eq 1 ]
    [ "$(grep -c STOPPING=1 told)" -eq 1 ]
    until_true 30 bash -c 'tail -n 1 told | grep -q "STATUS=done$"'
    # What the manager shows of a run that has failed.
    serve NOTIFY_SOCKET="$PWD/notify" -- sh -c 'exit 3'
    until_true 30 told "STATUS=exit status 3: COMMAND's own"
    until_true 30 test -s status
    URL=ws://127.0.0.1:1 NOTIFY_SOCKET=$PWD/notify run relay-dial -n ws://127.0.0.1:1
    [ "$status" -eq 69 ]
    until_true 30 told 'STATUS=exit status 69: the link is unavailable'
}

@test "a drain asks for more time as long as it lasts" {
    start_peer
    export URL
    start_manager "$PWD/notify"
    echo 'echo "$HELLO"; echo "{\"type\":\"work\",\"running\":2,\"waiting\":1,\"stored\":7}"; cat >/dev/null; until [ -e go ]; do sleep 0.05; done' >slow.sh
    serve NOTIFY_SOCKET="$PWD/notify" -- sh slow.sh
    until_true 30 told 'STATUS=open, 2 running, 1 waiting, 7 stored'
    background fast_clock 10 env NOTIFY_SOCKET="$PWD/notify" bash -c 'relay-dial "$URL" -- sh slow.sh 2>err2 & echo $! >pid2; wait $!'
    until_true 30 test -s pid2
    PIDS="$PIDS $(cat pid2)"
    until_true 30 bash -c '[ "$(grep -c READY=1 told)" -eq 2 ]'
    kill "$(cat pid2)"
    until_true 30 bash -c '[ "$(grep -c EXTEND_TIMEOUT_USEC=15000000 told)" -ge 3 ]'
    touch go
}

@test "WATCHDOG comes at half of its time, to us only; an abstract socket" {
    start_peer
    export URL
    local name
    name=@relay-$$-$BATS_TEST_NUMBER
    start_manager "$name"
    serve NOTIFY_SOCKET="$name" WATCHDOG_USEC=400000 -- sh ring.sh
    until_true 30 bash -c '[ "$(grep -c WATCHDOG=1 told)" -ge 6 ]'
    until_true 30 told READY=1
    # Not much more often, either.
    grep WATCHDOG=1 told | awk '{ last = $2 } END { if (NR > 10 + last / 20) { print NR, last; exit 1 } }'
    kill "$DIAL"
    until_true 30 test -s status
    start_manager "$PWD/notify"
    serve NOTIFY_SOCKET="$PWD/notify" WATCHDOG_USEC=100000 WATCHDOG_PID=1 -- sh ring.sh
    until_true 30 told READY=1
    sleep 0.5
    run ! grep -q WATCHDOG=1 told
}

@test "a manager that cannot be reached is reported once and stops nothing; a full queue is tried again" {
    start_peer
    export URL
    serve NOTIFY_SOCKET="$PWD/none" -- sh ring.sh
    until_true 30 grep -q 'notify the service manager: No such file or directory' err
    until_true 30 grep -q '"descriptor"' down
    sleep 1.2
    kill "$DIAL"
    until_true 30 test -s status
    [ "$(cat status)" = 0 ]
    [ "$(grep -c 'notify the' err)" -eq 1 ]
    serve NOTIFY_SOCKET=vsock:2:1 -- sh ring.sh
    until_true 30 grep -q 'use NOTIFY_SOCKET vsock:2:1: neither a path nor an abstract name' err
    until_true 30 grep -q '"descriptor"' down # before the greeting, a signal means 69
    kill "$DIAL"
    until_true 30 test -s status
    [ "$(cat status)" = 0 ]
    # A manager that reads late: the queue is full of notices of others.
    start_manager "$PWD/notify" 1
    /usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setblocking(False)
try:
    while True:
        s.sendto(b"X", sys.argv[1])
except BlockingIOError:
    pass' "$PWD/notify"
    serve NOTIFY_SOCKET="$PWD/notify" -- sh ring.sh
    until_true 30 grep -q '"descriptor"' down
    touch read
    until_true 30 told READY=1
    run ! grep -q notify err
}

@test "SIGHUP that opens a recording again tells RELOADING and READY" {
    start_peer
    start_manager "$PWD/notify"
    mkfifo in
    # shellcheck disable=SC2016 # for the inner shell
    background setsid -w env NOTIFY_SOCKET="$PWD/notify" sh -c 'echo $$ >pid; exec relay-dial --stay --record rec "$1" <in >out 2>err' - "$URL"
    exec 7>in
    echo "$HELLO" >&7
    until_true 30 told READY=1
    PIDS="$PIDS $(cat pid)"
    kill -HUP "$(cat pid)"
    until_true 30 bash -c '[ "$(grep -c READY=1 told)" -eq 2 ]'
    told RELOADING=1
    grep -q ' MONOTONIC_USEC=[0-9]*$' told
}

@test "the units are valid, and their fence is tight" {
    local unit score
    for unit in relay relay-check relay-work; do
        sed "s|/usr/bin/relay-|$RELAY_BUILD/bin/relay-|g" "$RELAY_SOURCE/packaging/systemd/$unit@.service" >"$unit@x.service"
    done
    cp "$RELAY_SOURCE/packaging/systemd/relay-check@.timer" relay-check@x.timer
    # The drop-ins that the units describe.
    for unit in relay relay-work; do
        mkdir "$unit@x.service.d"
        sed -n '/^# *\[Service\]$/,/^#.*Environment=/s/^# *//p' "$unit@x.service" >"$unit@x.service.d/creds.conf"
        [ "$(wc -l <"$unit@x.service.d/creds.conf")" -eq 3 ]
    done
    run systemd-analyze verify --man=no ./relay@x.service ./relay-work@x.service ./relay-check@x.service ./relay-check@x.timer
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    for unit in relay relay-check relay-work; do
        score=$(systemd-analyze security --offline=true --no-pager "./$unit@x.service" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
        [ "${score%.*}" -le 2 ]
    done
    # The options and files that a unit names exist.
    sed -n 's/^ExecStart=//p' relay@x.service | grep -o -- ' --[a-z-]* ' | while read -r option; do
        relay-adapter --help=all | grep -q -- "$option " || { echo "no $option"; exit 1; }
    done
    for unit in relay relay-work; do
        sed -n 's|.*\(/etc/relay/%i/[a-z]*\).*|\1|p' "$unit@x.service"
    done | sort -u >files
    diff files - <<'END'
/etc/relay/%i/agent
/etc/relay/%i/creds
/etc/relay/%i/env
/etc/relay/%i/secret
END
    # What takes the agent's place is words to relay-adapter.
    sed -n 's/^#   RELAY_ADAPTER=//p' relay@x.service | grep -qx -- '--queue -'
    grep -q 'metrics.prom \$RELAY_ADAPTER$' relay@x.service
    grep -q '^RestartPreventExitStatus=64 66 77 78$' relay@x.service
    grep -q "^LoadCredential=relay-secret:" relay@x.service
    grep -q '"relay-secret"' "$RELAY_SOURCE/lib/relay/secret.h"
}
