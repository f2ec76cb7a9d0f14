#!/bin/sh
# SPDX-License-Identifier: MIT
# The standard ring around an agent: each message runs COMMAND, what it prints is the reply.
set -uf

help() {
    cat <<'EOF'
Usage: relay-adapter [options] [--] COMMAND [ARG...]
Put an agent on the relay: run COMMAND for each message and send what it prints.

Connector:
      --url URL             dial this connector (default $GATEWAY_RELAY_URL)
      --id ID               gateway id (default $GATEWAY_RELAY_ID)
      --secret-file FILE    secret from FILE (default $GATEWAY_RELAY_SECRET)
  -p, --platform PLATFORM[:BOTID]
                            say hello as this identity (repeatable)
COMMAND:
  -P, --parallel N          sessions at once (default 4)
  -l, --long-lived          one COMMAND: frames in, actions and frames out
      --stream              show the answer while it grows
Running:
      --try                 with a relay-stub; this terminal is the chat
      --show                print the frames that pass, for people
  -s, --state DIR           keep messages and chats in DIR: lose none
      --after DURATION      go idle after that time without a message
Every option: relay-adapter --help=all. The manual: man relay-adapter.

Exit status: 0 done, 1 no, 64 usage, 65 bad input, 66 no file, 69 no link,
             71 system, 74 output, 75 owed, 76 protocol, 77 revoked, 78 settings
Examples:
  relay-adapter --after 1s ./reply.sh
EOF
}

help_all() {
    cat <<'EOF'
Usage: relay-adapter [options] [--] COMMAND [ARG...]
       relay-adapter [options] --queue URL
Put an agent on the relay: run COMMAND for each message and send what it prints.

Options:
  -p, --platform PLATFORM[:BOTID]  say hello as this identity, or as several: a,b (repeatable)
  -P, --parallel N                sessions at once (default 4)
  -i, --interactive               like -j; the results and presses that follow reach COMMAND
  -j, --actions                   each line that COMMAND prints is an action
  -l, --long-lived                one COMMAND: frames in, actions and frames out
  -r, --reply-to                  send as a reply to the message
      --stream                    show the answer while it grows (=DURATION, =paragraph)
      --reactions                 react to a message: at work, then done or given up
      --typing                    show a typing indicator while COMMAND runs
      --timeout DURATION          end COMMAND after that time (default 0: never)
      --attempts N                run a message that fails at most N times (default 3)
      --inbox FILE                keep messages in FILE: acknowledge at once, lose none
      --drain running|empty       with an inbox, in a drain: finish what runs, or all that waits
      --keep DURATION             with an inbox: forget what has ended after that time (default 168h)
      --dead-letter FILE          keep messages that are given up in FILE, and acknowledge them
      --on-failure TEXT           answer with TEXT when a message is given up
      --ack end|start             acknowledge a message at its end (default), or at its start
      --stop-words WORD,...       a message of such a text interrupts what runs in its session
      --state-dir DIR             give each session a directory in DIR (RELAY_STATE)
      --media DIR                 fetch the files of messages into DIR, for RELAY_MEDIA_FILES
      --media-private             … from addresses of private networks too
      --queue URL                 no COMMAND: the workers of a pool there run it (-: $NATS_URL)
      --pool NAME                 with a queue: the pool (default relay)
      --resend                    with a queue: send again what a ring that died may have sent
      --creds FILE                with a queue: credentials for its server (default $NATS_CREDS)
      --queue-cacert FILE         … trust these certificate authorities, and use TLS
      --queue-cert FILE           … client certificate
      --queue-key FILE            … the certificate's private key
      --try                       run against a relay-stub; this terminal is the chat
      --show                      print the frames that pass, for people
  -s, --state DIR                 keep everything in DIR: the inbox, the remembered chats, the sessions
      --scopes FILE               keep the remembered chats in FILE
      --group-sessions-per-user yes|no  one session per user in a group (default), or one for all
      --thread-sessions-per-user no|yes  one session for all in a thread (default), or one per user
      --control FILE              take actions of others from a socket or FIFO there
      --after DURATION            go idle after that time without a message
      --url URL                   dial this connector (default $GATEWAY_RELAY_URL)
      --id ID                     gateway id (default $GATEWAY_RELAY_ID)
      --secret-file FILE          read the secret from FILE (default $GATEWAY_RELAY_SECRET)
      --secret-fd N               read the secret from file descriptor N
      --token-ttl DURATION        lifetime of a token (default 5m)
  -H, --header LINE               add a request header, 'Name: value' (repeatable)
      --cacert FILE               trust these certificate authorities
      --cert FILE                 client certificate
      --key FILE                  the certificate's private key
  -k, --insecure                  do not verify the peer's certificate
  -x, --proxy URL                 dial through this proxy; empty: no proxy
      --connect-timeout DURATION  give up a dial after that time (default 30s)
      --ping-interval DURATION    send a ping after this much silence, 0: never (default 30s)
      --ping-timeout DURATION     give up the link after this much silence after a ping (default 60s)
      --retry N                   dial again up to N times in a row, or inf (default inf)
  -m, --max-time DURATION         end after that time
      --kill-after DURATION       end at most this long after the first signal (default 60s)
      --record FILE               append every frame with its time to FILE
      --status FILE               keep the state of the run in FILE, as one line of JSON
      --stats FILE                keep metrics of the run in FILE, as Prometheus reads them
      --ready-fd N                write the first descriptor frame to file descriptor N
  -h, --help                      print the usual options and exit (=all: every one)
  -V, --version                   print the version and exit
  -q, --quiet                     print errors and losses only
  -v, --verbose                   say more (repeatable)

Exit status:
  0    done
  1    a valid "no"
  64   wrong usage
  65   bad input lines
  66   a file cannot be read
  69   the link is unavailable
  71   a system call failed
  74   output failed
  75   replies are still owed: state unknown, look before you resend
  76   the peer broke the protocol, or the handshake failed
  77   refused or revoked (4401)
  78   contradictory settings

Examples:
  relay-adapter --after 1s ./reply.sh
  relay-adapter -p discord:app1 -P 8 --typing -s state --after 1s -- ./reply.sh
EOF
}

# The options of relay-dial and of each stage are lists, a word a line: no shell ever parses a value.
tool=relay-adapter
IFS='
'
dial='' hello='' decode='' run='' scope='' idle='' noise='' url='' show='' try='' http='' media='' control='' resident='' viewer=''
queue='' pool='' pooled='' gateway='' state='' no_inbox='' no_sessions='' no_scopes=''

option() {
    word=--$1${2+=$2}
    case $1 in
    url) url=$2 ;;
    show) show=1 ;;
    try) try=1 ;;
    platform) hello=$hello$nl$word ;;
    parallel | timeout | attempts | drain | keep | on-failure | ack | stop-words | interactive | actions | reply-to | \
        stream | reactions | typing)
        run=$run$nl$word
        ;;
    inbox | dead-letter) no_inbox=1 run=$run$nl$word ;;
    state-dir) no_sessions=1 run=$run$nl$word ;;
    long-lived) resident=1 no_inbox=1 no_sessions=1 run=$run$nl$word ;;
    group-sessions-per-user | thread-sessions-per-user) decode=$decode$nl$word ;;
    control) control=$2 ;;
    media) media=$2 ;;
    media-private) http=$http$nl--private ;;
    queue) queue=$2 ;;
    pool | resend | creds | queue-cacert | queue-cert | queue-key)
        pooled=$1 word=${word#--queue-}
        pool=$pool$nl--${word#--}
        ;;
    id) gateway=$2 dial=$dial$nl$word http=$http$nl$word ;;
    secret-file | token-ttl | header | cacert | cert | key | insecure | proxy) dial=$dial$nl$word http=$http$nl$word ;;
    state) state=$2 ;;
    scopes) no_scopes=1 scope=$scope$nl--state=$2 ;;
    after) idle=$idle$nl$word ;;
    quiet | verbose) noise=$noise$nl$word ;;
    help) print help ;;
    version) print echo 'relay-adapter @VERSION@' ;;
    *) dial=$dial$nl$word ;;
    esac
}

name_of() {
    case $1 in
    -H) name=header ;;
    -P) name=parallel ;;
    -V) name=version ;;
    -h) name=help ;;
    -i) name=interactive ;;
    -j) name=actions ;;
    -k) name=insecure ;;
    -l) name=long-lived ;;
    -m) name=max-time ;;
    -p) name=platform ;;
    -q) name=quiet ;;
    -r) name=reply-to ;;
    -s) name=state ;;
    -v) name=verbose ;;
    -x) name=proxy ;;
    *) wrong "option $1: unknown" ;;
    esac
}

takes_value() {
    case $1 in
    stream) return 2 ;;
    resend | interactive | actions | long-lived | reply-to | reactions | typing | show | try | media-private | insecure | help | \
        version | quiet | verbose) return 1 ;;
    platform | parallel | timeout | attempts | inbox | drain | keep | dead-letter | on-failure | ack | stop-words | state-dir | \
        queue | pool | creds | queue-cacert | queue-cert | queue-key | \
        group-sessions-per-user | thread-sessions-per-user | media | control | state | scopes | after | url | id | secret-file | \
        token-ttl | \
        header | cacert | cert | key | proxy | connect-timeout | ping-interval | ping-timeout | retry | max-time | kill-after | \
        record | status | stats | secret-fd | ready-fd) ;;
    *) wrong "option --$1: unknown" ;;
    esac
}

# @OPTIONS@

# with_queue OPERANDS: what stands in for COMMAND, in `run`: relay-queue, without its URL.
with_queue() {
    [ $# -eq 0 ] || wrong "run $1: with --queue, workers run it: relay-work URL -- relay-run $1"
    run=$run${media:+"$nl--media"}
    word=${run#"$nl"}
    word=${word%%"$nl"*}
    [ -z "$word" ] || {
        say "--queue and ${word%%=*}: it is for COMMAND; give it to the workers' relay-run"
        exit 78
    }
    case $queue in
    *@*)
        say '--queue: process lists would show the login in its URL: put it into NATS_URL and give --queue -, or use --creds'
        exit 78
        ;;
    esac
    no_inbox=1 no_sessions=1 run=relay-queue$pool
}

# with_command OPERANDS: the same for relay-run.
with_command() {
    [ $# -gt 0 ] || wrong 'run: no COMMAND given'
    [ -z "$pooled" ] || {
        say "--$pooled: only with --queue"
        exit 78
    }
    command -v -- "$1" >/dev/null || {
        say "run $1: not found"
        exit 127
    }
    run=relay-run$run
}

if [ -n "$queue" ]; then
    with_queue "$@"
    [ "$queue" = - ] || set -- "$queue"
else
    with_command "$@"
fi
command -v relay-dial >/dev/null || PATH=${0%/*}:${PATH:-/usr/bin:/bin}
export PATH

# What there is to keep, unless another place was given: the inbox, the sessions, the remembered chats.
if [ -n "$state" ]; then
    [ ! -f "$state" ] || {
        say "use --state $state: it is a file; --state takes a directory, and --scopes a file of remembered chats"
        exit 78
    }
    [ -d "$state" ] || mkdir -m 700 -- "$state" || exit 66
    [ -n "$no_inbox" ] || run=$run$nl--inbox=$state/inbox
    [ -n "$no_sessions" ] || run=$run$nl--state-dir=$state/sessions
    [ -n "$no_scopes" ] || scope=$scope$nl--state=$state/scopes
fi

# A COMMAND that keeps running fetches the files of messages itself, as relay-acp does.
if [ -n "$resident" ]; then
    [ -z "$media" ] || export RELAY_MEDIA_DIR="$media"
else
    [ -z "$media" ] || run=$run$nl--media=$media
fi

# A signal to all processes of a service is relay-dial's to act on: it drains the ring, whose end is that of the shells.
# A stage that fails says so on 3, or its status would be lost: sh knows that of the last one only.
# shellcheck disable=SC2016 # expanded by the inner shells
stage='trap : TERM INT HUP
    "$0" "$@" 3>&- && exit
    status=$?
    [ $status -le 128 ] || [ $status -eq 141 ] || echo "relay-adapter: run $0: killed by signal $((status - 128))" >&2
    echo $status >&3'
# shellcheck disable=SC2016 # expanded by the inner shell
stages='trap : TERM INT HUP
    IFS="
"   stage=$1 noise=$2 hello=$3 decode=$4 run=$5 control=$6 scope=$7 idle=$8
    shift 8
    stage() { exec sh -c "$stage" "$@"; }
    agent() { stage $run $noise -- "$@"; }
    controlled() {
        trap : TERM INT HUP
        agent "$@" | stage relay-control $noise -- "$control"
    }
    exec 4>&1 5>&-
    failed=$({
        trap : TERM INT HUP
        stage relay-handshake $noise $hello |
            stage relay-decode $noise $decode |
            if [ "$control" ]; then controlled "$@"; else agent "$@"; fi |
            stage relay-scope $noise $scope |
            stage relay-send $noise |
            stage relay-idle $noise $idle
    } 3>&1 >&4 4>&-)
    set -- $failed
    exit "${1:-0}"'
# show_it: what passes over the link goes to relay-decode by a FIFO, which is gone once relay-dial has opened it. The
# descriptor 5 stands for the writer until then, and ends with relay-dial.
show_it() {
    case $dial in
    *--record=*) say '--show and --record: give one of them' && exit 78 ;;
    esac
    fifo=$(mktemp -d)/frames || exit 71
    mkfifo -m 600 "$fifo" || exit 71
    exec 5<>"$fifo"
    (
        trap : INT TERM HUP
        relay-decode -f text
        rm -rf "${fifo%/*}"
    ) <"$fifo" 5>&- &
    viewer=$!
    dial=$dial$nl--record=$fifo show=
}

# secret_fd_fits: whether the descriptor of --secret-fd is read by one program only, and is not one that this script opens.
secret_fd_fits() {
    case ${media:+media}$dial$nl in
    media*"$nl--secret-fd="*)
        say '--secret-fd and --media: a descriptor is read once, and two programs need the secret; give --secret-file'
        exit 78
        ;;
    *"$nl--secret-fd=5$nl"*)
        [ -z "$show" ] || { say '--secret-fd 5 and --show: in use; give another descriptor' && exit 78; }
        ;;
    esac
}

# start COMMAND...: becomes the ring.
start() {
    secret_fd_fits
    [ -z "$queue" ] || run=$run${gateway:+"$nl--gateway=$gateway"}
    [ -z "$show" ] || show_it
    # shellcheck disable=SC2086 # lists of words
    set -- relay-dial $noise $dial ${url:+"$url"} -- sh -fc "$stages" relay-adapter "$stage" "$noise" "$hello" "$decode" "$run" "$control" "$scope" "$idle" "$@"
    # shellcheck disable=SC2086 # lists of words
    [ -z "$media" ] || set -- relay-media serve $noise $http ${url:+"--url=$url"} -- "$@"
    exec "$@"
}

# print_it: prints the console's lines. If they cannot be printed, the ring drains, and the status says so.
print_it() {
    trap '' PIPE
    while IFS= read -r line; do
        case $typed$line in
        'typed you: '*) continue ;; # the terminal shows it already
        esac
        printf '%s\n' "$line" 2>/dev/null || {
            say 'write stdout: failed'
            kill "$ring" 2>/dev/null
            cat >/dev/null
            return 74
        }
    done
}

# await_pool: waits until the ring, with workers elsewhere, says that no message waits, or has ended.
await_pool() {
    until grep -qs '"running":0,"waiting":0' "$work/status" || ! kill -0 "$ring" 2>/dev/null; do sleep 0.1; done
}

# try_it COMMAND...: the ring against a relay-stub, with the terminal as its console. At the end of what is typed the ring
# drains, and then the stub ends.
try_it() {
    true 2>/dev/null 9>&1 || { say 'write stdout: failed' && exit 74; }
    work=$(mktemp -d) || exit 71
    trap 'rm -rf "$work"' EXIT
    (umask 077 && od -An -N 24 -tx1 /dev/urandom | tr -d ' \n' >"$work/secret")
    : >"$work/ready"
    secret_fd_fits
    [ -z "$show" ] || show_it
    exec 3<&0
    {
        until [ -s "$work/url" ]; do sleep 0.1; done
        option id try
        option secret-file "$work/secret"
        option ready-fd 1
        [ -z "$queue" ] || option status "$work/status"
        url=$(cat "$work/url") hello=${hello:-"$nl--platform=discord"}
        exec 3>&- >"$work/ready"
        start "$@"
    } </dev/null &
    ring=$!
    exec 5>&-
    trap 'told=1; kill "$ring"' INT TERM HUP
    typed=
    [ ! -t 0 ] || typed='typed '
    {
        sh -c 'echo $$ >"$0/typist" && exec cat' "$work" <&3
        echo # ends a last line that has no end; an empty one is no message
        until [ -s "$work/ready" ] || ! kill -0 "$ring" 2>/dev/null; do sleep 0.1; done
        [ "$typed" ] || sleep 1
        [ "$typed" ] || [ -z "$queue" ] || await_pool
        kill "$ring" 2>/dev/null
    } | {
        sh -c 'echo $$ >"$0/pid" && exec relay-stub -q --console --secret "try=$0/secret" --url-file "$0/url"' "$work"
        echo $? >"$work/stub"
    } | print_it &
    printer=$!
    # A signal to this shell ends the wait, not the ring, which drains. 127: an earlier wait had its status.
    status=
    while told=''; wait "$ring"; now=$?; [ "$status" ] && [ "$now" -eq 127 ] || status=$now; [ "$told" ]; do :; done
    # shellcheck disable=SC2046 # pids
    kill $(cat "$work/pid" "$work/typist") 2>/dev/null
    wait "$printer" || [ "$status" -ne 0 ] || status=74
    # At the end of this shell, the terminal would hang up on what is still to be shown.
    [ -z "$viewer" ] || wait "$viewer"
    [ "$status" -ne 0 ] || status=$(cat "$work/stub")
    exit "$status"
}

if [ -n "$try" ]; then try_it "$@"; else start "$@"; fi
