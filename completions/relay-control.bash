# SPDX-License-Identifier: MIT
# bash completion for relay-control, made from its --help=all by completions/generate.
_relay_control() {
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
        -w|--wait|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-s --send -w --wait --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_control relay-control
