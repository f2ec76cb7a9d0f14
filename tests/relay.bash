# SPDX-License-Identifier: MIT
# A library for bats: a bot's own gateway against relay-stub, and the same conversation under every fault. relay-bats(7)
# describes it; the toolkit's tests use it, too. It works in the current directory, which should be empty.

# relay_background COMMAND… : starts it with bats' own descriptors and the stub's input closed, and with our stdin, which
# sh would replace by /dev/null. Its pid is in $!; relay_down ends it.
relay_background() {
    "$@" 3>&- 4>&- 8>&- 9>&- <&0 &
    RELAY_PIDS="${RELAY_PIDS-} $!"
}

# relay_until SECONDS COMMAND… : repeats COMMAND until it succeeds, for at most that long.
relay_until() {
    local end=$(($(date +%s%N) + $1 * 1000000000))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ "$(date +%s%N)" -ge "$end" ]; then
            echo "not within the time: $*" >&2
            return 1
        fi
        sleep 0.02
    done
}

# relay_stub_up [OPTIONS…] : a relay-stub. RELAY_URL is its URL, RELAY_STUB its pid; its stdin is a FIFO held open on
# descriptor 9, its stdout ./stub.out, its stderr ./stub.err.
relay_stub_up() {
    RELAY_SAID=0 RELAY_HEARD=0
    rm -f url stub.in stub.out
    mkfifo stub.in
    exec 9<>stub.in
    relay_background relay-stub --url-file url "$@" <stub.in >>stub.out 2>stub.err
    RELAY_STUB=$!
    relay_until 300 _relay_settled || return
    [ -s url ] || {
        sed 's/^/stub: /' stub.err
        return 1
    }
    RELAY_URL=$(cat url)
}

# relay_stub_down : ends the stub; its status is in RELAY_STATUS.
relay_stub_down() {
    exec 9>&-
    _relay_end "$RELAY_STUB"
    RELAY_STUB=
}

# relay_gateway_up COMMAND… : starts the gateway with the stub's URL in its environment, and waits for its hello. Its
# stderr is ./gateway.err, its pid in RELAY_GATEWAY.
relay_gateway_up() {
    RELAY_COMMAND=("$@")
    : >gateway.err
    _relay_gateway
}

# relay_gateway_down : ends it as an operator does; its status is in RELAY_STATUS.
relay_gateway_down() {
    _relay_end "$RELAY_GATEWAY"
    RELAY_GATEWAY=
}

# relay_say USER TEXT : USER sends TEXT to the bot, in a chat between the two. The connector keeps the message until it is
# acknowledged.
relay_say() {
    RELAY_SAID=$((RELAY_SAID + 1))
    if [ "${RELAY_FAULT-}" = restart ] && [ $RELAY_SAID -eq 2 ]; then
        relay_gateway_down
        _relay_gateway
    fi
    _relay_frames stub.out | jq -c --arg user "$1" --arg text "$2" --arg n "$RELAY_SAID" -s 'map(select(.type == "hello"))[-1] |
        {type: "inbound", bufferId: ("said-" + $n), event: {text: $text, message_type: "text", message_id: ("said-" + $n),
         source: {platform: (.platform // "discord"), chat_id: ("with-" + $user), chat_type: "dm", user_id: $user,
         user_name: $user}}}' >&9
}

# relay_replies : the texts that the bot has sent, one JSON string per line, in order.
relay_replies() {
    _relay_frames stub.out | jq -c 'select(.type == "outbound") | .action |
        select(.op | IN("send", "follow_up", "send_media", "prompt")) | .content // ""'
}

# relay_expect_reply REGEX [SECONDS] : waits for the bot's next text, at most 30 s or that long, and compares it.
relay_expect_reply() {
    RELAY_HEARD=$((RELAY_HEARD + 1))
    relay_until "${2:-30}" _relay_has "$RELAY_HEARD" || {
        _relay_tell "no reply, wanted: $1"
        return 1
    }
    local text
    text=$(relay_replies | sed -n "${RELAY_HEARD}p" | jq -r .)
    [[ $text =~ $1 ]] || {
        _relay_tell "the reply is: $text" "wanted: $1"
        return 1
    }
}

# relay_expect_no_loss [SECONDS] : waits until each message is acknowledged, at most 30 s or that long, then ends gateway
# and stub in order. Each message was answered once, none twice, and both ended well. Beside a clean run
# (relay_each_fault), the replies are those of that run.
relay_expect_no_loss() {
    local status=0 replies
    relay_until "${1:-30}" _relay_acked || {
        _relay_tell 'messages were not acknowledged'
        return 1
    }
    [ -z "${RELAY_GATEWAY-}" ] || relay_gateway_down
    status=$RELAY_STATUS
    # A reply that was on its way when the link was cut is told as ambiguous; the stub has it.
    [ "$status" -eq 0 ] || { [ "${RELAY_FAULT-}" = cut ] && [ "$status" -eq 75 ]; } || {
        _relay_tell "the gateway ended with status $status"
        return 1
    }
    relay_stub_down
    if [ "$RELAY_STATUS" -ne 0 ] || grep -q 'not acked' stub.err; then
        _relay_tell 'messages were not delivered, or not acknowledged'
        return 1
    fi
    relay_replies >replies
    replies=$(wc -l <replies)
    if [ -n "${RELAY_WANT-}" ]; then
        if diff -u --label clean --label "$RELAY_FAULT" "$RELAY_WANT" replies; then return 0; fi
    elif [ "$replies" -eq "$RELAY_SAID" ]; then
        return 0
    fi
    _relay_tell "$RELAY_SAID messages, $replies replies"
    return 1
}

# relay_each_fault BODY : runs BODY, which starts the gateway and talks to the bot, against a stub without faults; with each
# delivery sent twice; with frames in pieces; with the link cut after each frame of the gateway, one at a time (RELAY_CUTS: a
# list of those to do); and with a restart of the gateway before the second message. Nothing may be lost or said twice.
relay_each_fault() {
    local n frames RELAY_FAULT RELAY_WANT=
    _relay_fault clean "$1"
    frames=$(wc -l <clean/stub.out)
    RELAY_WANT=$PWD/clean/replies
    _relay_fault duplicate "$1" --duplicate
    _relay_fault fragment "$1" --fragment --seed 1
    for n in ${RELAY_CUTS-$(seq "$frames")}; do
        _relay_fault cut "$1" --drop-after "$n"
    done
    _relay_fault restart "$1"
}

# relay_down : ends whatever still runs. Call it in teardown, if you have one of your own.
relay_down() {
    local p
    for p in ${RELAY_PIDS-}; do
        if _relay_child "$p"; then _relay_stop "$p"; fi
    done
    for p in ${RELAY_PIDS-}; do wait "$p" 2>/dev/null; done
    RELAY_PIDS=
    return 0
}

teardown() {
    relay_down
}

# The stub listens, or it has ended.
_relay_settled() {
    [ -s url ] || ! kill -0 "$RELAY_STUB"
}

# The number of a process that has ended may by now be that of a stranger's.
_relay_child() {
    [ ! -e /proc/self/status ] || grep -qsx "PPid:.$BASHPID" "/proc/$1/status"
}

_relay_stop() {
    kill "$1" 2>/dev/null
    # One that a test has stopped; not any one: the leak checker stops processes too, and must not be disturbed.
    if grep -qs '^State:.T (stopped)' "/proc/$1/status"; then kill -CONT "$1"; fi
}

_relay_end() {
    RELAY_STATUS=0
    kill "$1" && wait "$1" || RELAY_STATUS=$?
}

# The whole lines of a file that are JSON: the last one may still be on its way.
_relay_frames() {
    jq -R -c 'fromjson?' "$1"
}

_relay_hellos() {
    [ "$(_relay_frames stub.out | grep -c '"type":"hello"')" -gt "$1" ]
}

_relay_gateway() {
    local before
    before=$(_relay_frames stub.out | grep -c '"type":"hello"') || before=0
    relay_background env GATEWAY_RELAY_URL="$RELAY_URL" "${RELAY_COMMAND[@]}" </dev/null 2>>gateway.err
    RELAY_GATEWAY=$!
    relay_until 300 _relay_hellos "$before" || {
        _relay_tell 'the gateway says no hello'
        return 1
    }
}

_relay_acked() {
    [ "$(_relay_frames stub.out | jq -r 'select(.type == "inbound_ack").bufferId' | sort -u | wc -l)" -ge "$RELAY_SAID" ]
}

_relay_has() {
    [ "$(relay_replies | wc -l)" -ge "$1" ]
}

_relay_tell() {
    printf '%s\n' "$@"
    echo "fault: ${RELAY_FAULT:-none}; directory: $PWD"
    sed 's/^/gateway: /' gateway.err
    sed 's/^/stub: /' stub.err
    sed 's/^/received: /' stub.out
}

# _relay_fault NAME BODY OPTIONS… : one run, in a directory of its own.
_relay_fault() {
    RELAY_FAULT=$1
    local body=$2 dir=$1 n=1 top=$PWD
    while [ -e "$dir" ]; do
        n=$((n + 1))
        dir=$1.$n
    done
    mkdir "$dir"
    # The bot and its files are found in each of them.
    find . -maxdepth 1 ! -name . ! -type d -exec ln -s "$top/{}" "$dir" \;
    cd "$dir" || return
    shift 2
    relay_stub_up "$@"
    "$body"
    relay_expect_no_loss
    cd "$top" || return
}
