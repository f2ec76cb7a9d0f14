#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The agents of relay-cookbook(7), each in a conversation over a real link: people on the stub's side, the agent on ours.

load helper

AGENTS=$RELAY_SOURCE/tests/agents

# ring [OPTIONS…] COMMAND : relay-adapter in the background, with its conversation in ./record.
ring() {
    background relay-adapter -q --url "$URL" -p discord:app1 --record record "$@" 2>err </dev/null
    ADAPTER=$!
}

# person ID TEXT [MEMBERS OF THE EVENT] : Ada writes.
person() {
    say '{"type":"inbound","event":{"text":"'"$2"'","message_id":"'"$1"'"'"${3-}"',"source":{"platform":"discord","chat_id":"c1","chat_type":"dm","user_id":"u1","user_name":"ada"}}}'
}

# presses ID OPTION : Ada presses a button of the newest prompt.
presses() {
    local prompt
    prompt=$(jq -r 'select(.action.op == "prompt").action.prompt_id' stub.out | tail -n 1)
    person "$1" "/$2" ',"message_type":"command","prompt_response":{"prompt_id":"'"$prompt"'","option_id":"'"$2"'"}'
}

# What the agent has said, on one line.
chat() {
    jq -r 'select(.action.content).action.content' stub.out | paste -sd '|'
}

chat_is() {
    [ "$(chat)" = "$1" ]
}

# reads TEXT : waits until the chat is that.
reads() {
    until_true 20 chat_is "$1" || { chat; cat err; return 1; }
}

# end : drains the ring, in which nothing went wrong and all that was kept is acknowledged; shows the conversation.
end() {
    local rc=0
    kill "$ADAPTER"
    wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 0 ] && [ ! -s err ] || { echo "$rc"; cat err; return 1; }
    diff <(jq -r '.frame | select(.type == "inbound").bufferId // empty' record | sort -u) \
        <(jq -r 'select(.type == "inbound_ack").bufferId' stub.out | sort -u)
    relay-decode -f text record
}

@test "echo, in sh" {
    start_stub
    ring "$AGENTS/echo.sh"
    person m1 'hello, world'
    reads 'hello, world'
    person m2 '$(id) \"*\" \\\\n'
    reads 'hello, world|$(id) "*" \\n'
    end
}

@test "approval, in sh: asked of a message that the connector kept, answered by a press; then no; then refused" {
    echo '{"op":"prompt","chat_id":"c1","content":"Deploy?","result":{"success":false,"error":"no buttons"}}' >refuse
    start_stub
    person m1 deploy
    ring -i "$AGENTS/approve.sh"
    reads 'Deploy?'
    presses p1 yes
    reads 'Deploy?|Deployed.'
    person m2 deploy
    reads 'Deploy?|Deployed.|Deploy?'
    presses p2 no
    reads 'Deploy?|Deployed.|Deploy?|Not deployed.'
    end
    start_stub --result refuse
    ring -i "$AGENTS/approve.sh"
    person m3 deploy
    reads 'Deploy?|Not deployed.'
    kill "$ADAPTER"
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 1 ] || { echo "$rc"; cat err; return 1; }
    grep -q '"prompt" to chat "c1": no buttons' err
}

@test "approval with a connector that shares no code with the tools: message and press are buffered, both acknowledged" {
    start_peer --mute
    ring -i "$AGENTS/approve.sh"
    until_true 20 grep -q '"hello"' peer.out
    tell '{"type": "descriptor", "descriptor": {"contract_version": 1, "platform": "discord", "label": "D", "max_message_length": 2000, "len_unit": "utf16", "markdown_dialect": "discord", "supports_draft_streaming": false, "supports_edit": true, "supports_threads": true, "supported_ops": ["send", "prompt"]}}'
    from='"source": {"platform": "discord", "chat_id": 42, "chat_type": "group", "user_id": "u1", "user_name": "\"option_id\": \"yes\""}'
    tell '{"type": "inbound", "event": {"text": "deploy", "message_id": "m1", '"$from"'}, "bufferId": 7}'
    until_true 20 grep -q '"op":"prompt"' peer.out
    action() { sed 's/^1 //' peer.out | jq -c "select(.action.op == \"$1\")"; }
    tell "$(action prompt | jq '{type: "outbound_result", requestId, result: {success: true, message_id: 99}}' | tr '\n' ' ')"
    id=$(action prompt | jq -r .action.prompt_id)
    # a press on another message is not meant
    tell '{"type": "inbound", "event": {"text": "/yes", "message_id": "p0", "message_type": "command", "prompt_response": {"prompt_id": "other", "option_id": "yes", "prompt_message_id": "98"}, '"$from"'}, "bufferId": "b8"}'
    tell '{"type": "inbound", "event": {"text": "/no", "message_id": "p1", "message_type": "command", "prompt_response": {"prompt_id": "'"$id"'", "option_id": "no", "prompt_message_id": "99"}, '"$from"'}, "bufferId": "b9"}'
    until_true 20 grep -q '"content":"Not deployed."' peer.out
    until_true 20 grep -q '"bufferId":"b9"' peer.out
    [ "$(sed 's/^1 //' peer.out | jq -r 'select(.type == "inbound_ack").bufferId' | head -n 2 | tr '\n' ' ')" = '7 b9 ' ]
    run ! grep -q '"content":"Deployed."' peer.out
    kill -9 "$ADAPTER"
}

# The same small bot twice.
small_bot() {
    start_stub
    person m1 hi
    ring -l "$1"
    reads 'Hi ada.'
    person m2 /drink
    reads 'Hi ada.|Which?'
    presses p1 tea
    reads 'Hi ada.|Which?|Your tea.'
    person m3 "caf\u00e9 \u2028 \u0085"
    reads 'Hi ada.|Which?|Your tea.|Hi ada.'
    end
}

@test "a small bot, in Python" {
    small_bot "$AGENTS/bot.py"
}

@test "a small bot, in Node" {
    small_bot "$AGENTS/bot.js"
}

# A picture on the connector; prints its URL.
upload() {
    GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret relay-media --url "$URL" put -n "$1" -
}

@test "pictures in, a file out" {
    printf s3cret >secret
    chmod 600 secret
    start_stub --secret demo=secret
    one=$(printf '\x89PNG\r\n\x1a\none' | upload 'one day.png') two=$(printf '\x89PNG\r\n\x1a\ntwo' | upload two.png)
    ring --id demo --secret-file secret --media media -j "$AGENTS/album.sh"
    person m1 hello
    reads 'Pictures?'
    person m2 '' ',"message_type":"photo","media_urls":["'"$one"'","'"$two"'"]'
    reads 'Pictures?|2 of them'
    url=$(jq -r 'select(.action.op == "send_media").action.source_url' stub.out)
    GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret relay-media --url "$URL" get "$url"
    tar -xzf album.tgz --transform 's,.*/,,' -P
    [ "$(cat one_day.png two.png | tr -d '\r')" = "$(printf '\x89PNG\n\x1a\none\x89PNG\n\x1a\ntwo')" ]
    [ -z "$(find media -name 'message-*')" ]
    end
}

# Where no curl is installed, one that knows just these options.
need_curl() {
    ! command -v curl >/dev/null || return 0
    mkdir -p bin
    cat >bin/curl <<'END'
#!/usr/bin/python3
import sys, urllib.error, urllib.request
assert sys.argv[1:6] == ["-fsSN", "-H", "Content-Type: application/json", "-d", "@-"]
request = urllib.request.Request(sys.argv[6], sys.stdin.buffer.read(), {"Content-Type": "application/json"})
try:
    for line in urllib.request.urlopen(request):
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
except urllib.error.HTTPError:
    sys.exit(22)
END
    chmod +x bin/curl
    PATH=$PWD/bin:$PATH
}

# What the chat shows, with the edits made.
shown() {
    jq -n 'reduce (inputs | select(.type == "outbound").action) as $a ([];
        if $a.op == "send" then . + [$a.content] elif $a.op == "edit" then .[-1] = $a.content else . end)' stub.out
}

shows() {
    [ "$(shown | jq -r 'join("|")')" = "$1" ]
}

@test "a model over HTTP: its answer grows in the chat while it writes; one that fails is told" {
    need_curl
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/llm.py" llm.url go
    until_true 30 test -s llm.url
    start_stub
    LLM_URL=$(cat llm.url) MODEL=small ring --stream=50ms --typing --attempts 1 --on-failure 'Try again later.' "$AGENTS/ask.sh"
    person m1 'na\u00efve?'
    until_true 20 shows 'naïve?'
    : >go
    until_true 20 shows $'naïve?\nnaïve?'
    person m2 'fail'
    until_true 20 shows $'naïve?\nnaïve?|Try again later.'
    kill "$ADAPTER"
    rc=0; wait "$ADAPTER" || rc=$?
    [ "$rc" -eq 1 ]
    grep -q 'exit status 22' err
}

@test "the agents are as short as they should be, and relay-cookbook(7) shows them as they are" {
    while read -r file most; do
        grep -v SPDX "$AGENTS/$file" >shown
        [ "$(wc -l <shown)" -le "$most" ] || { wc -l shown; return 1; }
        # the page's text without its roff escapes
        sed 's/\\e/\\/g; s/^\\&//; s/\\-/-/g; s/\\(aq/'"'"'/g; s/\\(ga/`/g' "$RELAY_SOURCE/man/relay-cookbook.7" >page
        /usr/bin/python3 -c 'import sys; sys.exit(open("shown").read() not in open("page").read())' || { echo "$file is not in the page"; return 1; }
    done <<'END'
echo.sh 2
approve.sh 8
album.sh 9
ask.sh 7
bot.py 25
bot.js 25
acp_sdk.mjs 40
END
}
