# SPDX-License-Identifier: MIT
# bash completion for relay-run, made from its --help=all by completions/generate.
_relay_run() {
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
        -P|--parallel|--timeout|--attempts|--inbox|--drain|--keep|--dead-letter|--on-failure|--ack|--stop-words|--media|--state-dir|--kill-after|--max-frame) want=$w ;;
        -*) ;;
        *) command=$i ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --inbox|--dead-letter|--media|--state-dir)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
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
        mapfile -t COMPREPLY < <(compgen -W '-P --parallel -j --actions -l --long-lived -i --interactive -r --reply-to --stream --reactions --typing --timeout --attempts --inbox --drain --keep --dead-letter --on-failure --ack --stop-words --media --state-dir --kill-after --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -c -- "$cur")
    fi
}
complete -F _relay_run relay-run
