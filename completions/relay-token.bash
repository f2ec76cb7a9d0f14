# SPDX-License-Identifier: MIT
# bash completion for relay-token, made from its --help=all by completions/generate.
_relay_token() {
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
        --id|--secret-file|--secret-fd|--ttl|--expires) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --secret-file)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--id --secret-file --secret-fd --ttl --expires --verify -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_token relay-token
