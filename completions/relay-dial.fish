# SPDX-License-Identifier: MIT
# fish completion for relay-dial, made from its --help by completions/generate.
complete -c relay-dial -f
complete -c relay-dial -s n -l null-input -d 'do not read stdin'
complete -c relay-dial -s w -l wait -x -d 'wait for owed replies at the end of input (default 30s)'
complete -c relay-dial -s E -l no-wait -d 'do not wait for replies at the end of input'
complete -c relay-dial -l stay -d 'stay past the end of input and past going_idle_ack'
complete -c relay-dial -s c -l count -x -d 'end after N frames have come down'
complete -c relay-dial -s m -l max-time -x -d 'end after that time'
complete -c relay-dial -l retry -x -d 'failures in a row to dial again after, or inf (default 0; with COMMAND inf)'
complete -c relay-dial -l kill-after -x -d 'time from the first signal to the end, for COMMAND\'s work too (default 60s)'
complete -c relay-dial -l no-link -d 'write no link frames'
complete -c relay-dial -l up -x -d 'send frames of this type too (repeatable, with COMMAND)'
complete -c relay-dial -l ping-interval -x -d 'ping after that time of silence, 0: never (default 30s)'
complete -c relay-dial -l ping-timeout -x -d 'silence after a ping that ends the link (default 60s)'
complete -c relay-dial -l connect-timeout -x -d 'time for one dial (default 30s)'
complete -c relay-dial -s H -l header -x -d 'add a request header, \'Name: value\' (repeatable)'
complete -c relay-dial -l cacert -r -F -d 'trust these certificate authorities'
complete -c relay-dial -l cert -r -F -d 'client certificate'
complete -c relay-dial -l key -r -F -d 'its private key'
complete -c relay-dial -s k -l insecure -d 'do not verify the peer\'s certificate'
complete -c relay-dial -s x -l proxy -x -d 'dial through this proxy; an empty one: through none'
complete -c relay-dial -l id -x -d 'gateway id (default $GATEWAY_RELAY_ID)'
complete -c relay-dial -l secret-file -r -F -d 'the secret (default $GATEWAY_RELAY_SECRET)'
complete -c relay-dial -l token-ttl -x -d 'how long a token lasts (default 5m)'
complete -c relay-dial -l dry-run -d 'print url and headers, the token left out, and open nothing'
complete -c relay-dial -l ready-fd -x -d 'write the first descriptor frame to descriptor N'
complete -c relay-dial -l record -r -F -d 'append every frame with its time to FILE'
complete -c relay-dial -l status -r -F -d 'keep in FILE how the run stands, as one line of JSON'
complete -c relay-dial -l strict -d 'stop at the first bad line'
complete -c relay-dial -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-dial -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-dial -l line-buffered -d 'no effect: output never waits'
complete -c relay-dial -s h -l help -d 'print this help and exit'
complete -c relay-dial -s V -l version -d 'print the version and exit'
complete -c relay-dial -s q -l quiet -d 'print errors and losses only'
complete -c relay-dial -s v -l verbose -d 'say more (repeatable)'
function __relay_dial_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    and complete -C (string join " " -- $words[(math $at + 1)..-1])
end
complete -c relay-dial -a '(__relay_dial_command)'
