# SPDX-License-Identifier: MIT
# fish completion for relay-handshake, made from its --help=all by completions/generate.
complete -c relay-handshake -f
complete -c relay-handshake -s n -l null-input -d 'do not read stdin: end after the hellos'
complete -c relay-handshake -s p -l platform -x -a 'discord telegram slack' -d 'say hello as this identity, or as several: a,b (repeatable)'
complete -c relay-handshake -l manifest -r -F -d 'JSON list of commands for Discord'
complete -c relay-handshake -l strict -d 'stop at the first bad line'
complete -c relay-handshake -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-handshake -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-handshake -l line-buffered -d 'no effect: output never waits'
complete -c relay-handshake -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-handshake -s V -l version -d 'print the version and exit'
complete -c relay-handshake -s q -l quiet -d 'print errors and losses only'
complete -c relay-handshake -s v -l verbose -d 'say more (repeatable)'
