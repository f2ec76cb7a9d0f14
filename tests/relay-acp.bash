# SPDX-License-Identifier: MIT
# What the files about relay-acp share: a ring with it, and a chat at the other end.
# shellcheck shell=bash disable=SC2034 # for those who load it

setup_more() {
    AGENT=$RELAY_SOURCE/tests/agents/acp_agent.py
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
}

# acp [OPTIONS of relay-acp…] -- AGENT… : a ring with relay-acp, and a stub if there is none yet. RING is its pid, stderr in
# ./err.
acp() {
    [ -n "${URL-}" ] || start_stub
    background relay-adapter --url "$URL" -p discord:app1 -l --record rec ${MEDIA:+--media "$MEDIA"} \
        ${STATUS:+--status "$STATUS"} -- relay-acp --state-dir st --stream "${STREAM:-0}" "$@" \
        </dev/null >ring.out 2>err 9>&-
    RING=$!
    until_true 20 grep -q '"hello"' stub.out
}

# event TEXT [CHAT [USER [MORE MEMBERS]]] : the event of a message.
event() {
    printf '"event":{"text":"%s","message_id":"m%s"%s,"source":{"platform":"discord","chat_id":"%s",' "$1" \
        "$((++MESSAGES))" "${4:+,$4}" "${2:-42}"
    printf '"chat_type":"dm","user_id":"%s","user_name":"ann","scope_id":"g1"}}' "${3:-7}"
}

# message TEXT [CHAT [USER [MORE]]] : delivers a live message. It counts them, so it must not run in a subshell.
message() {
    say "{\"type\":\"inbound\",$(event "$@")}"
    MESSAGES=$((MESSAGES + 1))
}

# press PROMPT_ID OPTION [CHAT [USER]] : a button is pressed.
press() {
    message "/$2" "${3:-42}" "${4:-7}" \
        "\"message_type\":\"command\",\"prompt_response\":{\"prompt_id\":\"$1\",\"option_id\":\"$2\"}"
}

# said [CHAT] : what the agent sent to the chat, a line each, line ends as |. prompts: the prompt_ids.
said() {
    jq -r --arg c "${1:-42}" 'select(.action.op == "send" and .action.chat_id == $c).action.content | gsub("\n"; "|")' stub.out
}
prompts() {
    jq -r 'select(.action.op == "prompt").action.prompt_id' stub.out
}
acked() {
    jq -r 'select(.type == "inbound_ack").bufferId' stub.out
}

# sees PATTERN [CHAT] : waits until the chat shows a line that matches as a whole.
shows() {
    said "$2" | grep -qx -- "$1"
}
sees() {
    until_true 10 shows "$1" "${2:-42}" || { said "${2:-42}"; cat err; return 1; }
}
# counts N PATTERN [CHAT] : waits until N lines of the chat match.
has_lines() {
    [ "$(said "$3" | grep -c -- "$2")" -eq "$1" ]
}
counts() {
    until_true 10 has_lines "$1" "$2" "${3:-42}"
}

# asked N : waits until N prompts came; the last one's id is in PROMPT.
has_asked() {
    [ "$(prompts | wc -l)" -ge "$1" ]
}
asked() {
    until_true 10 has_asked "$1"
    PROMPT=$(prompts | tail -n 1)
}

# interrupt CHAT : the connector interrupts the chat's session.
interrupt() {
    say "{\"type\":\"interrupt_inbound\",\"session_key\":\"agent:main:discord:dm:$1\",\"chat_id\":\"$1\"}"
}

# drained [STATUS] : ends the ring in order.
drained() {
    local rc=0
    kill "$RING"
    wait "$RING" || rc=$?
    [ "$rc" -eq "${1:-0}" ] || { echo "status $rc"; cat err; return 1; }
}
