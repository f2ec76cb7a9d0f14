/* SPDX-License-Identifier: MIT */
/* Bearer tokens: what is one, who signed it, and until when it counts. */
#include "relay/token.h"
#include "base/base64.h"
#include <openssl/evp.h>

#include "check.h"

#define HEX16     "0123456789abcdef"
#define SIGNATURE HEX16 HEX16 HEX16 HEX16
#define TEXT(s)          \
    {                    \
        s, sizeof(s) - 1 \
    }

static const struct span secrets[] = {TEXT("old"), {NULL, 0}, TEXT("n\0w")};
enum { SECRETS = 3 };

static bool says(const char *reason, const char *want)
{
    return want ? reason && strcmp(reason, want) == 0 : !reason;
}

/* A token's text, before it is encoded; id NULL: it is not one. */
static void test_parts(void)
{
    static const struct {
        struct span text;
        const char *id;
        int64_t expires;
    } rows[] = {
        {TEXT("a:7:" SIGNATURE), "a", 7},
        {TEXT("a:b:0:" SIGNATURE), "a:b", 0},
        {TEXT("a:9223372036854775807:" SIGNATURE), "a", INT64_MAX},
        {TEXT("a:9223372036854775808:" SIGNATURE), NULL, 0},
        {TEXT("a:123456789012345678901234:" SIGNATURE), NULL, 0},
        {TEXT("a:-1:" SIGNATURE), NULL, 0},
        {TEXT("a:x:" SIGNATURE), NULL, 0},
        {TEXT("a::" SIGNATURE), NULL, 0},
        {TEXT(":7:" SIGNATURE), NULL, 0},
        {TEXT("7:" SIGNATURE), NULL, 0},
        {TEXT(SIGNATURE), NULL, 0},
        {TEXT("a:7:" SIGNATURE "0"), NULL, 0},
        {TEXT("a:7:"), NULL, 0},
        {TEXT("a\0:7:" SIGNATURE), NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf token = {0}, id = {0};
        int64_t expires = 0;
        base64url_encode(&token, rows[i].text);
        bool good = token_read(&id, &expires, buf_as_span(&token));
        CHECK_THAT(good == (rows[i].id != NULL) && (!good || expires == rows[i].expires), "row %zu", i);
        CHECK_THAT(reads(&id, good ? rows[i].id : ""), "row %zu", i);
        const char *why = token_verify(&id, buf_as_span(&token), secrets, SECRETS, 0);
        CHECK_THAT(says(why, good ? "unknown id or wrong secret" : "malformed"), "row %zu", i);
        CHECK_THAT(reads(&id, good ? rows[i].id : ""), "row %zu", i);
        buf_free(&token);
        buf_free(&id);
    }
}

/* Base64 is that of libcrypto, both ways. */
static void test_base64(void)
{
    unsigned char bytes[70], theirs[128];
    struct buf ours = {0}, back = {0};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 37 + 251);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct span in = {(const char *)bytes, n};
        ours.len = back.len = 0;
        EVP_EncodeBlock(theirs, bytes, (int)n);
        base64_encode(&ours, in);
        CHECK_THAT(span_eq(buf_as_span(&ours), (const char *)theirs) || !n, "%zu bytes", n);
        CHECK_THAT(base64_decode(&back, buf_as_span(&ours)) && holds(&back, in), "%zu bytes", n);
    }
    buf_free(&ours);
    buf_free(&back);
}

static void test_not_encoded(void)
{
    struct buf id = {0}, token = {0}, text = {0};
    CHECK(says(token_verify(&id, (struct span){NULL, 0}, secrets, SECRETS, 0), "malformed"));
    CHECK(says(token_verify(&id, span_of("a=b"), secrets, SECRETS, 0), "malformed"));
    /* 8192 characters are the most */
    for (size_t n = 6144 - strlen(":0:" SIGNATURE); n--;)
        buf_ch(&text, 'a');
    for (int more = 0; more < 2; more++) {
        token.len = 0;
        token_mint(&token, buf_cstr(&text), secrets[0], 0);
        CHECK((token.len > 8192) == more);
        CHECK(says(token_verify(&id, buf_as_span(&token), secrets, 1, 0), more ? "malformed" : NULL));
        buf_ch(&text, 'a');
    }
    buf_free(&id);
    buf_free(&token);
    buf_free(&text);
}

/* Any of the secrets may have signed it; it does not count from the moment on at which it expires. */
static void test_signed(void)
{
    for (size_t i = 0; i < SECRETS; i++) {
        struct buf token = {0}, id = {0};
        token_mint(&token, "a", secrets[i], 100);
        struct span t = buf_as_span(&token);
        CHECK(says(token_verify(&id, t, secrets, SECRETS, 99), NULL) && reads(&id, "a"));
        CHECK(says(token_verify(&id, t, secrets, SECRETS, 100), "expired") && reads(&id, "a"));
        CHECK(says(token_verify(&id, t, secrets, i, 99), "unknown id or wrong secret") && reads(&id, "a"));
        CHECK(says(token_verify(&id, t, secrets + i, 1, 99), NULL) && reads(&id, "a"));
        token.len = 0;
        token_mint(&token, "a", secrets[i], 0);
        CHECK(says(token_verify(&id, buf_as_span(&token), secrets, SECRETS, INT64_MAX), NULL));
        buf_free(&token);
        buf_free(&id);
    }
}

int main(void)
{
    test_parts();
    test_base64();
    test_not_encoded();
    test_signed();
    return failures != 0;
}
