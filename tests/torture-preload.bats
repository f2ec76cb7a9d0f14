#!/usr/bin/env bats
# The hostile machine, made by preloaded libraries: these do not go with the sanitizers' own.
load helper

torture() {
    run /usr/bin/python3 "$RELAY_SOURCE/tests/torture/$1.py"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "memory that runs out ends a tool with a line, or does not matter" {
    torture alloc
}

@test "short reads and writes, interruptions: the same bytes, every message answered" {
    torture short
}

@test "system calls on the files of state and buffer fail: written or told, no ack lost" {
    torture calls
}
