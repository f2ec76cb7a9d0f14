# SPDX-License-Identifier: MIT
# bash completion for relay-decode, made from its --help=all by completions/generate.
_relay_decode() {
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
        -f|--format|--since|--until|--chat|--type|--interactions|--width|--group-sessions-per-user|--thread-sessions-per-user|--color|--max-frame) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    -f|--format)
        mapfile -t COMPREPLY < <(compgen -W 'json text tsv summary har mermaid' -- "$cur")
        return
        ;;
    --type)
        mapfile -t COMPREPLY < <(compgen -W 'hello outbound interrupt going_idle inbound_ack descriptor inbound outbound_result interrupt_inbound going_idle_ack passthrough_forward link work inbound_nack send edit delete typing follow_up get_chat_info send_media prompt react thread_create thread_rename interrupt' -- "$cur")
        return
        ;;
    --interactions)
        mapfile -t COMPREPLY < <(compgen -W 'current v1' -- "$cur")
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
    --color)
        mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
        return
        ;;
    ?*) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-e --exit-status --ack -f --format --since --until --chat --type --interactions --keep-forwards --width --group-sessions-per-user --thread-sessions-per-user --color --strict --max-frame -u --unbuffered --line-buffered -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _relay_decode relay-decode
