# SPDX-License-Identifier: MIT
# bash completion for relay-inbox, made from its --help=all by completions/generate.
_relay_inbox() {
    local cur=${COMP_WORDS[COMP_CWORD]} want= command=0 operands=0 i w
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD && !command; i++)); do
        w=${COMP_WORDS[i]}
        if [[ $want && $w != = ]]; then
            want=
            continue
        fi
        case $w in
        =) ;;
        --) ;;
        -f|--format|--session|--state|--older) want=$w ;;
        -*) ;;
        *) operands=$((operands + 1)) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    -f|--format)
        mapfile -t COMPREPLY < <(compgen -W 'json text' -- "$cur")
        return
        ;;
    --state)
        mapfile -t COMPREPLY < <(compgen -W 'waiting running retrying answered done dead ambiguous interrupted' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-f --format --session --state --older -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    elif ((!operands)); then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    elif ((operands == 1)); then
        mapfile -t COMPREPLY < <(compgen -W 'list show retry drop prune stats' -- "$cur")
    fi
}
complete -F _relay_inbox relay-inbox
