/* SPDX-License-Identifier: MIT */
/* The line of a frame for people. */
#include "decode/view_text.h"
#include "base/width.h"
#include "decode/parts.h"

enum { TYPE_COLUMNS = 14, LEAST_TEXT = 10, LONGEST_TAG = 40 };

enum { PLAIN = 0, BOLD = 1, DIM = 2, RED = 31, GREEN = 32, YELLOW = 33, CYAN = 36 };

static const int outcomes[] = {[OUTCOME_NONE] = BOLD,
                               [OUTCOME_SUCCESS] = GREEN,
                               [OUTCOME_FAILURE] = RED,
                               [OUTCOME_AMBIGUOUS] = YELLOW,
                               [OUTCOME_LOST] = RED};

static const struct {
    const char *arrow;
    int color;
} ways[] = {
    [FRAME_UNKNOWN] = {"·", PLAIN},
    [FRAME_UP] = {"→", GREEN},
    [FRAME_DOWN] = {"←", CYAN},
    [FRAME_LOCAL] = {"•", YELLOW},
};

static void paint(const struct view *v, struct buf *out, int color)
{
    if (v->color)
        buf_printf(out, "\033[%dm", color);
}

/* Appends the text in a color. */
static void add_painted(const struct view *v, struct buf *out, const struct buf *text, int color)
{
    if (!text->len)
        return;
    if (color)
        paint(v, out, color);
    buf_add(out, text->p, text->len);
    if (color)
        paint(v, out, PLAIN);
}

static void add_day(struct view *v, struct buf *out)
{
    int day = view_day(v->us);
    if (!day || day == v->day)
        return;
    v->day = day;
    paint(v, out, DIM);
    part_date(out, v->us);
    paint(v, out, PLAIN);
    buf_ch(out, '\n');
}

/* Time, arrow and type, padded to where the rest begins. Returns the columns. */
static size_t add_head(struct view *v, struct buf *out)
{
    paint(v, out, DIM);
    part_clock(out, v->us);
    paint(v, out, PLAIN);
    buf_ch(out, ' ');
    paint(v, out, ways[v->dir].color);
    buf_printf(out, "%s ", ways[v->dir].arrow);
    size_t from = out->len, columns;
    part_cut(out, part_type(&v->summary), LONGEST_TAG);
    columns = text_width(out->p + from, out->len - from);
    paint(v, out, PLAIN);
    for (; columns < TYPE_COLUMNS; columns++)
        buf_ch(out, ' ');
    return sizeof "12:00:00.123 > " - 1 + columns;
}

static void add_tag(struct buf *tail, const char *name, struct span value)
{
    if (!value.n)
        return;
    buf_printf(tail, "%s%s=", tail->len ? " " : "  ", name);
    part_cut(tail, value, LONGEST_TAG);
}

/* What a line gives up, step by step, until there is room for its text. */
enum { LINE_WHOLE, LINE_BUT_SESSION, LINE_BUT_ID, LINE_SHORT, LINE_BARE };

/* What stands behind the text; what is there to be copied rather than read is given up first. */
static void make_tail(struct view *v, int level)
{
    const struct summary *s = &v->summary;
    bool asks = v->frame->type == FRAME_INTERRUPT || v->frame->type == FRAME_INTERRUPT_INBOUND;
    v->tail.len = 0;
    if (level == LINE_BARE)
        return;
    if (level < LINE_BUT_ID)
        add_tag(&v->tail, "id", s->message_id);
    if (level == LINE_WHOLE || asks)
        add_tag(&v->tail, "session", s->session_key);
    add_tag(&v->tail, "buf", s->buffer_id);
    if (s->request_id.n) {
        buf_str(&v->tail, v->tail.len ? " req=" : "  req=");
        part_request(&v->tail, s->request_id);
    }
}

static size_t columns_of(const struct buf *b)
{
    return text_width(b->p, b->len);
}

/* Makes lead, text and tail. Returns whether they have room beside the `used` columns of the head, the text
 * whole or, from LINE_BUT_ID on, enough of it. */
static bool make_line(struct view *v, size_t used, int level)
{
    size_t most = !v->width ? PART_WHOLE : level < LINE_SHORT ? PART_SHORT : PART_SHORT / 2;
    v->part.len = v->text.len = 0;
    const char *between = part_lead(v, &v->part, most);
    part_cut(&v->text, v->summary.text, (size_t)v->width);
    buf_str(&v->part, v->text.len ? between : "");
    make_tail(v, level);
    if (!v->part.len && !v->text.len)
        buf_drop(&v->tail, 2);
    size_t text = columns_of(&v->text), least = level < LINE_BUT_ID || text < LEAST_TEXT ? text : LEAST_TEXT;
    return !v->width || used + columns_of(&v->part) + least + columns_of(&v->tail) <= (size_t)v->width;
}

/* Cuts the text to the room that is left and, if there is none, the lead. */
static void fit(struct view *v, size_t used)
{
    size_t width = (size_t)v->width, others = used + columns_of(&v->tail), columns;
    size_t room = width > others + LEAST_TEXT ? width - others - LEAST_TEXT : LEAST_TEXT;
    if (!width || others + columns_of(&v->part) + columns_of(&v->text) <= width)
        return;
    if (v->text.len && columns_of(&v->part) > room) {
        v->part.len = text_fit(v->part.p, v->part.len, room - 1, &columns);
        buf_str(&v->part, "…");
    }
    others += columns_of(&v->part);
    v->text.len = 0;
    part_cut(&v->text, v->summary.text, width > others + LEAST_TEXT ? width - others : LEAST_TEXT);
}

void view_text(struct view *v, struct buf *out)
{
    add_day(v, out);
    size_t used = add_head(v, out);
    for (int level = LINE_WHOLE; !make_line(v, used, level) && level < LINE_BARE;)
        level++;
    fit(v, used);
    add_painted(v, out, &v->part, outcomes[v->summary.outcome]);
    add_painted(v, out, &v->text, v->summary.outcome == OUTCOME_LOST ? RED : PLAIN);
    add_painted(v, out, &v->tail, DIM);
    while (out->len && out->p[out->len - 1] == ' ')
        out->len--;
}
