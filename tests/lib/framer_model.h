/* SPDX-License-Identifier: MIT */
/* The framer again, one byte at a time: for its check program and its fuzzer. */
#ifndef RELAY_FRAMER_MODEL_H
#define RELAY_FRAMER_MODEL_H

#include <stdbool.h>

#include "relay/stream.h"

enum { MOST = 24 }; /* longest line */

/* What the model knows of the present line; out holds the lines so far, "LONG" for one over the maximum. */
struct model {
    struct buf line, out;
    unsigned depth;
    bool in_string, escaped, object;
};

static inline void model_end(struct model *m)
{
    if (m->line.len > MOST)
        buf_str(&m->out, "LONG");
    else
        buf_span(&m->out, buf_as_span(&m->line));
    buf_ch(&m->out, '\n');
    m->line.len = m->depth = 0;
    m->in_string = m->escaped = m->object = false;
}

static inline void model_byte(struct model *m, char c)
{
    if (c == '\n') {
        model_end(m);
        return;
    }
    buf_ch(&m->line, c);
    if (m->escaped || (m->in_string && c == '\\'))
        m->escaped = !m->escaped;
    else if (c == '"')
        m->in_string = !m->in_string;
    else if (!m->in_string && (c == '{' || c == '['))
        m->depth++;
    else if (!m->in_string && m->depth && (c == '}' || c == ']'))
        m->object = --m->depth == 0 && c == '}';
}

static inline void model_message_ends(struct model *m)
{
    if (m->object && !m->depth && !m->in_string)
        model_end(m);
}

static inline void take(struct stream *s, struct buf *out)
{
    struct span line;
    enum reader_got got;
    while ((got = stream_next(s, &line)) != READER_MORE) {
        buf_span(out, got == READER_LONG ? span_of("LONG") : line);
        buf_ch(out, '\n');
    }
}

#endif
