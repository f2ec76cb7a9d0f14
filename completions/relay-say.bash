# SPDX-License-Identifier: MIT
# bash completion for relay-say, made from its --help=all by completions/generate.
_relay_say() {
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
        -c|--chat|-p|--platform|-r|--reply-to|-m|--metadata|--max-length|--control|-w|--wait|--url|--id|--secret-file|--token-ttl|-H|--header|--cacert|--cert|--key|-x|--proxy) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    --control|--secret-file|--cacert|--cert|--key)
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
        mapfile -t COMPREPLY < <(compgen -W '-c --chat -p --platform -r --reply-to -m --metadata --max-length --control -w --wait --url --id --secret-file --token-ttl -H --header --cacert --cert --key -k --insecure -x --proxy -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    fi
}
complete -F _relay_say relay-say
