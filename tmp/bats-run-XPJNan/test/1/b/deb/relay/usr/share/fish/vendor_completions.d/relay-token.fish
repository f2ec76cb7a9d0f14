# SPDX-License-Identifier: MIT
# fish completion for relay-token, made from its --help=all by completions/generate.
complete -c relay-token -f
complete -c relay-token -l id -x -d 'the gateway\'s id (default $GATEWAY_RELAY_ID)'
complete -c relay-token -l secret-file -r -F -d 'read the secret from FILE (default $GATEWAY_RELAY_SECRET)'
complete -c relay-token -l secret-fd -x -d 'read the secret from file descriptor N'
complete -c relay-token -l ttl -x -d 'let the token expire after this long (default 5m)'
complete -c relay-token -l expires -x -d 'let the token expire at this time; 0: never'
complete -c relay-token -l verify -d 'verify TOKEN, or the first line of stdin'
complete -c relay-token -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-token -s V -l version -d 'print the version and exit'
complete -c relay-token -s q -l quiet -d 'print errors and losses only'
complete -c relay-token -s v -l verbose -d 'say more (repeatable)'
