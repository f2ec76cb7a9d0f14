#!/bin/sh
# SPDX-License-Identifier: MIT
# One message to a chat: prints its id; the exit status says what became of it.
set -uf

# shellcheck disable=SC2317 # called by print
help() {
    cat <<'END'
Usage: relay-say -c CHAT [options] [--] TEXT... | -
Send one message, TEXT or all of stdin (-), and print its id; or say why not.

Options:
  -c, --chat CHAT              send to this chat
  -p, --platform PLATFORM      the platform of the chat
  -r, --reply-to MESSAGE       send as a reply to this message
  -m, --metadata KEY=VALUE     add a string to the metadata (repeatable)
      --max-length N           split a text longer than that
      --control FILE           go through the ring that listens there
  -w, --wait DURATION          wait for the result (default 30s)
      --url URL                dial this connector (default $GATEWAY_RELAY_URL)
      --id ID                  gateway id (default $GATEWAY_RELAY_ID)
      --secret-file FILE       secret from FILE (default $GATEWAY_RELAY_SECRET)
END
    [ "$1" = brief ] || cat <<'END'
      --token-ttl DURATION     lifetime of a token (default 5m)
  -H, --header LINE            add a request header, 'Name: value' (repeatable)
      --cacert FILE            trust these certificate authorities
      --cert FILE              client certificate
      --key FILE               the certificate's private key
  -k, --insecure               do not verify the peer's certificate
  -x, --proxy URL              dial through this proxy; empty: no proxy
  -h, --help                   print the usual options and exit (=all: every one)
  -V, --version                print the version and exit
  -q, --quiet                  print errors and losses only
  -v, --verbose                say more (repeatable)
END
    [ "$1" != brief ] || echo 'Every option: relay-say --help=all. The manual: man relay-say.'
    echo
    [ "$1" = brief ] || cat <<'END'
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

END
    [ "$1" != brief ] || cat <<'END'
Exit status: 0 done, 1 no, 64 usage, 65 bad input, 66 no file, 69 no link,
             71 system, 74 output, 75 owed, 76 protocol, 77 revoked, 78 settings
END
    cat <<'END'
Examples:
  relay-say -c 42 -p discord deploy done
END
}

# shellcheck disable=SC2317 # called by print
help_all() {
    help all
}

# The options of each tool are lists, a word a line: no shell ever parses a value.
tool=relay-say
IFS='
'
dial='' hello='' send='' chat='' url='' control='' wait='' noise=--quiet

option() {
    word=--$1${2+=$2}
    case $1 in
    chat) chat=1 send=$send$nl$word ;;
    platform) hello=$hello$nl$word send=$send$nl--platform=${2%%:*} ;;
    reply-to | metadata | max-length) send=$send$nl$word ;;
    control) control=$2 ;;
    wait) wait=$word ;;
    url) url=$2 ;;
    quiet) ;;
    verbose) noise=--verbose ;;
    help) print help brief ;;
    version) print echo 'relay-say @VERSION@' ;;
    *) dial=$dial$nl$word ;;
    esac
}

name_of() {
    case $1 in
    -H) name=header ;;
    -V) name=version ;;
    -c) name=chat ;;
    -h) name=help ;;
    -k) name=insecure ;;
    -m) name=metadata ;;
    -p) name=platform ;;
    -q) name=quiet ;;
    -r) name=reply-to ;;
    -v) name=verbose ;;
    -w) name='wait' ;;
    -x) name=proxy ;;
    *) wrong "option $1: unknown" ;;
    esac
}

takes_value() {
    case $1 in
    insecure | help | version | quiet | verbose) return 1 ;;
    chat | platform | reply-to | metadata | max-length | control | wait | url | id | secret-file | token-ttl | header | cacert | cert | key | proxy) ;;
    *) wrong "option --$1: unknown" ;;
    esac
}

# @OPTIONS@

[ "$chat" ] || wrong 'send: no --chat given'
[ $# -gt 0 ] || wrong 'send: no TEXT given'
[ -z "$control" ] || [ -z "$dial$url" ] || {
    say '--control: the ring has its own link, and takes no option for one'
    exit 78
}
command -v relay-dial >/dev/null || PATH=${0%/*}:${PATH:-/usr/bin:/bin}
export PATH

# TEXT follows --chat at once: no word of it is an option. What cannot be sent ends it before anything is dialled.
# shellcheck disable=SC2086 # lists of words
frames=$(relay-send $noise ${control:+--action} --null-input $send -- "$@") || exit

# The status of the link, which knows of every refusal, comes in the same stream as the results.
# shellcheck disable=SC2086 # lists of words
found=$({
    if [ "$control" ]; then
        printf '%s\n' "$frames" | {
            relay-control $noise --send ${wait:---wait=30s} -- "$control"
            echo "link $?" >&3
        }
    else
        { relay-handshake $noise --null-input $hello && printf '%s\n' "$frames"; } | relay-scope $noise | {
            relay-dial $noise $wait $dial ${url:+"$url"}
            echo "link $?" >&3
        }
    fi | relay-decode --quiet --format=tsv
} 3>&1)
status=$(printf '%s\n' "$found" | sed -n 's/^link \([0-9]*\)$/\1/p')
ids=$(printf '%s\n' "$found" | awk -F '\t' '$3 == "outbound_result" && $11 == "true" && $7 != "" { print $7 }')
[ -z "$ids" ] || printf '%s\n' "$ids" 2>/dev/null || {
    say 'write stdout: failed'
    status=74
}
exit "${status:-71}"
