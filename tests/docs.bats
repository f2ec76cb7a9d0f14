#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One name, five places: code, --help, manual page, completions and README say the same.

load helper

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    local t
    export TOOLS
    TOOLS=$(make -s -C "$RELAY_SOURCE" --eval 'print-tools:; @echo $(TOOLS)' print-tools)
    export MAN="$RELAY_SOURCE/man" COMPLETIONS="$RELAY_SOURCE/completions"
    for t in $TOOLS; do "$t" --help=all >"$t.help"; done
}

setup_more() {
    cd "$BATS_FILE_TMPDIR" || return
}

# same WHAT FILE1 FILE2 : compares two lists; reports the difference.
same() {
    diff -u --label "$2" --label "$3" "$2" "$3" || {
        echo "$1 differ"
        return 1
    }
}

# The options of a --help, one per line, sorted.
help_options() {
    sed -n '/^Options:/,/^$/s/^  \(-., \|    \)--\([a-z0-9-]*\).*/--\2\n\1/p' "$1" | sed -n 's/^\(--*[A-Za-z0-9-]*\).*/\1/p' | sort
}

# The options a manual page lists.
man_options() {
    sed -n '/^\.Sh DESCRIPTION/,/^\.Sh \(ENV\|EXIT\)/p' "$MAN/$1.1" | grep '^\.It Fl ' |
        grep -oE 'Fl (Fl |-)?[A-Za-z0-9][a-z0-9-]*' | sed -e 's/^Fl Fl /--/' -e 's/^Fl --*/--/' -e 's/^Fl /-/' | sort
}

@test "every tool has its source, manual page, tests, completions, and its line in the README" {
    (cd "$RELAY_SOURCE" && ls cmd) | sed -n 's/^\(relay-[a-z]*\)\.\(c\|sh\)$/\1/p' | sort >places.cmd
    (cd "$RELAY_SOURCE" && ls man) | sed -n 's/\.1$//p' | sort >places.man
    (cd "$RELAY_SOURCE" && ls tests) | sed -n 's/^\(relay-[a-z]*\).*\.bats$/\1/p' | sort -u >places.tests
    ls "$COMPLETIONS" | sed -n 's/\.bash$//p' | sort >places.bash
    ls "$COMPLETIONS" | sed -n 's/^_//p' | sort >places.zsh
    ls "$COMPLETIONS" | sed -n 's/\.fish$//p' | sort >places.fish
    sed -n 's/^| \[*`*\(relay-[a-z]*\)`*.*|.*|$/\1/p' "$RELAY_SOURCE/README.md" | sort >places.readme
    tr ' ' '\n' <<<"$TOOLS" | sort >places.make
    for p in cmd man tests bash zsh fish readme; do
        same 'the tools' places.make places.$p
    done
}

@test "the options of --help are those of the manual page" {
    for t in $TOOLS; do
        help_options "$t.help" >"$t.options"
        [ "$(wc -l <"$t.options")" -ge 8 ]
        man_options "$t" >"$t.man"
        same "$t: the options" "$t.options" "$t.man" || bad=1
    done
    [ -z "${bad-}" ]
}

@test "relay-adapter passes on every option of relay-dial's and relay-run's that makes sense in its ring" {
    longs() { sed -n '/^Options:/,/^$/s/^ .*\(--[a-z0-9-]*\( [^ ][^ ]*\)\?\)  .*/\1/p' "$1" | sort; }
    longs relay-adapter.help >has
    cat >not <<'END'
--check
--check-hello PLATFORM[:BOTID]
--count N
--dry-run
--explain N
--format text|nagios
--line-buffered
--max-frame SIZE
--no-link
--no-wait
--null-input
--stay
--strict
--unbuffered
--up TYPE
--wait DURATION
END
    for t in relay-dial relay-run; do
        comm -23 <(longs $t.help) <(sort has not) | diff - /dev/null
    done
}

@test "an argument has one word per type, the same in --help and in the manual page" {
    for t in $TOOLS; do
        sed -n '/^Options:/,/^$/s/^ .*\(--[a-z0-9-]*\) \([^ ][^ ]*\)  .*/\1 \2/p' "$t.help" | sort >"$t.words"
        mandoc -T ascii -O width=160 "$MAN/$t.1" | col -b | sed 's, | ,|,g' |
            sed -n '/^DESCRIPTION/,/^E[NX]/s/^ *\(-., \)*\(--[a-z0-9-]*\) \([^ ]*\)$/\2 \3/p' | sort >"$t.man"
        same "$t: the arguments" "$t.words" "$t.man" || bad=1
        run ! grep -E ' (TIME|SECS|SECONDS|BYTES|PATH|COUNT|NUM)$' "$t.words"
    done
    [ -z "${bad-}" ]
}

@test "the synopses name only options that exist" {
    for t in $TOOLS; do
        help_options "$t.help" >"$t.options"
        { echo --; echo --help; cat "$t.options"; } | sort -u >"$t.allowed"
        sed '/^Options:/,$d' "$t.help" | grep -E '^(Usage:|      ) relay-' | tr -s ' []|' '\n' | grep '^-.' | sort -u >"$t.used"
        sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$MAN/$t.1" | grep -oE 'Fl (Fl |-)?[A-Za-z0-9][a-z0-9-]*' |
            sed -e 's/^Fl Fl /--/' -e 's/^Fl --*/--/' -e 's/^Fl /-/' | sort -u >>"$t.used"
        sort -u "$t.used" | comm -13 "$t.allowed" - >"$t.unknown"
        if [ -s "$t.unknown" ]; then
            echo "$t: $(tr '\n' ' ' <"$t.unknown")"
            bad=1
        fi
    done
    [ -z "${bad-}" ]
}

@test "the exit statuses of --help are those of the manual page" {
    for t in $TOOLS; do
        sed -n '/^Exit status:/,/^$/s/^  \([0-9]*\) .*/\1/p' "$t.help" >"$t.exits"
        sed -n '/^\.Sh EXIT STATUS/,/^\.Sh [^E]/s/^\.It \(Sy \|Er \|Li \)*\([0-9][0-9]*\)$/\2/p' "$MAN/$t.1" >"$t.man"
        same "$t: the exit statuses" "$t.exits" "$t.man" || bad=1
    done
    [ -z "${bad-}" ]
}

@test "relay(7) and --help have the meanings of the one table" {
    # Number and meaning, from the table in lib/base/diag.c and the names in <sysexits.h>.
    echo '#include <sysexits.h>' | cc -E -dM - | sed -n 's/^#define \(EX_[A-Z]*\) *\([0-9]*\).*/\1 \2/p' >numbers
    echo 'EX_NO 1' >>numbers
    sed -n 's/^ *{\(EX_[A-Z]*\), "[a-z ]*", "\(.*\)"},$/\1 \2/p' "$RELAY_SOURCE/lib/base/diag.c" | sed 's/\\"/"/g' |
        awk 'NR == FNR { number[$1] = $2; next } { name = $1; sub(/^[^ ]* /, ""); print number[name] " " $0 }' numbers - |
        sort -n >table
    [ "$(wc -l <table)" -ge 13 ]
    sed -n '/^\.Sh EXIT STATUS/,/^\.Sh [^E]/p' "$MAN/relay.7" |
        awk '/^\.It [0-9]+$/ { number = $2; next } number != "" { print number " " $0; number = "" }' |
        sed -e 's/\\&//g' -e 's/\\(dq/"/g' >table.relay7
    same 'the exit statuses' table table.relay7
    for t in $TOOLS; do
        sed -n '/^Exit status:/,/^$/s/^  \([0-9]*\)  *\(.*\)/\1 \2/p' "$t.help" | sort -n >"$t.exits"
        comm -23 <(sort "$t.exits") <(sort table) >"$t.unknown"
        [ ! -s "$t.unknown" ] || { echo "$t: $(cat "$t.unknown")"; return 1; }
    done
}

@test "relay-frames(5) has every frame type, and the laws send it through every filter" {
    local type dir
    sed -n 's/^ *ROW([A-Z_]*, "\([a-z_]*\)", \([A-Z]*\)).*/\1 \2/p' "$RELAY_SOURCE/lib/relay/frame.h" >types
    [ "$(grep -c . types)" -ge 13 ]
    while read -r type dir; do
        grep -qE "^\.It (Sy|Li|Cm) $type( |\$)" "$MAN/relay-frames.5" || { echo "relay-frames.5 has no $type ($dir)"; return 1; }
        grep -q "\"$type\"" "$RELAY_SOURCE/tests/laws.py" || { echo "laws.py sends no $type ($dir)"; return 1; }
    done <types
}

@test "the manual pages are clean, and refer to pages that exist" {
    mandoc -Tlint -W warning "$MAN"/*
    for m in "$MAN"/*; do
        sed -n 's/^\.Xr \(relay[a-z-]*\) \([157]\).*/\1.\2/p' "$m" | sort -u | while read -r page; do
            [ -e "$MAN/$page" ] || { echo "${m##*/} refers to $page"; return 1; }
        done
        [ "$(sed -n '1s/.*SPDX-License-Identifier: //p' "$m")" = MIT ]
    done
}

@test "every heading of a page is printed as it is written" {
    for m in "$MAN"/*; do
        mandoc -T utf8 "$m" | col -bx | sed 's/^ *//' >page
        while read -r heading; do
            grep -Fxq -- "$heading" page || { echo "$m: $heading"; return 1; }
        done < <(sed -n 's/^\.S[sh] //p' "$m" | sed 's/\\&//g; s/"//g; s/ , /, /g')
    done
}

@test "the pages fit 80 columns under mandoc and groff, without a warning" {
    for m in "$MAN"/*; do
        mandoc -T utf8 -O width=78 "$m" | col -bx >page
        GROFF_NO_SGR=1 groff -mandoc -Tutf8 -P-c -rLL=78n -k -ww "$m" 2>warned | col -bx >>page
        [ ! -s warned ] || { echo "$m under groff:"; cat warned; return 1; }
        /usr/bin/python3 - "${m##*/}" page <<'END' || bad=1
import sys
for line in open(sys.argv[2], encoding="utf-8"):
    if len(line.rstrip()) > 80:
        print(sys.argv[1] + ":", line.rstrip())
        sys.exit(1)
END
    done
    [ -z "${bad-}" ]
}

@test "every message on stderr is in the DIAGNOSTICS of its tool's page, or in relay(7)" {
    /usr/bin/python3 "$RELAY_SOURCE/tests/diagnostics.py" "$RELAY_SOURCE"
    # One that is not is found.
    mkdir tree
    cp -r "$RELAY_SOURCE/lib" "$RELAY_SOURCE/cmd" "$RELAY_SOURCE/man" tree
    sed -i 's/complain("write stdout:");/&\n    complain("boil %s: no water", "x");/' tree/lib/relay/filter.c
    sed -i '/It "relay_disabled/d' tree/man/relay-dial.1
    run /usr/bin/python3 "$RELAY_SOURCE/tests/diagnostics.py" tree
    [ "$status" -eq 1 ]
    [ "$output" = "lib/dial/redial.c: relay_disabled: the credential is revoked: not in the DIAGNOSTICS of relay-dial.1
lib/relay/filter.c: boil …: no water: not in the DIAGNOSTICS of relay.7" ]
}

@test "make install puts everything in its place, make uninstall takes it away" {
    make -s -C "$RELAY_SOURCE" B="$RELAY_BUILD" DESTDIR="$PWD/root" PREFIX=/usr install >install.log 2>&1 ||
        { cat install.log; return 1; }
    for t in $TOOLS; do
        [ -x "root/usr/bin/$t" ]
        for f in "man/man1/$t.1" "bash-completion/completions/$t" "zsh/site-functions/_$t" "fish/vendor_completions.d/$t.fish"; do
            [ -s "root/usr/share/$f" ]
        done
    done
    [ -s root/usr/share/relay/relay.bash ]
    [ -s root/usr/share/man/man5/relay-frames.5 ]
    [ -s root/usr/share/man/man7/relay.7 ]
    make -s -C "$RELAY_SOURCE" B="$RELAY_BUILD" DESTDIR="$PWD/root" PREFIX=/usr uninstall
    [ -z "$(find root -type f)" ]
}

@test "the completions are what completions/generate makes of --help" {
    "$COMPLETIONS/generate" "$RELAY_BUILD" made
    rm -rf kept
    mkdir kept
    find "$COMPLETIONS" -type f ! -name generate -exec cp {} kept \;
    diff -ru kept made || { echo 'run completions/generate'; return 1; }
}

@test "bash offers every long option" {
    # shellcheck disable=SC2016 # for the other shell
    bash --norc -euc 'for t; do
        source "$COMPLETIONS/$t.bash"
        COMP_WORDS=("$t" --) COMP_CWORD=1
        "_${t//-/_}"
        printf "%s\n" "${COMPREPLY[@]}" | sort >"$t.bash"
    done' - $TOOLS
    for t in $TOOLS; do
        help_options "$t.help" | grep '^--' >"$t.long"
        same "$t: the options" "$t.long" "$t.bash"
    done
}

@test "bash offers files for FILE, words for a choice, a command after --" {
    # shellcheck disable=SC2016 # for the other shell
    run bash --norc -uc 'offers() {
            source "$COMPLETIONS/$1.bash"
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            "_${1//-/_}"
            echo "$*:" $(printf "%s\n" "${COMPREPLY[@]}" | sort -u)
        }
        mkdir -p there && cd there && touch a.file
        offers relay-decode --format t
        offers relay-decode -f = ts
        offers relay-decode a.f
        offers relay-inbox a.f
        offers relay-inbox -f text a.file re
        offers relay-inbox a.file retry 1
        offers relay-inbox --state am
        offers relay-send -o re
        offers relay-send --op thread_
        offers relay-send -p d
        offers relay-handshake -p tele
        offers relay-adapter --platform ""
        offers relay-decode --type inb
        offers relay-decode --type thread_c
        offers relay-dial --up hel
        offers relay-dial --record a.
        offers relay-dial --retry a.
        offers relay-dial wss://x -- prin
        offers relay-run -P 4 printen
        offers relay-run printenv a.
        offers relay-run printenv --ver
        offers relay-adapter --url x -- printen'
    diff - <(echo "$output") <<'EOF'
relay-decode --format t: text tsv
relay-decode -f = ts: tsv
relay-decode a.f: a.file
relay-inbox a.f: a.file
relay-inbox -f text a.file re: retry
relay-inbox a.file retry 1:
relay-inbox --state am: ambiguous
relay-send -o re: react
relay-send --op thread_: thread_create thread_rename
relay-send -p d: discord
relay-handshake -p tele: telegram
relay-adapter --platform : discord slack telegram
relay-decode --type inb: inbound inbound_ack inbound_nack
relay-decode --type thread_c: thread_create
relay-dial --up hel: hello
relay-dial --record a.: a.file
relay-dial --retry a.:
relay-dial wss://x -- prin: printenv printf
relay-run -P 4 printen: printenv
relay-run printenv a.: a.file
relay-run printenv --ver:
relay-adapter --url x -- printen: printenv
EOF
}

@test "zsh offers every long option" {
    timeout 30 zsh -f "$RELAY_SOURCE/tests/offers.zsh" "$COMPLETIONS" $TOOLS >zsh.out
    for t in $TOOLS; do
        help_options "$t.help" | grep '^--' >"$t.long"
        sed -n "s/^$t //p" zsh.out >"$t.zsh"
        same "$t: the options" "$t.long" "$t.zsh"
    done
}

@test "fish offers every long option with its description" {
    # shellcheck disable=SC2016 # for the other shell
    HOME=$PWD fish --no-config -c 'for t in $argv
        source $COMPLETIONS/$t.fish 2>&1; or exit 1
        complete -C "$t --" | sort >$t.fish
    end' $TOOLS
    for t in $TOOLS; do
        sed -n '/^Options:/,/^$/s/^ .*--\([a-z0-9-]*\)\( [^ ]*\)*  *\(.*\)$/--\1/p' "$t.help" | sort >"$t.long"
        cut -f 1 "$t.fish" | same "$t: the options" "$t.long" -
        [ "$(cut -sf 2 "$t.fish" | grep -c .)" -eq "$(wc -l <"$t.long")" ]
    done
}
