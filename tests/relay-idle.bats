# SPDX-License-Identifier: MIT
# relay-idle: when going_idle goes out, and what happens without an ack.
load helper

ASK='{"type":"going_idle"}'
ACK='{"type":"going_idle_ack"}'

state() {
    printf '{"type":"link","state":"%s"}\n' "$1"
}

# open_idle [OPTIONS…] : starts a relay-idle in the background that reads what `tell_idle` writes; its stdout is ./out.
open_idle() {
    rm -f in out
    mkfifo in
    exec 8<>in
    background relay-idle "$@" <in >out 2>err
    IDLE=$!
}

tell_idle() {
    printf '%s\n' "$@" >&8
}

# end_idle : closes its input; its exit status is in RC.
end_idle() {
    exec 8>&-
    RC=0
    wait "$IDLE" || RC=$?
}

lines() { # N [FILE]
    [ "$(wc -l <"${2:-out}")" -eq "$1" ]
}

@test "-n asks and ends" {
    run --separate-stderr relay-idle -n
    [ "$status" -eq 0 ]
    [ "$output" = "$ASK" ]
}

@test "a drain is asked for ahead of its frame, once" {
    { state open; state draining; state draining; echo '{"type":"x" }'; echo "$ACK"; state draining; } >in
    run --separate-stderr relay-idle <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    { state open; echo "$ASK"; sed 1d in; } | cmp - <(echo "$output")
}

@test "a new link is asked again if there was no ack, and for a new drain" {
    { state open; state draining; state lost; state open; echo "$ACK"; state lost; state open; state draining; echo "$ACK"; } >in
    { state open; echo "$ASK"; state draining; state lost; echo "$ASK"; state open; echo "$ACK"; state lost; state open; echo "$ASK"; state draining; echo "$ACK"; } >want
    run --separate-stderr relay-idle <in
    [ "$status" -eq 0 ]
    cmp want - <<<"$output"
}

@test "input that ends before the ack leaves 75" {
    state draining >in
    run --separate-stderr relay-idle <in
    [ "$status" -eq 75 ]
    [ "$stderr" = 'relay-idle: wait for going_idle_ack: the input ended first' ]
    [ "$output" = "$ASK"$'\n'"$(state draining)" ]
    run --separate-stderr relay-idle <<<"$ASK"
    [ "$status" -eq 75 ]
    [ "$output" = "$ASK" ]
    [ -n "${LONG-}" ] || return 0
    open_idle
    tell_idle "$(state draining)" "$(state draining)"
    until_true 12 grep -qx 'relay-idle: wait for going_idle_ack: none came within 10 s' err
    tell_idle '{"type":"x"}' "$ACK"
    until_true 5 lines 5
    end_idle
    [ "$RC" -eq 75 ]
    lines 1 err
}

@test "SIGUSR1 asks once until the ack and a new link" {
    open_idle
    tell_idle '{"type":"x"}'
    until_true 5 lines 1
    kill -USR1 "$IDLE"
    until_true 5 lines 2
    [ "$(tail -n 1 out)" = "$ASK" ]
    kill -USR1 "$IDLE"
    until_true 5 grep -q 'not acked yet' err
    tell_idle "$ACK"
    until_true 5 lines 3
    kill -USR1 "$IDLE"
    until_true 5 grep -q 'was acked' err
    tell_idle "$(state lost)" "$(state open)"
    until_true 5 lines 5
    kill -USR1 "$IDLE"
    until_true 5 lines 6
    tell_idle "$ACK"
    end_idle
    [ "$RC" -eq 0 ]
    [ "$(grep -c 'going_idle"' out)" -eq 2 ]
}

@test "--after counts from the last message, and only with a link" {
    open_idle --after 1
    local from to
    for _ in 1 2 3 4 5; do
        from=$(date +%s%N)
        tell_idle '{"type":"inbound"}' '{"type":"outbound","requestId":"r"}' '{"type":"outbound_result","requestId":"r"}'
        sleep 0.1
    done
    until_true 5 grep -q 'going_idle"' out
    to=$(date +%s%N)
    [ $(((to - from) / 1000000)) -ge 1000 ]
    lines 16
    [ "$(tail -n 1 out)" = "$ASK" ]
    tell_idle "$ACK" "$(state lost)"
    until_true 5 lines 18
    sleep 1.1
    lines 18
    tell_idle "$(state open)"
    until_true 5 lines 20
    [ "$(tail -n 1 out)" = "$ASK" ]
    tell_idle "$ACK"
    end_idle
    [ "$RC" -eq 0 ]
}

@test "a link that is lost before the ack takes back what --after asked for: the time starts anew on the next one" {
    open_idle --after 1
    tell_idle "$(state open)"
    until_true 5 lines 2
    [ "$(tail -n 1 out)" = "$ASK" ]
    tell_idle "$(state lost)"
    until_true 5 lines 3
    local from to
    from=$(date +%s%N)
    tell_idle "$(state open)" '{"type":"inbound"}'
    until_true 5 lines 6
    to=$(date +%s%N)
    [ "$(tail -n 2 out)" = '{"type":"inbound"}'$'\n'"$ASK" ]
    [ $(((to - from) / 1000000)) -ge 1000 ]
    tell_idle "$ACK"
    end_idle
    [ "$RC" -eq 0 ]
}

@test "a turn in hand and an outbound without its result are not rest" {
    open_idle --after 300ms
    tell_idle "$(state open)" '{"type":"work","running":1,"waiting":0}' '{"type":"outbound","requestId":"r"}'
    until_true 5 lines 3
    sleep 0.5
    lines 3
    tell_idle '{"type":"work","running":0,"waiting":0}'
    until_true 5 lines 4
    sleep 0.5
    lines 4
    tell_idle '{"type":"outbound_result","requestId":"r"}'
    until_true 5 lines 6
    [ "$(tail -n 1 out)" = "$ASK" ]
    tell_idle "$ACK"
    end_idle
    [ "$RC" -eq 0 ]
}

@test "the time before the first link does not count; an ack that was not asked for changes nothing" {
    open_idle --after 300ms
    tell_idle '{"type":"hello"}' '{"type":"x"}'
    until_true 5 lines 2
    sleep 0.5
    lines 2
    tell_idle "$ACK"
    until_true 5 lines 4
    [ "$(tail -n 1 out)" = "$ASK" ]
    end_idle
    [ "$RC" -eq 0 ] # one ack had come
}

@test "a link frame idle asks as SIGUSR1 does" {
    { state open; state idle; state idle; echo "$ACK"; state idle; } >in
    run --separate-stderr relay-idle <in
    [ "$status" -eq 0 ]
    { state open; echo "$ASK"; sed 1d in; } | cmp - <(echo "$output")
    [ "${stderr_lines[0]}" = 'relay-idle: ignore link idle: going_idle is out, not acked yet' ]
    [ "${stderr_lines[1]}" = 'relay-idle: ignore link idle: going_idle was acked' ]
}

@test "wrong usage is 64, contradictory options 78" {
    local args
    for args in '--after 0' '--after x' 'word'; do
        # shellcheck disable=SC2086 # split on purpose
        run --separate-stderr relay-idle $args
        [ "$status" -eq 64 ]
    done
    run --separate-stderr relay-idle -n --after 1
    [ "$status" -eq 78 ]
}
