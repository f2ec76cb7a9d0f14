# SPDX-License-Identifier: MIT
# bash completion for relay-media, made from its --help=all by completions/generate.
_relay_media() {
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
        -o|--output|-d|--directory|-t|--type|-n|--name|--chat|-c|--caption|-s|--socket|-m|--max-time|--url|--id|--secret-file|--secret-fd|--token-ttl|-H|--header|--cacert|--cert|--key|-x|--proxy) want=$w ;;
        -*) ;;
        esac
    done
    [[ $cur != = ]] || cur=
    case $want in
    -o|--output|-d|--directory|-s|--socket|--secret-file|--cacert|--cert|--key)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
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
        mapfile -t COMPREPLY < <(compgen -W '-o --output -d --directory -f --force -e --event --private -t --type -n --name -a --action --chat -c --caption -j --json -s --socket -m --max-time --url --id --secret-file --secret-fd --token-ttl -H --header --cacert --cert --key -k --insecure -x --proxy -h --help -V --version -q --quiet -v --verbose' -- "$cur")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _relay_media relay-media
