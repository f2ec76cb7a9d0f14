/* SPDX-License-Identifier: MIT */
/* Frames as a sequence diagram in the language of Mermaid. */
#include <string.h>

#include "decode/mermaid.h"
#include "decode/parts.h"

enum { LONGEST_TEXT = 60 };

/* Appends a label: what Mermaid, or the HTML that it makes, would take for its own becomes an entity. */
static void add_label(struct buf *out, const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        char c = text->p[i];
        if (strchr("#;<>&%\\{}", c))
            buf_printf(out, "#%d;", c);
        else
            buf_ch(out, c);
    }
}

static const char *arrow(const struct view *v)
{
    bool bad = v->summary.outcome == OUTCOME_FAILURE || v->summary.outcome == OUTCOME_AMBIGUOUS;
    if (v->dir == FRAME_UP)
        return bad ? "G-xC: " : "G->>C: ";
    if (v->dir == FRAME_DOWN)
        return bad ? "C-xG: " : v->asked ? "C-->>G: " : "C->>G: ";
    return "Note over G,C: ";
}

static void make_label(struct view *v)
{
    v->part.len = 0;
    buf_span(&v->part, part_type(&v->summary));
    v->text.len = 0;
    part_cut(&v->text, buf_as_span(&v->part), PART_SHORT * 2);
    v->part.len = 0;
    const char *between = part_lead(v, &v->part, PART_SHORT);
    buf_str(&v->text, v->part.len ? " " : "");
    buf_span(&v->text, buf_as_span(&v->part));
    if (v->summary.text.n) {
        buf_str(&v->text, *between ? between : " ");
        part_cut(&v->text, v->summary.text, LONGEST_TEXT);
    }
}

void mermaid_begin(struct view *v, struct buf *out)
{
    if (!v->begun)
        buf_str(out, "sequenceDiagram\n"
                     "    participant G as gateway\n"
                     "    participant C as connector");
    v->begun = true;
}

void mermaid_frame(struct view *v, struct buf *out)
{
    mermaid_begin(v, out);
    make_label(v);
    buf_printf(out, "%s    %s", out->len ? "\n" : "", arrow(v));
    if (v->us >= 0) {
        part_clock(out, v->us);
        buf_ch(out, ' ');
    }
    add_label(out, &v->text);
}
