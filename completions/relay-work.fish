# SPDX-License-Identifier: MIT
# fish completion for relay-work, made from its --help=all by completions/generate.
complete -c relay-work -f
complete -c relay-work -s P -l parallel -x -d 'sessions at once (default 4)'
complete -c relay-work -l attempts -x -d 'run a message that fails at most N times (default 5)'
complete -c relay-work -l on-failure -x -d 'answer with TEXT when a message is given up'
complete -c relay-work -l kill-after -x -d 'end at most this long after a signal (default 60s)'
complete -c relay-work -l pool -x -d 'the pool (default relay): its streams and subjects begin with this'
complete -c relay-work -l replicas -x -d 'when the pool is made: copies of each message (default 1)'
complete -c relay-work -l ack-wait -x -d 'when the pool is made: after this silence a worker has died (default 30s)'
complete -c relay-work -l creds -r -F -d 'credentials for the server (default $NATS_CREDS)'
complete -c relay-work -l cacert -r -F -d 'trust these certificate authorities, and use TLS'
complete -c relay-work -l cert -r -F -d 'client certificate'
complete -c relay-work -l key -r -F -d 'the certificate\'s private key'
complete -c relay-work -l strict -d 'stop at the first bad line'
complete -c relay-work -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-work -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-work -l line-buffered -d 'no effect: output never waits'
complete -c relay-work -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-work -s V -l version -d 'print the version and exit'
complete -c relay-work -s q -l quiet -d 'print errors and losses only'
complete -c relay-work -s v -l verbose -d 'say more (repeatable)'
function __relay_work_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    and complete -C (string join " " -- $words[(math $at + 1)..-1])
end
complete -c relay-work -a '(__relay_work_command)'
