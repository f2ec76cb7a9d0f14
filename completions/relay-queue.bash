# SPDX-License-Identifier: MIT
# bash completion for relay-queue, made from its --help=all by completions/generate.
_relay_queue() {
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
        -g|--gateway|-f|--format|--session|--state|--older|--pool|--replicas|--ack-wait|--creds|--cacert|--cert|--key|--max-frame) want=$w ;;
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
    -f|--format)
        mapfile -t COMPREPLY < <(compgen -W 'json text' -- "$cur")
        return
        ;;
    --state)
        mapfile -t COMPREPLY < <(compgen -W 'dead ambiguous' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-g --gateway --resend --set-up --status --dead -f --format --session --state --older --pool --replicas --ack-wait --creds --cacert --cert --key --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_queue relay-queue
