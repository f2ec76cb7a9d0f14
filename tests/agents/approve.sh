#!/bin/sh
# SPDX-License-Identifier: MIT
read -r message
echo '{"op":"prompt","prompt_kind":"approval","content":"Deploy?",' \
  '"options":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"}]}'
reply=$(jq -nr 'first(inputs | .event.prompt_response.option_id,
    .result.error | strings)')
[ "$reply" = yes ] && say=Deployed || say='Not deployed'
echo '{"op":"send","content":"'"$say"'."}'
