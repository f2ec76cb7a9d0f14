# SPDX-License-Identifier: MIT
# bash completion for relay-acp, made from its --help=all by completions/generate.
_relay_acp() {
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
        --state-dir|-C|--cwd|--tools|--stream|--stop-words|--auth|--media|-P|--parallel|--timeout|--patience|--attempts|--kill-after|--max-frame) want=$w ;;
        -*) ;;
        *) command=$i ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --state-dir|-C|--cwd|--media)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --tools)
        mapfile -t COMPREPLY < <(compgen -W 'quiet brief full' -- "$cur")
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
        mapfile -t COMPREPLY < <(compgen -W '--state-dir -C --cwd --tools --stream --typing -r --reply-to --stop-words --anyone --auth --media -P --parallel --timeout --patience --attempts --kill-after --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -c -- "$cur")
    fi
}
complete -F _relay_acp relay-acp
