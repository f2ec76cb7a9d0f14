#!/usr/bin/env zsh
# SPDX-License-Identifier: MIT
# Prints "TOOL OPTION" for each option that zsh offers after "TOOL --": offers.zsh DIRECTORY TOOL…
# Only a terminal has completion, so this drives a zsh on one; what it is about to offer passes through compadd.
zmodload zsh/zpty
typeset -x dir=$1 out=offers.$$
shift
cat >$out.init <<'EOF'
PROMPT= LISTMAX=100000
setopt no_beep
fpath=($dir $fpath)
autoload -U compinit
compinit -D -u
compadd() {
    local -a hits
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
        builtin compadd -A hits "$@"
        (($#hits)) && print -rl -- $hits >>$out
    fi
    builtin compadd "$@"
}
bindkey '^I' complete-word
bindkey '^Xk' kill-whole-line # ^U would be taken by the terminal while no line is edited
EOF
zpty shell zsh -f -i
zpty -w shell "source $out.init; print REA''DY"
zpty -r -m shell output '*READY*'
for tool; do
    : >$out
    zpty -w -n shell "$tool --"$'\t\C-Xk'
    zpty -w shell "print DO''NE"
    zpty -r -m shell output '*DONE*'
    sort $out | sed "s/^/$tool /"
done
zpty -d shell
