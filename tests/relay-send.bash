# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# relay-send as a stage of a ring, for the tests that watch what leaves it and when.

# stage [OPTIONS…] : starts relay-send as a stage of a ring whose relay-dial is this shell. `say` writes frames to it,
# its output is in ./out; `exec 9>&-` ends its input. It leaves TERM to its relay-dial, hence the KILL.
stage() {
    mkfifo in
    exec 9<>in
    # shellcheck disable=SC2016 # for the inner shell
    background timeout -k 1 60 env RELAY_DIAL_PID=$$ bash -c 'relay-send "$@" <in >out 2>err; echo $? >status' - "$@"
    [ -n "${SILENT-}" ] || say '{"type":"link","state":"open"}'
}

# send ID TEXT [CHAT [OP]] : writes an action to it.
send() {
    say '{"op":"'"${4:-send}"'","chat_id":"'"${3:-1}"'","content":"'"$2"'","requestId":"'"$1"'"}'
}

# result ID [MEMBERS] : writes a result, a refusal unless MEMBERS are "success":true.
result() {
    say '{"type":"outbound_result","requestId":"'"$1"'","result":{'"${2:-"\"success\":true"}"'}}'
}

# The ids of the frames that have left, on one line.
left() {
    jq -r 'select(.type == "outbound").requestId' out | paste -sd ' '
}

have_left() {
    [ "$(left)" = "$*" ]
}

# Waits until everything written has been worked through: then the mark has come out.
marked() {
    grep -q '"mark'"$1"'"' out
}
mark() {
    say '{"type":"mark'"$1"'"}'
    until_true 20 marked "$1" || { cat out err; return 1; }
}
