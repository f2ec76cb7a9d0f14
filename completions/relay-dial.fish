# SPDX-License-Identifier: MIT
# fish completion for relay-dial, made from its --help=all by completions/generate.
complete -c relay-dial -f
complete -c relay-dial -s n -l null-input -d 'do not read stdin'
complete -c relay-dial -s w -l wait -x -d 'wait for owed replies at the end (default 30s)'
complete -c relay-dial -s E -l no-wait -d 'do not wait for replies at the end of input'
complete -c relay-dial -l stay -d 'stay past the end of input and past going_idle_ack'
complete -c relay-dial -s c -l count -x -d 'end after N frames have come down'
complete -c relay-dial -s m -l max-time -x -d 'end after that time'
complete -c relay-dial -l retry -x -d 'redial up to N times (default 0; with COMMAND inf)'
complete -c relay-dial -l kill-after -x -d 'end at most this long after a signal (default 60s)'
complete -c relay-dial -l no-link -d 'write no link frames'
complete -c relay-dial -l up -x -a 'hello outbound interrupt going_idle inbound_ack descriptor inbound outbound_result interrupt_inbound going_idle_ack passthrough_forward link work' -d 'also send frames of this type (repeatable, with COMMAND)'
complete -c relay-dial -l ping-interval -x -d 'send a ping after this much silence, 0: never (default 30s)'
complete -c relay-dial -l ping-timeout -x -d 'give up the link after this much silence after a ping (default 60s)'
complete -c relay-dial -l connect-timeout -x -d 'give up a dial after that time (default 30s)'
complete -c relay-dial -s H -l header -x -d 'add a request header, \'Name: value\' (repeatable)'
complete -c relay-dial -l cacert -r -F -d 'trust these certificate authorities'
complete -c relay-dial -l cert -r -F -d 'client certificate'
complete -c relay-dial -l key -r -F -d 'the certificate\'s private key'
complete -c relay-dial -s k -l insecure -d 'do not verify the peer\'s certificate'
complete -c relay-dial -s x -l proxy -x -d 'dial through this proxy; empty: no proxy'
complete -c relay-dial -l id -x -d 'gateway id (default $GATEWAY_RELAY_ID)'
complete -c relay-dial -l secret-file -r -F -d 'secret from FILE (default $GATEWAY_RELAY_SECRET)'
complete -c relay-dial -l token-ttl -x -d 'lifetime of a token (default 5m)'
complete -c relay-dial -l dry-run -d 'print url and headers, without the token, and do not dial'
complete -c relay-dial -l ready-fd -x -d 'write the first descriptor frame to file descriptor N'
complete -c relay-dial -l record -r -F -d 'append every frame with its time to FILE'
complete -c relay-dial -l status -r -F -d 'keep the state of the run in FILE, as JSON'
complete -c relay-dial -l strict -d 'stop at the first bad line'
complete -c relay-dial -l max-frame -x -d 'longest line, with K, M or G (default 16M)'
complete -c relay-dial -s u -l unbuffered -d 'no effect: output never waits'
complete -c relay-dial -l line-buffered -d 'no effect: output never waits'
complete -c relay-dial -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-dial -s V -l version -d 'print the version and exit'
complete -c relay-dial -s q -l quiet -d 'print errors and losses only'
complete -c relay-dial -s v -l verbose -d 'say more (repeatable)'
function __relay_dial_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    and complete -C (string join " " -- $words[(math $at + 1)..-1])
end
complete -c relay-dial -a '(__relay_dial_command)'
