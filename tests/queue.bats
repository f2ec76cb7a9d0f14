# SPDX-License-Identifier: MIT
# What the tools of a pool have in common, driven by tests/queue_probe.c against a real server.

load helper
load nats

# probe [OPTIONS…] : the lines of stdin, each a request, against the test's server; a line for each answer.
probe() {
    timeout 60 "$RELAY_BUILD/tests/queue_probe" -q "$@" "$NATS"
}

# probe_up [OPTIONS…] : the same in the background: requests by `ask`, answers in ./out, its stderr in ./err.
probe_up() {
    rm -f in
    mkfifo in
    exec 8<>in
    background timeout 120 "$RELAY_BUILD/tests/queue_probe" "$@" "$NATS" <in >out 2>err
    PROBE=$!
}

# ask LINE ANSWER [SECONDS] : sends a request, and waits for a line that matches after those that were there.
ask() {
    local seen
    seen=$(wc -l <out)
    printf '%s\n' "$1" >&8
    until_true "${3:-10}" _answered "$((seen + 1))" "$2" || { cat out err; return 1; }
}
_answered() {
    tail -n "+$1" out | grep -q -- "$2"
}

@test "a message is stored once under its id, found in order, and deleted once" {
    nats_up
    probe >out <<'EOF'
put relay.in.g.s id1 one
put relay.in.g.s id1 one
put relay.in.g.s id2 two
put relay.in.g.t - three
first in relay.in.g.s 1
first in relay.in.g.s 2
first in relay.in.*.t 0
first in relay.in.g.s 3
last in relay.in.g.s
get in 2
delete in 1
delete in 1
delete in 99
get in 1
purge in relay.in.g.s
purge in relay.in.g.s
last in relay.in.g.s
EOF
    # The texts for what is gone differ from server to server.
    sed -i 's/^none: .*/none/' out
    diff out - <<'EOF'
stored 1
duplicate 1
stored 2
stored 3
found 1 relay.in.g.s id1 one
found 2 relay.in.g.s id2 two
found 3 relay.in.g.t - three
none
found 2 relay.in.g.s id2 two
found 2 relay.in.g.s id2 two
done
none
none
none
done
done
none
EOF
}

@test "a session has one token; who pulls it may hold it, give it back, or end it" {
    nats_up
    probe >out <<'EOF'
put relay.ready.g.s - -
put relay.ready.g.s - -
pull
hold
nak 0
pull
put relay.ready.g.t - -
pull
ack
put relay.ready.g.s - -
delete ready 1
put relay.ready.g.s - -
pull
EOF
    sed -i 's/^full: .*/full/; s/^none: .*/none/' out
    diff out - <<'EOF'
stored 1
full
token 1 1 relay.ready.g.s
answer 0 
given back
token 2 1 relay.ready.g.s
stored 2
token 1 2 relay.ready.g.t
acked
full
done
stored 3
token 1 3 relay.ready.g.s
EOF
}

@test "what cannot be answered is told apart: too long, nobody there, no answer, forgotten" {
    nats_up
    probe >out <<'EOF'
big relay.in.g.s 1040000
big relay.in.g.s 1048577
ask nobody.there x 5000
listen quiet
ask quiet x 100
drop quiet y 100
ask quiet z 5000
unlisten
ask quiet x 5000
state
workers
subjects in relay.in.>
EOF
    grep -qx 'stored 1' out
    grep -qx 'refused: longer than the server takes' out
    [ "$(grep -c '^answer 503 $' out)" -eq 2 ]
    # The listener answers at once; what was dropped has no answer.
    [ "$(grep -c '^heard quiet 0 [xyz]' out)" -eq 3 ]
    [ "$(grep -c '^answer 0 echo' out)" -eq 2 ]
    grep -qE '^connected 0 1048576 [0-9.]+ 30000$' out
    [ "$(sed -n 's/^info //p' out | jq -sc '[.[0].config.ack_wait, .[1].state.subjects]')" = '[30000000000,{"relay.in.g.s":1}]' ]
}

@test "a server that is stopped and started again: nothing is sent meanwhile, all goes on afterwards" {
    nats_up
    probe_up -q
    ask 'put relay.in.g.s id1 one' '^stored 1$'
    ask 'listen a.>' '^listening$'
    nats_down
    ask 'wait away' '^away$'
    ask 'publish a.b lost' '^not published$'
    ask 'ask a.b lost 100' '^answer -1 '
    nats_up
    ask 'wait back 1' '^back$'
    ask 'publish a.b kept' '^heard a.b 0 kept$'
    ask 'put relay.in.g.s id1 one' '^duplicate 1$'
    ask 'first in relay.in.g.s 1' '^found 1 relay.in.g.s id1 one$'
    run ! grep lost out
    exec 8>&-
    wait "$PROBE"
    [ ! -s err ]
}

@test "a login that is refused for a while is tried again, and all that is listened to comes back" {
    nats_up 'authorization { user: u, password: "p" }'
    NATS=nats://u:p@127.0.0.1:$NATS_PORT
    probe_up -q
    ask 'listen a.>' '^listening$'
    ask 'put relay.in.g.s id1 one' '^stored 1$'
    nats_down
    nats_up 'authorization { user: u, password: "another" }'
    until_true 10 eval '[ "$(grep -c "authentication error" nats.log)" -ge 2 ]'
    nats_down
    nats_up 'authorization { user: u, password: "p" }'
    ask 'wait back 1' '^back$'
    ask 'publish a.b again' '^heard a.b 0 again$'
    ask 'get in 1' '^found 1 relay.in.g.s id1 one$'
}

@test "a command that is started does not get the connection" {
    nats_up
    probe_up -q
    exec 6</dev/null
    ask 'start ls -l /proc/self/fd' ' 0 -> '
    exec 6<&-
    run ! grep -q 'socket:' out
}

@test "a URL that is none is 64, and no message shows a password" {
    local url
    for url in http://h ws://h:1 nats:// 'nats://u:pass@' 'nats://h,' ',' 'nats://h,http://u:pass@g' 'nats://h x' :1; do
        NATS=$url
        run -64 --separate-stderr probe </dev/null
        [[ $stderr == *"connect "*": it"* ]] || { echo "$url: $stderr"; false; }
        [[ $stderr != *pass* ]]
    done
    NATS=
    run -64 --separate-stderr probe </dev/null
    [[ $stderr != *pass* ]]
}

@test "no server is 69 after ten seconds, without the password; a refused login is 69 at once" {
    nats_up 'authorization { user: u, password: "right" }'
    NATS=nats://u:wrong@127.0.0.1:$NATS_PORT
    run -69 --separate-stderr probe </dev/null
    [[ ${stderr,,} == *"connect nats://127.0.0.1:$NATS_PORT: "*authoriz* ]] || { echo "$stderr"; false; }
    nats_down
    NATS=nats://u:wrong@127.0.0.1:$NATS_PORT,nats://127.0.0.1:$NATS_PORT
    run -69 --separate-stderr fast_clock 20 "$RELAY_BUILD/tests/queue_probe" -q "$NATS" </dev/null
    [[ $stderr == *"connect nats://127.0.0.1:$NATS_PORT,nats://127.0.0.1:$NATS_PORT: "* ]]
    [[ $stderr != *wrong* ]]
}

@test "credentials and keys that others can read are refused, and those that are not there" {
    nats_up
    echo 'secret' >creds
    chmod 644 creds
    run -78 --separate-stderr probe --creds creds </dev/null
    [[ $stderr == *'refuse secret file creds: open to the group or others (mode 0644)' ]]
    NATS_CREDS=creds run -78 probe </dev/null
    run -66 probe --creds none </dev/null
    cp creds cert
    run -78 --separate-stderr probe --cert cert --key creds </dev/null
    [[ $stderr == *'refuse --key creds: open to others (mode 0644)' ]]
    # A certificate without --key has the key in the same file.
    run -78 --separate-stderr probe --cert cert </dev/null
    [[ $stderr == *'refuse --cert cert: open to others (mode 0644)' ]]
    run -78 probe --key creds </dev/null
    run -66 probe --cacert none </dev/null
    run -64 probe --pool 'a.b' </dev/null
}

@test "credentials of an operator's user open the pool; others do not" {
    nats_up "$(cat "$RELAY_SOURCE/tests/operator/nats.conf")"
    cp "$RELAY_SOURCE/tests/operator/user.creds" creds
    chmod 600 creds
    [ "$(probe --creds creds <<<'put relay.in.g.s id1 one')" = 'stored 1' ]
    [ "$(NATS_CREDS=creds probe <<<'put relay.in.g.s id1 one')" = 'duplicate 1' ]
    run -69 --separate-stderr probe </dev/null
    [[ ${stderr,,} == *'authorization violation' ]] || { echo "$stderr"; false; }
    echo nonsense >creds
    run -69 --separate-stderr probe --creds creds </dev/null
    [[ $stderr == *"connect $NATS: "* ]]
}

@test "the login in NATS_URL is not in the environment of a command" {
    nats_up 'authorization { user: u, password: "pass" }'
    NATS_URL=nats://u:pass@127.0.0.1:$NATS_PORT run timeout 60 "$RELAY_BUILD/tests/queue_probe" -q <<<'start env'
    [ "$status" -eq 0 ]
    [[ $output == *BATS_TEST_TMPDIR=* ]]
    [[ $output != *NATS_URL=* ]]
    [[ $output != *pass* ]]
}

@test "a pool is made once; what an operator configured stays; a reader makes nothing" {
    nats_up
    run -69 --separate-stderr probe --role reader </dev/null
    [[ $stderr == *'find pool relay: there is none: stream not found (10059)' ]]
    probe --role maker --ack-wait 11s </dev/null
    [ "$(probe --ack-wait 40s --role worker <<<state | awk '{ print $5 }')" = 11000 ]
    [ "$(probe --role maker --ack-wait 40s --pool relay <<<workers | sed 's/^info //' | jq .stream_name)" = '"relay_ready"' ]
    run -0 probe --role reader --pool relay <<<'subjects out -'
    [ "$(sed 's/^info //' <<<"$output" | jq -c '[.config.duplicate_window, .config.discard, .config.retention]')" = '[3600000000000,"new","limits"]' ]
    # Two pools of a server do not meet.
    run -69 probe --role reader --pool other </dev/null
    probe --pool other <<<'put other.in.g.s id1 x' >out
    [ "$(cat out)" = 'stored 1' ]
    [ "$(probe <<<'last in relay.in.g.s' | cut -d : -f 1)" = none ]
    # More copies than there are servers.
    run -69 --separate-stderr probe --pool third --replicas 3 </dev/null
    [[ $stderr == *'make pool third: '* ]]
}

@test "a server without JetStream is 69 within seconds" {
    NATS_PLAIN=1 nats_up
    run -69 --separate-stderr probe </dev/null
    [[ $stderr == *'find pool relay: nobody answers: JetStream is off, or has no leader' ]] || { echo "$stderr"; false; }
}

# user NAME PASSWORD PUBLISH SUBSCRIBE : a user of nats.conf; subjects are words.
user() {
    local all
    printf -v all '"%s", ' $3
    printf '{ user: %s, password: %s, permissions: { publish: [%s]' "$1" "$2" "${all%, }"
    printf -v all '"%s", ' $4
    printf ', subscribe: [%s] } }\n' "${all%, }"
}

@test "over TLS, with the least rights: a ring and a worker do all they do, and nothing is refused" {
    local n api='$JS.API.STREAM'
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -subj /CN=x \
        -addext 'subjectAltName=DNS:localhost' 2>/dev/null
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout other.key -out other.pem -subj /CN=y 2>/dev/null
    nats_up "tls { cert_file: \"$PWD/cert.pem\", key_file: \"$PWD/key.pem\" }" 'authorization { users = [' \
        '{ user: admin, password: a }' \
        "$(user ring r "relay.in.g.> relay.ready.g.> relay.sent.g relay.ctl.g.> relay.dead.g.> _INBOX.> $api.MSG.GET.relay_out \
            $api.MSG.DELETE.relay_out $api.MSG.GET.relay_sent $api.MSG.DELETE.relay_sent $api.INFO.relay_in $api.PURGE.relay_in" \
            'relay.out.g relay.now.g _INBOX.>')" \
        "$(user work w "relay.out.> relay.now.> relay.ready.> relay.try.> relay.dead.> relay.who.> _INBOX.> \$JS.ACK.relay_ready.> \
            \$JS.API.CONSUMER.MSG.NEXT.relay_ready.workers \$JS.API.CONSUMER.INFO.relay_ready.workers $api.MSG.GET.relay_in \
            $api.MSG.DELETE.relay_in $api.MSG.DELETE.relay_ready $api.MSG.GET.relay_try" 'relay.ctl.> relay.who.> _INBOX.>')" '] }'
    # Nobody is trusted that the file does not name, nor a host that the certificate does not.
    NATS=tls://admin:a@localhost:$NATS_PORT
    run -69 --separate-stderr probe </dev/null
    [[ $stderr == *certificate* ]]
    run -69 --separate-stderr probe --cacert other.pem </dev/null
    [[ $stderr == *certificate* ]]
    NATS=tls://admin:a@127.0.0.1:$NATS_PORT
    run -69 --separate-stderr probe --cacert cert.pem </dev/null
    [[ $stderr == *'IP address mismatch'* ]] || { echo "$stderr"; false; }
    # The pool is not there, and these two may not make it.
    NATS=tls://ring:r@localhost:$NATS_PORT
    run -69 --separate-stderr probe --cacert cert.pem </dev/null
    [[ $stderr == *'make pool relay: no right to publish to $JS.API.STREAM.CREATE.relay_ready' ]] || { echo "$stderr"; false; }
    n=$(grep -c Violation nats.log)
    NATS=tls://admin:a@localhost:$NATS_PORT
    probe --cacert cert.pem --role maker --ack-wait 12s </dev/null
    NATS=tls://ring:r@localhost:$NATS_PORT
    probe --cacert cert.pem --role ring >out <<'EOF'
put relay.in.g.s id1 one
put relay.ready.g.s - -
put relay.sent.g - x
put relay.dead.g.s - x
first out relay.out.g 1
first sent relay.sent.g 1
delete sent 1
subjects in relay.in.g.>
listen relay.out.g
publish relay.ctl.g.s x
EOF
    sed -i 's/^none: .*/none/; s/^info .*/info/' out
    [ "$(paste -sd , out)" = 'stored 1,stored 1,stored 1,stored 1,none,found 1 relay.sent.g - x,done,info,listening,published' ] || { cat out; false; }
    NATS=tls://work:w@localhost:$NATS_PORT
    probe --cacert cert.pem --role worker >out <<'EOF'
state
listen relay.who.>
pull
hold
first in relay.in.g.s 1
put relay.try.g.s - x
last try relay.try.g.s
put relay.out.g id2 reply
delete in 1
delete ready 1
ack
EOF
    [ "$(sed 's/ 2\.[0-9.]* / V /' out | paste -sd ,)" = 'connected 0 1048576 V 12000,listening,token 1 1 relay.ready.g.s,answer 0 ,found 1 relay.in.g.s id1 one,stored 1,found 1 relay.try.g.s - x,stored 1,done,done,acked' ] || { cat out; false; }
    [ "$(grep -c Violation nats.log)" -eq "$n" ] || { grep Violation nats.log; false; }
    # Who asks for what he may not is told at once.
    run -0 --separate-stderr probe --cacert cert.pem --role worker <<<'purge in relay.in.g.s'
    [[ $output == *'refused: no right to publish to $JS.API.STREAM.PURGE.relay_in'* ]]
}

@test "tls:// never goes on in plain text" {
    nats_up
    NATS=tls://127.0.0.1:$NATS_PORT
    run -69 --separate-stderr probe </dev/null
    [[ ${stderr,,} == *'secure connection'* ]] || { echo "$stderr"; false; }
}

# hostile HOW [PORT] : tests/peers/nats.py; NATS is its URL, HOSTILE its pid.
hostile() {
    rm -f nats.url
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/nats.py" nats.url "$@" >connections
    HOSTILE=$!
    until_true 10 test -s nats.url
    NATS=$(cat nats.url)
}

@test "a server that comes back and does not greet: the loop goes on, and so does all, once it greets" {
    nats_up
    probe_up -q
    ask 'listen a.>' '^listening$'
    nats_down
    hostile silent "$NATS_PORT"
    ask 'wait away' '^away$'
    until_true 10 test -s connections
    ask 'publish a.b lost' '^not published$'
    ask 'ask a.b lost 50' '^answer -1 '
    ask unlisten '^unlistened$'
    ask 'listen a.>' 'listening$'
    kill "$HOSTILE"
    wait "$HOSTILE" || true
    nats_up
    ask 'wait back 1' '^back$'
    ask 'publish a.b kept' '^heard a.b 0 kept$'
    exec 8>&-
    wait "$PROBE"
    [ ! -s err ]
}

@test "a server that answers nonsense is no harm: each request ends, and says why" {
    local how
    for how in wrong strangers flood ${LONG:+lengths}; do
        hostile $how
        printf '%s\n' 'first in relay.in.g.s 1' 'put relay.in.g.s id1 x' 'delete in 1' workers 'get in 1' 'ask a.b x 500' |
            timeout 60 "$RELAY_BUILD/tests/queue_probe" -q --bus "$NATS" >out || { echo "$how: $?"; cat out; false; }
        [ "$(wc -l <out)" -eq 6 ] || { echo "$how"; cat out; false; }
    done
}

@test "a server that does not speak the protocol is 69 in bounded time" {
    local how clock why
    while read -r how clock why; do
        hostile "$how"
        run -69 --separate-stderr fast_clock "$clock" timeout 60 "$RELAY_BUILD/tests/queue_probe" -q --role worker "$NATS" </dev/null
        [[ $stderr == *"$why"* ]] || { echo "$how: $stderr"; false; }
    done <<'EOF'
silent 20 connect nats://
endless 20 connect nats://
tls 20 connect nats://
huge 1 find pool relay: longer than the server takes
errors 1 find pool relay:
EOF
    # On a busy machine, that clock may leave no time to connect.
    for how in mute ${LONG:+noise hangup}; do
        hostile "$how"
        run -69 --separate-stderr fast_clock 20 timeout 60 "$RELAY_BUILD/tests/queue_probe" -q --role worker "$NATS" </dev/null
        [[ $stderr == *'find pool relay: no answer'* || $stderr == *'connect nats://'* ]] || { echo "$how: $stderr"; false; }
    done
}
