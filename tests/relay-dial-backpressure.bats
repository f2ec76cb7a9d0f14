# SPDX-License-Identifier: MIT
# relay-dial: back-pressure, bounded memory, both ways stuffed, TLS, proxies, valgrind.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'

# Peak resident memory of a process in KiB; sanitizers and valgrind have their own.
peak() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

sanitized() {
    nm -D "$(command -v relay-dial)" | grep -q __asan_init
}

@test "a stopped reader: memory stays flat while the peer sends on, then every byte arrives" {
    local bytes=$((LONG ? 1 << 30 : 96 << 20))
    start_peer --blast "$bytes" --ping 1
    mkfifo out
    background bash -c 'relay-dial --stay -m 1h "$1" <<<"$2" >out 2>err & echo $! >pid; wait $!' - "$URL" "$HELLO"
    # The reader takes nothing for a while, then all.
    background bash -c 'exec 6<out; echo >reading; until [ -e go ]; do sleep 0.05; done; wc -c <&6 >counted'
    until_true 5 test -s pid
    until_true 5 test -e reading
    local dial before after
    dial=$(cat pid)
    until_true 10 test -e /proc/"$dial"/fd
    # The peer is stuck when dial takes no more: its memory does not change.
    before=0
    until after=$(peak "$dial") && [ "$after" -eq "$before" ] && [ "$after" -gt 12000 ]; do
        before=$after
        sleep 0.5
    done
    touch go
    until_true 120 grep -q '^blasted' peer.err
    after=$(peak "$dial")
    sanitized || [ "$after" -lt 32768 ] || { echo "peak $after KiB"; return 1; }
    kill "$dial"
    until_true 20 test -s counted
    [ "$(cat counted)" -gt "$bytes" ]
}

@test "ring and peer both stuffed with frames end without deadlock, none lost" {
    local n=$((LONG ? 100000 : 20000))
    start_peer --flood "$n"
    # COMMAND reads nothing before it has said everything; the peer reads nothing before it has sent everything.
    cat >stuff.sh <<'EOF'
printf '%s\n' '{"type":"hello","platform":"discord","botId":""}'
seq "$1" | sed 's/.*/{"type":"interrupt","session_key":"key-&-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","reason":null}/'
grep -c '"inbound"' >counted
EOF
    background bash -c 'relay-dial --kill-after 2s "$1" -- sh stuff.sh "$2" 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL" "$n"
    until_true 120 bash -c '[ "$(grep -c interrupt peer.out)" -eq '"$n"' ]'
    kill "$(cat pid)"
    ended 0 20
    [ "$(cat counted)" -eq "$n" ]
    [ "$(grep -o 'key-[0-9]*' peer.out | sort -t- -k2n -u | wc -l)" -eq "$n" ]
}

@test "frames that come with the answer to the upgrade, and before a reset, are not lost" {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" early.url early
    until_true 5 test -s early.url
    run --separate-stderr relay-dial -n --no-link "$(cat early.url)"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" rst.url rst
    until_true 5 test -s rst.url
    run --separate-stderr relay-dial -n --no-link "$(cat rst.url)"
    [ "$status" -eq 69 ]
    [ "${#lines[@]}" -eq 2 ]
}

@test "16 MiB pass both ways to the byte; one byte more is a named error" {
    start_peer
    /usr/bin/python3 - >in <<'EOF'
line = '{"type":"hello","platform":"%s","pad":""}'
print('{"type":"hello","platform":"discord","pad":"' + "x" * (16 * 1024 * 1024 - len('{"type":"hello","platform":"discord","pad":""}')) + '"}')
print('{"type":"hello","platform":"discord","pad":"' + "x" * (16 * 1024 * 1024) + '"}')
EOF
    run --separate-stderr bash -c 'relay-dial --no-link "$1" <in | wc -l; exit "${PIPESTATUS[0]}"' - "$URL"
    [ "$status" -eq 65 ]
    [[ $stderr == *'skip line 2: longer than 16777216 bytes'* ]]
    cmp <(head -n1 in) <(sed 's/^1 //' peer.out)
    run --separate-stderr bash -c 'echo "$2" | relay-dial --no-link -w 200ms --max-frame 200 "$1"' - "$URL" "$HELLO"
    [ "$status" -eq 75 ] || [ "$status" -eq 76 ]
    [[ $stderr == *'receive frame: longer than 200 bytes'* ]]
}

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.pem" \
        -subj "/CN=$1" -addext "subjectAltName=$2" "${@:3}" 2>/dev/null
}

@test "TLS: trusted, wrong host, expired and self-signed are told apart" {
    certificate good IP:127.0.0.1
    certificate other DNS:other.example
    # x509 -req can date a certificate back; req -x509 cannot.
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout old.key -out old.csr -subj /CN=old 2>/dev/null
    mkdir ca && : >ca/index.txt && echo 01 >ca/serial
    printf '[ca]\ndefault_ca=d\n[d]\ndir=ca\ndatabase=ca/index.txt\nserial=ca/serial\nnew_certs_dir=ca\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=IP:127.0.0.1\n' >ca.cnf
    openssl ca -batch -config ca.cnf -selfsign -keyfile old.key -in old.csr -out old.pem \
        -startdate 20200101000000Z -enddate 20200102000000Z 2>/dev/null
    local case name why want
    for case in 'good 0 by us: 1000' 'other 69 no alternative certificate subject name' 'old 69 certificate has expired'; do
        read -r name want why <<<"$case"
        start_peer --cert "$name.pem" --key "$name.key"
        run --separate-stderr relay-dial --cacert "$name.pem" "$URL" <<<"$HELLO"
        [ "$status" -eq "$want" ] || { echo "$case: $status $stderr"; return 1; }
        [[ $stderr == *"$why"* ]]
        if [ "$name" = good ]; then
            run --separate-stderr relay-dial "$URL" <<<"$HELLO"
            [[ $status -eq 69 && $stderr == *'self-signed certificate'* ]]
        fi
        run --separate-stderr relay-dial -k "$URL" <<<"$HELLO"
        [ "$status" -eq 0 ]
        kill "$PEER"
    done
}

@test "a proxy is tunnelled through, by option and by environment; its refusal is told" {
    start_peer
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/proxy.py" proxy.url proxy.log
    until_true 5 test -s proxy.url
    local p
    p=$(cat proxy.url)
    run --separate-stderr relay-dial -x "$p" "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ]
    run --separate-stderr env http_proxy="$p" relay-dial "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ]
    [ "$(grep -c '^CONNECT 127.0.0.1:' proxy.log)" -eq 2 ]
    run --separate-stderr env http_proxy="$p" no_proxy=127.0.0.1 relay-dial "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ]
    [ "$(grep -c CONNECT proxy.log)" -eq 2 ]
    run --separate-stderr relay-dial -x "$p" ws://refused.example <<<"$HELLO"
    [ "$status" -eq 69 ]
    [[ $stderr == *'CONNECT tunnel failed, response 403'* ]]
}

@test "valgrind: a reconnect, a drain and a kill leave no leak, no error, no descriptor" {
    if sanitized; then
        return 0 # the sanitizers look themselves
    fi
    local vg='valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=99 --track-fds=yes --log-file=vg.%p'
    start_peer --drop@2
    cat >ring.sh <<'EOF'
printf '%s\n' '{"type":"hello","platform":"discord","botId":""}' '{"type":"outbound","requestId":"a","action":{}}'
while IFS= read -r line; do
    case $line in *'"draining"'*) echo '{"type":"going_idle"}';; esac
    printf '%s\n' "$line"
done
EOF
    # shellcheck disable=SC2086,SC2016 # words; for the inner shell
    background bash -c "$vg"' relay-dial "$1" -- sh ring.sh 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    until_true 30 grep -q '^2 .*hello' peer.out
    kill "$(cat pid)"
    ended 0 30
    # shellcheck disable=SC2016 # for the inner shell
    echo 'trap "" TERM; while :; do sleep 0.1; done' >stubborn.sh
    rm -f status
    background bash -c "$vg"' relay-dial --kill-after 200ms "$1" -- sh stubborn.sh 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    until_true 30 grep -q '^open 3' peer.err
    kill "$(cat pid)"
    ended 137 30
    # Only the descriptors it was started with are open at the end.
    if grep -q 'definitely lost\|Invalid\|uninitialised' vg.*; then cat vg.*; return 1; fi
    if grep 'Open file descriptor' vg.* | grep -v 'descriptor [0-2]:\|/bats\|vg\.'; then cat vg.*; return 1; fi
}
