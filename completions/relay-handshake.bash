# SPDX-License-Identifier: MIT
# bash completion for relay-handshake, made from its --help=all by completions/generate.
_relay_handshake() {
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
        -p|--platform|--manifest|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --manifest)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -p|--platform)
        mapfile -t COMPREPLY < <(compgen -W 'discord telegram slack' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-n --null-input -p --platform --manifest --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_handshake relay-handshake
