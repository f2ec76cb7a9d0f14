# SPDX-License-Identifier: MIT
# relay-inbox: what an operator sees of an inbox and does with it, without a ring; inbox-crash.bats has it beside one.
bats_require_minimum_version 1.5.0
load helper

STATES='waiting running retrying answered done dead ambiguous interrupted'

# make_box [STATE…] : ./box with a message in each state, or in those given; numbered from 1.
make_box() {
    "$RELAY_BUILD/tests/make_inbox" box "$@"
}

all_states() {
    # shellcheck disable=SC2086 # words
    make_box $STATES
}

# ask [ARG…] : relay-inbox; what it prints in ./got, ./said, its status in RC.
ask() {
    RC=0
    relay-inbox "$@" >got 2>said || RC=$?
}

ids() {
    jq -r .id got | paste -sd ' '
}

states() {
    jq -r '"\(.id):\(.state)"' got | paste -sd ' '
}

@test "list: one line of JSON for each message, in order, with who, where, what, since when" {
    all_states
    ask box
    [ "$RC" -eq 0 ]
    [ ! -s said ]
    [ "$(jq -r .state got | paste -sd ' ')" = "$STATES" ]
    [ "$(ids)" = '1 2 3 4 5 6 7 8' ]
    [ "$(sed -n 6p got | jq -c 'del(.taken, .changed)')" = \
        '{"id":6,"state":"dead","attempts":1,"reason":"exit status 65","session_key":"s2","message_id":"m6","bufferId":"b6","platform":"discord","chat_id":"6","user_id":"u1","user_name":"ada","text":"hello 6"}' ]
    [ "$(sed -n 3p got | jq -r .next_try)" = 2100-01-01T00:00:00Z ]
    now=$(date +%s)
    jq -e --argjson now "$now" '(.taken | fromdate) <= $now and (.taken | fromdate) > $now - 600' got >/dev/null
    cp got whole
    ask box list && cmp got whole
}

@test "--state, --session, --older and numbers: only messages that match all of them; none is status 1" {
    all_states
    ask --state dead --state ambiguous box
    [ "$(ids)" = '6 7' ]
    ask --session s1 box list
    [ "$(ids)" = '1 3 5 7' ]
    ask --session s1 --state ambiguous --state dead box list
    [ "$(ids)" = 7 ]
    ask box list 3 1
    [ "$(ids)" = '3 1' ]
    ask --state done box list 5 6
    [ "$(ids)" = 5 ]
    [ "$(cat said)" = 'relay-inbox: find message 6: not there, or not among those asked for' ]
    ask --older 1h box
    [ "$RC" -eq 1 ]
    [ ! -s got ]
    [ ! -s said ]
    ask --older 0 box
    [ "$RC" -eq 0 ]
    ask --session s3 box
    [ "$RC" -eq 1 ]
    ask box list 99
    [ "$RC" -eq 1 ]
    grep -q 'find message 99: not there' said
    rm box; make_box
    ask box
    [ "$RC" -eq 1 ]
}

@test "show: the frame byte for byte, the actions with their results" {
    frame='{"type":"inbound", "n":9007199254740993,"event":{"text":"a\u0000b","x":1,"x":1.50}}'
    make_box answered done "dead=$frame"
    ask box show
    [ "$RC" -eq 0 ]
    [ "$(jq -c '[.actions[] | [.state, .attempt, .content, .requestId, .frame.content, .result.type]]' got)" = \
'[["owed",1,true,"00000000000000000000000000000001","an answer",null]]
[["done",1,true,"00000000000000000000000000000002","an answer","outbound_result"]]
[]' ]
    grep -qF "\"frame\":$frame," got
    ask -f text box show 2
    grep -q '^ *action *done, run 1, request 00000000000000000000000000000002: {"op":"send",' got
    grep -q '^ *result *{"type":"outbound_result"' got
}

@test "-f text: one line a message, aligned, nothing that a terminal would obey" {
    evil='{"type":"inbound","event":{"text":"\u001b[2J\u0007one\ntwo \u202eevil","source":{"platform":"\u001bp","chat_id":"\u009bc","user_name":"eve\u0007"}}}'
    long='{"type":"inbound","event":{"text":"'$(head -c 5000 /dev/zero | tr '\0' x)'"}}'
    make_box waiting "dead=$evil" "running=$long"
    ask -f text box
    [ "$(wc -l <got)" -eq 3 ]
    run ! grep -q "[[:cntrl:]]" got
    run ! grep -q $'\u202e' got
    grep -qE '^     1  waiting  +20[0-9T:-]+Z  0 runs  discord/1 +ada +hello 1$' got
    grep -qE '^     2  dead     +20[0-9T:-]+Z  1 run   .*one two .*evil \[exit status 65\]$' got
    [ "$(sed -n 3p got | wc -m)" -lt 320 ]
    ask -f text box show
    run ! grep -q "[[:cntrl:]]" got
}

@test "retry: dead, ambiguous and interrupted messages wait again, from their first attempt" {
    all_states
    ask --state dead --state ambiguous --state interrupted --state retrying box retry
    [ "$RC" -eq 0 ]
    [ ! -s said ]
    [ "$(states)" = '3:waiting 6:waiting 7:waiting 8:waiting' ]
    [ "$(jq -r .attempts got | paste -sd ' ')" = '0 0 0 0' ]
    ask box show 7
    [ "$(jq -c .actions got)" = '[]' ]
    ask box retry 1 2 4 5
    [ "$RC" -eq 1 ]
    [ ! -s got ]
    [ "$(cat said)" = "$(printf 'relay-inbox: skip message %s\n' '1: it is waiting' '2: it is running' '4: it is answered' '5: it is done')" ]
    ask box
    [ "$(states)" = '1:waiting 2:running 3:waiting 4:answered 5:done 6:waiting 7:waiting 8:waiting' ]
}

@test "drop: what has not ended well does not run any more" {
    all_states
    ask box drop 1 2 3 6 7
    [ "$RC" -eq 0 ]
    [ ! -s said ]
    [ "$(states)" = '1:interrupted 2:interrupted 3:interrupted 6:interrupted 7:interrupted' ]
    [ "$(jq -r .reason got | sort -u)" = dropped ]
    ask box drop 4 5 8
    [ "$RC" -eq 1 ] && [ "$(wc -l <said)" -eq 3 ]
}

@test "retry and drop want to know which; prune and stats are about all" {
    all_states
    for verb in retry drop; do
        ask box $verb
        [ "$RC" -eq 64 ]
        grep -q 'which messages? give an ID, --session, --state or --older' said
    done
    ask --state dead box prune
    [ "$RC" -eq 64 ]
    ask box stats 1
    [ "$RC" -eq 64 ]
    ask box; [ "$(jq -r .state got | paste -sd ' ')" = "$STATES" ]
}

@test "prune: deletes what has ended, keeps what needs somebody" {
    all_states
    ask box prune
    [ "$RC" -eq 0 ]
    [ "$(cat got)" = '{"pruned":0}' ]
    until_true 1 eval 'relay-inbox --older 10ms --state done box >/dev/null'
    ask --older 10ms box prune
    [ "$RC" -eq 0 ]
    # a redelivery of the last 4096 stays recognised: these lose their text only, and cannot run again
    ask box retry 8
    [ "$RC" -eq 1 ]
    [ "$(cat said)" = 'relay-inbox: skip message 8: its frame was pruned' ]
    ask box show 5
    [ "$RC" -eq 0 ]
    jq -e '(has("frame") | not) and (has("damaged") | not)' got >/dev/null
    ask --state dead --state ambiguous box retry
    [ "$RC" -eq 0 ] && [ "$(ids)" = '6 7' ]
}

@test "stats: counts, the oldest, sizes, who has it" {
    all_states
    ask box stats
    [ "$RC" -eq 0 ]
    [ "$(jq -c '[.states[]] | unique' got)" = '[1]' ]
    [ "$(jq -c '[.oldest.id, .oldest.state, .attempts, .wishes, .in_use, .pid]' got)" = '[1,"waiting",1,0,false,null]' ]
    [ "$(jq .bytes.database got)" -eq "$(stat -c %s box)" ]
    ask -f text box stats
    grep -qE '^waiting +1$' got && grep -qE '^process +none$' got && grep -qE '^oldest +1  waiting, taken 20' got
}

# holder [leave] : a process that has the inbox and counts its SIGUSR1 in ./signals, but does nothing else, or ends at the
# first; its pid in HOLDER.
holder() {
    background /usr/bin/python3 -c '
import fcntl, signal, sys
f = open("box-lock", "a")
fcntl.lockf(f, fcntl.LOCK_EX)
def count(*_):
    with open("signals", "a") as s:
        s.write("x")
    if sys.argv[1:]:
        sys.exit()
signal.signal(signal.SIGUSR1, count)
open("held", "w").close()
while True:
    signal.pause()' "$@"
    HOLDER=$!
    until_true 5 test -e held
}

@test "while a process has the inbox, only that one changes a state: it is asked, and what it does not do is told" {
    all_states
    holder
    ask box stats
    [ "$(jq .pid got)" -eq "$HOLDER" ]
    [ "$(jq .in_use got)" = true ]
    elapsed_ms ask box retry 6
    [ "$RC" -eq 75 ]
    [ "$MS" -ge 1900 ]
    [ "$(cat said)" = "relay-inbox: wait for process $HOLDER: it has the inbox and has not acted on every wish in 2 s" ]
    [ "$(jq -c '[.id, .state, .wish]' got)" = '[6,"dead","retry"]' ]
    until_true 5 test -s signals
    [ "$(cat signals)" = x ]
    ask -f text box list 6
    grep -q '  dead, retry  ' got
    # the wish outlives the process, and comes true with the next change
    kill "$HOLDER" && wait "$HOLDER" || true
    ask box drop 1
    [ "$RC" -eq 0 ]
    [ "$(states)" = 1:interrupted ]
    ask box list 6
    [ "$(jq -c '[.state, .wish]' got)" = '["waiting",null]' ]
}

@test "a process that has the inbox and ends meanwhile: the wish comes true all the same" {
    all_states
    holder leave
    ask box drop 6
    [ "$RC" -eq 0 ] && [ "$(states)" = 6:interrupted ]
}

# refused STATUS REASON [ARG…] : relay-inbox ends with that status and says that, and nothing else.
refused() {
    local status=$1 reason=$2
    shift 2
    ask "$@"
    [ "$RC" -eq "$status" ] && [ ! -s got ] && [ "$(cat said)" = "relay-inbox: $reason" ] || { echo "$RC"; cat got said; return 1; }
}

@test "a file that is no inbox, damaged, newer, or cannot be opened: a clear error each, 66, and no file is made" {
    refused 66 'open none: No such file or directory' none
    refused 66 'open none: No such file or directory' none retry 1
    [ ! -e none ]
    mkdir folder
    refused 66 'open folder: not a regular file' folder
    : >empty
    refused 66 'open empty: it is empty, not an inbox' empty
    head -c 20000 /dev/urandom >noise
    refused 66 'open noise: file is not a database' noise
    all_states
    ln -s box link
    refused 66 'open link: it is a symbolic link' link
    /usr/bin/python3 -c '
import sqlite3
for name, change in (("other", "PRAGMA application_id = 7"), ("newer", "PRAGMA user_version = 99")):
    import shutil
    shutil.copy("box", name)
    db = sqlite3.connect(name)
    db.execute(change)
    db.commit()'
    refused 66 'open other: a database of something else' other
    refused 66 'open newer: made by a newer version of relay-run' newer
    refused 66 'open newer: made by a newer version of relay-run' newer drop 1
    head -c 9000 box >short
    for verb in list 'retry 6'; do
        # shellcheck disable=SC2086 # words
        ask short $verb
        { [ "$RC" -eq 66 ] || [ "$RC" -eq 74 ]; }
        grep -qE '^relay-inbox: (open|read or write) short: ' said
    done
}

@test "a message whose frame is damaged is named as such, 65, and the others are listed" {
    make_box waiting 'dead={"type":"inbound"' 'dead="text"' waiting
    ask box
    [ "$RC" -eq 65 ]
    [ "$(ids)" = '1 2 3 4' ]
    [ "$(jq -r 'select(.damaged) | "\(.id) \(.damaged)"' got | paste -sd ,)" = "$(
        printf '2 %s,3 not an object' "$(sed -n 2p got | jq -r .damaged)")" ]
    ask box show 2
    [ "$RC" -eq 65 ]
    [ "$(jq -r .frame got)" = '{"type":"inbound"' ]
    ask -f text box show 2
    [ "$RC" -eq 65 ] && grep -q 'frame damaged: ' got
}

@test "a copy in a folder that cannot be written can be listed" {
    all_states
    mkdir copy
    cp box copy/
    chmod 444 copy/box
    chmod 555 copy
    as=
    [ "$(id -u)" -ne 0 ] || as='setpriv --bounding-set=-dac_override,-dac_read_search' # root, but not above the modes
    run ! $as touch copy/x
    $as relay-inbox copy/box >got
    [ "$(ids)" = '1 2 3 4 5 6 7 8' ]
    $as relay-inbox copy/box stats >got
    [ "$(jq .states.dead got)" = 1 ]
    RC=0
    $as relay-inbox copy/box retry 6 2>said || RC=$?
    [ "$RC" -eq 66 ]
    [ "$(cat said)" = 'relay-inbox: open copy/box: Permission denied' ]
    # its log cannot be read there, and what is in it must not be passed over in silence
    chmod 755 copy
    head -c 4152 /dev/zero >copy/box-wal
    chmod 444 copy/box-wal
    chmod 555 copy
    RC=0
    $as relay-inbox copy/box 2>said || RC=$?
    [ "$RC" -eq 66 ]
    grep -q 'its log (-wal) can be read only where files can be made' said
    chmod 755 copy
}

@test "wrong words are refused before the inbox is opened; an output that fails is 74" {
    ask
    [ "$RC" -eq 64 ]
    grep -q 'FILE missing' said
    ask box frob
    [ "$RC" -eq 64 ]
    grep -q 'no such verb: list, show, retry, drop, prune and stats are' said
    ask box list x
    [ "$RC" -eq 64 ]
    grep -q "read ID 'x': not a number of a message" said
    ask box list 0
    [ "$RC" -eq 64 ]
    ask box list --state dead
    [ "$RC" -eq 64 ]
    grep -q "read ID '--state': .*; options stand before FILE" said
    ask --state late box
    [ "$RC" -eq 64 ]
    grep -q "read --state 'late': not a state" said
    all_states
    RC=0
    relay-inbox box >/dev/full 2>said || RC=$?
    [ "$RC" -eq 74 ] && grep -q 'write stdout: No space left on device' said
}

@test "the manual page has every table, column and state of the schema" {
    all_states
    /usr/bin/python3 - >names <<'END'
import sqlite3
db = sqlite3.connect("box")
for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
    print(table)
    for row in db.execute("PRAGMA table_info(%s)" % table):
        print(row[1])
for number in ("application_id", "user_version"):
    print(number, *db.execute("PRAGMA " + number).fetchone())
END
    printf '%s\n' $STATES owed refused unsent >>names
    [ "$(wc -l <names)" -ge 35 ]
    mandoc -T utf8 "$RELAY_SOURCE/man/relay-inbox.1" | col -b | tr -s ' \n' ' ' | sed 's/is 1380735298 (0x524c5942), its/1380735298/; s/user_version 1\./user_version 1/' >page
    while read -r name; do
        grep -qw -- "$name" page || { echo "not in the page: $name"; return 1; }
    done <names
}
