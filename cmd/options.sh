# SPDX-License-Identifier: MIT
# How the scripts read their options; the Makefile puts it into each of them. A script sets `tool` before, and has
#   help, help_all       print the usual options, or all of them
#   name_of -LETTER      sets `name` to its long option
#   takes_value NAME     whether it does; 2: it may, behind a "="
#   option NAME [VALUE]  puts it where it belongs
# What follows the name of an option that does not exist could be a secret: it is not printed.
nl='
'

# The end after --help or --version: an output that fails is an error.
print() {
    "$@" 2>/dev/null && exit
    say 'write stdout: failed'
    exit 74
}

# What was typed does not reach a terminal raw.
say() {
    printf '%s: %s' "$tool" "$1" | LC_ALL=C tr '[:cntrl:]' '?' >&2
    echo >&2
}

wrong() {
    say "$1"
    say "try '$tool --help'"
    exit 64
}

check_value() {
    case $1=$2 in
    proxy=) ;;
    *=) wrong "read --$1 '': empty" ;;
    *"$nl"*) wrong "read --$1 '$2': a line end in it" ;;
    esac
}

# As getopt_long(3) reads them, but never abbreviated; parsing stops at the first operand.
while [ $# -gt 0 ]; do
    word=$1 given=
    case $word in
    --) shift && break ;;
    --help=all) print help_all ;;
    --help=*) wrong 'option --help: takes no argument but all' ;;
    --*=*) name=${word%%=*} name=${name#--} value=${word#*=} given=1 ;;
    --*) name=${word#--} ;;
    -?*) value=${word#-?} given=$value && name_of "${word%"$value"}" ;;
    *) break ;;
    esac
    shift
    takes_value "$name"
    takes=$?
    case $takes$word in
    2--*=*) takes=0 ;;
    1--*=*) wrong "option --$name: takes no argument" ;;
    1-?-*) wrong 'option --: unknown' ;;
    1--*) ;;
    1-??*) set -- "-$value" "$@" ;; # the rest of -kq
    esac
    if [ "$takes" -ne 0 ]; then
        option "$name"
        continue
    fi
    if [ -z "$given" ]; then
        [ $# -gt 0 ] || wrong "option $word: needs an argument"
        value=$1
        shift
    fi
    check_value "$name" "$value"
    option "$name" "$value"
done
