#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The blocks of relay-cookbook(7) that examples.bats cannot run as they stand: what they need besides our tools (a service
# manager, cron, another client) is played by small commands. The agents of the page have agents.bats.

load helper

PAGE=$RELAY_SOURCE/man/relay-cookbook.7

# block HEADING [N] : the N-th literal block below that heading (1).
block() {
    sed -n "/^\.S[hs] .*$1/,/^\.S[hs] /p" "$PAGE" | awk -v n="${2-1}" '/^\.Ed/ { on = 0 } on; /^\.Bd -literal/ { on = ++i == n }' |
        sed 's/\\e/\\/g; s/\\&//g; s/\\(aq/'"'"'/g; s/\\(ga/`/g'
}

# plays COMMAND [SCRIPT] : a command of that name that notes its arguments in ./log and then runs SCRIPT.
plays() {
    mkdir -p played
    printf '#!/bin/sh\necho "%s${*:+ }$*" >>"%s/log"\n%s\n' "$1" "$PWD" "${2-}" >"played/$1"
    chmod +x "played/$1"
}

@test "an alert: silent if the check is, sent with what it printed, told on stdout if it cannot be sent" {
    start_stub
    printf 'GATEWAY_RELAY_URL=%s\nGATEWAY_RELAY_ID=\nGATEWAY_RELAY_SECRET=\n' "$URL" >relay.env
    plays check-disks 'cat text; [ ! -s text ]'
    block 'Alert from cron' | sed "s|/etc/relay.env|./relay.env|; s|/usr/local/bin|played|" >alert
    : >text
    run -0 sh ./alert
    [ -z "$output" ]
    printf 'disk is full' >text
    run -0 sh ./alert
    [ -z "$output" ]
    [ "$(jq -r 'select(.type == "outbound").action | .chat_id, .content' stub.out | paste -sd ' ')" = '42 disk is full' ]
    echo GATEWAY_RELAY_URL=ws://127.0.0.1:1 >>relay.env
    run sh ./alert
    [[ $output == *'alert not sent: disk is full' ]]
}

@test "the line for cron has five times, a user, and a command that cron can run" {
    block 'Alert from cron' 2 >crontab
    read -r minute hour day month weekday user command <crontab
    [ "$minute $hour $day $month $weekday $user" = '*/5 * * * * bot' ]
    plays flock
    PATH=$PWD/played:$PATH sh -c "$command"
    [ "$(cat log)" = 'flock -n /run/lock/alert /usr/local/bin/alert' ]
}

@test "the test for shrinking a recording finds the message for which the agent fails, and no other" {
    printf '#!/bin/sh\nread -r m\ncase $m in *bad*) exit 65 ;; esac\necho ok\n' >agent
    chmod +x agent
    block 'Shrink it' | sed "s|/opt/bot/agent|$PWD/agent|" >buggy
    message='"message_id":"m1","source":{"platform":"discord","chat_id":"c1","chat_type":"dm","user_id":"u1"}}}}'
    echo '{"t":"2026-01-01T00:00:00Z","dir":"down","frame":{"type":"inbound","event":{"text":"bad",'"$message" >bug.ndjson
    sed 's/bad/good/' bug.ndjson >fine.ndjson
    run -0 sh ./buggy bug.ndjson
    run -1 sh ./buggy fine.ndjson
}

@test "the line for shrinking gives the test, the kind of file, and the recording" {
    plays singledelta
    block 'Shrink it' 2 | PATH=$PWD/played:$PATH sh
    [ "$(cat log)" = 'singledelta -test=buggy -suffix=.ndjson -in_place bug.ndjson' ]
}

@test "runbooks go on only if the ring was drained" {
    for c in reboot docker dpkg; do plays "$c"; done
    plays systemctl 'exit "${STOPPED-0}"'
    block 'Drain in a runbook' 2 | head -n 1 >stop
    block 'A rolling upgrade' >upgrade
    PATH=$PWD/played:$PATH run -0 sh ./stop
    PATH=$PWD/played:$PATH run -0 sh ./upgrade
    [ "$(paste -sd '|' log)" = 'systemctl stop relay@bot|reboot|systemctl stop relay@bot|dpkg -i relay_*.deb|systemctl start relay@bot' ]
    rm log
    STOPPED=1 PATH=$PWD/played:$PATH run -1 sh ./stop
    STOPPED=1 PATH=$PWD/played:$PATH run -1 sh ./upgrade
    [ "$(paste -sd '|' log)" = 'systemctl stop relay@bot|systemctl stop relay@bot' ]
    rm log
    block 'Drain in a runbook' 2 | sed -n 2p | PATH=$PWD/played:$PATH sh
    [ "$(paste -sd '|' log)" = 'docker stop -t 70 bot|docker rm bot' ]
}

@test "behind a proxy: the ring asks the proxy for the connector" {
    cat >proxy.py <<'END'
import socket
s = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(s.getsockname()[1]) + "\n")
c = s.accept()[0]
open("asked", "wb").write(c.recv(4096))
c.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
c.close()
END
    printf '#!/bin/sh\n' >agent
    chmod +x agent
    background /usr/bin/python3 proxy.py
    until_true 10 test -s port
    block 'Behind a proxy' | sed "s|proxy:3128|127.0.0.1:$(cat port)|; s|relay-adapter|& -q --retry 0|" >line
    run sh ./line
    [ "$status" -eq 69 ]
    [[ $(cat asked) == 'CONNECT c.example:443 HTTP/1.1'* ]]
}

@test "the keys for reading encrypted frames are written, and tshark gets their file" {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -addext subjectAltName=IP:127.0.0.1 -keyout peer.key \
        -out peer.pem 2>/dev/null
    chmod 600 peer.key
    start_stub --cert peer.pem --key peer.key
    plays tshark
    printf '#!/bin/sh\n' >agent
    chmod +x agent
    block 'Read the encrypted frames' |
        sed "s|relay-adapter …|relay-adapter -q -k --url $URL -p discord --after 100ms ./agent|" >line
    echo wait >>line
    PATH=$PWD/played:$PATH run sh ./line
    grep -q 'CLIENT_TRAFFIC_SECRET_0\|CLIENT_RANDOM' keys
    [[ $(cat log) == *'-o tls.keylog_file:keys -Y websocket'* ]]
}

@test "the two lines beside websocat dial the same address" {
    block 'Coming from websocat' >lines
    read -r first header <<<"$(head -n 1 lines)"
    [ "$first" = websocat ]
    [[ $header == *'Authorization: Bearer $TOKEN"'* ]]
    [ "$(awk '{ print $NF }' lines | sed 's|/relay$||' | sort -u)" = wss://c.example ]
    run -0 --separate-stderr sh -c "$(tail -n 1 lines | sed 's/relay-dial/& --dry-run/')"
    [ "$(jq -r .url <<<"$output")" = wss://c.example/relay ]
}

@test "kcat gets a line of columns for each frame that the recording gets" {
    plays kcat 'cat >>columns'
    printf '{"t":"2026-01-01T00:00:00Z","dir":"up","frame":{"type":"hello","platform":"discord","botId":""}}\n' >link.ndjson
    block kcat >line
    PATH=$PWD/played:$PATH background sh ./line
    until_true 10 grep -q hello columns
    printf '{"t":"2026-01-01T00:00:01Z","dir":"up","frame":{"type":"going_idle"}}\n' >>link.ndjson
    until_true 10 grep -q going_idle columns
    [ "$(cat log)" = 'kcat -P -t relay' ]
    pkill -P "$!" || true
}
