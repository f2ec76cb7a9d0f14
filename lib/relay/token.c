/* SPDX-License-Identifier: MIT */
/* Bearer tokens. */
#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/base64.h"
#include "base/diag.h"
#include "base/num.h"
#include "relay/token.h"

enum { SIG_HEX = 64, TOKEN_MAX = 8192 };

/* The signature in lowercase hex over "<id>:<exp>". */
static void sign(char hex[SIG_HEX], struct span secret, struct span text)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    /* If libcrypto could not start for lack of memory, using it would crash. */
    if (!OSSL_LIB_CTX_get0_global_default())
        die(EX_OSERR, "sign token: libcrypto did not start");
    if (secret.n > INT_MAX || !HMAC(EVP_sha256(), secret.p ? secret.p : "", (int)secret.n,
                                    (const unsigned char *)text.p, text.n, mac, &n))
        die(EX_OSERR, "sign token: HMAC-SHA256 failed");
    for (unsigned i = 0; i < n; i++) {
        hex[2 * i] = "0123456789abcdef"[mac[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[mac[i] & 15];
    }
}

void token_mint(struct buf *out, const char *id, struct span secret, int64_t expires)
{
    struct buf text = {0};
    char hex[SIG_HEX];
    buf_printf(&text, "%s:%lld", id, (long long)expires);
    sign(hex, secret, buf_as_span(&text));
    buf_ch(&text, ':');
    buf_add(&text, hex, SIG_HEX);
    base64url_encode(out, buf_as_span(&text));
    buf_free(&text);
}

static const char *last_colon(const char *p, size_t n)
{
    while (n && p[n - 1] != ':')
        n--;
    return n ? p + n - 1 : NULL;
}

/* Finds the parts of "<id>:<exp>:<sig>" from the right. */
static bool split(const struct buf *text, struct span *id, int64_t *expires, struct span *sig)
{
    const char *second = last_colon(text->p, text->len);
    const char *first = second ? last_colon(text->p, (size_t)(second - text->p)) : NULL;
    if (!first || memchr(text->p, '\0', text->len))
        return false;
    char digits[24];
    size_t n = (size_t)(second - first) - 1;
    if (n == 0 || n >= sizeof digits)
        return false;
    memcpy(digits, first + 1, n);
    digits[n] = '\0';
    *id = (struct span){text->p, (size_t)(first - text->p)};
    *sig = (struct span){second + 1, (size_t)(text->p + text->len - second) - 1};
    return id->n && sig->n == SIG_HEX && number_parse(digits, 0, INT64_MAX, expires);
}

/* Tries every secret, so that the time does not reveal which one signed. */
static bool signed_by_one(struct span signed_text, struct span sig, const struct span *secrets, size_t n)
{
    int good = 0;
    for (size_t i = 0; i < n; i++) {
        char hex[SIG_HEX];
        sign(hex, secrets[i], signed_text);
        good |= CRYPTO_memcmp(hex, sig.p, SIG_HEX) == 0;
    }
    return good;
}

static bool parse(struct buf *text, struct span token, struct span *id, int64_t *expires, struct span *sig)
{
    return token.n && token.n <= TOKEN_MAX && base64url_decode(text, token) && split(text, id, expires, sig);
}

const char *token_verify(struct buf *id, struct span token, const struct span *secrets, size_t n, int64_t now)
{
    struct buf text = {0};
    struct span who, sig;
    int64_t expires;
    const char *reason = "malformed";
    if (parse(&text, token, &who, &expires, &sig)) {
        struct span covered = {text.p, (size_t)(sig.p - text.p) - 1};
        buf_span(id, who);
        if (!signed_by_one(covered, sig, secrets, n))
            reason = "unknown id or wrong secret";
        else
            reason = expires && now >= expires ? "expired" : NULL;
    }
    buf_free(&text);
    return reason;
}

bool token_read(struct buf *id, int64_t *expires, struct span token)
{
    struct buf text = {0};
    struct span who, sig;
    bool good = parse(&text, token, &who, expires, &sig);
    if (good)
        buf_span(id, who);
    buf_free(&text);
    return good;
}
