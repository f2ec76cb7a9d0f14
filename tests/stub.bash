# SPDX-License-Identifier: MIT
# What the files about relay-stub share: gateways made of python3-websockets (client.py) and their frames.
load helper

HELLO='{"type":"hello","platform":"discord","botId":""}'

# peer [OPTIONS…] : a gateway with the commands of stdin; its output in ./got, its stderr in ./ends.
peer() {
    /usr/bin/python3 "$RELAY_SOURCE/tests/peers/client.py" "$@" "$URL" >got 2>ends
}

# inbound TEXT : a delivery.
inbound() {
    printf '{"type":"inbound","event":{"text":"%s","source":{"platform":"discord","chat_id":"42"}}}\n' "$1"
}

# texts : what the deliveries in ./got say, on one line.
texts() {
    jq -r 'select(.type == "inbound").event.text' got | paste -sd ' '
}

# stop_stub : ends the stub in order; its status is in RC.
stop_stub() {
    RC=0
    kill "$STUB" && wait "$STUB" || RC=$?
}

# kill_stub : ends the stub at once, and waits until it and its locks are gone.
kill_stub() {
    kill -9 "$STUB"
    wait "$STUB" 2>/dev/null || true
}
