#!/bin/sh
# SPDX-License-Identifier: MIT
# The standard ring around an agent: each message runs COMMAND, what it prints is the reply.
set -uf

help() {
    cat <<'EOF'
Usage: relay-adapter [options] [--] COMMAND [ARG...]
Put an agent on the relay: run COMMAND for each message and send what it prints.

Options:
      --url URL                   dial this connector (default $GATEWAY_RELAY_URL)
      --id ID                     gateway id (default $GATEWAY_RELAY_ID)
      --secret-file FILE          the secret (default $GATEWAY_RELAY_SECRET)
  -p, --platform PLATFORM[:BOTID]  say hello as this identity (repeatable)
      --record FILE               append every frame with its time to FILE
  -P, --parallel N                sessions at once (default 4)
  -j, --actions                   each line COMMAND prints is an action
  -l, --long-lived                one COMMAND: frames in, actions and frames out
  -r, --reply-to                  send as a reply to the message
      --typing                    show typing while COMMAND runs
      --timeout DURATION          end COMMAND after that time
  -s, --state FILE                keep what is known of the chats in FILE
      --after DURATION            go idle after that time without a message
  -h, --help                      print this help and exit
  -V, --version                   print the version and exit
  -q, --quiet                     print errors and losses only
  -v, --verbose                   say more (repeatable)

Exit status:
  0    done
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
  relay-adapter -p discord:app1 -P 8 --typing -s scopes --after 1s -- ./reply.sh
EOF
}

# The end after --help or --version: an output that fails is an error.
print() {
    "$@" 2>/dev/null && exit
    echo 'relay-adapter: write stdout: failed' >&2
    exit 74
}

wrong() {
    [ $# -eq 0 ] || echo "relay-adapter: $1" >&2
    echo "relay-adapter: try 'relay-adapter --help'" >&2
    exit 64
}

args=$(getopt -n relay-adapter -o +p:P:jlrs:hVqv -l url:,id:,secret-file:,platform:,record:,parallel:,actions \
    -l long-lived,reply-to,typing,timeout:,state:,after:,help,version,quiet,verbose -- "$@") || wrong
eval "set -- $args" # getopt has quoted them

url='' id='' secret='' record='' hello='' run='' parallel='' timeout='' state='' after='' noise=''
while [ "$1" != -- ]; do
    case $1 in
    --url) url=$2 && shift ;;
    --id) id=$2 && shift ;;
    --secret-file) secret=$2 && shift ;;
    --record) record=$2 && shift ;;
    -P | --parallel) parallel=$2 && shift ;;
    --timeout) timeout=$2 && shift ;;
    -s | --state) state=$2 && shift ;;
    --after) after=$2 && shift ;;
    -p | --platform)
        case $2 in '' | *[[:space:]]*) wrong "read platform '$2': blank in it, or nothing" ;; esac
        hello="$hello -p $2" && shift
        ;;
    -j | --actions | -l | --long-lived | -r | --reply-to | --typing) run="$run $1" ;;
    -q | --quiet | -v | --verbose) noise="$noise $1" ;;
    -h | --help) print help ;;
    -V | --version) print echo 'relay-adapter @VERSION@' ;;
    esac
    shift
done
shift
[ $# -gt 0 ] || wrong 'run: no COMMAND given'
command -v -- "$1" >/dev/null || {
    echo "relay-adapter: run $1: not found" >&2
    exit 127
}
command -v relay-dial >/dev/null || PATH=$(dirname "$0"):$PATH

# COMMAND and the values stay arguments all the way: no shell ever parses them.
# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; $noise is a list of words
exec relay-dial $noise ${id:+--id "$id"} ${secret:+--secret-file "$secret"} ${record:+--record "$record"} \
    ${url:+"$url"} -- sh -cf '
        noise=$1 hello=$2 run=$3 parallel=$4 timeout=$5 state=$6 after=$7
        shift 7
        # A stage that fails says so on 3, or its status would be lost: sh knows that of the last one only.
        stage() { "$@" 3>&- || echo $? >&3; }
        exec 4>&1
        failed=$({
            stage relay-handshake $noise $hello |
                stage relay-decode $noise |
                stage relay-run $noise $run ${parallel:+-P "$parallel"} ${timeout:+--timeout "$timeout"} -- "$@" |
                stage relay-scope $noise ${state:+-s "$state"} |
                stage relay-send $noise |
                stage relay-idle $noise ${after:+--after "$after"}
        } 3>&1 >&4 4>&-)
        set -- $failed
        exit "${1:-0}"
    ' relay-adapter "$noise" "$hello" "$run" "$parallel" "$timeout" "$state" "$after" "$@"
