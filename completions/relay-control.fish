# SPDX-License-Identifier: MIT
# fish completion for relay-control, made from its --help=all by completions/generate.
complete -c relay-control -f
complete -c relay-control -s s -l send -d 'send the actions on stdin to the ring, print their results'
complete -c relay-control -s w -l wait -x -d '--send: wait for the results (default 60s)'
complete -c relay-control -l strict -d 'stop at the first bad line'
complete -c relay-control -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-control -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-control -l line-buffered -d 'no effect: output never waits'
complete -c relay-control -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-control -s V -l version -d 'print the version and exit'
complete -c relay-control -s q -l quiet -d 'print errors and losses only'
complete -c relay-control -s v -l verbose -d 'say more (repeatable)'
