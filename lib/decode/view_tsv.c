/* SPDX-License-Identifier: MIT */
/* The columns of a frame. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "decode/view_tsv.h"

static const char *const ways[] = {
    [FRAME_UNKNOWN] = "", [FRAME_UP] = "up", [FRAME_DOWN] = "down", [FRAME_LOCAL] = "link"};

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

/* The op of an action, or of the one that a result answers. */
static struct span op_of(const struct view *v)
{
    enum frame_type type = v->frame->type;
    if (type == FRAME_OUTBOUND || type == FRAME_ACTION)
        return type == FRAME_ACTION ? v->summary.type : v->summary.kind;
    return type == FRAME_OUTBOUND_RESULT && v->asked ? v->asked->op : (struct span){"", 0};
}

void view_tsv(const struct view *v, struct buf *out)
{
    const struct summary *s = &v->summary;
    bool result = v->frame->type == FRAME_OUTBOUND_RESULT;
    const char *success = !result ? "" : s->outcome == OUTCOME_SUCCESS ? "true" : "false";
    const struct span fields[] = {
        span_of(ways[v->dir]), s->type,      s->platform,   s->chat,          s->user, s->message_id,
        s->session_key,        s->buffer_id, s->request_id, span_of(success), s->text, op_of(v)};
    if (v->us >= 0)
        clock_format(out, v->us);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        add_field(out, fields[i]);
}
