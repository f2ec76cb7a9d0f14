#!/usr/bin/env bats
# What dies in a fleet, and what happens to the messages: the table in relay-scale(7), seen from the connector.
load helper

# situation NAME : tests/torture/situations.py; what it measured comes with the result of the test.
situation() {
    /usr/bin/python3 "$RELAY_SOURCE/tests/torture/situations.py" "$1" >report 2>&1 || {
        cat report
        return 1
    }
    sed 's/^/# /' report >&3
}

@test "a ring is killed before its messages are stored: they are not acknowledged, come again, and are answered once" {
    situation ring_before_stored
}

@test "a ring is killed between a message's storing and its ack: it comes again, is stored once and answered once" {
    situation ring_after_stored
}

@test "a ring is killed with an answer on its way: the answer is not sent again, but put aside and told, with status 75" {
    situation ring_before_result
}

@test "a ring is killed with an answer on its way, with --resend: it is sent again under its own requestId" {
    situation ring_before_result_resend
}

@test "a ring is gone: work goes on, and the answer waits for the next ring" {
    situation ring_gone
}

@test "a worker is killed in a turn: another runs it again, and what it had answered is not sent twice" {
    situation worker_in_turn
}

@test "a session's token is lost: its messages are worked after the next reconnect" {
    situation token_lost
}

@test "a worker is frozen for longer than the ack wait: another takes over, and nothing is answered twice when it thaws" {
    situation worker_frozen
}

@test "the COMMAND of relay-work ends: relay-work has its status, and another worker answers" {
    situation command_ends
}

# LONG=1: a node of three is ended, which nobody notices but by a pause; and two of three.
@test "the server is away: nothing is acknowledged meanwhile, all is answered once it is back" {
    situation server_away
    [ "${LONG-}" ] || return 0
    mkdir one two
    cd one
    situation node_away
    cd ../two
    situation nodes_away
}

@test "a ring drains while a turn runs: it ends at once, and the next ring sends the answer, to the right tenant" {
    situation ring_drains
}

@test "a worker gets TERM in a turn: it finishes the turn and ends with status 0" {
    situation worker_term
}
