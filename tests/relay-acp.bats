#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-acp: an agent of the Agent Client Protocol in a real ring, against relay-stub.

load helper
load relay-acp

@test "a message is a prompt, and what the agent says is the answer, at the message's address" {
    acp -- "$AGENT"
    message 'chat hello'
    sees 'you said: hello'
    [ "$(jq -c 'select(.type == "outbound") | [.platform, .botId, .action]' stub.out)" = '["discord","app1",{"op":"send","chat_id":"42","content":"you said: hello","metadata":{"scope_id":"g1","guild_id":"g1","user_id":"7"}}]' ]
    message 'silence'
    message 'chat again'
    sees 'you said: again'
    drained
    [ "$(grep -v '^relay-dial: drain: ' err)" = 'relay-dial: close link: by us: 1000' ]
    [ "$(said | wc -l)" -eq 2 ]
    [ "$(stat -c %a st)" = 700 ] && [ "$(stat -c %a st/*/work | sort -u)" = 700 ] && [ "$(stat -c %a st/*/session.json)" = 600 ]
}

@test "tool calls and the plan are shown as --tools says" {
    acp -- "$AGENT"
    message tool
    message plan
    sees 'First a look.||⚙ Reading the file ✓|⚙ make ✗||It does not build.'
    sees '☐ look|▸ mend|☑ look||planned'
    drained
    rm -rf st
    acp --tools quiet -- "$AGENT"
    message tool
    message plan
    sees 'First a look.||It does not build.'
    sees planned
    drained
    acp --tools full -- "$AGENT"
    message tool
    sees 'First a look.||⚙ Reading the file ✓|/src/main.c:7|````|int main;|```|````|⚙ make ✗|```sh|make -s|```||It does not build.'
    drained
    ! grep -q 'secret thoughts' stub.out
}

@test "permission is asked with buttons; the press of the author decides, once, and a buffered turn goes on" {
    start_stub --buffer buf
    say "{\"type\":\"inbound\",$(event 'ask this')}"
    MESSAGES=1
    acp -- "$AGENT"
    asked 1
    sees 'May I?||⚙ Removing this'
    until_true 10 grep -q inbound_ack stub.out # or the connector would keep the press back
    [[ $PROMPT =~ ^acp-[0-9a-f]{16}\.1$ ]]
    [ "$(jq -c 'select(.action.op == "prompt").action | [.prompt_kind, .content, .options]' stub.out)" = '["approval","May the agent do this? Removing this\n```sh\nrm -rf build\n```",[{"id":"1","label":"Allow it","style":"primary"},{"id":"2","label":"Leave it","style":"danger"}]]' ]
    # neither a stranger, nor the prompt of another gateway, nor an option that does not exist
    press "$PROMPT" 1 42 999
    sees '(Only the person who asked the agent can answer this.)'
    press acp-0123456789abcdef.1 1
    press 0123456789abcdef.1 1
    press "$PROMPT" 9
    press "$PROMPT" 1
    sees '✓ Removing this||outcome: selected yes/always'
    [ "$(acked | wc -l)" -eq 1 ]
    press "$PROMPT" 2
    sees '(This question is no longer open.)'
    message 'ask once more'
    asked 2
    press "$PROMPT" 2
    sees 'outcome: selected no'
    drained
    [ "$(said | wc -l)" -eq 6 ]
}

@test "a question that is open when the ring drains counts as cancelled after a while" {
    rm -f in
    mkfifo in
    exec 9<>in
    background fast_clock 20 relay-acp --state-dir st -- "$AGENT" <in >out 2>err
    echo '{"type":"inbound",'"$(event ask)"',"session_key":"s:1"}' >&9
    until_true 10 grep -q prompt_id out
    echo '{"type":"link","state":"draining"}' >&9
    until_true 10 grep -q 'outcome: cancelled' out
    [ "$(jq -r 'select(.op == "send").content' out | tail -n 3 | paste -sd '|')" = '(Nobody can answer any more: the gateway ends.)||outcome: cancelled -' ]
    exec 9>&-
    wait "$!"
}

@test "without buttons a question is a text, answered by number or by name" {
    echo '{"op":"prompt","result":{"success":false,"error":"no buttons here"}}' >rules
    start_stub --result rules
    acp -- "$AGENT"
    message 'ask one'
    sees 'May the agent do this? Removing one.*|1. Allow it|2. Leave it||Answer with a number.'
    message 'chat meanwhile'
    message 1
    sees '✓ Removing one||outcome: selected yes/always'
    sees 'you said: meanwhile'
    message 'ask two'
    sees '.*Removing two.*|1. Allow it|.*'
    message 'leave it'
    sees 'outcome: selected no'
    drained 1 # for the prompts that were refused
}

@test "an interrupt cancels the turn and drops what waits; a question is answered as cancelled" {
    acp -- "$AGENT" --log log
    message wait
    until_true 10 grep -q session/prompt log
    message 'chat dropped'
    interrupt 42
    sees 'I wait, pid [0-9]*. I stop.||(Stopped.)'
    message 'ask it'
    asked 1
    interrupt 42
    sees 'outcome: cancelled -||(Stopped.)'
    message 'chat next'
    sees 'you said: next'
    drained
    [ "$(said | grep -c dropped)" -eq 0 ]
    [ "$(grep -c session/cancel log)" -eq 2 ]
}

@test "a stop word interrupts what runs; otherwise it is a message" {
    acp --stop-words /stop,halt --typing -- "$AGENT" --log log
    message wait
    until_true 10 grep -q session/prompt log
    message 'chat dropped'
    message /STOP@bot
    sees 'I wait, pid [0-9]*. I stop.||(Stopped.)'
    message halt
    sees 'you said: halt'
    drained
    [ "$(said | grep -c dropped)" -eq 0 ]
    [ "$(jq -r 'select(.action.op == "typing") | .action.chat_id' stub.out | sort -u)" = 42 ]
}

@test "a redelivery is held while its message is in work, and only acknowledged after that" {
    {
        echo '{"type":"inbound","bufferId":"b1",'"$(event 'chat one')"',"session_key":"s:1"}'
        echo '{"type":"inbound","bufferId":"b1",'"$(event 'chat one')"',"session_key":"s:1"}'
    } >in
    run --separate-stderr relay-acp --state-dir st -- "$AGENT" <in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(jq -c '[.op // .type, .content // .bufferId]' <<<"$output" | paste -sd ' ')" = '["send","you said: one"] ["inbound_ack","b1"]' ]
    # the same press twice, and a typing indicator that Slack keeps
    rm -f in
    mkfifo in
    exec 9<>in
    background relay-acp --state-dir st --typing -- "$AGENT" <in >out 2>err
    sed 's/discord/slack/' <<<'{"type":"inbound",'"$(event ask)"',"session_key":"s:1"}' >&9
    until_true 10 grep -q prompt_id out
    PROMPT=$(jq -r 'select(.op == "prompt").prompt_id' out)
    for i in 1 2; do
        echo '{"type":"inbound","bufferId":"p1","event":{"text":"/1","message_id":"p1","prompt_response":{"prompt_id":"'"$PROMPT"'","option_id":"1"},"source":{"platform":"slack","chat_id":"42","user_id":"7"}},"session_key":"s:1"}' >&9
    done
    until_true 10 grep -q '"op":"typing","chat_id":"42","content":""' out
    exec 9>&-
    wait "$!"
    [ "$(grep -c '"bufferId":"p1"' out)" -eq 2 ]
    run ! grep -q 'no longer open' out
    [ "$(jq -r 'select(.op == "send").content' out | tail -n 1)" = 'outcome: selected yes/always' ]
}

@test "two sessions work at once, each in its own order and directory" {
    acp -- "$AGENT"
    message hold 1
    message 'chat after' 1
    message release 2
    sees 'held and let go' 1
    sees 'you said: after' 1
    message cwd 1
    message cwd 2
    sees '/.*/work secret=none' 1
    sees '/.*/work secret=none' 2
    [ "$(said 1 | head -n 1)" = 'held and let go' ]
    [ "$(said 1 | tail -n 1)" != "$(said 2 | tail -n 1)" ]
    drained
    rm -rf st
    acp -P 1 -C . -- "$AGENT"
    message cwd 3
    sees "$PWD secret=none" 3
    drained
}

@test "an agent that is killed in a turn: its chat is told, it starts again, and takes the session up" {
    acp -- "$AGENT" --load memory --log log --pid pid
    message 'chat one'
    sees 'you said: one'
    message wait
    until_true 10 grep -q wait memory
    message 'chat two'
    kill -9 "$(cat pid)"
    sees '.*(The agent ended in the middle of this: killed by signal 9. It starts again; please ask again.)'
    sees 'you said: two'
    message memory
    sees 'told: chat one, wait, chat two, memory'
    drained 1
    grep -q 'relay-acp: run .*acp_agent.py: killed by signal 9, starts again in 1 s' err
    grep -q 'relay-acp: run .*acp_agent.py for message m.* of agent:main:discord:dm:42: the agent ended, the chat is told' err
    [ "$(grep -c session/load log)" -eq 1 ]
    [ "$(grep -c session/new log)" -eq 1 ]
    [ "$(said | grep -c history)" -eq 0 ]
    # another run takes it up too; without the agent's memory it is told
    acp -- "$AGENT" --resume memory --log log2
    message memory
    sees 'told: chat one, wait, chat two, memory, memory'
    drained
    [ "$(grep -c session/resume log2)" -eq 1 ]
    rm memory
    acp -- "$AGENT" --load memory
    message 'chat three'
    sees '(The earlier conversation could not be taken up; this is a new one.)||you said: three'
    drained
}

@test "an agent that does not stop is ended, and other sessions are told" {
    acp --kill-after 300ms -- "$AGENT" --log log
    message deaf 1
    message hold 2
    until_true 10 has_prompts 2
    interrupt 1
    sees '.*(Stopped.)' 1
    sees '.*(The agent ended in the middle of this.*' 2
    message 'chat alive' 1
    sees 'you said: alive' 1
    drained 1
    grep -q 'it does not stop, the agent is ended' err
    # a turn that takes too long is one that does not stop
    acp --timeout 300ms --kill-after 300ms -- "$AGENT"
    message deaf 3
    sees '.*(This took too long and was stopped.)||(The agent ended in the middle of this.*' 3
    drained 1
    grep -q 'of agent:main:discord:dm:3: timed out' err
}

# The agent, with --log log, was given that many prompts.
has_prompts() {
    [ "$(grep -c session/prompt log)" -ge "$1" ]
}

@test "files: only those of the session's directory, never through a link" {
    acp -- "$AGENT"
    message 'write @/a/b.txt one two'
    sees written
    work=$(echo st/*/work)
    [ "$(cat "$work/a/b.txt")" = 'one two' ]
    printf '1\n2\n3\n4\n' >"$work/lines"
    printf '\377' >"$work/binary"
    ln -s /etc/passwd "$work/link"
    ln -s /etc "$work/etc"
    mkfifo "$work/fifo"
    message 'read @/lines 2 2'
    sees '{"content": "2.n3.n"}'
    message 'read @/lines 9 1'
    sees '{"content": ""}'
    for path in link etc/passwd; do
        message "read @/$path"
        message "write @/$path x"
    done
    counts 4 'a symbolic link in its path'
    message 'read @/../session.json'
    sees '.*a path with .. in it.*'
    message 'write /etc/x y'
    sees '.*outside of the session.s directory.*'
    message 'write @x y'
    counts 2 outside
    message 'read @/fifo'
    sees '.*not a regular file.*'
    message 'read @/binary'
    sees '.*not UTF-8 text.*'
    message 'read @/none'
    sees '.*-32002.*no such file.*'
    message 'call terminal/create'
    sees '.*-32601, "message": "not offered by relay-acp".*'
    drained
    [ "$(cat /etc/passwd | wc -l)" -gt 1 ] && [ -z "$(ls -A "$work" | grep relay-acp)" ]
}

@test "what an agent says wrong is told, and never reaches a terminal raw" {
    acp -- "$AGENT"
    message error
    sees '(The agent reports an error: Internal error: no quota .31m (code -32603))'
    message junk
    sees 'junk done'
    message refuse
    sees '(The agent refuses to go on.)'
    drained 65
    grep -q 'skip line [0-9]* of .*: not JSON-RPC 2.0' err
    grep -q 'for message m[0-9]* of agent:main:discord:dm:42: Internal error: no quota' err
    run ! grep -q $'\x1b' err
    # a line over the maximum is left out
    acp --max-frame 64K -- "$AGENT"
    message 'huge 70000' 43
    sees 'huge done' 43
    drained 65
    grep -q 'skip line [0-9]* of .*: longer than --max-frame' err
}

@test "an agent that cannot be used: the chat is told, a buffered message stays in the connector" {
    run --separate-stderr relay-acp --state-dir st
    [ "$status" -eq 64 ]
    run -127 --separate-stderr relay-acp --state-dir st -- ./none
    start_stub --buffer buf
    say "{\"type\":\"inbound\",$(event kept)}"
    STATUS=state acp --attempts 1 -- "$AGENT" --version 2 --after go
    until_true 10 grep -q '"waiting":1,' state # for the agent: relay-acp has it
    touch go
    rc=0
    wait "$RING" || rc=$?
    [ "$rc" -eq 69 ]
    grep -q 'given up; 1 messages are not handled' err
    [ -z "$(acked)" ]
    rm go
    unset URL
    rm state
    STATUS=state acp --attempts 1 -- "$AGENT" --version 2 --after go
    message live
    until_true 10 grep -q '"waiting":1,' state
    touch go
    sees '(The agent cannot be started; your message was not read.)'
    rc=0
    wait "$RING" || rc=$?
    [ "$rc" -eq 69 ]
    grep -q 'it does not speak version 1 of the protocol, but 2' err
    acp --attempts 1 --patience 200ms -- "$AGENT" --silent
    rc=0
    wait "$RING" || rc=$?
    [ "$rc" -eq 69 ]
    grep -q 'no answer to the handshake' err
    # it is taken away while it runs
    cp "$AGENT" agent
    acp --attempts 1 -- ./agent
    message 'chat here' 44
    sees 'you said: here' 44
    rm agent
    message die 44
    rc=0
    wait "$RING" || rc=$?
    [ "$rc" -eq 69 ]
    grep -q 'relay-acp: run ./agent: No such file or directory' err
    # it wants a login
    acp -- "$AGENT" --auth key
    message hello
    sees '(The agent needs a login: Authentication required (code -32000))'
    drained 1
    acp --auth key -- "$AGENT" --auth key
    message 'chat inside'
    sees 'you said: inside'
    drained
}

@test "a second relay-acp on one state directory is refused" {
    acp -- "$AGENT"
    message 'chat x'
    sees 'you said: x'
    run --separate-stderr relay-acp --state-dir st -- "$AGENT" </dev/null
    [ "$status" -eq 78 ]
    [[ $stderr == 'relay-acp: open '*'/st: another relay-acp uses it' ]]
    drained
}

@test "text, a reply, the lines around it and media are the blocks of a prompt" {
    acp -- "$AGENT"
    message 'blocks \u2028 x' 42 7 '"reply_to":{"text":"first","author":"bob"},"context":[{"text":"before","source":{"user_name":"eve"}}],"media":[{"url":"https://h.example/a/cat.png?x=1","mime":"image/png","kind":"image","size":12,"caption":"a cat"}]'
    sees '.*'
    said | jq -e '. == [
        {"type":"text","text":"blocks \u2028 x"},
        {"type":"resource_link","uri":"https://h.example/a/cat.png?x=1","name":"cat.png","mimeType":"image/png","description":"a cat","size":12},
        {"type":"text","text":"This replies to a message by bob:\nfirst"},
        {"type":"text","text":"Messages around it:\neve: before"}]'
    drained
}

# The text of the newest action.
last_is() {
    [ "$(jq -r 'select(.action.content).action.content | gsub("\n"; "|")' stub.out | tail -n 1)" = "$1" ]
}

@test "an answer is shown while it grows, and its end is exact" {
    STREAM=100ms acp -- "$AGENT"
    message 'grow go'
    sees word0
    touch go
    until_true 10 last_is 'word0 word1 word2 word3'
    message 'chat quick' 43 # one that is whole at once is one send
    sees 'you said: quick' 43
    # a drain waits for the turn
    message 'grow again' 44
    sees word0 44
    (until grep -q going_idle stub.out; do sleep 0.05; done; touch again) 3>&- &
    PIDS="$PIDS $!"
    drained
    last_is 'word0 word1 word2 word3'
    jq -c 'select(.action.chat_id == "42").action | [.op, .message_id, .content]' stub.out >ops
    [ "$(head -n 1 ops)" = '["send",null,"word0"]' ]
    [ "$(tail -n 1 ops)" = '["edit","m1","word0 word1 word2 word3"]' ]
    [ "$(grep -c '"send"' ops)" -eq 1 ]
}

no_files() {
    ! ls -d files/message-* 2>/dev/null
}

@test "--media: a picture of the connector is an image in the prompt, another file a link to the disk" {
    printf '\211PNG\r\n\032\n and so on' >cat.png
    echo 'a note' >'a note.txt'
    start_stub
    picture=$(relay-media put --url "$URL" cat.png)
    note=$(relay-media put --url "$URL" 'a note.txt')
    MEDIA=files acp -- "$AGENT" --images
    message 'blocks' 42 7 "\"media\":[{\"url\":\"$picture\",\"kind\":\"image\",\"mime\":\"image/png\"},{\"url\":\"$note\",\"filename\":\"a note.txt\"}]"
    sees '.*'
    said >blocks
    [ "$(jq -c 'map(.type)' blocks)" = '["text","image","resource_link"]' ]
    jq -r '.[1].data' blocks | base64 -d | cmp - cat.png
    jq -r '.[1].mimeType' blocks | grep -qx image/png
    jq -r '.[2].uri' blocks | grep -qE "^file://$PWD/files/message-[A-Za-z0-9]+/[^ ]*note.txt$"
    until_true 10 no_files
    # one that is gone is told, and the prompt has the link that the message has
    message 'blocks x' 43 7 "\"media_urls\":[\"$picture-none\"]"
    sees '.*"uri": "http.*-none".*' 43
    drained 1
    grep -q 'not all of its files were fetched (relay-media: exit status 1)' err
}

@test "a response that nothing asked for ends no turn, not even one whose files are on their way" {
    mkdir fake
    printf '#!/bin/sh\ntouch fetching\nuntil [ -e go ]; do sleep 0.05; done\n' >fake/relay-media
    chmod +x fake/relay-media
    cat >agent.py <<'END'
import json, os, sys, time
def say(**m): print(json.dumps({"jsonrpc": "2.0", **m}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    if m["method"] == "initialize":
        say(id=m["id"], result={"protocolVersion": 1})
        while not os.path.exists("fetching"):
            time.sleep(0.05)
        say(id=0, result={"stopReason": "end_turn"})
        say(method="none")
        say(id=-1, result={"stopReason": "end_turn"})
        say(id=99, method="asked", params={})
    elif m["method"] == "session/new":
        say(id=m["id"], result={"sessionId": "s"})
    else:
        say(method="session/update", params={"sessionId": "s", "update": {
            "sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "the answer"}}})
        say(id=m["id"], result={"stopReason": "end_turn"})
END
    sed -i 's/^    m = json.loads(line)$/&\n    if "method" not in m:\n        open("go", "w").close()\n        continue/' agent.py
    echo "{\"type\":\"inbound\",\"bufferId\":\"b1\",$(event hello 42 7 '"media_urls":["http://h.example/a"]')}" |
        PATH=$PWD/fake:$PATH relay-acp --stream 0 --media files --state-dir st -- /usr/bin/python3 "$PWD/agent.py" >out
    [ "$(jq -r '.content // .bufferId // empty' out | tr '\n' ' ')" = 'the answer b1 ' ]
}
