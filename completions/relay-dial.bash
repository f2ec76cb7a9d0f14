# SPDX-License-Identifier: MIT
# bash completion for relay-dial, made from its --help=all by completions/generate.
_relay_dial() {
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
        -w|--wait|-c|--count|-m|--max-time|--retry|--kill-after|--up|--ping-interval|--ping-timeout|--connect-timeout|-H|--header|--cacert|--cert|--key|-x|--proxy|--id|--secret-file|--secret-fd|--token-ttl|--ready-fd|--record|--status|--stats|--check-hello|--format|--explain|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --cacert|--cert|--key|--secret-file|--record|--status|--stats)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --up)
        mapfile -t COMPREPLY < <(compgen -W 'hello outbound interrupt going_idle inbound_ack descriptor inbound outbound_result interrupt_inbound going_idle_ack passthrough_forward link work inbound_nack' -- "$cur")
        return
        ;;
    --check-hello)
        mapfile -t COMPREPLY < <(compgen -W 'discord telegram slack' -- "$cur")
        return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'text nagios' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if ((command)); then
        if declare -F _command_offset >/dev/null; then
            _command_offset "$command"
        elif ((command == COMP_CWORD)); then
            mapfile -t COMPREPLY < <(compgen -c -- "$cur")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        fi
        return
    fi
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-n --null-input -w --wait -E --no-wait --stay -c --count -m --max-time --retry --kill-after --no-link --up --ping-interval --ping-timeout --connect-timeout -H --header --cacert --cert --key -k --insecure -x --proxy --id --secret-file --secret-fd --token-ttl --dry-run --ready-fd --record --status --stats --check --check-hello --format --explain --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_dial relay-dial
