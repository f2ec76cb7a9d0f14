#!/bin/bash
# SPDX-License-Identifier: MIT
set -o pipefail
jq -n '{stream: true, model: env.MODEL,
        messages: [{role: "user", content: env.RELAY_TEXT}]}' |
  curl -fsSN -H 'Content-Type: application/json' -d @- "$LLM_URL" |
  jq -Rj --unbuffered 'ltrimstr("data: ") | fromjson? |
        .choices[0].delta.content // empty'
