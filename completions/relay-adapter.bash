# SPDX-License-Identifier: MIT
# bash completion for relay-adapter, made from its --help=all by completions/generate.
_relay_adapter() {
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
        -p|--platform|-P|--parallel|--timeout|--attempts|--inbox|--drain|--keep|--dead-letter|--on-failure|--ack|--stop-words|--state-dir|--media|--queue|--pool|--creds|--queue-cacert|--queue-cert|--queue-key|-s|--state|--scopes|--group-sessions-per-user|--thread-sessions-per-user|--control|--after|--url|--id|--secret-file|--secret-fd|--token-ttl|-H|--header|--cacert|--cert|--key|-x|--proxy|--connect-timeout|--ping-interval|--ping-timeout|--retry|-m|--max-time|--kill-after|--record|--status|--stats|--ready-fd) want=$w ;;
        -*) ;;
        *) command=$i ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --inbox|--dead-letter|--state-dir|--media|--creds|--queue-cacert|--queue-cert|--queue-key|-s|--state|--scopes|--control|--secret-file|--cacert|--cert|--key|--record|--status|--stats)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -p|--platform)
        mapfile -t COMPREPLY < <(compgen -W 'discord telegram slack' -- "$cur")
        return
        ;;
    --drain)
        mapfile -t COMPREPLY < <(compgen -W 'running empty' -- "$cur")
        return
        ;;
    --ack)
        mapfile -t COMPREPLY < <(compgen -W 'end start' -- "$cur")
        return
        ;;
    --group-sessions-per-user)
        mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$cur")
        return
        ;;
    --thread-sessions-per-user)
        mapfile -t COMPREPLY < <(compgen -W 'no yes' -- "$cur")
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
        mapfile -t COMPREPLY < <(compgen -W '-p --platform -P --parallel -i --interactive -j --actions -l --long-lived -r --reply-to --stream --reactions --typing --timeout --attempts --inbox --drain --keep --dead-letter --on-failure --ack --stop-words --state-dir --media --media-private --queue --pool --resend --creds --queue-cacert --queue-cert --queue-key --try --show -s --state --scopes --group-sessions-per-user --thread-sessions-per-user --control --after --url --id --secret-file --secret-fd --token-ttl -H --header --cacert --cert --key -k --insecure -x --proxy --connect-timeout --ping-interval --ping-timeout --retry -m --max-time --kill-after --record --status --stats --ready-fd -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -c -- "$cur")
    fi
}
complete -F _relay_adapter relay-adapter
