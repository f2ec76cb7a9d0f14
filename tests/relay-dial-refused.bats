# SPDX-License-Identifier: MIT
# relay-dial: what it does when it is refused: by HTTP, by 4401, one request by its result.
load helper
load redial

@test "4401 before a descriptor is retried; expired is retried; then the ring serves" {
    start_peer --close 4401:unauthorized@0 --close 4401:expired --close 4401:expired
    start_ring "$URL"
    until_true 12 opens 4
    down '"slack"' 12
    tokens 4
    exec 7>&-
    ended 0
}

@test "4401 once after a descriptor: one re-dial at once with another token; twice: revoked, no third dial" {
    start_peer --close 4401:revoked --close 4401:revoked
    start_ring "$URL"
    down '"state":"closed"'
    exec 7>&-
    ended 77
    tokens 2
    opens 2
    run ! opens 3
    grep -q '"state":"lost","code":4401,"reason":"revoked","retry_in":0.000' down
    grep -q '"state":"closed","code":4401,"reason":"revoked","by":"peer","relay_disabled":true' down
    grep -q 'relay_disabled' err
}

@test "4401: a network failure in between keeps the mark" {
    start_peer --close 4401:revoked --http 500 --close 4401:revoked@0
    start_ring "$URL"
    down '"state":"closed"'
    exec 7>&-
    ended 77
    opens 2 && run ! opens 3
}

@test "4401: a connection that served clears the mark" {
    start_peer --close 4401:revoked --drop@3 --close 4401:revoked
    start_ring "$URL"
    until_true 5 opens 2
    until_true 5 bash -c 'grep -c "\"slack\"" down | grep -q "^2$" || grep -q "^2.*slack" peer.out'
    up '{"type":"outbound","requestId":"x","action":{}}'
    until_true 8 opens 4
    exec 7>&-
    ended 0
}

@test "a refusal that says when to come again is obeyed" {
    start_peer --http 503 --retry-after 2 --serve
    elapsed_ms run --separate-stderr relay-dial --retry 1 "$URL" <<<"$HELLOS"
    [ "$status" -eq 0 ]
    [[ $stderr == *'HTTP 503'*', next dial in 2.0 s'* ]]
    [ "$MS" -ge 2000 ]
}

@test "a fresh token that is refused as expired: the clocks differ, reported once" {
    start_peer --close 4401:expired@0 --close 4401:expired@0 --serve
    (umask 077 && echo s3cret >secret)
    run --separate-stderr relay-dial --stay -c 1 --retry 2 --id gw --secret-file secret "$URL" <<<"${HELLOS%%$'\n'*}"
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    [ "$(grep -c 'a token of 300 s is refused as expired [23][0-9]* s before it is: the clocks here and there differ' \
        <<<"$stderr")" -eq 1 ]
}

@test "a refusal is reported once, with request, op, chat and the peer's error; 1 for content" {
    start_peer --refuse
    local ask='{"type":"outbound","requestId":"r1","action":{"op":"send","chat_id":"42"}}'
    run --separate-stderr relay-dial -q "$URL" -- sh -c 'echo "$1"; sleep 0.3' - "$ask"
    [ "$status" -eq 1 ]
    [ "$stderr" = 'relay-dial: send outbound "r1": "send" to chat "42": not your chat' ]
    run --separate-stderr relay-dial -q "$URL" -- sh -c 'echo "$1"; sleep 0.3' - "${ask/send/typing}"
    [ "$status" -eq 0 ]
    [[ $stderr == *'"typing" to chat "42": not your chat' ]]
    run --separate-stderr relay-dial -q "$URL" <<<"$ask"
    [ "$status" -eq 1 ]
}

@test "refused before any descriptor is definite; a reply lost with the link makes the status 75" {
    start_peer --close 4401:unauthorized@1
    local ask='{"type":"outbound","requestId":"r1","action":{"op":"send","chat_id":"42"}}'
    run --separate-stderr relay-dial -q "$URL" <<<"${ask/send/unanswered}"
    [ "$status" -eq 77 ]
    [[ $output =~ '"error":"relay transport '(closed|not connected)'"},"synthetic":true}' ]]
    [[ $stderr == *'4401 unauthorized'* ]]
    start_peer --drop@3
    start_ring "$URL"
    down '"slack"'
    up '{"type":"outbound","requestId":"r1","action":{"op":"send","chat_id":"42","content":"unanswered"}}'
    down '"ambiguous":true'
    exec 7>&-
    ended 75
}
