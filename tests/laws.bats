#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The laws that every filter keeps, and what all tools share.

load helper

# Each filter with the arguments it needs to start.
FILTERS=('relay-handshake -p telegram' relay-decode 'relay-run cat' 'relay-control ctl' relay-send relay-scope relay-idle)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    export SLOW=1 HERE="$BATS_FILE_TMPDIR"
    # A sanitizer makes everything slower and bigger.
    ! grep -q __asan_init "$RELAY_BUILD/bin/relay-decode" || SLOW=5
    /usr/bin/python3 "$RELAY_SOURCE/tests/laws.py" lines 100000 1
}

laws() {
    /usr/bin/python3 "$RELAY_SOURCE/tests/laws.py" "$@"
}

# Puts the words of an entry of FILTERS into CMD, and the tool's name into TOOL.
filter() {
    read -ra CMD <<<"$1"
    TOOL=${CMD[0]}
}

# The output of a filter, without the hellos that relay-handshake begins with.
own_output() {
    case $1 in
    relay-handshake) tail -n +2 "$2" ;;
    *) cat "$2" ;;
    esac
}

@test "every filter copies 100,000 lines that are not for it, byte for byte" {
    local pids=() tool
    for f in "${FILTERS[@]}"; do
        filter "$f"
        cat "$HERE/lines.$TOOL" "$HERE/lines.common" | "${CMD[@]}" 2>"err.$TOOL" 3>&- | cat >"out.$TOOL" &
        pids+=($!)
    done
    wait "${pids[@]}"
    for f in "${FILTERS[@]}"; do
        filter "$f"
        own_output "$TOOL" "out.$TOOL" | cmp - <(cat "$HERE/lines.$TOOL" "$HERE/lines.common") ||
            { echo "$TOOL differs"; cat "err.$TOOL"; return 1; }
        [ ! -s "err.$TOOL" ] || { cat "err.$TOOL"; return 1; }
    done
}

@test "the first of two lines is out within 100 ms while the input stays open" {
    run laws first "0.1" "${FILTERS[@]}"
    if [ "$status" -ne 0 ] && [ "$SLOW" -gt 1 ]; then run laws first "0.5" "${FILTERS[@]}"; fi
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "a reader that leaves ends every filter at once though its input is quiet" {
    run laws gone 20 "${FILTERS[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "output to a full disk exits 74 with one line" {
    for f in "${FILTERS[@]}"; do
        filter "$f"
        run --separate-stderr bash -c '"$@" >/dev/full <<<"{\"type\":\"x\"}"' - "${CMD[@]}"
        echo "$TOOL: $status $stderr"
        [ "$status" -eq 74 ]
        [[ $stderr == "$TOOL: write stdout: "* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
}

@test "a bad line is named with its number, the rest comes through, exit 65; --strict stops at it" {
    printf '{"type":"a"}\n{"type":"b"}\n{"type":x}\n{"type":"c"}\n' >in
    for f in "${FILTERS[@]}"; do
        filter "$f"
        run --separate-stderr bash -c '"$@" <in >out' - "${CMD[@]}"
        echo "$TOOL: $status $stderr"
        [ "$status" -eq 65 ]
        [[ $stderr == "$TOOL: skip line 3: "* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
        own_output "$TOOL" out | diff - <(sed 3d in)
        run --separate-stderr bash -c '"$@" <in >out' - "$TOOL" --strict "${CMD[@]:1}"
        [ "$status" -eq 65 ]
        [ "${#stderr_lines[@]}" -eq 1 ]
        own_output "$TOOL" out | diff - <(sed -n 1,2p in)
    done
}

@test "what counts as a bad line" {
    local bad=(nonsense '[]' '"type"' 7 '{}' '{"a":1}' '{"type":1}' '{"type":null,"op":"send"}' '{"type":"x"} x'
        '{"type":"x"}{"type":"y"}' '{"type":"x",}' '{"type":"x"' "{'type':'x'}" '{"type":"x","n":01}' '{"type":"x","n":.5}'
        '{"type":"x","n":+1}' '{"type":"x","n":NaN}' '{"type":"x","s":"\x"}' '{"type":"x","s":"\u12g4"}'
        $'{"type":"x","s":"a\tb"}' $'{"type":"x","s":"\xff"}' $'{"type":"x","s":"\xed\xa0\x80"}' $'\xef\xbb\xbf{"type":"x"}'
        $'{"type":"x"}\x0b' "$(printf '{"type":"x","d":'; printf '[%.0s' {1..600}; printf ']%.0s' {1..600}; printf '}')")
    for line in "${bad[@]}"; do
        printf '{"type":"a"}\n%s\n{"type":"b"}' "$line" >in
        run --separate-stderr relay-scope <in
        echo "$line: $status $stderr"
        [ "$status" -eq 65 ]
        [ "$output" = $'{"type":"a"}\n{"type":"b"}' ]
        [[ $stderr == "relay-scope: skip line 2: "*" at byte "+([0-9]) ]]
    done
    # Escaped as a whole, NUL bytes and all, and counted at the end.
    printf 'x\0\033[2J\n\0{"type":"x"}\n' >in
    run --separate-stderr relay-scope <in
    [ "$status" -eq 65 ]
    [ "${stderr_lines[2]}" = 'relay-scope: 2 bad lines skipped' ]
    [[ $stderr != *$'\033'* ]]
}

@test "a line over --max-frame is named, neither split nor cut; one just as long passes" {
    for f in "${FILTERS[@]}"; do
        filter "$f"
        printf '{"type":"x","s":"%s"}\n{"type":"y"}\n{"type":"x","s":"%s"}\n' "$(printf 'a%.0s' {1..109})" \
            "$(printf 'a%.0s' {1..110})" >in
        run --separate-stderr bash -c '"$@" <in >out' - "$TOOL" --max-frame 128 "${CMD[@]:1}"
        echo "$TOOL: $status $stderr"
        [ "$status" -eq 65 ]
        [ "$stderr" = "$TOOL: skip line 3: longer than 128 bytes" ]
        own_output "$TOOL" out | diff - <(sed 3d in)
    done
}

@test "a last line without its line end is a line" {
    for f in "${FILTERS[@]}"; do
        filter "$f"
        printf '{"type":"x"}' | "${CMD[@]}" >out
        [ "$(tail -n 1 out)" = '{"type":"x"}' ]
    done
}

@test "-u, --unbuffered and --line-buffered are accepted" {
    for f in "${FILTERS[@]}"; do
        filter "$f"
        run --separate-stderr "$TOOL" -u --unbuffered --line-buffered "${CMD[@]:1}" </dev/null
        echo "$TOOL: $status $stderr"
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
    done
}

@test "closed descriptors at the start are /dev/null" {
    for f in "${FILTERS[@]}"; do
        filter "$f"
        "${CMD[@]}" <&- >out 2>err
        own_output "$TOOL" out | cmp - /dev/null
        echo '{"type":"x"}' | "${CMD[@]}" >&- 2>err
        [ ! -s err ]
        echo '{"type":"x"}' | "${CMD[@]}" >out 2>&-
        [ "$(tail -n 1 out)" = '{"type":"x"}' ]
        "${CMD[@]}" <&- >&- 2>&-
        # The message about a bad line does not end up among the frames.
        run bash -c 'echo nonsense | "$@" >out 2>&-' - "${CMD[@]}"
        [ "$status" -eq 65 ]
        own_output "$TOOL" out | cmp - /dev/null
    done
}

@test "memory stays flat (LONG=1: over a million frames)" {
    local n=100000
    [ -z "${LONG:-}" ] || n=1000000
    for c in relay-decode 'relay-scope --max 1000'; do
        run laws flat "$n" $((SLOW == 1 ? 3072 : 65536)) "$c"
        echo "$output"
        [ "$status" -eq 0 ]
    done
}

@test "all tools: --help and -h on stdout, 0; --version and -V" {
    for tool in "$RELAY_BUILD"/bin/relay-*; do
        name=${tool##*/}
        run --separate-stderr "$name" --help
        echo "$name: $status $stderr"
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [[ ${lines[0]} == "Usage: $name "* ]]
        [[ $output == *"Every option: $name --help=all. The manual: man $name."$'\n\nExit status: 0 done, '*$'\nExamples:\n  '* ]]
        [ "$output" = "$("$name" -h)" ]
        # It fits a terminal: `brief` in cmd/NAME.c names the options that are often asked for.
        [ "$(wc -l <<<"$output")" -le 24 ]
        awk -v most=80 'length > most { print; bad = 1 } END { exit bad }' <<<"$output"
        # What it shows are options, with the same argument as in the whole list.
        "$name" --help=all >all
        sed -n 's/^  \(-., \|    \)\(--[a-z0-9-]*\( [^ ]*\)\?\)\(  .*\)\?$/\2/p' <<<"$output" >shown
        [ "$(grep -c . shown)" -ge 2 ]
        while read -r option; do grep -qF -- "$option  " all || { echo "not in --help=all: $option"; return 1; }; done <shown
        run --separate-stderr "$name" --help=all
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [[ $output == *$'\n\nOptions:\n  '*$'\n\nExit status:\n  0 '*$'\n\nExamples:\n  '* ]]
        awk 'length > 110 { print FILENAME ": " $0; bad = 1 } END { exit bad }' <<<"$output"
        run --separate-stderr "$name" -V
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [[ $output =~ ^$name\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
        [ "$output" = "$("$name" --version)" ]
        for args in --help --help=all; do
            run --separate-stderr bash -c '"$1" "$2" >/dev/full' - "$name" $args
            [ "$status" -eq 74 ]
            [[ $stderr == "$name: write stdout: "* ]]
        done
    done
}

@test "all tools: wrong usage says what and points to --help, 64" {
    for tool in "$RELAY_BUILD"/bin/relay-*; do
        name=${tool##*/}
        with=$("$name" --help=all | sed -n 's/^  \(-., \|    \)\(--[a-z0-9-]*\) [^ ].*/\2/p' | head -n 1)
        for args in --no-such-option -% --help=yes "$with"; do
            [ -n "$args" ] || continue
            run --separate-stderr "$name" "$args"
            echo "$name $args: $status $stderr"
            [ "$status" -eq 64 ]
            [ -z "$output" ]
            [ "${#stderr_lines[@]}" -eq 2 ]
            [[ ${stderr_lines[0]} == "$name: "*option* ]]
            [ "${stderr_lines[1]}" = "$name: try '$name --help'" ]
        done
    done
}

@test "all tools: every short option has a long one" {
    for tool in "$RELAY_BUILD"/bin/relay-*; do
        run "${tool##*/}" --help=all
        awk '/^Options:/ { on = 1; next } /^$/ { on = 0 }
            on && !/^  (-[[:alnum:]], |    )--[a-z][a-z0-9-]+( [^ ]+)?  +[^ ]/ { print; bad = 1 } END { exit bad }' <<<"$output"
    done
}

# ring_stage PID COMMAND… : runs COMMAND as a stage of the ring of relay-dial PID; its pid is in STAGE, its input is fd 7.
ring_stage() {
    rm -f in out
    mkfifo in
    exec 7<>in
    background env RELAY_DIAL_PID="$1" "${@:2}" <in >out 2>err
    STAGE=$!
    printf '%s\n' '{"type":"before"}' >&7
    until_true 10 grep -q before out
}

@test "a stage of a ring leaves TERM, INT and HUP to its relay-dial as long as relay-dial lives" {
    local dial
    for f in "${FILTERS[@]}"; do
        filter "$f"
        background sleep 60
        dial=$!
        ring_stage "$dial" "${CMD[@]}"
        kill -TERM "$STAGE"
        kill -HUP "$STAGE"
        kill -TERM "$STAGE"
        printf '%s\n' '{"type":"after"}' >&7
        until_true 10 grep -q after out || { echo "$TOOL"; cat err; return 1; }
        kill "$dial"
        wait "$dial" || true
        kill -TERM "$STAGE"
        wait "$STAGE" && status=0 || status=$?
        echo "$TOOL: $status"
        [ "$status" -eq 143 ]
        exec 7>&-
    done
}

@test "a TERM from relay-dial itself ends relay-run; a filter ends with its input" {
    # shellcheck disable=SC2016 # for the inner shell, which stands in for relay-dial
    for f in "${FILTERS[@]}"; do
        filter "$f"
        rm -f in out
        mkfifo in
        run bash -c 'RELAY_DIAL_PID=$$ "$@" <in >out & exec 7>in; echo "{\"type\":\"x\"}" >&7
            until grep -qs x out; do sleep 0.01; done
            kill -TERM $!
            [ "$1" = relay-run ] || { echo "{\"type\":\"y\"}" >&7; until grep -qs y out; do sleep 0.01; done; exec 7>&-; }
            wait $!; echo $?' - "${CMD[@]}"
        echo "$TOOL: $output"
        if [ "$TOOL" = relay-run ]; then [ "${lines[-1]}" = 143 ]; else [ "${lines[-1]}" = 0 ]; fi
    done
}

@test "a reader of stderr that is gone, or stuck in a ring, does not stop a filter; unread lines are counted" {
    run laws unheard 0 "${FILTERS[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    run laws stuck 20 "${FILTERS[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "a secret file that is empty or blank is 78 wherever it is named" {
    local text
    for text in '' $'\n' $' \t\r\n'; do
        printf '%s' "$text" >blank
        chmod 600 blank
        for tool in 'relay-token --id x --secret-file blank' 'relay-token --verify --secret-file blank x' \
            'relay-dial --dry-run --id x --secret-file blank ws://h' 'relay-stub --max-life 1s --secret x=blank'; do
            # shellcheck disable=SC2086
            run -78 --separate-stderr $tool </dev/null
            [[ "$stderr" == *': read blank: holds no secret'* ]]
        done
    done
}

@test "the secret of the environment is not in /proc/PID/environ of relay-dial, nor in COMMAND's" {
    # shellcheck disable=SC2016 # for COMMAND
    background env GATEWAY_RELAY_SECRET=sesame-7f3a GATEWAY_RELAY_ID=x relay-dial -q --kill-after 100ms ws://127.0.0.1:9 -- \
        sh -c 'env >env; tr "\0" "\n" </proc/$PPID/environ >of.dial; : >done; exec sleep 60'
    until_true 10 test -e done
    # Users other than root may not even read it.
    if [ "$(id -u)" -eq 0 ]; then grep -q GATEWAY_RELAY_ID of.dial; fi
    run ! grep sesame env of.dial
}
