/* SPDX-License-Identifier: MIT */
/* Message payloads cut into frames. */
#include <string.h>

#include "relay/stream.h"

/* Follows the brackets of the line that is not complete yet, each byte once: how often messages end inside it
 * must not matter. */
static void follow(struct stream *s, char c)
{
    if (s->text) {
        s->text = s->escaped || c != '"';
        s->escaped = !s->escaped && c == '\\';
        return;
    }
    s->text = c == '"';
    if (c == '{' || c == '[') {
        s->depth++;
        s->object = false;
    } else if ((c == '}' || c == ']') && s->depth) {
        s->object = --s->depth == 0 && c == '}';
    } else if (!strchr(" \t\r", c) || !c) {
        s->object = false;
    }
}

static void line_begins(struct stream *s)
{
    s->depth = 0;
    s->text = s->escaped = s->object = false;
}

void stream_feed(struct stream *s, struct span piece, bool last)
{
    size_t from = piece.n;
    while (from && piece.p[from - 1] != '\n')
        from--;
    if (from)
        line_begins(s);
    for (size_t i = from; i < piece.n; i++)
        follow(s, piece.p[i]);
    reader_feed(&s->lines, piece.p, piece.n);
    if (last && s->object) {
        reader_feed(&s->lines, "\n", 1);
        line_begins(s);
    }
}

enum reader_got stream_next(struct stream *s, struct span *line)
{
    return reader_next(&s->lines, line);
}

size_t stream_torn(const struct stream *s)
{
    return s->lines.b.len - s->lines.from;
}

void stream_free(struct stream *s)
{
    reader_free(&s->lines);
}
