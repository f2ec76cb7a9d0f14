# SPDX-License-Identifier: MIT
# A bot's smoke test, as relay-bats(7) shows it: RELAY_BASH names the library.
load "${RELAY_BASH:-/usr/local/share/relay/relay.bash}"

talk() {
    relay_gateway_up relay-adapter -q -p discord ./bot.sh
    relay_say ada hello
    relay_expect_reply 'Hello ada'
    relay_say bob 'what is 6*7?'
    relay_expect_reply '42'
}

@test "the bot answers, and neither loses nor repeats an answer under any fault" {
    cd "$BATS_TEST_TMPDIR"
    printf '#!/bin/sh\ncase $RELAY_TEXT in *6\\*7*) echo 42 ;; *) echo "Hello $RELAY_USER_NAME" ;; esac\n' >bot.sh
    chmod +x bot.sh
    relay_each_fault talk
}
