# SPDX-License-Identifier: MIT
# relay-dial: TLS and proxies.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.pem" \
        -subj "/CN=$1" -addext "subjectAltName=$2" "${@:3}" 2>/dev/null
}

@test "TLS: trusted, wrong-host, expired and self-signed certificates are distinguished" {
    certificate good IP:127.0.0.1
    certificate other DNS:other.example
    # x509 -req can date a certificate back; req -x509 cannot.
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout old.key -out old.csr -subj /CN=old 2>/dev/null
    mkdir ca
    : >ca/index.txt
    echo 01 >ca/serial
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

@test "the link goes through a proxy, by option and by environment; its refusal is reported" {
    start_peer
    background /usr/bin/python3 "$RELAY_SOURCE/tests/peers/proxy.py" proxy.url proxy.log
    until_true 30 test -s proxy.url
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

@test "certificate files: missing 66, a key that others can read 78; SSL_CERT_FILE and SSL_CERT_DIR are trusted" {
    local option
    for option in cacert cert key; do
        run --separate-stderr relay-dial -n --cert /dev/null "--$option" missing wss://127.0.0.1:1
        [ "$status" -eq 66 ] || { echo "$option: $status $stderr"; return 1; }
        [[ $stderr == *"open --$option missing: No such file"* ]]
    done
    certificate good IP:127.0.0.1
    chmod 644 good.key
    run --separate-stderr relay-dial -n --cert good.pem --key good.key wss://127.0.0.1:1
    [ "$status" -eq 78 ]
    [[ $stderr == *'refuse --key good.key: open to others (mode 0644)' ]]
    chmod 640 good.key
    run --separate-stderr relay-dial -n --cert good.pem --key good.key ws://127.0.0.1:1
    [ "$status" -eq 69 ]
    start_peer --cert good.pem --key good.key
    SSL_CERT_FILE=$PWD/good.pem run --separate-stderr relay-dial "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    mkdir trusted
    cp good.pem "trusted/$(openssl x509 -in good.pem -noout -hash).0"
    SSL_CERT_DIR=$PWD/trusted run --separate-stderr relay-dial "$URL" <<<"$HELLO"
    [ "$status" -eq 0 ] || { echo "$stderr"; return 1; }
    # An option takes precedence.
    certificate other IP:127.0.0.1
    SSL_CERT_FILE=$PWD/good.pem SSL_CERT_DIR=$PWD/trusted run relay-dial --cacert other.pem "$URL" <<<"$HELLO"
    [ "$status" -eq 69 ]
}

@test "a proxy that cannot be reached is named as one; one that can never work is 64, its password not shown" {
    run --separate-stderr relay-dial -n -x http://user:secret@127.0.0.1:1 ws://h
    [ "$status" -eq 69 ]
    [[ $stderr == *'no way through the proxy: Failed to connect to 127.0.0.1 port 1 '* ]]
    http_proxy=http://127.0.0.1:1 run --separate-stderr relay-dial -n ws://127.0.0.2:1
    [[ $stderr == *'no way through the proxy: '* ]]
    run --separate-stderr relay-dial -n ws://127.0.0.1:1
    [[ $stderr != *proxy* ]]
    local url
    for url in "http://user:secret'y z@h" foo://user:secret@h http://user:secret@h:99999; do
        run --separate-stderr relay-dial -n -x "$url" ws://127.0.0.1:1
        [ "$status" -eq 64 ] || { echo "$url: $status"; return 1; }
        [[ $stderr != *secret* ]]
        http_proxy=$url run --separate-stderr relay-dial -n ws://127.0.0.1:1
        [ "$status" -eq 69 ] || { echo "$url: $status"; return 1; }
        [[ $stderr != *secret* ]]
    done
}
