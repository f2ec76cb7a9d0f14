/* SPDX-License-Identifier: MIT */
/* The dial URL (vectors on stdin). */
#include <unistd.h>

#include "check.h"
#include "base/io.h"
#include "json/json.h"
#include "relay/url.h"

static void test_url_vectors(void)
{
    struct reader r = {.fd = STDIN_FILENO, .max = 65536};
    struct buf in = {0}, want = {0}, have = {0};
    struct span line;
    size_t n = 0;
    while (!r.eof && reader_fill(&r))
        for (; reader_next(&r, &line) == READER_LINE; n++) {
            in.len = want.len = 0;
            json_decode(&in, json_find(line, "in"));
            json_decode(&want, json_find(line, "out"));
            relay_url(&have, buf_cstr(&in));
            CHECK_THAT(holds(&have, buf_as_span(&want)), "vector %zu", n);
        }
    CHECK(n > 5);
    reader_free(&r);
    buf_free(&in);
    buf_free(&want);
    buf_free(&have);
}

static void test_url(void)
{
    static const char *const rows[][2] = {
        {" HTTPS://a/ ", "wss://a/relay"},
        {"WSS://A/", "wss://A/relay"},
        {"Ws://a", "ws://a/relay"},
        {"https://relay", "wss://relay/relay"},
        {"https://relay//", "wss://relay/relay"},
        {"http://h/relay/relay/", "ws://h/relay/relay"},
        {"ws://h/xrelay", "ws://h/xrelay/relay"},
        {"ws://h//relay", "ws://h//relay"},
        {"\xc2\xa0ws://h\xe3\x80\x80", "ws://h/relay"},
        {"h", "h/relay"},
        {"", "/relay"},
        {"https", "https/relay"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        relay_url(&b, rows[i][0]);
        CHECK_THAT(reads(&b, rows[i][1]), "%s", rows[i][0]);
    }
    buf_free(&b);
}

int main(void)
{
    test_url_vectors();
    test_url();
    return failures != 0;
}
