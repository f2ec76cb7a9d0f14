#!/usr/bin/env bats
# The rules of the house that `make lint` checks, each with a fault that it must find: which folder may include which,
# no circles, functions that must not be called and results that must not be dropped, checks of tests that are not seen.
load helper

# A copy of the tree's lib and cmd to put a fault into.
setup_more() {
    mkdir tree && cp -r "$RELAY_SOURCE/lib" "$RELAY_SOURCE/cmd" "$RELAY_SOURCE/.ci" tree
}

@test "no folder includes one above it, and no tool's folder includes another tool's" {
    cd tree
    .ci/layers
    sed -i '1i #include "run/turn.h"' lib/relay/url.c
    run .ci/layers
    [ "$status" -ne 0 ]
    [ "$output" = 'lib/relay/url.c:1: relay must not include run' ]
    cp "$RELAY_SOURCE/lib/relay/url.c" lib/relay/url.c
    sed -i '1i #include "send/split.h"' lib/run/turn.c
    run .ci/layers
    [ "$status" -ne 0 ]
    [ "$output" = 'lib/run/turn.c:1: run must not include send' ]
    cp "$RELAY_SOURCE/lib/run/turn.c" lib/run/turn.c
    sed -i '1i #include "link/link.h"' lib/stub/spool.c
    run .ci/layers
    [ "$status" -ne 0 ] && [ "$output" = 'lib/stub/spool.c:1: stub must not include link' ]
}

@test "no headers and no modules form a circle" {
    "$RELAY_SOURCE/.ci/circles" "$RELAY_BUILD" "$RELAY_SOURCE"
    sed -i '1i #include "relay/filter.h"' tree/lib/base/io.h
    run "$RELAY_SOURCE/.ci/circles" "$RELAY_BUILD" tree
    [ "$status" -ne 0 ]
    grep -q 'base/io.h' <<<"$output"
    grep -q 'relay/filter.h' <<<"$output"
    # Two modules that call each other, which an internal.h makes possible.
    mkdir -p build/lib/x
    cd build/lib/x
    printf 'int b(void); int a(void); int a(void) { return b(); }' | cc -c -o a.o -x c -
    printf 'int b(void); int a(void); int b(void) { return a(); }' | cc -c -o b.o -x c -
    cd ../../..
    run "$RELAY_SOURCE/.ci/circles" build "$RELAY_SOURCE"
    [ "$status" -ne 0 ] && grep -q 'x/a.o' <<<"$output" && grep -q 'x/b.o' <<<"$output"
}

@test "no banned function is called; no result that reports a failure is dropped" {
    cd tree
    .ci/calls
    for fault in 'strcpy(to, from);' 'n = atoi(text);' 'now = time(NULL);' 'posix_spawn_file_actions_adddup2(&files, in, 0);' \
        '(void)curl_easy_setopt(e, CURLOPT_URL, url);' 'fsync(fd);' 'HMAC(a, b, c, d, e, f, g);'; do
        printf 'void f(void)\n{\n    %s\n}\n' "$fault" >lib/base/fault.c
        run .ci/calls
        [ "$status" -ne 0 ] || { echo "not found: $fault"; return 1; }
        [ "$(grep -c . <<<"$output")" -eq 1 ]
        grep -q '^lib/base/fault.c:3: ' <<<"$output"
    done
}

@test "no file over 300 lines, no function over 50, no main over 45" {
    cd tree
    awk 'BEGIN { print "static void long_one(void)\n{"; for (i = 0; i < 51; i++) print "    f();"; print "}" }' >lib/base/fault.c
    run .ci/sizes lib/base/fault.c
    [ "$status" -ne 0 ]
    [ "$output" = 'lib/base/fault.c:2: 51 lines in static void long_one(void)' ]
    awk 'BEGIN { print "int main(void)\n{"; for (i = 0; i < 46; i++) print "    f();"; print "}" }' >lib/base/fault.c
    run .ci/sizes lib/base/fault.c
    [ "$status" -ne 0 ]
    [ "$output" = 'lib/base/fault.c:2: 46 lines in int main(void)' ]
    yes '' | head -n 301 >lib/base/fault.c
    run .ci/sizes lib/base/fault.c
    [ "$status" -ne 0 ]
    [ "$output" = 'lib/base/fault.c: 301 lines' ]
    rm lib/base/fault.c
    .ci/sizes
}

@test "no check in a test that cannot fail" {
    (cd "$RELAY_SOURCE" && .ci/asserts.py)
    for fault in '[ a ] && [ b ]' '! false' 'a || ! b' 'a || b && c' 'a &&'$'\n''    c' 'if a; then b && c; fi' '{ a && b; }' \
        'case a in a) b && c ;; esac' 'a && b && c <<E'$'\n''E' '(a && b; c)' 'for i in 1; do [ a ] && [ b ]; done' \
        'a "$(b "x")" && c "${d%\"}"'; do
        printf '@test "x" {\n    : next\n    %s\n    true\n}\n' "$fault"
    done >fault.bats
    run "$RELAY_SOURCE/.ci/asserts.py" fault.bats
    [ "$status" -ne 0 ]
    diff <(grep -n ': next' fault.bats | awk -F: '{ print $1 + 1 }') \
        <(sed -n 's/^fault.bats:\([0-9]*\): a failure here does not end the test: .*/\1/p' <<<"$output")
    for fine in '[[ a && b ]]' 'a && b || c' '! a || b' 'if a && b; then c; fi' 'while ! a; do b; done' '(cd a && b)' \
        'a <<E'$'\n''a && b'$'\n''! a'$'\n''E' 'sh -c "a && b"' '{ a && b; } || c' 'a $(b && c)' 'run ! a' 'f() { a && b; }'; do
        printf '@test "x" {\n    %s\n    true\n    a && b\n}\n' "$fine"
    done >fine.bats
    "$RELAY_SOURCE/.ci/asserts.py" fine.bats
}
