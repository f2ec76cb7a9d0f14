/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as a bearer token, its parts and base64: no token is accepted that we did not sign, and
 * those we did sign are accepted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "relay/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf id, text, token;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Decoded bytes encode to the same text again. */
static void check_base64(struct span given)
{
    text.len = token.len = 0;
    if (!base64url_decode(&text, given)) {
        check(text.len == 0);
        return;
    }
    base64url_encode(&token, buf_as_span(&text));
    check(span_same(buf_as_span(&token), given));
}

/* The input is used unchanged, as the text of a token, and as the id of a token of ours. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span given = {size ? (const char *)data : "", size}, secret = span_of("s");
    int64_t expires;
    id.len = text.len = token.len = 0;
    check(token_verify(&id, given, &secret, 1, 100) != NULL);
    if (token_read(&id, &expires, given))
        check(expires >= 0);
    base64url_encode(&token, given);
    id.len = 0;
    check(token_verify(&id, buf_as_span(&token), &secret, 1, 100) != NULL);
    if (size && !memchr(data, 0, size) && size < 4000) {
        char *name = xstrndup(given.p, size);
        id.len = token.len = 0;
        token_mint(&token, name, given, 101);
        check(!token_verify(&id, buf_as_span(&token), &given, 1, 100) && span_same(buf_as_span(&id), given));
        check(token_verify(&text, buf_as_span(&token), &given, 1, 101) != NULL);
        check(token_read(&text, &expires, buf_as_span(&token)) && expires == 101);
        free(name);
    }
    check_base64(given);
    text.len = 0;
    if (!base64_decode(&text, given))
        check(text.len == 0);
    return 0;
}
