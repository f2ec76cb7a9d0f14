# SPDX-License-Identifier: MIT
# The same for a gateway that does not notice that a message came twice: it fails.
load "${RELAY_BASH:-/usr/local/share/relay/relay.bash}"

gateway() {
    exec relay-dial -q -- sh -c 'relay-handshake -p discord | relay-decode --ack | jq -c --unbuffered \
        "., (select(.type == \"inbound\") | {op: \"send\", chat_id: .event.source.chat_id, content: .event.text})" |
        relay-send | relay-idle'
}

talk() {
    export -f gateway
    relay_gateway_up bash -c gateway
    relay_say ada hello
    relay_expect_reply hello
    relay_say ada again
    relay_expect_reply again
}

@test "the bot answers, and neither loses nor repeats an answer under any fault" {
    cd "$BATS_TEST_TMPDIR"
    relay_each_fault talk
}
