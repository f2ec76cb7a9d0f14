# SPDX-License-Identifier: MIT
# bash completion for relay-stub, made from its --help=all by completions/generate.
_relay_stub() {
    local cur=${COMP_WORDS[COMP_CWORD]} want= command=0 i w
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD && !command; i++)); do
        w=${COMP_WORDS[i]}
        if [[ $want && $w != = ]]; then
            want=
            continue
        fi
        case $w in
        =) ;;
        --) command=$((i + 1)) ;;
        -p|--port|--url-file|--max-life|--secret|--cert|--key|--descriptor|--result|--buffer|--wake|--wake-url|--wake-cooldown|--sessions|--ack-wait|--replay|--expect|--close|--drop-after|--http-status|--delay|--slow-read|--seed|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --url-file|--secret|--cert|--key|--descriptor|--result|--buffer|--replay|--expect)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --sessions)
        mapfile -t COMPREPLY < <(compgen -W 'one replace many' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-p --port --url-file -b --background --max-life --secret --cert --key --descriptor --result --buffer --wake --wake-url --wake-cooldown --sessions --lenient --ack-wait --pushback -c --console --replay --expect --close --drop-after --http-status --half-open --every --delay --shuffle --no-result --no-ack --fragment --coalesce --duplicate --garbage --slow-read --seed --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_stub relay-stub
