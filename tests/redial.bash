# SPDX-License-Identifier: MIT
# What the files about re-dialling share.
# shellcheck shell=bash disable=SC2034 # for those who load it

HELLOS='{"type":"hello","platform":"discord","botId":"app1"}
{"type":"hello","platform":"slack","botId":""}'

setup_more() {
    export GATEWAY_RELAY_ID=gw GATEWAY_RELAY_SECRET=s3cret RING_LEAVES=1
}

opens() {
    [ "$(grep -c '^open' peer.err)" -ge "$1" ]
}

# tokens DISTINCT : whether that many different tokens were shown.
tokens() {
    [ "$(grep '^open' peer.err | cut -d ' ' -f 4 | sort -u | wc -l)" -eq "$1" ]
}
