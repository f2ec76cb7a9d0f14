#!/usr/bin/env bats
# What does not work with the sanitizers: torture by preloaded libraries, and how the programs are linked.
load helper

torture() {
    run /usr/bin/python3 "$RELAY_SOURCE/tests/torture/$1.py"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "when memory runs out, a tool ends with a line, or it does not matter" {
    torture alloc
}

@test "short reads and writes, interruptions: the same bytes, every message answered" {
    torture short
}

@test "system calls on the files of state and buffer fail: written or told, no ack lost" {
    torture calls
}

@test "system calls on the files of an inbox and allocations fail: it stays consistent, nothing is acknowledged without a row" {
    torture inbox
}

@test "the programs are hardened: position-independent, relocations read-only at once, no executable stack" {
    local p
    for p in "$RELAY_BUILD"/bin/*; do
        [ "$(head -c 2 "$p")" != '#!' ] || continue
        readelf -hdlW "$p" >elf
        grep -q 'Type: *DYN (Position-Independent Executable file)' elf || { echo "$p: not PIE"; return 1; }
        grep -q 'FLAGS_1.*NOW' elf || { echo "$p: lazy binding"; return 1; }
        grep -q 'GNU_RELRO' elf || { echo "$p: no RELRO"; return 1; }
        grep 'GNU_STACK' elf | grep -q 'RW ' || { echo "$p: executable stack"; return 1; }
        [ -z "$(grep -E 'LOAD.* RWE' elf)" ] || { echo "$p: writable and executable"; return 1; }
    done
}
