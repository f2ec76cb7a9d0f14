# SPDX-License-Identifier: MIT
# fish completion for relay-run, made from its --help by completions/generate.
complete -c relay-run -f
complete -c relay-run -s P -l parallel -x -d 'sessions at once (default 4)'
complete -c relay-run -s j -l actions -d 'each line COMMAND prints is an action'
complete -c relay-run -s l -l long-lived -d 'one COMMAND: frames in, actions and frames out'
complete -c relay-run -s r -l reply-to -d 'send as a reply to the message'
complete -c relay-run -l typing -d 'show typing while COMMAND runs'
complete -c relay-run -l timeout -x -d 'end COMMAND after that time (default 0: never)'
complete -c relay-run -l kill-after -x -d 'KILL what TERM did not end (default 5s)'
complete -c relay-run -l strict -d 'stop at the first bad line'
complete -c relay-run -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-run -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-run -l line-buffered -d 'no effect: output never waits'
complete -c relay-run -s h -l help -d 'print this help and exit'
complete -c relay-run -s V -l version -d 'print the version and exit'
complete -c relay-run -s q -l quiet -d 'print errors and losses only'
complete -c relay-run -s v -l verbose -d 'say more (repeatable)'
complete -c relay-run -a '(__fish_complete_subcommand -P --parallel --timeout --kill-after --max-frame)'
