/* SPDX-License-Identifier: MIT */
/* What COMMAND prints as text. */
#include <string.h>

#include "base/clock.h"
#include "base/table.h"
#include "base/text.h"
#include "run/address.h"
#include "run/reply.h"

/* Every line end becomes "\n". */
static void add_lines(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
            buf_ch(out, text.p[i]);
}

static void add_text(struct buf *out, struct span text)
{
    if (text.n && memchr(text.p, '\r', text.n))
        add_lines(out, text);
    else
        buf_span(out, text);
}

struct span reply_text(struct span printed)
{
    if (printed.n && printed.p[printed.n - 1] == '\n')
        printed.n -= printed.n > 1 && printed.p[printed.n - 2] == '\r' ? 2 : 1;
    return printed;
}

void reply_so_far(struct buf *out, struct span printed)
{
    uint32_t c;
    size_t n = 0;
    for (size_t k; n < printed.n && (k = text_decode(printed.p + n, printed.n - n, &c));)
        n += k;
    struct span text = text_trim((struct span){printed.p, n});
    if (text.n)
        add_text(out, (struct span){printed.p, (size_t)(text.p - printed.p) + text.n});
}

void reply_look(struct reply *r, const struct reply_options *o, size_t printed, int64_t now)
{
    if (!o->every || printed == r->seen || printed > REPLY_GROWS_MOST)
        return;
    r->seen = printed;
    int64_t at = (r->last ? r->last : now) + o->every;
    if (!r->due)
        r->due = at > now ? at : now;
}

int64_t reply_due(const struct reply *r)
{
    return r->due ? r->due : INT64_MAX;
}

static void name_it(struct reply *r, struct turn *t)
{
    buf_ch(&r->id, '"');
    requests_name(&r->id, t);
    buf_ch(&r->id, '"');
}

static void emit(struct reply *r, const struct reply_options *o, const struct reply_to *to, struct span text,
                 unsigned how)
{
    struct buf action = {0};
    if (!r->id.len)
        name_it(r, to->turn);
    how |= (o->to_message ? ADDRESS_REPLY : 0) | (o->paragraphs ? ADDRESS_PARAGRAPHS : 0);
    address_stream(&action, to->turn, buf_as_span(&r->id), text, how);
    requests_emit(to->requests, to->f, to->turn, &action, NULL);
    to->turn->shown = true;
    r->shown = text.n;
    buf_free(&action);
}

void reply_grow(struct reply *r, const struct reply_options *o, const struct reply_to *to,
                struct span printed, int64_t now)
{
    struct buf text = {0};
    if (!r->due || now < r->due)
        return;
    r->due = 0;
    reply_so_far(&text, printed);
    if (writer_pending(&to->f->out) >= IO_HIGH_WATER) {
        r->due = now + o->every;
    } else if (text.len > r->shown) {
        emit(r, o, to, buf_as_span(&text), ADDRESS_MORE);
        r->last = now;
    }
    buf_free(&text);
}

static bool is_blank(struct span text)
{
    size_t i = 0;
    while (i < text.n && memchr(" \t\r\n\v\f", text.p[i], 6))
        i++;
    return i == text.n;
}

static void send(const struct reply_options *o, const struct reply_to *to, struct span text)
{
    struct buf action = {0};
    address_reply(&action, to->turn, text, o->to_message);
    requests_emit(to->requests, to->f, to->turn, &action, NULL);
    buf_free(&action);
}

void reply_end(struct reply *r, const struct reply_options *o, const struct reply_to *to, struct span printed,
               bool well)
{
    struct buf text = {0};
    if (well)
        add_text(&text, reply_text(printed));
    else if (r->id.len)
        reply_so_far(&text, printed);
    if (r->id.len)
        emit(r, o, to, buf_as_span(&text), well ? 0 : ADDRESS_CUT);
    else if (!is_blank(buf_as_span(&text)))
        send(o, to, buf_as_span(&text));
    buf_free(&text);
}

void reply_cut(const struct reply_to *to)
{
    struct request *q;
    DL_FOREACH (to->turn->requests, q) {
        struct buf id = {0}, action = {0};
        if (!q->grows)
            continue;
        json_quote(&id, request_id(q).p, request_id(q).n);
        address_stream(&action, to->turn, buf_as_span(&id), span_of(""), ADDRESS_CUT);
        requests_emit(to->requests, to->f, to->turn, &action, NULL);
        buf_free(&id);
        buf_free(&action);
    }
}

void reply_free(struct reply *r)
{
    buf_free(&r->id);
    *r = (struct reply){0};
}
