/* SPDX-License-Identifier: MIT */
/* The tokens of a pool: asking for one, holding it, giving it back. */
#include <inttypes.h>
#include <string.h>

#include "queue/pool.h"

enum { FIELDS = 16 };

bool pool_pull(struct pool *p, const char *inbox, int64_t expires)
{
    struct buf subject = {0}, body = {0};
    buf_printf(&subject, "$JS.API.CONSUMER.MSG.NEXT.%s_ready.workers", p->name);
    buf_printf(&body, "{\"batch\":1,\"expires\":%" PRId64 "}", expires * 1000000);
    const struct bus_out o = {.subject = buf_cstr(&subject), .reply = inbox, .data = buf_as_span(&body)};
    bool ok = bus_publish(p->bus, &o);
    buf_free(&subject);
    buf_free(&body);
    return ok;
}

static bool number(struct span field, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < field.n; i++) {
        if (field.p[i] < '0' || field.p[i] > '9' || n > (UINT64_MAX - 9) / 10)
            return false;
        n = n * 10 + (uint64_t)(field.p[i] - '0');
    }
    *out = n;
    return field.n;
}

/* $JS.ACK.STREAM.CONSUMER.DELIVERED.SEQ.CONSUMER_SEQ.TIME.PENDING, or with a domain and an account before the
 * stream and perhaps more at the end. */
bool pool_token_read(struct token_facts *t, struct span ack_subject)
{
    struct span field[FIELDS];
    size_t n = 0, at = 0;
    for (size_t i = 0; i <= ack_subject.n && n < FIELDS; i++)
        if (i == ack_subject.n || ack_subject.p[i] == '.') {
            field[n++] = (struct span){ack_subject.p + at, i - at};
            at = i + 1;
        }
    size_t first = n == 9 ? 4 : 6;
    return (n == 9 || n >= 11) && span_eq(field[0], "$JS") && span_eq(field[1], "ACK") &&
           number(field[first], &t->delivered) && number(field[first + 1], &t->seq);
}

static bool say(struct pool *p, const char *ack_subject, struct span what)
{
    return bus_publish(p->bus, &(struct bus_out){.subject = ack_subject, .data = what});
}

bool pool_ack(struct pool *p, const char *ack_subject)
{
    return say(p, ack_subject, span_of("+ACK"));
}

bool pool_nak(struct pool *p, const char *ack_subject, int64_t delay)
{
    struct buf what = {0};
    buf_str(&what, "-NAK");
    if (delay > 0)
        buf_printf(&what, " {\"delay\":%" PRId64 "}", delay * 1000000);
    bool ok = say(p, ack_subject, buf_as_span(&what));
    buf_free(&what);
    return ok;
}

uint64_t pool_hold(struct pool *p, const char *ack_subject, int64_t ms, bus_fn *fn, void *ctx)
{
    return bus_request(p->bus, &(struct bus_out){.subject = ack_subject, .data = span_of("+WPI")}, ms, fn,
                       ctx);
}
