# SPDX-License-Identifier: MIT
# fish completion for relay-scope, made from its --help=all by completions/generate.
complete -c relay-scope -f
complete -c relay-scope -s s -l state -r -F -d 'keep the remembered values in FILE'
complete -c relay-scope -l max -x -d 'remember this many chats (default 65536)'
complete -c relay-scope -l strict -d 'stop at the first bad line'
complete -c relay-scope -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-scope -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-scope -l line-buffered -d 'no effect: output never waits'
complete -c relay-scope -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-scope -s V -l version -d 'print the version and exit'
complete -c relay-scope -s q -l quiet -d 'print errors and losses only'
complete -c relay-scope -s v -l verbose -d 'say more (repeatable)'
