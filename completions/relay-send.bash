# SPDX-License-Identifier: MIT
# bash completion for relay-send, made from its --help=all by completions/generate.
_relay_send() {
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
        -c|--chat|-p|--platform|-r|--reply-to|-o|--op|-m|--metadata|--set|--set-json|--max-length|--len-unit|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    -p|--platform)
        mapfile -t COMPREPLY < <(compgen -W 'discord telegram slack' -- "$cur")
        return
        ;;
    -o|--op)
        mapfile -t COMPREPLY < <(compgen -W 'send edit delete typing follow_up get_chat_info send_media prompt react thread_create thread_rename interrupt' -- "$cur")
        return
        ;;
    --len-unit)
        mapfile -t COMPREPLY < <(compgen -W 'chars utf16' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-n --null-input -c --chat -p --platform -r --reply-to -o --op -m --metadata --set --set-json -a --action --lines --no-split --max-length --len-unit --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_send relay-send
