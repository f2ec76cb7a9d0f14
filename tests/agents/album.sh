#!/bin/sh
# SPDX-License-Identifier: MIT
set -f
IFS='
'
set -- $RELAY_MEDIA_FILES
[ $# -gt 0 ] || exec echo '{"op":"send","content":"Pictures?"}'
album=${1%/*}/album.tgz
tar -czPf "$album" -- "$@"
relay-media put --action --caption "$# of them" "$album"
