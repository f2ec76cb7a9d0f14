/* SPDX-License-Identifier: MIT */
/* The parts that the views for people share. */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/width.h"
#include "decode/parts.h"

enum { SHORT_ID = 8, HEX_ID = 40 };

/* The first bytes of a text, enough for `most` columns and some marks that take none, whole characters. */
static struct span head_of(struct span text, size_t most)
{
    size_t n = 8 * most + 16;
    if (n >= text.n)
        return text;
    while (n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return (struct span){text.p, n};
}

void part_cut(struct buf *out, struct span text, size_t most)
{
    size_t from = out->len, columns;
    struct span head = most ? head_of(text, most) : text;
    text_escape(out, head.p, head.n);
    if (!most || !text.n || (head.n == text.n && text_width(out->p + from, out->len - from) <= most))
        return;
    out->len = from + text_fit(out->p + from, out->len - from, most - 1, &columns);
    buf_str(out, "…");
}

/* An id is told apart by its end: a long number of a platform begins with the time. */
static void add_id(struct buf *out, struct span id, size_t most)
{
    size_t n = most > SHORT_ID ? SHORT_ID : most - 2;
    if (!most || id.n <= most) {
        part_cut(out, id, most);
        return;
    }
    while (n && ((unsigned char)id.p[id.n - n] & 0xc0) == 0x80)
        n--;
    buf_str(out, "…");
    part_cut(out, (struct span){id.p + id.n - n, n}, most);
}

void part_place(struct buf *out, struct span platform, struct span scope, struct span chat, size_t most)
{
    size_t from = out->len;
    part_cut(out, platform, most ? PART_SHORT : PART_WHOLE);
    const struct span ids[] = {scope, chat};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (ids[i].n && out->len > from)
            buf_ch(out, '/');
        add_id(out, ids[i], most);
    }
}

void part_request(struct buf *out, struct span id)
{
    const char *slash = id.n ? memchr(id.p, '/', id.n) : NULL;
    size_t n = slash ? (size_t)(slash - id.p) : id.n;
    part_cut(out, (struct span){id.p, n > SHORT_ID && n <= HEX_ID ? SHORT_ID : n}, 2 * PART_SHORT);
    if (slash)
        part_cut(out, (struct span){slash, id.n - n}, SHORT_ID);
}

void part_asked(struct buf *out, const struct asked *a)
{
    part_cut(out, a->op, 2 * PART_SHORT);
    if (a->platform.n || a->chat.n)
        buf_ch(out, ' ');
    part_place(out, a->platform, (struct span){"", 0}, a->chat, 2 * PART_SHORT);
    if (a->type == FRAME_INBOUND)
        buf_str(out, " buf=");
    else if (a->type == FRAME_OUTBOUND)
        buf_str(out, " req=");
    if (a->type == FRAME_INBOUND || a->type == FRAME_OUTBOUND)
        part_cut(out, a->id, 3 * PART_SHORT);
}

void part_time(struct buf *out, int64_t us)
{
    if (us >= 10000000)
        buf_printf(out, "%.1fs", (double)us / 1e6);
    else if (us >= 10000)
        buf_printf(out, "%dms", (int)(us / 1000));
    else
        buf_printf(out, "%.1fms", (double)us / 1e3);
}

static bool local(struct tm *tm, int64_t us)
{
    time_t s = (time_t)(us / 1000000);
    return us >= 0 && localtime_r(&s, tm);
}

void part_clock(struct buf *out, int64_t us)
{
    struct tm tm;
    if (local(&tm, us))
        buf_printf(out, "%02d:%02d:%02d.%03d", tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(us % 1000000 / 1000));
    else
        buf_str(out, "--:--:--.---");
}

void part_date(struct buf *out, int64_t us)
{
    struct tm tm;
    if (local(&tm, us))
        buf_printf(out, "%d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

int view_day(int64_t us)
{
    struct tm tm;
    return local(&tm, us) ? (tm.tm_year << 9) + tm.tm_yday + 1 : 0;
}

struct span part_type(const struct summary *s)
{
    static const struct {
        const char *type, *name;
    } names[] = {{"outbound_result", "result"},
                 {"passthrough_forward", "forward"},
                 {"interrupt_inbound", "interrupt"},
                 {"inbound_ack", "ack"},
                 {"inbound_nack", "nack"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_eq(s->type, names[i].type))
            return span_of(names[i].name);
    return s->type;
}

static void add_word(struct buf *out, struct span word, size_t most)
{
    if (!word.n)
        return;
    if (out->len && out->p[out->len - 1] != ' ')
        buf_ch(out, ' ');
    part_cut(out, word, most);
}

static void add_outcome(const struct view *v, struct buf *out)
{
    static const char *const words[] = {
        [OUTCOME_SUCCESS] = "ok", [OUTCOME_FAILURE] = "failed", [OUTCOME_AMBIGUOUS] = "ambiguous"};
    add_word(out, span_of(words[v->summary.outcome]), PART_WHOLE);
    if (v->took >= 0) {
        buf_str(out, " +");
        part_time(out, v->took);
    }
}

static void add_place(const struct view *v, struct buf *out, size_t most)
{
    const struct summary *s = &v->summary;
    const struct asked *a = v->asked;
    if (a && a->type != FRAME_HELLO)
        part_place(out, a->platform, (struct span){"", 0}, a->chat, most);
    else
        part_place(out, s->platform, s->scope, s->chat, most);
}

const char *part_lead(const struct view *v, struct buf *out, size_t most)
{
    const struct summary *s = &v->summary;
    enum frame_type type = v->frame->type;
    bool result = type == FRAME_OUTBOUND_RESULT;
    add_place(v, out, most);
    size_t place = out->len;
    if (result && v->asked)
        add_word(out, v->asked->op, most);
    if (result)
        add_outcome(v, out);
    else
        add_word(out, type == FRAME_OUTBOUND ? s->kind : s->user, most + most / 2);
    bool named = type == FRAME_OUTBOUND || type == FRAME_ACTION || (result && most && most < PART_SHORT);
    if (s->kind.n && !named) {
        buf_str(out, out->len && out->p[out->len - 1] != ' ' ? " [" : "[");
        part_cut(out, s->kind, most + most / 2);
        buf_ch(out, ']');
    }
    return out->len > place ? ": " : place ? " " : "";
}
