/* SPDX-License-Identifier: MIT */
/* Frames for reading. */
#include "decode/view.h"
#include "base/clock.h"
#include "decode/mermaid.h"
#include "decode/view_text.h"
#include "decode/view_tsv.h"

void view_read(struct view *v, const struct frame *f, struct span line, enum frame_dir dir, int64_t us)
{
    summary_make(&v->summary, f);
    v->frame = f;
    v->line = line;
    v->dir = dir == FRAME_UNKNOWN ? frame_dir(f) : dir;
    v->us = us;
    v->asked = asked_take(&v->table, f, &v->summary, us);
    v->took = v->asked && v->asked->us >= 0 && us >= v->asked->us ? us - v->asked->us : -1;
}

/* What was on the wire: neither what relay-dial says to the ring, nor a result that it makes itself. */
static void view_har(struct view *v, struct buf *out)
{
    int64_t us = v->us < 0 ? clock_wall_us() : v->us;
    bool wire = v->dir == FRAME_UP || v->dir == FRAME_DOWN;
    if (v->frame->type == FRAME_LINK)
        har_link(&v->har, out, v->frame, us);
    else if (wire && !json_is_true(frame_get(v->frame, "synthetic")))
        har_frame(&v->har, out, v->line, v->dir == FRAME_UP, us);
}

void view_write(struct view *v, struct buf *out)
{
    switch (v->format) {
    case VIEW_TEXT:
        view_text(v, out);
        break;
    case VIEW_TSV:
        view_tsv(v, out);
        break;
    case VIEW_SUMMARY:
        tally_frame(&v->tally, v->frame, &v->summary, v->dir, v->us, v->asked, v->took);
        break;
    case VIEW_HAR:
        view_har(v, out);
        break;
    case VIEW_MERMAID:
        mermaid_frame(v, out);
        break;
    }
}

void view_end(struct view *v, struct buf *out)
{
    if (v->format == VIEW_SUMMARY)
        tally_print(&v->tally, out, &v->table);
    else if (v->format == VIEW_HAR)
        har_end(&v->har, out);
    else if (v->format == VIEW_MERMAID)
        mermaid_begin(v, out);
}

void view_free(struct view *v)
{
    summary_free(&v->summary);
    asked_free(&v->table);
    tally_free(&v->tally);
    har_free(&v->har);
    buf_free(&v->part);
    buf_free(&v->text);
    buf_free(&v->tail);
}
