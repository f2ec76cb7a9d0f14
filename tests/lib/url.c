/* SPDX-License-Identifier: MIT */
/* The dial URL (vectors on stdin). */
#include <unistd.h>

#include "base/io.h"
#include "check.h"
#include "relay/url.h"
#include "json/json.h"

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
        {"/relay", "/relay"},
        {"h/relay", "h/relay"},
        {"", "/relay"},
        {"https", "https/relay"},
        {"https://h?a=1", "wss://h/relay?a=1"},
        {"wss://h/p/?a=/&b=?#c", "wss://h/p/relay?a=/&b=?"},
        {"ws://h/relay?/", "ws://h/relay?/"},
        {"ws://h/x#y?z", "ws://h/x/relay"},
        {"ws://h/?", "ws://h/relay?"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        relay_url(&b, rows[i][0]);
        CHECK_THAT(reads(&b, rows[i][1]), "%s", rows[i][0]);
    }
    buf_free(&b);
}

static void test_eyes(void)
{
    static const char *const urls[][2] = {
        {"ws://h/relay", "ws://h/relay"},
        {"wss://user:secret@h:1/relay", "wss://h:1/relay"},
        {"wss://user:sec'ret@h/relay", "wss://h/relay"},
        {"wss://a@b:secret@h/relay", "wss://h/relay"},
        {"ws://h/@x/relay", "ws://h/@x/relay"},
        {"ws://h:80/@x/relay", "ws://h:80/@x/relay"},
        {"ws://[::1]:80/@x/relay", "ws://[::1]:80/@x/relay"},
        {"ws://user:sec/ret@h/relay", "ws://h/relay"},
        {"ws://user:sec?re#t@h/relay", "ws://h/relay"},
        {"ws://user:!sec/ret@h/relay", "ws://h/relay"},
        {"user:secret@h", "h"},
        {"ws://h/p?q=ws://u@v", "ws://h/p?q=ws://u@v"},
        {"", ""},
        {"@", ""},
        {"ws://", "ws://"},
    };
    static const char *const texts[][2] = {
        {"no URL", "no URL"},
        {"Unsupported proxy syntax in 'http://u:p@h': reason",
         "Unsupported proxy syntax in 'http://h': reason"},
        {"in 'http://u:p'p@h': reason", "in 'http://h': reason"},
        {"in 'u:p q@h'", "in 'h'"},
        {"in 'u:p@h', not 'ws://g'", "in 'h', not 'ws://g'"},
        {"a user@host, it's", "a user@host, it's"},
        {"'", "'"},
        {"''", "''"},
        {"'@'", "''"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        url_without_login(&b, urls[i][0]);
        CHECK_THAT(reads(&b, urls[i][1]), "%s", urls[i][0]);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text_without_logins(&b, texts[i][0]);
        CHECK_THAT(reads(&b, texts[i][1]), "%s", texts[i][0]);
    }
    buf_free(&b);
}

int main(void)
{
    test_eyes();
    test_url_vectors();
    test_url();
    return failures != 0;
}
