# SPDX-License-Identifier: MIT
# What the files about relay-run share.
# shellcheck shell=bash disable=SC2034 # for those who load it

# message SESSION ID TEXT [BUFFERID] [MORE MEMBERS OF THE EVENT] : an inbound frame as relay-decode writes it.
message() {
    printf '{"type":"inbound","event":{"text":"%s","message_id":"%s"%s,"source":{"platform":"discord",' "$3" "$2" "$5"
    printf '"chat_id":"%s","chat_type":"group","user_id":"u1","user_name":"ann","thread_id":null}}' "$1"
    printf '%s,"session_key":"s:%s"}\n' "${4:+,\"bufferId\":\"$4\"}" "$1"
}

# script NAME : an executable sh script from stdin.
script() {
    { echo '#!/bin/sh' && cat; } >"$1" && chmod +x "$1"
}

# start_run ARGS… : relay-run in the background with fd 9 as its stdin; its pid is RUN.
start_run() {
    rm -f in
    mkfifo in
    exec 9<>in
    background relay-run "$@" <in >out 2>err
    RUN=$!
}

feed() {
    "$@" >&9
}

# What the stage itself put into the stream.
own() {
    grep -v '"type":"inbound",' "${1:-out}" || true
}

# without_ids : the lines of stdin without the requestIds that relay-run made.
without_ids() {
    sed 's/,"requestId":"[0-9a-f]\{32\}"}$/}/; s/,"requestId":"[0-9a-f]\{32\}" }$/ }/'
}

count() { # PATTERN FILE NUMBER
    [ "$(grep -c -- "$1" "$2")" -eq "$3" ]
}

gone() {
    ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

# make_traffic N : N messages over 50 sessions in ./frames; the ids of the tenth that fails at first in ./failing.
# ./agent fails for those as long as they stand in ./fail, and says in ./trouble when two run in one session.
make_traffic() {
    script agent <<'END'
k=$RELAY_CHAT_ID m=$RELAY_MESSAGE_ID
(set -C; : >"lock.$k") 2>/dev/null || echo overlap >>trouble
echo "$k $m" >>tried
unlink "lock.$k"
[ -e "fail/$m" ] && exit 1
echo "reply $m"
END
    touch failing tried
    awk -v n="$1" -v seed="${SEED:=1}" 'BEGIN {
        srand(seed)
        for (i = 1; i <= n; i++) {
            s = int(rand() * 50)
            printf "{\"type\":\"inbound\",\"event\":{\"text\":\"x\",\"message_id\":\"%d\",\"source\":{\"platform\":\"discord\",", i
            printf "\"chat_id\":\"%d\"}},\"bufferId\":\"%d\",\"session_key\":\"s:%d\"}\n", s, i, s
            if (rand() < 0.1) print i >"failing"
        }
    }' >frames
    mkdir fail
    (cd fail && xargs -r touch <../failing)
    failing=$(wc -l <failing)
    echo "seed $SEED, $failing of $1 fail"
}

# check_traffic N OUT : all were handled once, in the order of their session, and each ack came after its reply.
check_traffic() {
    [ ! -e trouble ]
    [ "$(sed -n 's/.*"content":"reply \([0-9]*\)".*/\1/p' "$2" | sort -n | uniq -u | wc -l)" -eq "$1" ]
    [ "$(wc -l <tried)" -eq $(($1 + failing)) ]
    awk '/"op":"send"/ { sub(/.*reply /, ""); sub(/".*/, ""); said[$0] = 1 }
        /inbound_ack/ { sub(/.*bufferId":"/, ""); sub(/".*/, ""); if (!($0 in said)) { print "acked " $0; exit 1 } }' "$2"
    head -n "$1" tried | awk '$2 < last[$1] + 0 { print; exit 1 } { last[$1] = $2 + 0 }'
    tail -n +$(($1 + 1)) tried | awk '$2 < last[$1] + 0 { print; exit 1 } { last[$1] = $2 + 0 }'
}

# preload SOURCE COMMAND… : runs COMMAND with the functions of a C file in place of the system's.
preload() {
    local lib asan=
    lib=$PWD/$(basename "$1" .c).so
    cc -shared -fPIC -o "$lib" "$1"
    ! nm -D "$(command -v relay-run)" | grep -q __asan_init || asan=$(cc -print-file-name=libasan.so)
    LD_PRELOAD="$asan $lib" "${@:2}"
}
