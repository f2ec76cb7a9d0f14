#!/usr/bin/env bats
# The hostile machine, in small: each script of tests/torture describes what it tries. `make torture` runs them in full,
# including the soak of an hour.
load helper

torture() {
    run /usr/bin/python3 "$RELAY_SOURCE/tests/torture/$1.py"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "few descriptors, little memory, small files" {
    torture limits
}

@test "files of state and buffer changed and cut at each byte" {
    torture damage
}

@test "options and values at random" {
    torture options
}

@test "a gateway that breaks the rules of WebSocket, HTTP and the relay" {
    torture gateway
}

@test "a connector that breaks the rules of WebSocket and HTTP, or never ends" {
    torture connector
}

@test "a connection cut at any byte: each outbound has exactly one result, a true one" {
    torture cuts
}

@test "a ring lives long without growing" {
    torture soak
}
