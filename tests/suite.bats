# SPDX-License-Identifier: MIT
# tests/run itself: what failed is shown again at the end of its output, where a log that is cut still has it.
load helper

# suite FILE… : runs them as a suite of their own, in an environment without bats. Its output is in ./out.
suite() {
    env -i PATH="${PATH//$BATS_LIBEXEC:/}" FILE_TIMEOUT="${FILE_TIMEOUT:-60}" "$RELAY_SOURCE/tests/run" "$PWD/build" "${@/#/$PWD/}" >out 2>&1 3>&- 4>&-
}

@test "what failed is shown again at the end, at most 40 lines of each" {
    printf '@test "%s" { %s; }\n' good true 'wants a word' 'echo why; grep -q word /dev/null' >a.bats
    printf '@test "%s" { %s; }\n' 'says much' 'seq 1000; false' good true >b.bats
    printf '@test "%s" { %s; }\n' good true >c.bats
    run suite a.bats b.bats c.bats
    [ "$status" -ne 0 ]
    sed -n '/^a.bats:$/,$p' out >end
    [ "$(sed -n 2p end | cut -d' ' -f1-6)" = 'not ok 2 wants a word' ]
    grep -qx '# why' end
    grep -qx 'b.bats:' end
    grep -q '^not ok 1 says much' end
    grep -qx '# 30' end
    run grep -c . end
    [ "$output" -lt 50 ]
    run grep -e good -e c.bats end
    [ -z "$output" ]
    [ "$(tail -n 1 out)" = '3 passed, 2 failed' ]
}

@test "much that fails is cut at 120 lines" {
    for n in 1 2 3 4 5; do printf '@test "%s" { seq 100; false; }\n' a >$n.bats; done
    run suite {1..5}.bats
    [ "$status" -ne 0 ]
    [ "$(sed -n '/^1.bats:$/,$p' out | wc -l)" -eq 121 ]
    [ "$(tail -n 1 out)" = '0 passed, 5 failed' ]
}

@test "a file that is skipped in part or is no bats file is named" {
    printf '@test "a" {\n' >broken.bats
    printf '@test "%s" { %s; }\n' lazy 'skip later' >lazy.bats
    run suite broken.bats lazy.bats
    [ "$status" -ne 0 ]
    sed -n '/^broken.bats:$/,$p' out >end
    grep -A1 -x lazy.bats: end | grep -q '^ok 1 lazy .*# skip later'
    grep -q '^0 passed, ' end
}

@test "a file that takes too long is ended and named" {
    printf '@test "%s" { %s; }\n' hangs 'exec sleep 60 3>&-' never true >hangs.bats
    FILE_TIMEOUT=3 run suite hangs.bats
    [ "$status" -ne 0 ]
    sed -n '/^hangs.bats:$/,$p' out | grep -q ', status 1[23][47]$'
}

@test "all is well: nothing is added" {
    printf '@test "%s" { %s; }\n' good true >c.bats
    suite c.bats
    [ "$(sed 's/ in .*//' out | paste -sd ,)" = '1..1,ok 1 good,1 passed, 0 failed' ]
}
