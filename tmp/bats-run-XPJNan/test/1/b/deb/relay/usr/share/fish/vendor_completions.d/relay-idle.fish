# SPDX-License-Identifier: MIT
# fish completion for relay-idle, made from its --help=all by completions/generate.
complete -c relay-idle -f
complete -c relay-idle -s n -l null-input -d 'do not read stdin: ask now, then end'
complete -c relay-idle -l after -x -d 'also ask when the ring has been at rest for this long'
complete -c relay-idle -l strict -d 'stop at the first bad line'
complete -c relay-idle -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-idle -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-idle -l line-buffered -d 'no effect: output never waits'
complete -c relay-idle -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-idle -s V -l version -d 'print the version and exit'
complete -c relay-idle -s q -l quiet -d 'print errors and losses only'
complete -c relay-idle -s v -l verbose -d 'say more (repeatable)'
