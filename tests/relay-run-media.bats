#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-run --media: a message's files are there before COMMAND runs, and gone after it.

load helper
load relay-run

setup_more() {
    printf s3cret >secret
    chmod 600 secret
    unset RELAY_MEDIA_SOCKET GATEWAY_RELAY_SECRET
    export GATEWAY_RELAY_ID=demo
}

start_servers() {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/media.py" urls log
    until_true 30 test -s urls
    { read -r BASE; read -r OTHER; } <urls
    export GATEWAY_RELAY_URL=$BASE
}

# with_files ID URL… : a message that names files.
with_files() {
    local id=$1 list
    shift
    list=$(printf ',"%s"' "$@")
    message c1 "$id" look "" ',"media_urls":['"${list#,}"']'
}

no_files() {
    [ -z "$(find media -name 'message-*')" ]
}

@test "COMMAND has the files of its message, in a private directory that goes with it" {
    start_servers
    script agent <<'END'
for f in $RELAY_MEDIA_FILES; do
    printf '%s %s %s ' "$(stat -c %a "$f")" "$(stat -c %a "$(dirname "$f")")" "$(head -c 4 "$f" | tail -c 3)"
    ln -s /etc/passwd "$f.link"
    mkdir -p "$(dirname "$f")/sub/sub"
done
echo "${RELAY_MEDIA_FILES-none}" >>seen
END
    { with_files 1 "$BASE/relay/media/file" "$BASE/x/file"; message c1 2 plain; with_files 3 "$BASE/relay/media/file"; } >in
    run --separate-stderr relay-run --media media ./agent <in
    echo "$stderr"
    [ "$status" -eq 1 ]
    [ "$(jq -r 'select(.op == "send").content' <<<"$output")" = $'600 700 PNG \n600 700 PNG ' ]
    [ "$(sed "s,^$PWD/,," seen | sed 's/message-....../message-X/')" = $'media/message-X/file.png\nnone\nmedia/message-X/file.png' ]
    [[ ${stderr_lines[0]} == "relay-media: get $BASE/x/file: its address is not public"* ]]
    [ "${stderr_lines[1]}" = 'relay-run: run ./agent for message 1 of s:c1: not all of its files were fetched (relay-media: exit status 65)' ]
    [ "$(stat -c %a media)" = 700 ]
    no_files
    [ -e /etc/passwd ]
}

@test "in a ring, the connector's files come with the bearer, and COMMAND sends one back, without the secret" {
    start_stub --secret demo=secret
    GATEWAY_RELAY_SECRET=s3cret relay-media --url "$URL" put -n cat.png "$RELAY_SOURCE/README.md" >up
    script agent <<'END'
! env | grep -q s3cret || echo leaked >leaked
tr a-z A-Z <"$RELAY_MEDIA_FILES" >big.txt
relay-media put --action --caption "$(basename "$RELAY_MEDIA_FILES")" big.txt
END
    background relay-adapter -q -j --media media --url "$URL" --secret-file secret -p discord ./agent </dev/null >out 2>err 9>&-
    ADAPTER=$!
    until_true 20 grep -q '"hello"' stub.out
    say '{"type":"inbound","event":{"text":"look","message_id":"m1","media_urls":["'"$(cat up)"'"],"source":{"platform":"discord","chat_id":"42"}}}'
    until_true 20 grep -q send_media stub.out
    grep send_media stub.out | jq -c '[.action.op, .action.chat_id, .action.media_kind, .action.content, .action.filename]' >sent
    [ "$(cat sent)" = '["send_media","42","document","cat.png","big.txt"]' ]
    GATEWAY_RELAY_SECRET=s3cret relay-media get --url "$URL" -o back "$(grep send_media stub.out | jq -r .action.source_url)"
    tr a-z A-Z <"$RELAY_SOURCE/README.md" | cmp - back
    kill "$ADAPTER"
    wait "$ADAPTER"
    [ ! -e leaked ]
    [ ! -s err ]
    no_files
    run ! pgrep -f 'relay-media serve.*'"$PWD"
}

@test "an interrupt while the files come ends it, and the next message runs" {
    start_servers
    script agent <<'END'
echo "$RELAY_MESSAGE_ID" >>ran
END
    start_run --media media ./agent
    feed with_files 1 "$BASE/relay/media/hangs"
    until_true 10 grep -q hangs log
    feed echo '{"type":"interrupt_inbound","session_key":"s:c1","chat_id":"c1"}'
    feed message c1 2 plain
    until_true 10 grep -qx 2 ran
    exec 9>&-
    wait "$RUN"
    [ "$(cat ran)" = 2 ]
    no_files
}

@test "files that take too long are left out, and COMMAND runs" {
    start_servers
    mkdir slow
    ln -s "$(type -P sleep)" slow/sleep
    printf '#!/bin/sh\nexec sleep 1000\n' >slow/relay-media
    chmod +x slow/relay-media
    script agent <<'END'
echo "files: ${RELAY_MEDIA_FILES-none}"
END
    with_files 1 "$BASE/relay/media/file" >in
    PATH=$PWD/slow:$PATH run --separate-stderr fast_clock 100 relay-run --media media ./agent <in
    [ "$status" -eq 1 ]
    [ "$(jq -r 'select(.op == "send").content' <<<"$output")" = 'files: none' ]
    [[ $stderr == *'not all of its files were fetched (relay-media: time-out, status 124)' ]]
}

@test "each attempt has the files; those that a killed relay-run left are removed" {
    start_servers
    script agent <<'END'
[ -s "$RELAY_MEDIA_FILES" ] || echo missing >missing
echo "$RELAY_ATTEMPT"
[ "$RELAY_ATTEMPT" -gt 1 ] || exit 1
END
    with_files 1 "$BASE/relay/media/file" >in
    mkdir -m 700 media media/message-old
    echo x >media/message-old/x
    echo mine >media/mine
    relay-run -q --media media ./agent <in >out
    [ "$(jq -r 'select(.op == "send").content' out)" = 2 ]
    [ ! -e missing ]
    no_files
    [ "$(cat media/mine)" = mine ]
}

@test "a directory that is open to others, or in use, is refused before anything runs" {
    mkdir -m 755 open
    run -78 --separate-stderr relay-run --media open true </dev/null
    [[ $stderr == "relay-run: refuse --media open: open to others"* ]]
    ln -s open link
    run -66 --separate-stderr relay-run --media link true </dev/null
    start_run --media media cat
    until_true 10 test -e media/lock
    run -66 --separate-stderr relay-run --media media true </dev/null
    [ "$stderr" = 'relay-run: open media: another process uses it' ]
    run -78 --separate-stderr relay-run -l --media other cat </dev/null
    [ "$stderr" = 'relay-run: --long-lived and --media: give one of them' ]
}
