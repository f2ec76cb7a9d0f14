#!/usr/bin/env bats
# Messages that are hard on a fleet, and the rights of those who handle them, seen from the connector.
load helper

# situation NAME : tests/torture/situations.py; what it measured comes with the result of the test.
situation() {
    /usr/bin/python3 "$RELAY_SOURCE/tests/torture/situations.py" "$1" >report 2>&1 || {
        cat report
        return 1
    }
    sed 's/^/# /' report >&3
}

@test "a message that always fails is put aside; its session goes on, others never wait" {
    situation poison
}

@test "a message that kills its worker is put aside after some workers; its session goes on" {
    situation killer
}

@test "an interrupt ends the turn on its worker, drops what waits in the session, and touches no other" {
    situation interrupt
}

@test "300 messages of one session do not keep the others waiting" {
    situation hot
}

@test "two links with equal chats, sessions and message ids: each answer goes to its own link, under its own bot and tenant" {
    situation links
}

@test "an agent on a worker gets the result of what it sent" {
    situation result
}

@test "a message over the server's limit is put aside, told and acknowledged; the next one is answered" {
    situation long_frame
}

@test "over TLS, with no more rights than relay-scale(7) lists, nothing is refused" {
    situation rights
}

@test "chats and messages may have any name: each answer goes to its own chat, in order" {
    situation odd_names
}
