/* SPDX-License-Identifier: MIT */
/* What a dial has shown about the way to a connector. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/probed.h"
#include "relay/url.h"

enum { SOON = 14 * 24 * 3600 }; /* seconds before its end at which a certificate is trouble */

void probed_ms(struct buf *b, const char *what, int64_t us)
{
    if (us > 0)
        buf_printf(b, "%s%s %.1f ms", b->len ? ", " : "", what, (double)us / 1000);
}

void probed_before(struct findings *f, const struct dial_options *o, const struct link_probe *p)
{
    struct buf shown = {0};
    if (p->proxied && o->link.proxy && *o->link.proxy)
        url_without_login(&shown, o->link.proxy);
    finding(f, EX_OK, "proxy", shown.len ? buf_cstr(&shown) : p->proxied ? "of the environment" : "none");
    buf_free(&shown);
}

static void find_token(struct findings *f, const struct dial_options *o)
{
    struct buf b = {0};
    if (o->id)
        buf_printf(&b, "of %s, minted for this dial, lasts %" PRId64 " s", o->id, o->token_ttl);
    finding(f, EX_OK, "token", o->id ? buf_cstr(&b) : "none: unauthenticated");
    buf_free(&b);
}

/* The peer's clock is trouble when its difference to ours uses up half of a token's life. */
static void find_clock(struct findings *f, const struct dial_options *o, const struct link_probe *p)
{
    struct buf b = {0};
    if (!p->date) {
        finding(f, EX_OK, "clock", "not known: the answer has no Date");
        return;
    }
    /* The header has whole seconds: its moment lies in the second that begins with it. */
    int64_t ahead = p->date * 1000 - p->date_at / 1000;
    int64_t off = ahead > 0 ? ahead : ahead + 1000 < 0 ? -ahead - 1000 : 0;
    if (off)
        buf_printf(&b, "the connector's is %.1f s %s", (double)off / 1000, ahead > 0 ? "ahead" : "behind");
    else
        buf_str(&b, "the same here and there");
    finding(f, off >= o->token_ttl * 500 ? EX_NO : EX_OK, "clock", buf_cstr(&b));
    finding_number(f, "skew", (double)(ahead > 0 ? off : -off) / 1000, "s");
    buf_free(&b);
}

static void find_tls(struct findings *f, const struct dial_options *o, const struct link_probe *p)
{
    struct buf b = {0};
    int64_t left = p->until - clock_wall_s();
    if (!p->tls)
        return;
    probed_ms(&b, "handshake", p->tls - p->connect);
    if (p->until) {
        buf_str(&b, b.len ? ", certificate until " : "certificate until ");
        clock_format(&b, p->until * 1000000);
        b.len -= sizeof ".000000Z" - 1;
        buf_ch(&b, 'Z');
    }
    if (o->link.insecure)
        buf_str(&b, ", not verified (--insecure)");
    finding(f, p->until && left < SOON ? EX_NO : EX_OK, "tls", buf_cstr(&b));
    if (p->until)
        finding_number(f, "certificate", (double)left / 86400, "d");
    buf_free(&b);
}

void probed_after(struct findings *f, const struct dial_options *o, const struct link_probe *p)
{
    find_tls(f, o, p);
    find_token(f, o);
    if (p->date_at)
        find_clock(f, o, p);
}
