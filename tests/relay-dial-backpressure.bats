# SPDX-License-Identifier: MIT
# relay-dial: back-pressure, bounded memory, both directions stuffed; valgrind.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'

# Peak resident memory of a process in KiB; sanitizers and valgrind use additional memory.
peak() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

sanitized() {
    nm -D "$(command -v relay-dial)" | grep -q __asan_init
}

@test "a stopped reader: memory stays flat while the peer keeps sending, then every byte arrives" {
    local bytes=$((LONG ? 1 << 30 : 96 << 20))
    start_peer --blast "$bytes" --ping 1
    mkfifo out
    background bash -c 'relay-dial --stay -m 1h "$1" <<<"$2" >out 2>err & echo $! >pid; wait $!' - "$URL" "$HELLO"
    # The reader takes nothing for a while, then everything.
    background bash -c 'exec 6<out; echo >reading; until [ -e go ]; do sleep 0.05; done; wc -c <&6 >counted'
    until_true 30 test -s pid
    until_true 30 test -e reading
    local dial before after
    dial=$(cat pid)
    until_true 30 test -e /proc/"$dial"/fd
    # The peer is stuck once dial takes no more: from then on dial's memory does not change.
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
    until_true 60 test -s counted
    [ "$(cat counted)" -gt "$bytes" ]
}

@test "ring and peer both stuffed with frames end without deadlock, none lost" {
    local n=$((LONG ? 100000 : 20000))
    start_peer --flood "$n"
    # COMMAND reads nothing before it has written everything; the peer reads nothing before it has sent everything.
    cat >stuff.sh <<'EOF'
printf '%s\n' '{"type":"hello","platform":"discord","botId":""}'
seq "$1" | sed 's/.*/{"type":"interrupt","session_key":"key-&-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","reason":null}/'
grep -c '"inbound"' >counted
EOF
    background bash -c 'relay-dial --kill-after 2s "$1" -- sh stuff.sh "$2" 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL" "$n"
    until_true 120 bash -c '[ "$(grep -c interrupt peer.out)" -eq '"$n"' ]'
    kill "$(cat pid)"
    ended 0 60
    [ "$(cat counted)" -eq "$n" ]
    [ "$(grep -o 'key-[0-9]*' peer.out | sort -t- -k2n -u | wc -l)" -eq "$n" ]
}

@test "frames that come together with the answer to the upgrade, or just before a reset, are not lost" {
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" early.url early
    until_true 30 test -s early.url
    run --separate-stderr relay-dial -n --no-link "$(cat early.url)"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/raw.py" rst.url rst
    until_true 30 test -s rst.url
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

@test "valgrind: a reconnect, a drain and a kill leave no leak, no error, no descriptor" {
    if sanitized; then
        return 0 # the sanitizers look themselves
    fi
    local vg='valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=99 --log-file=vg.%p'
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
    until_true 100 grep -q '^2 .*hello' peer.out
    # The first connection's socket is gone.
    [ "$(find "/proc/$(cat pid)/fd" -lname 'socket:*' | wc -l)" -eq 1 ]
    kill "$(cat pid)"
    ended 0 100
    # shellcheck disable=SC2016 # for the inner shell
    echo 'trap "" TERM; while :; do sleep 0.1; done' >stubborn.sh
    rm -f status
    background bash -c "$vg"' relay-dial --kill-after 6s "$1" -- sh stubborn.sh 2>err & echo $! >pid; wait $!; echo $? >status' - "$URL"
    until_true 100 grep -q '^open 3' peer.err
    kill "$(cat pid)"
    ended 137 100
    if grep -q 'definitely lost\|Invalid\|uninitialised' vg.*; then cat vg.*; return 1; fi
}
