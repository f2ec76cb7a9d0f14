/* SPDX-License-Identifier: MIT */
/* Frames as lines for reading. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "decode/view.h"

enum { LONGEST_TEXT = 200, LONGEST_PART = 64, SHORT_ID = 8, TYPE_COLUMN = 15, PLACE_COLUMN = 20 };

enum { PLAIN = 0, BOLD = 1, DIM = 2, RED = 31, GREEN = 32, YELLOW = 33, CYAN = 36 };

static void paint(const struct view *v, struct buf *out, int color)
{
    if (v->color)
        buf_printf(out, "\033[%dm", color);
}

/* Appends at most `most` characters of the text, escaped; a text that is cut ends with an ellipsis. */
static void add_cut(struct buf *out, struct span text, size_t most)
{
    size_t n = 0, at = 0, k;
    uint32_t c;
    while (at < text.n && n < most && (k = text_decode(text.p + at, text.n - at, &c))) {
        at += k;
        n++;
    }
    text_escape(out, text.p, at);
    if (at < text.n)
        buf_str(out, "…");
}

/* Appends blanks up to the column, counted in characters from offset `from` on. */
static void pad(struct buf *out, size_t from, size_t column)
{
    for (size_t n = text_chars(out->p + from, out->len - from); n < column; n++)
        buf_ch(out, ' ');
}

static void add_time(struct buf *out, int64_t us)
{
    struct tm tm;
    time_t s = (time_t)(us / 1000000);
    if (us < 0 || !localtime_r(&s, &tm))
        buf_str(out, "--:--:--.---");
    else
        buf_printf(out, "%02d:%02d:%02d.%03d", tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(us % 1000000 / 1000));
}

static const struct {
    const char *arrow, *name;
    int color;
} ways[] = {
    [FRAME_UNKNOWN] = {"·", "", PLAIN},
    [FRAME_UP] = {"→", "up", GREEN},
    [FRAME_DOWN] = {"←", "down", CYAN},
    [FRAME_LOCAL] = {"•", "link", YELLOW},
};

/* platform/scope/chat, as far as known. */
static void add_place(struct buf *out, const struct summary *s)
{
    const struct span *parts[] = {&s->platform, &s->scope, &s->chat};
    size_t from = out->len;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i]->n && out->len > from)
            buf_ch(out, '/');
        add_cut(out, *parts[i], LONGEST_PART);
    }
}

static void add_tag(struct buf *out, const char *name, struct span value)
{
    if (!value.n)
        return;
    buf_printf(out, "%s%s=", out->p[out->len - 1] == ' ' ? "" : "  ", name);
    add_cut(out, value, LONGEST_PART);
}

/* A request id cut short; the rest after its '/' distinguishes the parts of one text and stays. */
static void add_request(struct buf *out, struct span id)
{
    if (!id.n)
        return;
    const char *slash = memchr(id.p, '/', id.n);
    size_t n = slash ? (size_t)(slash - id.p) : id.n;
    add_tag(out, "req", (struct span){id.p, n > SHORT_ID && n <= VIEW_ID ? SHORT_ID : n});
    if (slash)
        add_cut(out, (struct span){slash, id.n - n}, SHORT_ID);
}

static void remember(struct view *v, struct span id, int64_t us)
{
    if (!id.n || id.n > VIEW_ID || us < 0)
        return;
    v->pending[v->next].us = us;
    v->pending[v->next].size = id.n;
    memcpy(v->pending[v->next].id, id.p, id.n);
    v->next = (v->next + 1) % VIEW_PENDING;
}

/* The microseconds since the latest request with that id, which is then forgotten; -1 if there is none. */
static int64_t latency(struct view *v, struct span id, int64_t us)
{
    for (size_t i = 1; i <= VIEW_PENDING; i++) {
        size_t at = (v->next + VIEW_PENDING - i) % VIEW_PENDING;
        if (!id.n || v->pending[at].size != id.n || memcmp(v->pending[at].id, id.p, id.n) != 0)
            continue;
        v->pending[at].size = 0;
        return us < v->pending[at].us ? -1 : us - v->pending[at].us;
    }
    return -1;
}

static void add_latency(struct buf *out, int64_t us)
{
    if (us >= 10000000)
        buf_printf(out, " +%.1fs", (double)us / 1e6);
    else if (us >= 10000)
        buf_printf(out, " +%dms", (int)(us / 1000));
    else if (us >= 0)
        buf_printf(out, " +%.1fms", (double)us / 1e3);
}

/* Who or what speaks, and about what: the part before the text. */
static void add_lead(const struct view *v, struct buf *out, const struct frame *f)
{
    const struct summary *s = &v->summary;
    size_t from = out->len;
    paint(v, out, s->outcome == OUTCOME_FAILURE ? RED : BOLD);
    size_t start = out->len;
    if (f->type == FRAME_OUTBOUND_RESULT)
        buf_str(out, s->outcome == OUTCOME_SUCCESS ? "ok" : "failed");
    else
        add_cut(out, f->type == FRAME_OUTBOUND ? s->kind : s->user, LONGEST_PART);
    if (s->kind.n && f->type != FRAME_OUTBOUND && f->type != FRAME_ACTION) {
        buf_str(out, out->len > start ? " [" : "[");
        add_cut(out, s->kind, LONGEST_PART);
        buf_ch(out, ']');
    }
    if (out->len == start)
        out->len = from;
    else if (s->text.n)
        buf_str(out, ": ");
    if (out->len > start)
        paint(v, out, PLAIN);
}

static void view_text(struct view *v, struct buf *out, const struct frame *f, enum frame_dir dir, int64_t us)
{
    const struct summary *s = &v->summary;
    bool up = f->type == FRAME_OUTBOUND, result = f->type == FRAME_OUTBOUND_RESULT;
    if (up)
        remember(v, s->request_id, us);
    paint(v, out, DIM);
    add_time(out, us);
    paint(v, out, PLAIN);
    buf_ch(out, ' ');
    paint(v, out, ways[dir].color);
    buf_printf(out, "%s ", ways[dir].arrow);
    size_t from = out->len;
    add_cut(out, s->type, LONGEST_PART);
    pad(out, from, TYPE_COLUMN);
    paint(v, out, PLAIN);
    if (s->platform.n || s->chat.n) {
        buf_str(out, "  ");
        from = out->len;
        add_place(out, s);
        pad(out, from, PLACE_COLUMN);
    }
    buf_str(out, "  ");
    add_lead(v, out, f);
    add_cut(out, s->text, LONGEST_TEXT);
    add_tag(out, "id", s->message_id);
    add_tag(out, "session", s->session_key);
    add_tag(out, "buf", s->buffer_id);
    add_request(out, s->request_id);
    if (result)
        add_latency(out, latency(v, s->request_id, us));
    while (out->len && out->p[out->len - 1] == ' ')
        out->len--;
}

/* Appends a tab and a field: on one line, without tabs, escaped so that it can be read back exactly. */
static void add_field(struct buf *out, struct span v)
{
    buf_ch(out, '\t');
    while (v.n) {
        const char *slash = memchr(v.p, '\\', v.n);
        size_t n = slash ? (size_t)(slash - v.p) : v.n;
        text_escape(out, v.p, n);
        if (slash)
            buf_str(out, "\\\\");
        n += slash != NULL;
        v = (struct span){v.p + n, v.n - n};
    }
}

static void view_tsv(struct view *v, struct buf *out, const struct frame *f, enum frame_dir dir, int64_t us)
{
    const struct summary *s = &v->summary;
    bool result = f->type == FRAME_OUTBOUND_RESULT;
    const char *success = !result ? "" : s->outcome == OUTCOME_SUCCESS ? "true" : "false";
    const struct span fields[] = {
        span_of(ways[dir].name), s->type,      s->platform,   s->chat,          s->user, s->message_id,
        s->session_key,          s->buffer_id, s->request_id, span_of(success), s->text};
    if (us >= 0)
        clock_format(out, us);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        add_field(out, fields[i]);
}

void view_frame(struct view *v, struct buf *out, const struct frame *f, enum frame_dir dir, int64_t us)
{
    summary_make(&v->summary, f);
    if (dir == FRAME_UNKNOWN)
        dir = frame_dir(f);
    if (v->format == VIEW_TSV)
        view_tsv(v, out, f, dir, us);
    else
        view_text(v, out, f, dir, us);
}

void view_free(struct view *v)
{
    summary_free(&v->summary);
}
