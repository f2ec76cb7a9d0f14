# SPDX-License-Identifier: MIT
# relay-token: minting, verifying, and where the secret can come from.
load helper

setup_more() {
    printf 's3cret\n' >secret
    chmod 600 secret
}

@test "token: the vectors" {
    local id secret exp token
    while IFS=$'\t' read -r id secret exp token; do
        [ "$(GATEWAY_RELAY_SECRET=$secret relay-token -q --id "$id" --expires "$exp")" = "$token" ]
        run --separate-stderr env GATEWAY_RELAY_SECRET="$secret" relay-token --verify "$token"
        if [ "$exp" -eq 0 ] || [ "$exp" -gt "$(date +%s)" ]; then
            [ "$output" = "$id"$'\t'"$exp" ]
        else
            [ "$status" -eq 1 ]
            [[ $stderr == 'relay-token: verify token of '*', expired since '*': expired' ]]
        fi
    done < <(jq -r '[.id,.secret,.exp,.token]|@tsv' "$RELAY_SOURCE/tests/vectors/token.ndjson")
}

@test "token: it lasts 300 s, or as long as --ttl says" {
    export GATEWAY_RELAY_ID=gw GATEWAY_RELAY_SECRET=x
    local before exp args want
    while read -r want args; do
        before=$(date +%s)
        # Read without --verify: by then, one that lasts a second may have expired.
        # shellcheck disable=SC2086 # split on purpose
        exp=$(relay-token $args | jq -Rr '@base64d | split(":")[1]')
        [ "$exp" -ge $((before + want)) ]
        [ "$exp" -le $(($(date +%s) + want)) ]
    done <<'END'
300
1 --ttl 1
90 --ttl 1.5m
7200 --ttl 2h
END
}

@test "token: ids with colons, and another id" {
    export GATEWAY_RELAY_SECRET=x GATEWAY_RELAY_ID=other
    local token
    token=$(relay-token --id a:b:c)
    [ "$(relay-token --verify "$token" | cut -f1)" = a:b:c ]
    relay-token --verify --id a:b:c "$token"
    run --separate-stderr relay-token --verify --id a:b "$token"
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    [[ $stderr == *'of another gateway' ]]
    token=$(relay-token --id $'\e]0;x\a')
    [ "$(relay-token --verify "$token" | cut -f1)" = '\x1b]0;x\x07' ]
}

@test "token: one of several secrets, and stdin" {
    printf 'old' >old
    printf 'new\r\n' >new
    chmod 400 old new
    GATEWAY_RELAY_SECRET=new relay-token --id gw >t
    relay-token --verify --secret-file old --secret-file new <t
    printf '  %s \r\nmore' "$(cat t)" | relay-token --verify --secret-file new
    run --separate-stderr relay-token --verify --secret-file old <t
    [ "$status" -eq 1 ]
    [[ $stderr == *'unknown id or wrong secret' ]]
    run --separate-stderr relay-token -q --verify --secret-file old <t
    [ "$status" -eq 1 ]
    [ -z "$stderr" ]
    run --separate-stderr relay-token --id x --secret-file old --secret-file new
    [ "$status" -eq 64 ]
}

@test "token: --verify prints whose it is and when it expires, even without a secret" {
    export GATEWAY_RELAY_SECRET=x
    relay-token -q --id gw --expires 1000 >old
    relay-token --id gw --expires 4102444800 >young
    relay-token --id gw --expires 0 >eternal
    run -1 --separate-stderr relay-token --verify <old
    [ "$stderr" = 'relay-token: verify token of gw, expired since 1970-01-01T00:16:40.000000Z: expired' ]
    GATEWAY_RELAY_SECRET=y run -1 --separate-stderr relay-token --verify <young
    [ "$stderr" = 'relay-token: verify token of gw, until 2100-01-01T00:00:00.000000Z: unknown id or wrong secret' ]
    unset GATEWAY_RELAY_SECRET
    while IFS='|' read -r file what; do
        run -78 --separate-stderr relay-token --verify <"$file"
        [ -z "$output" ]
        [ "$stderr" = "relay-token: verify token$what: signature not checked, no secret is given" ]
    done <<'EOF'
old| of gw, expired since 1970-01-01T00:16:40.000000Z
young| of gw, until 2100-01-01T00:00:00.000000Z
eternal| of gw, for ever
EOF
}

@test "token: text that is not a token" {
    export GATEWAY_RELAY_SECRET=x
    local good t
    good=$(relay-token --id gw)
    for t in '' x "$good=" "${good}A" "${good:1}" "$(printf 'gw:0' | base64)" "$(head -c 100000 /dev/zero | tr '\0' A)"; do
        run --separate-stderr relay-token --verify <<<"$t"
        [ "$status" -eq 1 ]
        [ -z "$output" ]
        [[ $stderr == *': malformed' || $stderr == *'wrong secret' ]]
    done
}

@test "token: no id, no secret, a secret that others can read" {
    run --separate-stderr relay-token --secret-file secret
    [ "$status" -eq 78 ]
    run --separate-stderr relay-token --id gw
    [ "$status" -eq 78 ]
    GATEWAY_RELAY_SECRET=$' \t' run --separate-stderr relay-token --id gw
    [ "$status" -eq 78 ]
    GATEWAY_RELAY_SECRET=' ' run --separate-stderr relay-token --verify x
    [ "$status" -eq 78 ]
    relay-token --id gw --secret-file secret
    for m in 640 604 660 644; do
        chmod $m secret
        run --separate-stderr relay-token --id gw --secret-file secret
        [ "$status" -eq 78 ]
        [ -z "$output" ]
        [[ $stderr == *"(mode 0$m)" ]]
    done
    chmod 600 secret
    : >blank
    chmod 600 blank
    run --separate-stderr relay-token --id gw --secret-file blank
    [ "$status" -eq 78 ]
    head -c 70000 /dev/zero >>blank
    run --separate-stderr relay-token --id gw --secret-file blank
    [ "$status" -eq 66 ]
    run --separate-stderr relay-token --id gw --secret-file missing
    [ "$status" -eq 66 ]
    relay-token --id gw --secret-file <(echo x)
}

@test "token: usage and output" {
    local args
    export GATEWAY_RELAY_ID=gw GATEWAY_RELAY_SECRET=x
    for args in x '--verify x y' '--ttl 0' '--ttl 0.5' '--ttl -1' '--expires -1' '--expires x' '--expires 9223372036854775808'; do
        # shellcheck disable=SC2086 # split on purpose
        run --separate-stderr relay-token $args
        [ "$status" -eq 64 ]
    done
    for args in '--ttl 1 --expires 0' '--verify --ttl 1' '--verify --expires 0'; do
        # shellcheck disable=SC2086 # split on purpose
        run --separate-stderr relay-token $args
        [ "$status" -eq 78 ]
    done
    run --separate-stderr bash -c 'relay-token >/dev/full'
    [ "$status" -eq 74 ]
    run --separate-stderr relay-token --expires 5
    [ "$status" -eq 0 ]
    [[ $stderr == *'expired already' ]]
}
