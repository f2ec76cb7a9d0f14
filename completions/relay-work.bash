# SPDX-License-Identifier: MIT
# bash completion for relay-work, made from its --help=all by completions/generate.
_relay_work() {
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
        -P|--parallel|--attempts|--on-failure|--kill-after|--pool|--replicas|--ack-wait|--creds|--cacert|--cert|--key|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --creds|--cacert|--cert|--key)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
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
        mapfile -t COMPREPLY < <(compgen -W '-P --parallel --attempts --on-failure --kill-after --pool --replicas --ack-wait --creds --cacert --cert --key --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_work relay-work
