# SPDX-License-Identifier: MIT
# relay-stub: as strict as real connectors are.
bats_require_minimum_version 1.5.0
load stub

# asks : turns rows ACTION|MEMBERS|WANT into the script: an outbound, MEMBERS beside its action, and the stub's answer.
asks() {
    while IFS='|' read -r action members want; do
        printf '{"type":"outbound","requestId":"%s","action":%s%s}\n' "$((++n))" "$action" "$members" >>script
        printf '%s\n' "$want" >>want
    done
    echo "wait outbound_result $n" >>script
}

answers() {
    jq -r 'select(.type == "outbound_result").result | if .success then "ok" else .error end' got
}

@test "what a connector would refuse is refused, with the reason" {
    n=0
    echo '{"platform":"own","contract_version":1,"label":"x","markdown_dialect":"plain","len_unit":"utf16","max_message_length":4,"supports_draft_streaming":false,"supports_edit":true,"supports_threads":false,"supported_ops":["send","dance"]}' >d
    start_stub --descriptor d
    echo '{"type":"inbound","event":{"text":"hi","source":{"platform":"discord","chat_id":"42","scope_id":"g1"}}}' >&9
    printf '%s\n' "$HELLO" '{"type":"hello","platform":"own","botId":""}' 'wait descriptor 2' 'wait inbound' >script
    asks <<'END'
{"op":"send","chat_id":"1","content":"x"}||ok
{"op":"send","chat_id":"1","content":"x"}|,"platform":"discord"|ok
{"op":"send","chat_id":"1","content":"x"}|,"platform":"slack"|no hello for platform slack
{"op":"send","chat_id":"1","content":"x"}|,"platform":""|ok
{"op":"send","chat_id":"1","content":""}||empty content
{"op":"send","chat_id":"1","content":" \n"}||empty content
{"op":"edit","chat_id":"1","message_id":"m1"}||empty content
{"op":"typing","chat_id":"1","content":""}||ok
{"op":"send_media","chat_id":"1","media_kind":"image","source_url":"u"}||ok
{"op":"send","chat_id":"1","content":"😀😀"}|,"platform":"own"|ok
{"op":"send","chat_id":"1","content":"😀😀x"}|,"platform":"own"|content of 5 UTF-16 units is over the limit of 4
{"op":"edit","chat_id":"1","content":"x"}|,"platform":"own"|unsupported op edit: the descriptor does not name it
{"op":"dance"}|,"platform":"own"|ok
{"op":"dance"}||unsupported op dance: the descriptor does not name it
{"op":"send","chat_id":"42","content":"x"}||no scope_id in the metadata, and the chat has one
{"op":"send","chat_id":"42","content":"x","metadata":{}}|,"platform":"discord"|no scope_id in the metadata, and the chat has one
{"op":"send","chat_id":"42","content":"x","metadata":{"guild_id":"g1"}}||ok
{"op":"react","chat_id":"42","message_id":"m","emoji":"e","metadata":{"scope_id":"g1"}}||ok
END
    peer <script
    diff want <(answers)
    # relay matches every platform
    printf '%s\n' '{"type":"hello","platform":"relay","botId":""}' 'wait descriptor' \
        '{"type":"outbound","requestId":"1","platform":"slack","action":{"op":"send","chat_id":"1","content":"x"}}' \
        'wait outbound_result' | peer
    [ "$(answers)" = ok ]
}

@test "--lenient refuses none of that; a rule wins over a refusal" {
    n=0
    start_stub --lenient
    printf '%s\n' "$HELLO" 'wait descriptor' >script
    : >want
    asks <<'END'
{"op":"send","chat_id":"1","content":""}|,"platform":"slack"|ok
{"op":"dance"}||unsupported op
END
    peer <script
    diff want <(answers)
    echo '{"content":"","result":{"success":true}}' >rules
    echo '{"content":"bad","result":{"success":false,"error":"as the rule has it"}}' >>rules
    n=0
    start_stub --result rules
    printf '%s\n' "$HELLO" 'wait descriptor' >script
    : >want
    asks <<'END'
{"op":"send","chat_id":"1","content":""}|,"platform":"slack"|ok
{"op":"send","chat_id":"1","content":"bad"}||as the rule has it
{"op":"send","chat_id":"1","content":"x"}|,"platform":"slack"|no hello for platform slack
END
    peer <script
    diff want <(answers)
}

@test "a second session of an identity: one refuses it, replace closes the older, many keeps both" {
    (umask 077; echo one >1; echo two >2)
    cat >other <<END
dial b two 0
$HELLO
wait descriptor
END
    for how in one replace many; do
        start_stub -v --sessions $how --secret a=1 --secret b=2
        mkfifo first.$how
        export URL
        background sh -c '/usr/bin/python3 "$RELAY_SOURCE/tests/peers/client.py" "$URL" <"$0" >first.got 2>first.ends' first.$how
        first=$!
        exec 8>first.$how
        printf '%s\n' 'dial a one 0' "$HELLO" 'wait descriptor' >&8
        until_true 5 grep -q hello stub.out
        [ $how != replace ] || echo closed >&8
        case $how in
        one) printf '%s\n' 'dial a one 0' closed | peer ;;
        *) printf '%s\n' 'dial a one 0' "$HELLO" 'wait descriptor' | peer ;;
        esac
        mv ends second.ends
        peer <other # another identity is no matter
        cat ends second.ends >got.$how
        exec 8>&-
        wait "$first"
        cat first.ends >>got.$how
    done
    diff <(paste -sd , got.one got.replace got.many) - <<'END'
close 1000 ,close 1008 duplicate session,close 1000 
close 1000 ,close 1000 ,close 4000 replaced
close 1000 ,close 1000 ,close 1000 
END
}
