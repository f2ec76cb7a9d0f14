# SPDX-License-Identifier: MIT
# The table of exit statuses in relay(7): one test per row, with the tool where users meet it.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'
SEND='{"type":"outbound","requestId":"r","action":{"op":"send","chat_id":"1","content":"x"}}'

@test "0: done" {
    start_peer
    run relay-dial -q "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ]
}

@test "1: a valid no" {
    run relay-decode -e <<<'{"type":"outbound_result","requestId":"r","result":{"success":false}}'
    [ "$status" -eq 1 ]
    run env GATEWAY_RELAY_SECRET=s relay-token --verify Zm9vOjA6MDA
    [ "$status" -eq 1 ]
}

@test "64: wrong usage" {
    run relay-dial --no-such-option
    [ "$status" -eq 64 ]
}

@test "65: bad input lines" {
    start_peer
    run relay-dial -q "$URL" <<<'no frame'
    [ "$status" -eq 65 ]
}

@test "66: a file cannot be read" {
    run relay-decode no-such-file
    [ "$status" -eq 66 ]
    run relay-dial ws://127.0.0.1:9 --secret-file no-such-file
    [ "$status" -eq 64 ]
    run relay-dial --id gw --secret-file no-such-file ws://127.0.0.1:9
    [ "$status" -eq 66 ]
    start_peer
    run relay-dial "$URL" <.
    [ "$status" -eq 66 ]
}

@test "69: the link is unavailable" {
    run relay-dial -n ws://127.0.0.1:9
    [ "$status" -eq 69 ]
}

@test "71: a system call failed" {
    run bash -c 'exec 3>&- 4>&- 8>&- 9>&-; ulimit -n 4; exec env ASAN_OPTIONS=detect_leaks=0 relay-dial -n ws://127.0.0.1:9'
    [ "$status" -eq 71 ]
}

@test "74: output failed" {
    run bash -c 'echo "$1" | relay-scope >/dev/full' - "$HELLO"
    [ "$status" -eq 74 ]
}

@test "75: replies are still owed" {
    start_peer --mute
    run relay-dial -q -w 100ms "$URL" <<<"$SEND"
    [ "$status" -eq 75 ]
}

@test "76: the peer broke the protocol, or the handshake failed" {
    run relay-handshake <<<'{"type":"descriptor","descriptor":{"platform":"discord"}}'
    [ "$status" -eq 76 ]
    start_peer --close 1000@1
    run relay-dial -q "$URL" < <(echo "$HELLO"; sleep 5)
    [ "$status" -eq 0 ]
    start_peer --mute --close 1000@1
    run relay-dial -q "$URL" < <(echo "$HELLO"; sleep 5)
    [ "$status" -eq 76 ]
}

@test "77: refused or revoked" {
    start_peer --close 4401:unauthorized@0
    run relay-dial -q -n "$URL"
    [ "$status" -eq 77 ]
}

@test "78: contradictory settings" {
    run relay-dial --key k ws://127.0.0.1:9
    [ "$status" -eq 78 ]
    run relay-dial --ready-fd 1 -n ws://127.0.0.1:9
    [ "$status" -eq 78 ]
    run env GATEWAY_RELAY_BOT_IDS=nonsense relay-handshake -n
    [ "$status" -eq 78 ]
}

@test "126, 127, 128+N and other: COMMAND's own" {
    start_peer
    run -127 relay-dial -q "$URL" -- ./no-such-command
    run -126 relay-dial -q "$URL" -- /
    run -42 relay-dial -q "$URL" -- sh -c 'exit 42'
    # shellcheck disable=SC2016 # for the inner shell
    run -143 relay-dial -q "$URL" -- sh -c 'kill $$'
}
