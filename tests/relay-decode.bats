# SPDX-License-Identifier: MIT
# relay-decode: messages from deliveries, the verdict on results, lines for reading.
load helper

# vectors FILE [OPTIONS…] : runs every vector of a file and compares as JSON. The inputs reach the tool unchanged.
vectors() {
    local file=$RELAY_SOURCE/tests/vectors/$1
    shift
    sed -n 's/^{"in":\(.*\),"out":.*}$/\1/p' "$file" >in
    [ "$(wc -l <in)" -eq "$(wc -l <"$file")" ]
    sed -n 's/.*,"out":\(.*\)}$/\1/p' "$file" | grep -v '^null$' | canon >want
    relay-decode "$@" <in 2>err | grep -v '^{"type":"inbound_ack"' >out
    canon <out | cmp - want
}

# rows : stdin has pairs of lines, an input and the line that it must become, byte for byte.
rows() {
    local in want got
    while IFS= read -r in && IFS= read -r want; do
        got=$(printf '%s\n' "$in" | relay-decode)
        [ "$got" = "$want" ] || {
            printf 'in:   %s\nwant: %s\ngot:  %s\n' "$in" "$want" "$got"
            return 1
        }
    done
}

# decoded EVENT FILTER : decodes an inbound frame with that event and shows the result with a jq filter.
decoded() {
    printf '{"type":"inbound","event":%s}\n' "$1" | relay-decode | jq -cS "$2"
}

# forward BODY [PLATFORM] : prints a buffered passthrough_forward frame with that body.
forward() {
    printf '{"type":"passthrough_forward","forward":{"platform":"%s","bodyB64":"%s"},"bufferId":"b7"}\n' \
        "${2:-discord}" "$(printf %s "$1" | base64 -w0)"
}

@test "the inbound vectors, and their outputs normalised again" {
    for v in inbound inbound_odd; do
        vectors $v.ndjson
        [ ! -s err ]
        relay-decode <out | cmp - out
    done
}

@test "the passthrough vectors under both contracts" {
    vectors passthrough.ndjson
    vectors passthrough_v1.ndjson --interactions v1
    relay-decode <out | cmp - out
}

@test "what is already right, or not for it, keeps its bytes" {
    rows <<'END'
{"type":"inbound","event":{"x":9007199254740993,"y":1.50,"z":"a\u0000b","x":1}}
{"type":"inbound","event":{"x":9007199254740993,"y":1.50,"z":"a\u0000b","x":1,"text":"","message_type":"text","source":{"platform":"relay","chat_id":"","chat_type":"dm","chat_name":null,"chat_topic":null,"user_id":null,"thread_id":null,"user_name":null},"message_id":null,"reply_to_message_id":null,"media_urls":[],"media_types":[]},"session_key":"agent:main:relay:dm"}
 { "type" : "inbound" , "event":{ "source": {"user_name":"Al\u0069ce", "user_display_name":"Alice","platform":"d\u0069scord","chat_id":7,"chat_type":"dm","chat_name":1e400,"chat_topic":{},"user_id":"u","thread_id":null,"scope_id":"g\u0031","guild_id":"g1"}, "text":"\ud83d", "message_type":"te\u0078t","message_id":-0,"reply_to_message_id":"r","media_urls":[ "u", 1 ],"media_types":[ "" , "\u0000" ,"x"],"media":[{"url":"u","mime":1}]}, "session_key":"x","n":1E2 } 
 { "type" : "inbound" , "event":{ "source": {"user_name":"Al\u0069ce", "user_display_name":"Alice","platform":"d\u0069scord","chat_id":"7","chat_type":"dm","chat_name":1e400,"chat_topic":{},"user_id":"u","thread_id":null,"scope_id":"g\u0031","guild_id":"g1"}, "text":"\ud83d", "message_type":"te\u0078t","message_id":"-0","reply_to_message_id":"r","media_urls":[ "u", 1 ],"media_types":["",""],"media":[{"url":"u","mime":1}]}, "session_key":"agent:main:discord:dm:7","n":1E2 } 
{"type":"outbound_result","requestId":"r","result":{"success":true,"n":1.0,"n":2}}
{"type":"outbound_result","requestId":"r","result":{"success":true,"n":1.0,"n":2}}
{"op":"send","chat_id":"1","content":"\u0041"}
{"op":"send","chat_id":"1","content":"\u0041"}
{"type":"INBOUND","event":1}
{"type":"INBOUND","event":1}
END
}

@test "members of odd types, and the last of duplicates" {
    local event filter want
    while IFS=@ read -r event filter want; do
        [ "$(decoded "$event" "$filter")" = "$want" ] || {
            echo "$event $filter: $(decoded "$event" "$filter"), not $want"
            return 1
        }
    done <<'END'
{"text":1,"text":"b"}@.event.text@"b"
{"text":"b","text":["b"]}@.event.text@""
{"message_type":"COMMAND"}@.event.message_type@"text"
{"message_type":"st\u0069cker"}@.event.message_type@"sticker"
{"message_id":"","reply_to_message_id":1.50}@[.event.message_id,.event.reply_to_message_id]@[null,"1.50"]
{"message_id":{"a":1},"reply_to_message_id":true}@[.event.message_id,.event.reply_to_message_id]@[null,null]
{"prompt_response":null}@.event|has("prompt_response")@false
{"prompt_response":{"option_id":1}}@.event.prompt_response@{"option_id":1}
{"media_urls":{"a":1}}@[.event.media_urls,.event.media_types]@[[],[]]
{"media_urls":["a","b",null,"a",""],"media":[{"url":"a","mime":"x/1"},7,{"mime":"n/1"},{"url":"b","mime":null},{"url":"a","mime":"x/2"},{"url":"","mime":"e/1"}]}@.event.media_types@["x/2","","","x/2",""]
{"media_urls":["\u0061"],"media":[{"url":"a","mime":"x\/1"}]}@.event.media_types@["x/1"]
{"media_urls":["a"],"media":{"url":"a","mime":"x/1"}}@.event.media_types@[""]
{"media_urls":["a","b","c"],"media_types":["x/1",7]}@.event.media_types@["x/1","",""]
{"media_urls":["a"],"media_types":["x/1","x/2"],"media":null}@.event.media_types@["x/1"]
{"media_urls":["a"],"media_types":["x/1"],"media":[]}@.event.media_types@[""]
{"media_urls":["a"],"media_types":{"a":"b"}}@.event.media_types@[""]
{"channel_context":"a: b\nc: d","context":null}@.event.channel_context@"a: b\nc: d"
{"channel_context":""}@.event|has("channel_context")@false
{"channel_context":["a"]}@.event|has("channel_context")@false
{"message_type":"image","media_urls":["u"],"media":[{"url":"u","mime":"image/png"}]}@.event.message_type@"photo"
{"message_type":"image","media_urls":["u"],"media_types":["","image/gif"]}@.event.message_type@"photo"
{"message_type":"image","media":[{"url":"u","kind":"image"}]}@.event.message_type@"photo"
{"message_type":"image","media":[{"mime":"audio/ogg"}]}@.event.message_type@"text"
{"message_type":"image"}@.event.message_type@"text"
{"source":{"platform":"\t\u00a0SLACK\u3000"}}@.event.source.platform@"slack"
{"source":{"platform":" \n"}}@.event.source.platform@"relay"
{"source":{"chat_type":"","chat_id":null}}@[.event.source.chat_type,.event.source.chat_id]@["dm",""]
{"source":{"user_id":"","thread_id":0}}@[.event.source.user_id,.event.source.thread_id]@[null,"0"]
{"source":{"user_id_alt":null,"chat_id_alt":"","parent_chat_id":[],"prospective_thread_id":false,"message_id":null}}@.event.source|keys@["chat_id","chat_name","chat_topic","chat_type","platform","thread_id","user_id","user_name"]
{"source":{"user_id_alt":12345678901234567890,"parent_chat_id":-1}}@[.event.source.user_id_alt,.event.source.parent_chat_id]@["12345678901234567890","-1"]
{"source":{"user_name":7,"user_handle":"h"}}@.event.source.user_name@"h"
{"source":{"user_name":7}}@.event.source.user_name@null
{"source":{"user_name":"n","user_display_name":"","user_handle":"h"}}@.event.source.user_name@"n"
{"source":{"scope_id":1,"guild_id":"g"}}@[.event.source.scope_id,.event.source.guild_id]@["1","1"]
{"source":{"scope_id":"","guild_id":"g"}}@[.event.source.scope_id,.event.source.guild_id]@["g","g"]
{"source":{"scope_id":null,"guild_id":{}}}@.event.source|[has("scope_id","guild_id")]@[false,false]
{"source":{"chat_id":"a","chat_id":"b"}}@.session_key@"agent:main:relay:dm:b"
{"source":null}@.session_key@"agent:main:relay:dm"
END
}

@test "the context of a message" {
    local context want got
    while IFS='|' read -r context want; do
        got=$(decoded "{\"channel_context\":\"forged\",\"context\":$context}" .event.channel_context)
        [ "$got" = "$want" ] || {
            echo "$context: $got, not $want"
            return 1
        }
    done <<'END'
[]|null
{"text":"a"}|null
[{"text":" \u0000\n"},{"text":7},null,[{"text":"x"}]]|null
[{"text":"a"},{"text":"b"}]|"a\nb"
[{"text":" a\u0000\u001b\r\n\u2028 b ","source":{"user_name":" X:\nY "}}]|"X: Y: a b"
[{"text":"a","source":{"user_name":"","user_id":12}}]|"12: a"
[{"text":"a","source":{"user_name":"\n","user_id":"u"}}]|"u: a"
[{"text":"a","source":{"user_name":3}},{"text":"b","source":"c"}]|"a\nb"
[{"text":"a","source":{"user_name":"x"}},{"text":"","source":{"user_name":"y"}}]|"x: a"
END
}

@test "session keys" {
    local source want got
    while IFS='|' read -r source want; do
        got=$(decoded "{\"source\":{$source}}" '.session_key[6:]')
        [ "$got" = "\"$want\"" ] || {
            echo "$source: $got, not $want"
            return 1
        }
    done <<'END'
"platform":"x","profile":"main"|main~:x:dm
"platform":"x","profile":"default","chat_id":"c","user_id":"u"|main:x:dm:c
"platform":"x","profile":"","user_id":"u"|main:x:dm:u
"platform":"x","profile":9,"user_id":"u","user_id_alt":"v"|main:x:dm:v
"platform":"x","profile":"p:q","user_id":"u","user_id_alt":7|p:q:x:dm:7
"platform":"x","chat_id":"c","thread_id":5,"user_id":"u"|main:x:dm:c:5
"platform":"x","user_id":"u","thread_id":"t"|main:x:dm:u:t
"platform":"x","chat_id":"c","prospective_thread_id":"p"|main:x:dm:c
"platform":"x","chat_id":"c","chat_type":"group","prospective_thread_id":"p","user_id":"u"|main:x:thread:c:p
"platform":"x","chat_id":"c","chat_type":"group","prospective_thread_id":"p","thread_id":"t"|main:x:group:c:t
"platform":"x","chat_id":"c","chat_type":"group","prospective_thread_id":"","user_id":"u"|main:x:group:c:u
"platform":"slack","chat_id":"c","guild_id":"g"|main:slack:dm:g:c
"platform":"slack","chat_id":"c","chat_type":"channel","scope_id":3,"prospective_thread_id":"p"|main:slack:thread:3:c:p
"platform":"whatsapp","chat_id":" ++44:1@s.whatsapp.net "|main:whatsapp:dm:+44
"platform":"whatsapp","chat_id":"44@s:1"|main:whatsapp:dm:44
"platform":"whatsapp","chat_id":"@s","user_id":"+1@s"|main:whatsapp:dm:1
"platform":"whatsapp","chat_id":"+44@g.us","chat_type":"group","user_id":" +1:2@s "|main:whatsapp:group:+44@g.us:1
"platform":"signal","chat_id":"+44:1@s"|main:signal:dm:+44:1@s
END
}

@test "who shares a session: a user's own in groups, one for all in threads, or the other way round" {
    keys() { # OPTIONS… : of a group, a thread, a thread that is to begin, a dm
        local more
        for more in '"chat_type":"group"' '"chat_type":"group","thread_id":"t"' '"chat_type":"group","prospective_thread_id":"p"' '"thread_id":"t"'; do
            echo '{"type":"inbound","event":{"text":"x","source":{"platform":"discord","chat_id":"c","user_id":"u",'"$more"'}}}'
        done | relay-decode "$@" | jq -r '.session_key | ltrimstr("agent:main:discord:")' | tr '\n' ' '
    }
    [ "$(keys)" = 'group:c:u group:c:t thread:c:p dm:c:t ' ]
    [ "$(keys --group-sessions-per-user yes --thread-sessions-per-user no)" = "$(keys)" ]
    [ "$(keys --group-sessions-per-user no)" = 'group:c group:c:t thread:c:p dm:c:t ' ]
    [ "$(keys --thread-sessions-per-user yes)" = 'group:c:u group:c:t:u thread:c:p:u dm:c:t ' ]
    [ "$(keys --group-sessions-per-user no --thread-sessions-per-user yes)" = 'group:c group:c:t thread:c:p dm:c:t ' ]
    run -64 relay-decode --group-sessions-per-user maybe
}

@test "interactions of odd shapes" {
    local body filter want got
    while IFS=@ read -r body filter want; do
        got=$(forward "$body" " Discord " | relay-decode | jq -cS "$filter")
        [ "$got" = "$want" ] || {
            echo "$body $filter: $got, not $want"
            return 1
        }
    done <<'END'
{"type":2,"data":{"name":" a ","options":[{"type":2,"name":" g ","options":[{"type":1,"name":"s","options":[{"type":10,"value":1.50},{"value":" x y\n"},{"value":" "},{"value":null},{"value":[1]},{"value":false}]}]},7,{"type":1},{"type":3,"value":12345678901234567890}]}}@[.event.text,.event.message_type]@["/a g s 1.50 x y false 12345678901234567890","command"]
{"type":2,"data":{"name":"  ","options":[{"value":"v"}]}}@[.event.text,.event.message_type]@["","text"]
{"type":2,"data":[]}@[.event.text,.event.message_type]@["","text"]
{"type":"2","data":{"name":"a"}}@.event.text@""
{"type":3,"data":{"custom_id":"hp1:a:b"}}@.event.prompt_response@{"option_id":"b","prompt_id":"a","prompt_message_id":null}
{"type":3,"data":{"custom_id":"hp1:a:b"},"message":{"id":12345678901234567890}}@.event.prompt_response.prompt_message_id@"12345678901234567890"
{"type":3,"data":{"custom_id":"hp1:A_.-9:12345678901234567890123456789012"}}@.event.text@"/12345678901234567890123456789012"
{"type":3,"data":{"custom_id":"hp1:a:123456789012345678901234567890123"}}@.event.text@"hp1:a:123456789012345678901234567890123"
{"type":3,"data":{"custom_id":"hp1:a:b\n"}}@[.event.text,.event.prompt_response]@["hp1:a:b\n",null]
{"type":3,"data":{"custom_id":"hp1:a:\u0000"}}@.event.text@"hp1:a:\u0000"
{"type":3,"data":{"custom_id":"hp1::b"}}@.event.text@"hp1::b"
{"type":3,"data":{"custom_id":"hp1:a"}}@.event.text@"hp1:a"
{"type":3,"data":{"custom_id":7}}@[.event.text,.event.message_type]@["","text"]
{"type":5,"data":{"components":[{"components":[{"custom_id":"a","value":""},{"custom_id":"b"},{"custom_id":1,"value":"x"}]},{"component":{"custom_id":"c","value":"1\n2"}},{"component":{"custom_id":"d","values":["p","q"]}}]}}@.event.text@"a=\nc=1\n2\nd=p,q"
{"type":1,"type":3,"data":{"custom_id":"x"}}@.event.text@"x"
{"type":3,"data":{"custom_id":"pick","values":["a\nb=c", "\u0000",7]}}@[.event.text,.event.interaction]@["pick",{"custom_id":"pick","values":["a\nb=c","\u0000",7]}]
{"type":3,"data":{"custom_id":"hp1:a:b","values":"x"}}@.event.interaction@{"custom_id":"hp1:a:b"}
{"type":3,"data":{"custom_id":7,"values":["x"]}}@.event|has("interaction")@false
{"type":2,"data":{"custom_id":"x","name":"y"}}@.event|has("interaction")@false
{"type":5,"data":{"custom_id":"f","components":[{"components":[{"custom_id":"a","value":"1\nb=2"},{"custom_id":"n"},{"custom_id":"z","value":null}]},{"component":{"custom_id":"s","values":["p,q","r"],"value":"w"}}]}}@[.event.text,.event.interaction]@["a=1\nb=2\ns=p,q,r",{"custom_id":"f","fields":[{"custom_id":"a","value":"1\nb=2"},{"custom_id":"z","value":null},{"custom_id":"s","value":"w","values":["p,q","r"]}]}]
{"type":5,"data":{"custom_id":"f"}}@.event.interaction@{"custom_id":"f","fields":[]}
{"channel_id":7,"guild_id":"","channel":{"type":11}}@.event.source|[.chat_id,.chat_type,.scope_id]@["7","dm",null]
{"channel_id":"7","guild_id":8,"channel":{"type":12,"parent_id":9}}@.event.source|[.chat_id,.chat_type,.thread_id,.parent_chat_id,.scope_id,.guild_id]@["7","thread","7","9","8","8"]
{"channel_id":"7","guild_id":8,"channel":{"type":0,"parent_id":9}}@.event.source|[.chat_type,.thread_id,.parent_chat_id]@["group",null,null]
{"member":{"user":{"id":1,"username":"n","global_name":"g"},"nick":"k"},"user":{"id":2}}@.event.source|[.user_id,.user_name]@["1","g"]
{"guild_id":"g","member":{"user":{"username":"n","global_name":""},"nick":""},"user":{"id":2}}@.event.source|[.user_id,.user_name]@["2","n"]
 {"id":5} @[.event.source.message_id,.event.message_id,.bufferId,.event.source.platform]@["5",null,"b7","discord"]
END
}

@test "the values of a press or a form keep their bytes, and the bot is passed on" {
    local body=$'{\n "type": 5, "data": {"custom_id":"f\\u0041",\n"components":[{"custom_id":"\\u00e9" ,\t"value":"x=1\\ny=2"}]} }'
    forward "$body" | jq -c '.forward.botId = "app2"' | relay-decode >out
    [ "$(wc -l <out)" -eq 1 ]
    grep -qF '"interaction":{"custom_id":"f\u0041","fields":[{"custom_id":"\u00e9","value":"x=1\ny=2"}]}' out
    [ "$(jq -r .botId out)" = app2 ]
    for bot in '""' null '{}' '[1]'; do
        forward '{"type":1}' | jq -c ".forward.botId = $bot" | relay-decode >out
        [ "$(jq 'has("botId")' out)" = false ]
    done
    [ "$(forward '{"type":1}' | jq -c '.forward.botId = 7' | relay-decode | jq -c .botId)" = '"7"' ]
    [ "$(forward "$body" | jq -c '.forward.botId = "app2"' | relay-decode --interactions v1 | jq -c '[.botId,.event.interaction]')" = '[null,null]' ]
}

@test "an autocomplete request is not a message: dropped, acknowledged if buffered" {
    forward '{"type":4,"data":{"name":"x"}}' >in
    run --separate-stderr relay-decode in
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$output" = '{"type":"inbound_ack","bufferId":"b7"}' ]
    run --separate-stderr relay-decode -v in
    [ "$stderr" = 'relay-decode: drop passthrough_forward, in line 1: an autocomplete request' ]
    [ -z "$(jq -c 'del(.bufferId)' in | relay-decode)" ]
    relay-decode --keep-forwards in | cmp - in
    [ "$(relay-decode --interactions v1 in | jq -c '[.type,.event.text]')" = '["inbound",""]' ]
}

@test "a delivery that is not a message is dropped and acknowledged" {
    local frames=('{"type":"inbound","event":[],"bufferId":7}' '{"type":"inbound","bufferId":"b\u0037"}'
        '{"type":"inbound","event":{"source":[]},"bufferId":"7","session_key":""}')
    printf '%s\n' "${frames[@]}" '{"type":"inbound","event":""}' >in
    run --separate-stderr relay-decode in
    [ "$status" -eq 65 ]
    [ "$output" = '{"type":"inbound_ack","bufferId":"7"}
{"type":"inbound_ack","bufferId":"b\u0037"}
{"type":"inbound_ack","bufferId":"7"}' ]
    [ "$stderr" = 'relay-decode: drop inbound, in line 1: event is not an object
relay-decode: drop inbound, in line 2: event is not an object
relay-decode: drop inbound, in line 3: source is not an object
relay-decode: drop inbound, in line 4: event is not an object' ]

    { forward '{}' twilio; forward '[]'; forward 'no'; forward $'{"a":"\xff"}'
      echo '{"type":"passthrough_forward","forward":{"platform":"discord","bodyB64":"e30"},"bufferId":"b7"}'
      echo '{"type":"passthrough_forward","forward":{"platform":"discord","bodyB64":"e3 0="},"bufferId":"b7"}'
      echo '{"type":"passthrough_forward","forward":{"platform":"discord","bodyB64":{}},"bufferId":"b7"}'
      echo '{"type":"passthrough_forward","forward":"x","bufferId":"b7"}'; } >in
    run --separate-stderr relay-decode <in
    [ "$status" -eq 65 ]
    [ "$(sort -u <<<"$output")" = '{"type":"inbound_ack","bufferId":"b7"}' ]
    [ "$(wc -l <<<"$output")" -eq 8 ]
    [ "$stderr" = 'relay-decode: drop passthrough_forward, stdin line 1: its platform is not discord
relay-decode: drop passthrough_forward, stdin line 2: its body is not a JSON object
relay-decode: drop passthrough_forward, stdin line 3: its body is not JSON
relay-decode: drop passthrough_forward, stdin line 4: its body is not JSON
relay-decode: drop passthrough_forward, stdin line 5: bodyB64 is not base64
relay-decode: drop passthrough_forward, stdin line 6: bodyB64 is not base64
relay-decode: drop passthrough_forward, stdin line 7: no bodyB64
relay-decode: drop passthrough_forward, stdin line 8: forward is not an object' ]
    sed 's/,"bufferId":"b7"//' in >live
    run --separate-stderr relay-decode -q live
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    [ "$(wc -l <<<"$stderr")" -eq 7 ]
    run --separate-stderr relay-decode -q <(head -n 1 live)
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ -z "$stderr" ]
    relay-decode --keep-forwards <in | cmp - in
}

@test "--ack follows the line of each buffered delivery" {
    { echo '{"type":"inbound","event":{},"bufferId":"a\u0031"}'; echo '{"type":"inbound","event":{}}'
      echo '{"type":"inbound","event":{},"bufferId":""}'; forward '{"type":1}'; echo '{"type":"hello","bufferId":"h"}'
      forward '{}' twilio; } >in
    relay-decode --ack --keep-forwards <in >out
    [ "$(jq -c '[.type,.bufferId]' out)" = '["inbound","a1"]
["inbound_ack","a1"]
["inbound",null]
["inbound",null]
["inbound","b7"]
["inbound_ack","b7"]
["hello","h"]
["passthrough_forward","b7"]
["inbound_ack","b7"]' ]
    # A frame that is already normal is acknowledged too.
    grep -v _ack out | relay-decode --ack --keep-forwards | cmp - out
    run relay-decode --ack -f text <in
    [ "$status" -eq 78 ]
}

@test "-e is the verdict on the results" {
    local want line
    while read -r want line; do
        run relay-decode -e <<<"$line"
        [ "$status" -eq "$want" ] || { echo "$line: $status"; return 1; }
        run relay-decode -e -f tsv <<<"$line"
        [ "$status" -eq "$want" ] || { echo "-f tsv $line: $status"; return 1; }
    done <<'END'
0 {"type":"outbound_result","result":{"success":true}}
1 {"type":"outbound_result","result":{"success":false}}
1 {"type":"outbound_result","result":{"success":"true"}}
1 {"type":"outbound_result","result":{"success":false,"success":1}}
1 {"type":"outbound_result","result":{}}
1 {"type":"outbound_result"}
0 {"type":"outbound_result","result":{"chat_info":{"name":"n"}}}
0 {"type":"outbound_result","result":{"name":"n","type":"dm"}}
1 {"type":"outbound_result","result":{"name":"n","error":"x"}}
1 {"type":"descriptor","descriptor":{}}
1
65 no frame
END
    printf '{"type":"outbound_result","result":{"success":%s}}\n' true false true >in
    run relay-decode -e in
    [ "$status" -eq 1 ]
    run relay-decode in
    [ "$status" -eq 0 ]
    run relay-decode -e in <<<'no frame'
    [ "$status" -eq 1 ]
}

@test "files, one after another" {
    echo '{"type":"a"}' >a
    printf '{"type":"b"}\nbad\n' >b
    run --separate-stderr relay-decode a - b <<<'{"type":"c"}'
    [ "$status" -eq 65 ]
    [ "$output" = '{"type":"a"}
{"type":"c"}
{"type":"b"}' ]
    [[ $stderr == *'b line 2: '* ]]
    run --separate-stderr relay-decode no/such a
    [ "$status" -eq 66 ]
    [ "$output" = '{"type":"a"}' ]
    [ "$stderr" = 'relay-decode: open no/such: No such file or directory' ]
    run --separate-stderr relay-decode .
    [ "$status" -eq 66 ]
}

session() {
    cat <<'END'
{"t":"2026-11-23T12:00:00.123456Z","dir":"link","frame":{"type":"link","state":"open","attempt":1,"url":"ws://h/relay"}}
{"t":"2026-11-23T12:00:00.2Z","dir":"up","frame":{"type":"hello","platform":"discord","botId":"app1"}}
{"t":"2026-11-23T12:00:00.3Z","dir":"down","frame":{"type":"descriptor","descriptor":{"platform":"discord","label":"Discord","max_message_length":2000,"len_unit":"utf16","markdown_dialect":"discord","supported_ops":["send","edit"]}}}
{"t":"2026-11-23T14:00:01+02:00","dir":"down","frame":{"type":"inbound","event":{"text":"hello\tthere","message_type":"photo","message_id":"m0","source":{"platform":"discord","chat_id":42,"chat_type":"group","guild_id":"g1","user_id":"u1","user_name":"alice"}},"bufferId":"b1"}}
{"t":"2026-11-23T12:00:01.5Z","dir":"up","frame":{"type":"outbound","requestId":"0123456789abcdef0123456789abcdef/2","platform":"discord","action":{"op":"send","chat_id":"42","content":"a\\b","metadata":{"scope_id":"g1"}}}}
{"t":"2026-11-23T12:00:01.625Z","dir":"down","frame":{"type":"outbound_result","requestId":"0123456789abcdef0123456789abcdef/2","result":{"success":true,"message_id":"m1"}}}
{"t":"2026-11-23T12:00:01.63Z","dir":"up","frame":{"type":"inbound_ack","bufferId":"b1"}}
{"t":"2026-11-23T12:00:02Z","dir":"up","frame":{"type":"outbound","requestId":"r2","action":{"op":"edit","chat_id":"42","message_id":"m1","content":"v2"}}}
{"t":"2026-11-23T12:00:32.1Z","dir":"down","frame":{"type":"outbound_result","requestId":"r2","synthetic":true,"result":{"success":false,"error":"relay outbound timed out","ambiguous":true}}}
{"t":"2026-11-23T12:00:33Z","dir":"down","frame":{"type":"interrupt_inbound","session_key":"agent:main:discord:group:42:u1","chat_id":"42"}}
{"t":"2026-11-23T12:00:34Z","dir":"link","frame":{"type":"link","state":"lost","code":1006,"reason":"gone","retry_in":0.73}}
{"t":"yesterday","dir":"down","frame":{"type":"news","a":"x","b":{"c" : 2}}}
END
}

@test "a recorded session as text" {
    run --separate-stderr env TZ=UTC relay-decode -f text <(session)
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    diff -u - <(echo "$output") <<'END'
2026-11-23
12:00:00.123 • link          open attempt=1 url=ws://h/relay
12:00:00.200 → hello         discord botId=app1
12:00:00.300 ← descriptor    discord Discord, at most 2000 utf16, markdown disc…
12:00:01.000 ← inbound       discord/g1/42 alice [photo]: hello\tthere  buf=b1
12:00:01.500 → outbound      discord/g1/42 send: a\b  req=01234567/2
12:00:01.625 ← result        discord/42 send ok +125ms  id=m1 req=01234567/2
12:00:01.630 → ack           discord/42  buf=b1
12:00:02.000 → outbound      42 edit: v2  id=m1 req=r2
12:00:32.100 ← result        42 edit ambiguous +30.1s: relay outbound t…  req=r2
12:00:33.000 ← interrupt     42  session=agent:main:discord:group:42:u1
12:00:34.000 • link          lost: gone code=1006 retry_in=0.73
--:--:--.--- ← news          a=x b={"c":2}
END
    session | TZ=EST5 relay-decode -f text | grep -q '^07:00:00.123 • link '
    # Nothing is cut without a width.
    session | TZ=UTC relay-decode -f text --width 0 >out
    grep -qxF '12:00:00.300 ← descriptor    discord Discord, at most 2000 utf16, markdown discord, ops send edit' out
    grep -qF 'hello\tthere  id=m0 session=agent:main:discord:group:42:u1 buf=b1' out
    # The day is told when it changes.
    session | sed 2,4s/23T/24T/ | TZ=UTC relay-decode -f text | grep -nE '^[-0-9]{10}$' >days
    [ "$(cat days)" = $'1:2026-11-23\n3:2026-11-24\n7:2026-11-23' ]
}

# widest : prints the width of the widest line of ./out, by the tables of Python.
widest() {
    /usr/bin/python3 -c 'import sys, unicodedata as u
print(max(sum(0 if u.category(c) in ("Mn", "Me") else 2 if u.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n"))
          for line in open("out", encoding="utf-8")))'
}

@test "a line of text fits 80 columns, or the terminal, whatever the frame holds" {
    local id=123456789012345678901234567890 f
    for f in 'x' '漢字かな交じり' '👍👩' 'e\u0301\u0302' '\u001b[2J' 'กำลัง'; do
        f=$f$f$f$f$f$f$f$f$f$f$f$f$f$f
        cat <<END
{"type":"inbound","event":{"text":"$f$f","message_type":"$f","message_id":"$id","source":{"platform":"$f","chat_id":"$id","scope_id":"$id","user_name":"$f"}},"bufferId":"$id"}
{"type":"outbound","requestId":"${id}ab","platform":"discord","action":{"op":"send","chat_id":"$id","content":"$f","metadata":{"scope_id":"$id"}}}
{"type":"outbound_result","requestId":"${id}ab","result":{"success":false,"error":"$f$f","code":"egress_declined"}}
{"type":"descriptor","descriptor":{"platform":"discord","label":"$f$f","max_message_length":2000,"supported_ops":["$f"]}}
{"type":"link","state":"lost","reason":"$f$f$f"}
END
    done >in
    relay-decode -f text in >out
    [ "$(widest)" -eq 80 ]
    grep -q ' discord/…7890 send failed +[0-9.]*ms: ' out
    sed -n 's/^\(.\{15\}\).*/\1/p' out | grep -cE '^[0-9:.]{12} [←→•] $' | grep -qx 30
    relay-decode -f text --width 120 in >out
    [ "$(widest)" -eq 120 ]
    run script -qec "stty cols 100; TERM=dumb relay-decode -f text in" /dev/null
    tr -d '\r' <<<"$output" >out
    [ "$(widest)" -eq 100 ]
}

@test "what came from a queue and failed is shown, and is no longer asked for" {
    local down='{"t":"2026-11-23T12:00:00Z","dir":"down","frame":{"type":"inbound","gateway":"g1","bufferId":"b2","event":{"text":"hi","source":{"platform":"discord","chat_id":"42"}}}}'
    local nack='{"t":"2026-11-23T12:00:35Z","dir":"link","frame":{"type":"inbound_nack","bufferId":"b2","status":124}}'
    [ "$(printf '%s\n' "$down" "$nack" | TZ=UTC relay-decode -f text | tail -n 1)" = \
        '12:00:35.000 • nack          discord/42 status=124  buf=b2' ]
    [ "$(relay-decode -f tsv <<<"$nack" | cut -f 2,3,9)" = 'link	inbound_nack	b2' ]
    printf '%s\n' "$down" | relay-decode -f summary | grep -q '^unacked 1'
    run ! grep -q '^unacked [1-9]' <(printf '%s\n' "$down" "$nack" | relay-decode -f summary)
}

@test "a recorded session as columns" {
    session | relay-decode -f tsv >out
    [ "$(awk -F '\t' '{print NF}' out | sort -u)" = 13 ]
    [ "$(cut -f 13 out | tr '\n' ,)" = ',,,,send,send,,edit,edit,,,,' ]
    [ "$(sed -n 4p out)" = $'2026-11-23T12:00:01.000000Z\tdown\tinbound\tdiscord\t42\talice\tm0\tagent:main:discord:group:42:u1\tb1\t\t\thello\\tthere\t' ]
    [ "$(sed -n 5p out)" = $'2026-11-23T12:00:01.500000Z\tup\toutbound\tdiscord\t42\t\t\t\t\t0123456789abcdef0123456789abcdef/2\t\ta\\\\b\tsend' ]
    [ "$(cut -f 11 out | tr '\n' ,)" = ',,,,,true,,,false,,,,' ]
    [ "$(tail -n 1 out)" = $'\tdown\tnews\t\t\t\t\t\t\t\t\ta=x b={"c":2}\t' ]
}

@test "a summary: counts per type and op, latencies, what is owed, what is not acknowledged" {
    { session; cat <<'END'; } | sed '/inbound_ack/d' >in
{"t":"2026-11-23T12:01:00Z","dir":"up","frame":{"type":"outbound","requestId":"r3","platform":"discord","action":{"op":"send","chat_id":"42","content":"x"}}}
{"t":"2026-11-23T12:01:01Z","dir":"up","frame":{"type":"outbound","requestId":"r4","platform":"discord","action":{"op":"send","chat_id":"42","content":"x"}}}
{"t":"2026-11-23T12:01:02Z","dir":"down","frame":{"type":"outbound_result","requestId":"r4","result":{"success":false,"error":"no"}}}
{"t":"2026-11-24T00:00:00Z","dir":"up","frame":{"type":"going_idle"}}
END
    TZ=UTC relay-decode -f summary in >out
    diff -u - out <<'END'
frames 15, 2026-11-23 12:00:00.123 to 2026-11-24 00:00:00.000

type                         up     down    local
link                          -        -        2
hello                         1        -        -
descriptor                    -        1        -
inbound                       -        1        -
outbound                      4        -        -
outbound_result               -        3        -
interrupt_inbound             -        1        -
news                          -        1        -
going_idle                    1        -        -

op                 asked     ok failed ambiguous      p50      p99  slowest
hello                  1      1      -         -    100ms    100ms    100ms
send                   3      1      1         -    126ms   1000ms   1000ms
edit                   1      -      -         1    30.1s    30.1s    30.1s
going_idle             1      -      -         -        -        -        -

slowest
    30.1s  edit 42 req=r2
   1000ms  send discord/42 req=r4
    125ms  send discord/42 req=0123456789abcdef0123456789abcdef/2
    100ms  hello discord

owed 2
  send discord/42 req=r3 since 12:01:00.000
  going_idle since 00:00:00.000

unacked 1
  inbound discord/42 buf=b1 since 12:00:01.000
END
    # The verdict of -e stands beside it.
    run relay-decode -e -f summary in
    [ "$status" -eq 1 ]
    [ "$(relay-decode -f summary </dev/null)" = $'frames 0\n\ntype                         up     down    local\n\nowed 0\n\nunacked 0' ]
}

@test "a summary's quantiles, against those of all latencies, in flat memory (LONG=1: two million frames)" {
    local n=20000
    [ -z "${LONG-}" ] || n=1000000
    cat >make.py <<'END'
import random, sys
random.seed(5)
n, all, now = int(sys.argv[1]), [], 1800000000000000
def stamp(us):
    import time
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(us // 1000000)) + ".%06dZ" % (us % 1000000)
for i in range(n):
    took = int(random.lognormvariate(8, 2))
    all.append(took)
    print('{"t":"%s","dir":"up","frame":{"type":"outbound","requestId":"%d","action":{"op":"op%d","chat_id":"1"}}}' % (stamp(now), i, i % 97))
    print('{"t":"%s","dir":"down","frame":{"type":"outbound_result","requestId":"%d","result":{"success":true}}}' % (stamp(now + took), i))
    now += took
END
    /usr/bin/python3 make.py "$n" >in
    relay-decode -f summary in >out
    grep -qE "^outbound +$n " out
    grep -qE '^\(other\) ' out
    [ "$(sed -n '/^op /,/^$/p' out | wc -l)" -eq 43 ]
    sed 's/"op":"op[0-9]*"/"op":"send"/' in | relay-decode -f summary | awk '$1 == "send" && NF == 8' >send
    /usr/bin/python3 - "$n" <<'END'
import sys
sys.argv = ["", sys.argv[1]]
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()):
    exec(open("make.py").read())
all.sort()
def ms(text): return float(text[:-2]) if text.endswith("ms") else float(text[:-1]) * 1000
p50, p99, most = (ms(w) for w in open("send").read().split()[5:])
for got, want in (p50, all[(n + 1) // 2 - 1]), (p99, all[(n * 99 + 99) // 100 - 1]), (most, all[-1]):
    assert 0.97 * want / 1000 - 0.1 <= got <= 1.04 * want / 1000 + 0.1, (got, want / 1000)
END
    # 40 MB, most of it for what each op's quantiles need: not for the frames.
    /usr/bin/env time -f %M relay-decode -f summary in 2>kb >/dev/null || true
    if grep -qxE '[0-9]+' kb && ! grep -q __asan_init "$RELAY_BUILD/bin/relay-decode"; then [ "$(cat kb)" -lt 40000 ]; fi
}

@test "an HTTP archive is valid HAR 1.2, its messages are the frames of the wire, byte for byte" {
    { session; session | sed 's/T12:/T13:/;s/T14:/T15:/'; } | grep -v yesterday | sed 's/"lost"/"closed"/' >in
    relay-decode -f har in >out
    /usr/bin/python3 "$RELAY_SOURCE/tests/har.py" <out >messages
    # Neither the link's own frames nor the results that relay-dial makes; a message has the frame's bytes.
    jq -rc 'select(.frame.type != "link" and .frame.synthetic != true) | [.dir, .frame] | @json' in | sort >want
    jq -rc @json messages | sort | cmp - want
    [ "$(jq -r '.log.entries[].request.url' out | sort -u)" = ws://h/relay ]
    [ "$(jq -r '.log.entries | length' out)" -eq 2 ]
    [ "$(jq -r '.log.entries[0].startedDateTime' out)" = 2026-11-23T12:00:00.123456Z ]
    # Frames without a link frame, and none at all.
    echo '{ "type" : "hello","x":1.50,"y":"\u0041"}' | relay-decode -f har >out
    /usr/bin/python3 "$RELAY_SOURCE/tests/har.py" <out
    [ "$(jq -r '.log.entries[0]._webSocketMessages[0].data' out)" = '{ "type" : "hello","x":1.50,"y":"\u0041"}' ]
    relay-decode -f har </dev/null | /usr/bin/python3 "$RELAY_SOURCE/tests/har.py"
}

@test "a sequence diagram" {
    { session; echo '{"t":"2026-11-23T12:00:35Z","dir":"down","frame":{"type":"inbound","event":{"text":"#1; <b>%%{init}\n"}}}'; } >in
    TZ=UTC relay-decode -f mermaid in >out
    diff -u - out <<'END'
sequenceDiagram
    participant G as gateway
    participant C as connector
    Note over G,C: 12:00:00.123 link open attempt=1 url=ws://h/relay
    G->>C: 12:00:00.200 hello discord botId=app1
    C-->>G: 12:00:00.300 descriptor discord Discord, at most 2000 utf16, markdown discord, ops send edit
    C->>G: 12:00:01.000 inbound discord/g1/42 alice [photo]: hello#92;tthere
    G->>C: 12:00:01.500 outbound discord/g1/42 send: a#92;b
    C-->>G: 12:00:01.625 result discord/42 send ok +125ms
    G->>C: 12:00:01.630 ack discord/42
    G->>C: 12:00:02.000 outbound 42 edit: v2
    C-xG: 12:00:32.100 result 42 edit ambiguous +30.1s: relay outbound timed out
    C->>G: 12:00:33.000 interrupt 42
    Note over G,C: 12:00:34.000 link lost: gone code=1006 retry_in=0.73
    C->>G: news a=x b=#123;"c":2#125;
    C->>G: 12:00:35.000 inbound relay #35;1#59; #60;b#62;#37;#37;#123;init#125;#92;n
END
    [ "$(relay-decode -f mermaid </dev/null | head -n 1)" = sequenceDiagram ]
}

# chosen OPTIONS… : the numbers of the lines of ./in that are chosen.
chosen() {
    relay-decode "$@" in >out
    grep -nxFf out in | cut -d : -f 1 | paste -sd ' '
}

@test "--since, --until, --chat and --type find one's way, and leave the lines of a recording as they are" {
    session >in
    [ "$(chosen --since 2026-11-23T12:00:02Z)" = '8 9 10 11' ]
    [ "$(chosen --until 2026-11-23T13:00:01+01:00)" = '1 2 3' ]
    [ "$(TZ=UTC chosen --since '2026-11-23 12:00:01' --until 2026-11-23T12:00:33)" = '4 5 6 7 8 9' ]
    [ "$(TZ=EST5 chosen --since 2026-11-23 --until 2026-11-23T07:01)" = '1 2 3 4 5 6 7 8 9 10 11' ]
    [ "$(chosen --since 10m)" = '' ]
    # A result is about the chat, and of the op, that it answers; so is an ack.
    [ "$(chosen --chat 42)" = '4 5 6 7 8 9 10' ]
    [ "$(chosen --chat discord/42)" = '4 5 6 7' ]
    [ "$(chosen --chat slack/42)" = '' ]
    [ "$(chosen --type edit)" = '8 9' ]
    [ "$(chosen --type outbound --type link)" = '1 5 8 11' ]
    [ "$(chosen --chat 42 --type send --since 2026-11-23T12:00:01.6Z)" = '6' ]
    [ "$(chosen --type news)" = 12 ]
    # In each view, the counts and the verdict too.
    [ "$(relay-decode -f tsv --type send in | wc -l)" -eq 2 ]
    relay-decode -f summary --chat discord/42 in | grep -q '^frames 4,'
    relay-decode -e --type send in >/dev/null
    run relay-decode -e --type edit in
    [ "$status" -eq 1 ]
    # Frames are chosen as well, and normalised as ever.
    { echo '{"type":"inbound","event":{"source":{"chat_id":7}}}'; echo '{"type":"hello","platform":"x"}'; } >in
    [ "$(relay-decode --chat 7 in | jq -c '[.type,.event.source.chat_id]')" = '["inbound","7"]' ]
    [ "$(chosen --since 1m --type hello)" = 2 ]
    [ "$(relay-decode --ack --chat 7 <<<'{"type":"inbound","bufferId":"b","event":{"source":{"chat_id":7}}}' | tail -n 1)" = '{"type":"inbound_ack","bufferId":"b"}' ]
    local t
    for t in yesterday 25:00 2026-13-01 2026-11-23T12 ''; do
        run --separate-stderr relay-decode --since "$t" in
        [ "$status" -eq 64 ] || { echo "--since $t: $status"; return 1; }
    done
}

@test "live frames get the present time and the direction of their type" {
    { echo '{"type":"outbound","requestId":"r1","action":{"op":"typing"}}'; echo; echo ' { "op":"send","content":"x"}'
      echo '{"type":"outbound","requestId":"r2","action":{"op":"react","emoji":"👍"},"refused":"no such op"}'
      forward '{"type":2,"channel_id":"7","data":{"name":"ping"}}'
      forward '{}' twilio
      echo '{"type":"inbound","event":7}'; echo '{"t":1,"dir":"up","frame":{}}'; } >in
    run --separate-stderr relay-decode -f text in
    [ "$status" -eq 65 ]
    [[ $stderr == 'relay-decode: skip in line 8: no string "type" at byte 1' ]]
    [[ ${lines[0]} =~ ^[0-9:.]{12}\ →\ outbound\ +typing\ \ req=r1$ ]]
    [[ ${lines[1]} =~ ^[0-9:.]{12}\ ·\ send\ +x$ ]]
    [[ ${lines[2]} =~ ^[0-9:.]{12}\ →\ outbound\ +react:\ refused:\ no\ such\ op\ \ req=r2$ ]]
    [[ ${lines[3]} =~ ^[0-9:.]{12}\ ←\ inbound\ +discord/7\ +\[command\]:\ /ping\ \ buf=b7$ ]]
    [[ ${lines[4]} =~ ^[0-9:.]{12}\ ←\ forward\ +twilio\ +buf=b7$ ]]
    [[ ${lines[5]} =~ ^[0-9:.]{12}\ ←\ inbound$ ]]
    [ "${#lines[@]}" -eq 6 ]
    [ "$(relay-decode -f tsv in 2>/dev/null | cut -f 1 | tr 0-9 n | sort -u)" = nnnn-nn-nnTnn:nn:nn.nnnnnnZ ]
}

@test "hostile text leaves the terminal alone" {
    local evil='\u001b]0;x\u0007 \u202eabc\u2066\u200f\u0000\r\n\u0085\u009b2J \u2028 \u200b\ufe0f\udb40\udc41\u00ad \ud83d'
    { for f in '{"type":"inbound","event":{"text":"@","source":{"platform":"@","chat_id":"@","scope_id":"@","user_name":"@"}},"bufferId":"@"}' \
        '{"type":"outbound","requestId":"@/@","platform":"@","action":{"op":"@","chat_id":"@","content":"@","metadata":{"scope_id":"@"}},"refused":"@"}' \
        '{"type":"outbound_result","requestId":"@","result":{"success":false,"error":"@","code":"@","message_id":"@"}}' \
        '{"type":"descriptor","descriptor":{"platform":"@","label":"@","max_message_length":"@","len_unit":"@","supported_ops":["@",{"@":"@"}]}}' \
        '{"type":"link","state":"@","reason":"@","@":"@","x":{"@":["@"]}}' '{"type":"@","session_key":"@"}' '{"op":"@"}'; do
        printf '%s\n' "${f//@/$evil}"
    done; } >in
    for f in text tsv mermaid summary; do
        relay-decode -f $f in >out
        case $f in
        text | tsv) [ "$(wc -l <out)" -eq 7 ] ;;
        mermaid) [ "$(grep -c . out)" -eq 10 ] ;;
        esac
        run grep -nP '[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{fe00}-\x{fe0f}\x{e0000}-\x{e0fff}]' out
        [ "$status" -eq 1 ]
    done
    relay-decode -f text --width 0 in | grep -qF '\x1b]0;x\x07 \u{202e}abc\u{2066}\u{200f}\x00\r\n\u{85}\u{9b}2J \u{2028} \u{200b}\u{fe0f}\u{e0041}\u{ad}'
    # Long text is cut, except in columns.
    printf '{"type":"inbound","event":{"text":"%s","source":{"chat_id":"%s"}}}\n' "$(printf '%0999d' 0)" "$(printf '%099d' 1)" >in
    [ "$(relay-decode -f text in | wc -m)" -eq 81 ]
    relay-decode -f text in | grep -q 'relay/…00000001 0*…$'
    [ "$(relay-decode -f tsv in | cut -f 12 | wc -m)" -eq 1000 ]
}

@test "color on a terminal, and as options and environment say" {
    local esc=$'\033'
    echo '{"type":"inbound","event":{"text":"x"}}' >in
    run grep -c "$esc" <(relay-decode -f text in)
    [ "$output" = 0 ]
    NO_COLOR=1 relay-decode -f text --color always in | grep -q "$esc\[36m"
    run script -qec 'TERM=xterm relay-decode -f text in' /dev/null
    [[ $output == *"$esc["* ]]
    run script -qec 'TERM=xterm NO_COLOR=1 relay-decode -f text in' /dev/null
    [[ $output == *inbound* ]]
    [[ $output != *"$esc["* ]]
    run script -qec 'TERM=dumb relay-decode -f text in' /dev/null
    [[ $output != *"$esc["* ]]
    run script -qec 'TERM=xterm relay-decode -f text --color never in' /dev/null
    [[ $output != *"$esc["* ]]
}

@test "output that fails, usage that is wrong" {
    echo '{"type":"inbound","event":{}}' >in
    for f in json text tsv summary har mermaid; do
        run --separate-stderr relay-decode -f $f in >/dev/full
        run --separate-stderr sh -c "relay-decode -f $f in >/dev/full"
        [ "$status" -eq 74 ]
        [[ $stderr == 'relay-decode: write stdout: No space left on device' ]]
    done
    for a in '-f xml' '--interactions v2' '--color maybe' '-x'; do
        # shellcheck disable=SC2086 # split on purpose
        run --separate-stderr relay-decode $a in
        [ "$status" -eq 64 ]
        [ -z "$output" ]
    done
}

@test "output and time are bounded by the input" {
    # Repeating a type for each of many urls must not make the output grow without bounds.
    /usr/bin/python3 -c 'print("{\"type\":\"inbound\",\"event\":{\"media_urls\":[" + ",".join(["\"u\""] * 1000000) +
        "],\"media\":[{\"url\":\"u\",\"mime\":\"" + "m" * 255 + "\"}]}}")' >in
    relay-decode in >out
    [ "$(wc -c <out)" -lt 10000000 ]
    [ "$(jq '.event.media_types | length' out)" -eq 1000000 ]
    # Deep nesting and a long list of duplicates take hardly any time.
    { printf '{"type":"inbound","event":{"text":%s%s,' "$(printf '[%.0s' {1..500})" "$(printf ']%.0s' {1..500})"
      printf '"text":1,%.0s' {1..50000}; echo '"source":{}}}'; } >in
    timeout 10 relay-decode in | jq -e '.event.text == ""'
}

@test "a second reading of the protocol agrees on made-up deliveries" {
    local n=400 seed
    [ -z "${LONG-}" ] || n=20000
    for seed in 1 2; do /usr/bin/python3 "$RELAY_SOURCE/tests/model.py" decode "$n" "$seed"; done
    /usr/bin/python3 "$RELAY_SOURCE/tests/model.py" v1 "$n" 3
}
