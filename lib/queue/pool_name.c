/* SPDX-License-Identifier: MIT */
/* The names of a pool: tokens, subjects, streams. */
#include <string.h>

#include "base/sha256.h"
#include "queue/pool_internal.h"

enum {
    NAME = 64,     /* the longest name of a pool */
    HASH_HEX = 32, /* of a text that was cut: this many hex digits follow */
    ID = 400,      /* the longest id that is not cut, in bytes */
};

const char *const pool_kinds[POOL_STREAMS] = {
    [POOL_IN] = "in",     [POOL_READY] = "ready", [POOL_OUT] = "out",
    [POOL_SENT] = "sent", [POOL_TRY] = "try",     [POOL_DEAD] = "dead",
};

bool pool_name_fits(const char *name)
{
    static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n = strspn(name, fine);
    return n && n <= NAME && !name[n];
}

void pool_stream_name(struct buf *out, const struct pool *p, enum pool_stream s)
{
    buf_printf(out, "%s_%s", p->name, pool_kinds[s]);
}

/* Appends the text with the bytes that may not be there as %XX. What gets longer than `most` is cut, between
 * two bytes of the text, and a hash of the whole text makes it longer than `most` again. */
static void encode(struct buf *out, struct span text, const char *without, size_t most)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t from = out->len, whole = from;
    const size_t keep = most - 20;
    for (size_t i = 0; i < text.n && out->len - from <= most; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c > ' ' && c < 0x7f && !strchr(without, c))
            buf_ch(out, (char)c);
        else
            buf_add(out, (const char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
        if (out->len - from <= keep)
            whole = out->len;
    }
    if (out->len - from <= most)
        return;
    struct buf hash = {0};
    out->len = whole;
    sha256_hex(&hash, text);
    buf_ch(out, '~');
    buf_add(out, hash.p, HASH_HEX);
    buf_free(&hash);
}

void pool_token(struct buf *out, struct span text)
{
    if (!text.n)
        buf_ch(out, '-');
    else if (span_eq(text, "-"))
        buf_str(out, "%2D");
    else
        encode(out, text, ".*>%", POOL_TOKEN);
}

void pool_id(struct buf *out, struct span id)
{
    encode(out, id, "%", ID);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void pool_untoken(struct buf *out, struct span token)
{
    if (span_eq(token, "-"))
        return;
    for (size_t i = 0; i < token.n; i++) {
        bool coded = token.p[i] == '%' && i + 2 < token.n && hex(token.p[i + 1]) >= 0 &&
                     hex(token.p[i + 2]) >= 0;
        int c = coded ? hex(token.p[i + 1]) << 4 | hex(token.p[i + 2]) : token.p[i];
        buf_ch(out, (char)c);
        i += coded ? 2 : 0;
    }
}

void pool_subject(struct buf *out, const struct pool *p, const char *kind, struct span gateway,
                  struct span session)
{
    buf_printf(out, "%s.%s.", p->name, kind);
    buf_span(out, gateway);
    if (session.p) {
        buf_ch(out, '.');
        buf_span(out, session);
    }
}
