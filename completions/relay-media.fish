# SPDX-License-Identifier: MIT
# fish completion for relay-media, made from its --help=all by completions/generate.
complete -c relay-media -s o -l output -r -F -d 'get: write this file; -: stdout'
complete -c relay-media -s d -l directory -r -F -d 'get: write files into this directory (default .)'
complete -c relay-media -s f -l force -d 'get: replace existing files'
complete -c relay-media -s e -l event -d 'get: read an inbound frame, fetch the files that it names'
complete -c relay-media -l private -d 'get: fetch from addresses of private networks too'
complete -c relay-media -s t -l type -x -d 'get: the only type accepted; put: the file\'s'
complete -c relay-media -s n -l name -x -d 'put: what the file is called'
complete -c relay-media -s a -l action -d 'put: print a send_media action'
complete -c relay-media -l chat -x -d 'put: the chat in that action'
complete -c relay-media -s c -l caption -x -d 'put: the caption in that action'
complete -c relay-media -s j -l json -d 'print a line of JSON for each file'
complete -c relay-media -s s -l socket -r -F -d 'the socket to serve, or to ask (default $RELAY_MEDIA_SOCKET)'
complete -c relay-media -s m -l max-time -x -d 'give up a file after that time (default 30s)'
complete -c relay-media -l url -x -d 'the connector\'s URL (default $GATEWAY_RELAY_URL)'
complete -c relay-media -l id -x -d 'gateway id (default $GATEWAY_RELAY_ID)'
complete -c relay-media -l secret-file -r -F -d 'read the secret from FILE (default $GATEWAY_RELAY_SECRET)'
complete -c relay-media -l secret-fd -x -d 'read the secret from file descriptor N'
complete -c relay-media -l token-ttl -x -d 'lifetime of a token (default 5m)'
complete -c relay-media -s H -l header -x -d 'a header for the connector, \'Name: value\' (repeatable)'
complete -c relay-media -l cacert -r -F -d 'trust these certificate authorities'
complete -c relay-media -l cert -r -F -d 'client certificate'
complete -c relay-media -l key -r -F -d 'the certificate\'s private key'
complete -c relay-media -s k -l insecure -d 'do not verify the peer\'s certificate'
complete -c relay-media -s x -l proxy -x -d 'go through this proxy; empty: no proxy'
complete -c relay-media -s h -l help -d 'print the usual options and exit (=all: every one)'
complete -c relay-media -s V -l version -d 'print the version and exit'
complete -c relay-media -s q -l quiet -d 'print errors and losses only'
complete -c relay-media -s v -l verbose -d 'say more (repeatable)'
function __relay_media_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    and complete -C (string join " " -- $words[(math $at + 1)..-1])
end
complete -c relay-media -a '(__relay_media_command)'
