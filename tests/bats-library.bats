#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay.bash, the library for the tests of bots: what it finds in a gateway that is right and in ones that are not.

load helper

setup_more() {
    export RELAY_BASH=$RELAY_SOURCE/tests/relay.bash
    # LONG=1: the link is cut after every frame.
    [ -n "${LONG-}" ] || export RELAY_CUTS='1 3'
    unset GATEWAY_RELAY_ID GATEWAY_RELAY_SECRET
}

# smoke FILE.bats : runs it by a bats of its own.
smoke() {
    run env -u BATS_TEST_TMPDIR -u BATS_RUN_TMPDIR -u BATS_TMPDIR TMPDIR="$PWD" bats --tap "$1" 3>&- 4>&-
}

@test "a bot's smoke test in a few lines passes" {
    smoke "$RELAY_SOURCE/tests/smoke/bot.bats"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "a gateway that answers a repeated message twice fails it, and is shown" {
    smoke "$RELAY_SOURCE/tests/smoke/naive.bats"
    [ "$status" -eq 1 ]
    [[ $output == *'fault: duplicate; directory: '* ]]
    [[ $output == *'wanted: again'* ]]
    [[ $output == *'# received: {"type":"outbound"'* ]]
}

# fails BODY WORDS : a test with that body fails with those words.
fails() {
    printf 'load "%s"\n@test x {\n    cd "$BATS_TEST_TMPDIR"\n    relay_stub_up\n%s\n}\n' "$RELAY_BASH" "$1" >case.bats
    smoke case.bats
    [ "$status" -eq 1 ] || { echo "passed: $1"; return 1; }
    [[ $output == *"$2"* ]] || { echo "$output"; return 1; }
}

@test "what each expectation finds" {
    local up='relay_gateway_up relay-adapter -q -p discord sh -c '
    fails "$up 'echo no'; relay_say ada hello; relay_expect_reply yes" 'the reply is: no'
    fails "$up true; relay_say ada hello; relay_expect_reply yes 0" 'no reply, wanted: yes'
    fails "$up true; relay_say ada hello; relay_expect_no_loss" '1 messages, 0 replies'
    fails "$up 'exit 65'; relay_say ada hello; relay_expect_no_loss 1" 'messages were not acknowledged'
}

@test "replies are taken in order, with any text in them" {
    relay_stub_up
    relay_gateway_up relay-adapter -q -p telegram sh -c 'printf "<%s>\n\"%s\"" "$RELAY_USER_NAME" "$RELAY_TEXT"'
    relay_say 'Ada "Lovelace"' $'one\n$(two)'
    relay_expect_reply $'^<Ada "Lovelace">\n"one\n\\$\\(two\\)"$'
    relay_say bob three
    relay_expect_reply '^<bob>'
    relay_expect_no_loss
    [ "$(jq -r 'select(.type == "outbound") | .platform + " " + .action.chat_id' stub.out)" = $'telegram with-Ada "Lovelace"\ntelegram with-bob' ]
}
