# SPDX-License-Identifier: MIT
# The library: one check program per module. The stderr of a module that is misused on purpose is not shown.
load helper

@test "lib: statuses, deaths and bounds end a process as the table of relay(7) has it" {
    "$RELAY_BUILD/tests/lib/base" 2>err
    [ "$(sort err)" = "$(printf '%s\n' 'base: change object: more than 24 members at once' \
        'base: draw 257 random bytes: too many at once' 'base: edit object: 33 changes at once' \
        'check: allocate 9223372036854775807 bytes: out of memory' | sort)" ] || { cat err; false; }
}

@test "lib: JSON" { "$RELAY_BUILD/tests/lib/json"; }
@test "lib: memory that lives as long as one line" { "$RELAY_BUILD/tests/lib/arena"; }
@test "lib: numbers" { "$RELAY_BUILD/tests/lib/num"; }
@test "lib: JSON-RPC, answers that only grow, questions, paths of relay-acp" { "$RELAY_BUILD/tests/lib/acp"; }
@test "lib: SHA-256 is that of libcrypto" { "$RELAY_BUILD/tests/lib/sha256"; }
@test "lib: options" { "$RELAY_BUILD/tests/lib/opt"; }
@test "lib: the order of frames in a chat" { "$RELAY_BUILD/tests/lib/order" "${LONG:+20000}"; }
@test "lib: what of a reply is shown while it grows, and when" { "$RELAY_BUILD/tests/lib/reply"; }
@test "lib: a text that is shown while it grows" { "$RELAY_BUILD/tests/lib/growing" "${LONG:+100000}"; }
@test "lib: lines in and bytes out" { "$RELAY_BUILD/tests/lib/io"; }
@test "lib: text" { "$RELAY_BUILD/tests/lib/text"; }
@test "lib: the bus and the pool: waiting requests, names, answers, complaints, versions" { "$RELAY_BUILD/tests/lib/bus"; }
@test "lib: the columns of text, and quantiles" { "$RELAY_BUILD/tests/lib/width"; }
@test "lib: frames" { "$RELAY_BUILD/tests/lib/frame"; }
@test "lib: the dial URL" { "$RELAY_BUILD/tests/lib/url" <"$RELAY_SOURCE/tests/vectors/url.ndjson"; }
@test "lib: when to ask for buffering" { "$RELAY_BUILD/tests/lib/idle"; }
@test "lib: identities" { "$RELAY_BUILD/tests/lib/identity"; }
@test "lib: scopes" { "$RELAY_BUILD/tests/lib/scope"; }
@test "lib: patterns of the stub" { "$RELAY_BUILD/tests/lib/tree"; }
@test "lib: the measure of a backlog" { "$RELAY_BUILD/tests/lib/pushback"; }
@test "lib: unmasked frames" { "$RELAY_BUILD/tests/lib/mask"; }
@test "lib: each writer at the control socket gets its own results" { "$RELAY_BUILD/tests/lib/control"; }
@test "lib: media: names, types, addresses, the connector's own URLs" { "$RELAY_BUILD/tests/lib/media"; }
@test "lib: the inbox: order, another try, redeliveries, bounds" { "$RELAY_BUILD/tests/lib/inbox"; }
@test "lib: each of 10,000 answers at the address of its own message" { "$RELAY_BUILD/tests/lib/address"; }
@test "lib: the requests of turns" { "$RELAY_BUILD/tests/lib/requests"; }
@test "lib: which result is the last one" { "$RELAY_BUILD/tests/lib/result"; }
@test "lib: who waits for a press" { "$RELAY_BUILD/tests/lib/prompts"; }
@test "lib: words that stop" { "$RELAY_BUILD/tests/lib/interrupt"; }
@test "lib: how every message ends" { "$RELAY_BUILD/tests/lib/fate"; }
@test "lib: when a stage reports its work in hand" { "$RELAY_BUILD/tests/lib/work"; }
@test "lib: the messages that a long-lived COMMAND has in hand" { "$RELAY_BUILD/tests/lib/hands"; }
@test "lib: the log on disk" { "$RELAY_BUILD/tests/lib/logfile"; }
@test "lib: WebSocket frames as a client sends them" { "$RELAY_BUILD/tests/lib/ws"; }
@test "lib: the status of a run" { "$RELAY_BUILD/tests/lib/status"; }
@test "lib: a file that is kept up to date" { "$RELAY_BUILD/tests/lib/kept"; }
@test "lib: quantiles of the last minutes" { "$RELAY_BUILD/tests/lib/latency"; }
@test "lib: what a service manager is told" { "$RELAY_BUILD/tests/lib/notify"; }
@test "lib: the constructs and blocks of a text" { "$RELAY_BUILD/tests/lib/marks"; }
@test "lib: bearer tokens" { "$RELAY_BUILD/tests/lib/token"; }
@test "lib: descriptors and manifests" { "$RELAY_BUILD/tests/lib/descriptor"; }
@test "lib: frames as lines for people, types of media" { "$RELAY_BUILD/tests/lib/view"; }

@test "lib: the framer cuts like a model that looks at one byte at a time" {
    "$RELAY_BUILD/tests/lib/stream"
}

@test "lib: the scanner takes what another JSON parser takes" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/peers/json_peer.py" "$([ -n "${LONG-}" ] && echo 400000 || echo 20000)"
}

@test "lib: out of memory is one line and 71" {
    if nm -D "$(command -v relay-scope)" | grep -q __asan_init; then
        return 0 # the sanitizer has an allocator of its own
    fi
    cc -shared -fPIC -o no_memory.so "$RELAY_SOURCE/tests/preload/no_memory.c"
    run -71 --separate-stderr env LD_PRELOAD="$PWD/no_memory.so" relay-scope <<<'{"type":"x"}'
    [ -z "$output" ]
    [[ "$stderr" == "relay-scope: allocate "*" bytes: out of memory" ]]
}

@test "lib: dial's phases: no set of facts leads back, each bound is one" {
    "$RELAY_BUILD/tests/lib/phase" >table || { cat table; false; }
    [ "$(grep -c '^serving\|^settling\|^closing\|^done' table)" -eq 8 ]
}

@test "lib: dial's ledger of owed replies, and its queue" { "$RELAY_BUILD/tests/lib/ledger"; }
@test "lib: replies to dial that are missing or refusals" { "$RELAY_BUILD/tests/lib/owed"; }
@test "lib: the flip as dial sees it" { "$RELAY_BUILD/tests/lib/flip"; }
@test "lib: the states of a message in an inbox" { "$RELAY_BUILD/tests/lib/inbox_state"; }
@test "lib: the store of an inbox" { "$RELAY_BUILD/tests/lib/inbox_store"; }
@test "lib: when to dial again, and when never to" { "$RELAY_BUILD/tests/lib/reconnect"; }
@test "lib: an action leaves the pool once, whenever a ring dies" { "$RELAY_BUILD/tests/lib/claim" ${LONG:+5000}; }
@test "lib: sessions that workers hold, against a model of the engine that breaks at any point" { "$RELAY_BUILD/tests/lib/hold" "${LONG:+6000}"; }
