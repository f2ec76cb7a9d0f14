#!/bin/sh
# SPDX-License-Identifier: MIT
# The agent of the demo: what it prints is its reply. It answers what stands in RELAY_TEXT.
name=${RELAY_USER_NAME:-you}
case $RELAY_TEXT in
[Hh]ello* | [Hh]i | [Hh]i\ *) echo "Hello $name. Ask me the time, 6*7, or anything." ;;
*'your time'*) # the worker dies in the first attempt
    [ "$RELAY_ATTEMPT" -gt 1 ] || { echo "$DEMO_WORKER" >"$DEMO_TURN" && sleep 60; }
    echo "Another worker has it: attempt $RELAY_ATTEMPT."
    ;;
*time*) date '+It is %H:%M.' ;;
*[0-9]*[-+*/]*[0-9]*) # only digits and signs reach awk
    awk "BEGIN { print \"That is\", $(printf %s "$RELAY_TEXT" | tr -cd '0-9.+*/()-') \".\" }" 2>/dev/null ||
        echo 'That is more than I can reckon.'
    ;;
*bye*) echo "Good bye, $name." ;;
*) echo "You said: $RELAY_TEXT" ;;
esac
