# SPDX-License-Identifier: MIT
# What the files about relay-run --inbox share.
# shellcheck shell=bash

# sql STATEMENT [FILE] : runs it in the inbox ./box, or in FILE.
sql() {
    /usr/bin/python3 - "$1" "${2:-box}" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[2], timeout=30)
for row in db.execute(sys.argv[1]):
    print("|".join("" if value is None else str(value) for value in row))
db.commit()
END
}

# states WANTED : how many messages are in each state, "done 3,waiting 1".
states() {
    local have
    have=$(sql 'SELECT state, count(*) FROM turns GROUP BY state ORDER BY state' | tr '|' ' ' | paste -sd ,)
    [ "$have" = "$1" ] || { echo "states: $have, not $1" >&2; return 1; }
}

# ring [OPTION OF relay-idle…] -- OPTION OF relay-run… COMMAND… : the standard ring at $URL, by `dial`.
ring() {
    local idle=()
    while [ "$1" != -- ]; do idle+=("$1"); shift; done
    shift
    # shellcheck disable=SC2016 # for the inner shell
    dial "$URL" -- sh -c 'idle=$1; shift
        relay-handshake -p discord | relay-decode | relay-run "$@" | relay-scope | relay-send | relay-idle $idle' \
        ring "${idle[*]}" "$@"
}
