#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-acp with agents written with the official SDK: the example agent of the SDK as it is, and one of ours.

load helper
load relay-acp

setup_file() {
    "$RELAY_SOURCE/.ci/agents"
}

MODULES=$RELAY_SOURCE/build/agents/node_modules

# The example agent of the SDK; it simulates a model by waiting, which goes 20 times as fast.
example() {
    acp "$@" -- node --require "$RELAY_SOURCE/tests/agents/quick.cjs" "$MODULES/@agentclientprotocol/sdk/dist/examples/agent.js"
}

A="I'll help you with that. Let me start by reading some files to understand the current situation."
B='Now I understand the project structure. I need to make some changes to improve it.'

@test "the SDK's example agent: chat, a tool call, permission by button both ways" {
    example --typing
    message 'improve my project'
    asked 1
    sees "$A||⚙ Reading project files ✓||$B||⚙ Modifying critical configuration file"
    [ "$(jq -r 'select(.action.op == "prompt").action.content' stub.out | paste -sd '|')" = 'May the agent do this? Modifying critical configuration file|/home/user/project/config.json' ]
    press "$PROMPT" 1
    sees "✓ Modifying critical configuration file||Perfect! I've successfully updated the configuration. The changes have been applied."
    message 'and once more'
    asked 2
    press "$PROMPT" 2
    sees "I understand you prefer not to make that change. I'll skip the configuration update."
    [ "$(said | wc -l)" -eq 4 ]
    drained
    [ "$(grep -v '^relay-dial: drain: ' err)" = 'relay-dial: close link: by us: 1000' ]
}

@test "the SDK's example agent: cancel, and two sessions at once" {
    example
    message one 1
    message two 2
    asked 2
    interrupt 1
    sees '(Stopped.)' 1
    press "$(jq -r 'select(.action.op == "prompt" and .action.chat_id == "2").action.prompt_id' stub.out)" 1 2
    sees '.*Perfect!.*' 2
    drained
    # while the model thinks
    QUICK=1 STREAM=100ms example
    message three 3
    sees "$A.*" 3
    interrupt 3
    until_true 10 grep -q 'Stopped.' stub.out
    message four 3
    counts 2 "$A" 3
    interrupt 3 # or the drain would wait for it
    drained
}

@test "the SDK's example agent is killed in a turn: told, and the next message works" {
    PID_FILE=pid example
    message first
    asked 1
    kill -9 "$(cat pid)"
    sees '(The agent ended in the middle of this: killed by signal 9. It starts again; please ask again.)'
    message second
    asked 2
    press "$PROMPT" 1
    sees '.*Perfect!.*'
    drained 1
}

@test "an agent written with the SDK, as relay-cookbook(7) shows it: it counts words, and asks before it forgets" {
    cp "$RELAY_SOURCE/tests/agents/acp_sdk.mjs" .
    ln -s "$MODULES" node_modules
    acp -- node acp_sdk.mjs
    message 'one two three'
    sees '3 words'
    message 'four five'
    sees '5 words'
    message forget
    asked 1
    press "$PROMPT" 1
    sees '0 words'
    message 'a b' 43
    sees '2 words' 43
    drained
}
