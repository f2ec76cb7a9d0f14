#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# relay-media among strangers: URLs from the chat, an agent that has the socket but not the secret.

load helper

setup_more() {
    export GATEWAY_RELAY_ID=demo GATEWAY_RELAY_SECRET=s3cret
    unset RELAY_MEDIA_SOCKET
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/media.py" urls log
    until_true 30 test -s urls
    { read -r BASE; read -r OTHER; } <urls
    export GATEWAY_RELAY_URL=$BASE
}

# refused URL [COMMAND…] : it is not fetched, because of its address.
refused() {
    local url=$1
    shift
    run --separate-stderr env "$@" relay-media get -o got "$url"
    [ "$status" -eq 65 ] && [[ $stderr == *': its address is not public (--private allows this)' ]] ||
        { echo "$url $*: $status"; echo "$stderr"; return 1; }
    [ ! -e got ]
}

# job JSON COUNT : asks the serving relay-media for it with COUNT descriptors, and prints its answer.
job() {
    /usr/bin/python3 -c 'import array, os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(os.environ["RELAY_MEDIA_SOCKET"])
files = [open("part%d" % i, "w+b") for i in range(int(sys.argv[2]))]
files[0].write(b"hello")
files[0].flush()
s.sendmsg([sys.argv[1].encode() + b"\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [f.fileno() for f in files]))])
sys.stdout.write(s.recv(4096).decode())' "$1" "$2"
}

@test "proxy variables that do not apply to a request do not open our own addresses to it" {
    refused "$OTHER/file" https_proxy=http://127.0.0.1:1
    refused "$OTHER/file" all_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1
    refused "$OTHER/file" http_proxy=http://127.0.0.1:1 NO_PROXY='*'
    refused "$OTHER/relay/media/file" HTTPS_PROXY=http://127.0.0.1:1 ALL_PROXY=
    [ ! -s log ]
    relay-media get -x "$OTHER" -o got http://example.invalid/file # its address is the proxy's affair
    [ -s got ]
}

@test "a connection to the connector that is still open leads nowhere but to its media" {
    refused "$BASE/relay/media/keep-inside"
    [ "$(jq -r .path log)" = /relay/media/keep-inside ]
}

@test "serve: a type with a line end in it makes no header; of several descriptors the first counts" {
    export -f job
    # shellcheck disable=SC2016 # for COMMAND
    run --separate-stderr relay-media serve -- bash -c '
        for type in "a/b\\r\\nX-Evil: 1" "a/b\\nX-Evil: 1" "" a/b; do
            job "{\"put\":true,\"url\":\"\",\"types\":\"\",\"type\":\"$type\",\"name\":\"n\",\"size\":5,\"time\":5000}" 2 | jq -c "[.status, .error]"
        done'
    diff <(echo "$output") - <<'END'
[64,"not a job with a file"]
[64,"not a job with a file"]
[64,"not a job with a file"]
[0,""]
END
    [ "$(jq -r '.headers["content-type"], .headers["x-evil"]' log)" = $'a/b\nnull' ]
}

@test "serve: the end of COMMAND's own descriptors is not held up" {
    mkfifo out
    (
        cat <out >copy
        echo end >ended
    ) 3>&- &
    # shellcheck disable=SC2016 # for COMMAND
    background relay-media serve -- bash -c 'echo hello >&7; exec 7>&-; echo "$PPID" >runs; exec sleep 600' 7>out
    until_true 10 test -s runs
    until_true 10 test -s ended
    [ "$(cat copy)" = hello ]
}

@test "a name that is longer than a screen is cut in messages" {
    run --separate-stderr relay-media get "ftp://$(head -c 100000 /dev/zero | tr '\0' x)"
    [ "$status" -ne 0 ]
    [ "${#stderr}" -lt 2000 ]
    [[ $stderr == 'relay-media: get ftp://xxx'*'…: '* ]]
}
