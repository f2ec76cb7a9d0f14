# SPDX-License-Identifier: MIT
# relay-dial: TLS and proxies.
load helper

HELLO='{"type":"hello","platform":"discord","botId":"app1"}'

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
