/* SPDX-License-Identifier: MIT */
/* Message payloads cut into frames. */
#include <string.h>

#include "relay/stream.h"

static void begin_line(struct stream *s, size_t at)
{
    s->followed = at;
    s->depth = 0;
    s->in_string = s->escaped = s->object = false;
}

static void follow_byte(struct stream *s, char c)
{
    if (s->escaped) {
        s->escaped = false;
    } else if (s->in_string) {
        s->escaped = c == '\\';
        s->in_string = c != '"';
    } else if (c == '"') {
        s->in_string = true;
    } else if (c == '{' || c == '[') {
        s->depth++;
    } else if ((c == '}' || c == ']') && s->depth) {
        s->object = --s->depth == 0 && c == '}';
    }
}

/* Follows the current line to the end of what has come. Each byte is looked at once, however many messages a
 * line takes. A line that ends with its message is not looked at. */
static void follow(struct stream *s)
{
    const char *p = s->lines.b.p;
    size_t end = s->lines.b.len, line = end;
    if (s->followed < s->lines.from)
        begin_line(s, s->lines.from);
    while (line > s->followed && p[line - 1] != '\n')
        line--;
    if (line > s->followed)
        begin_line(s, line);
    for (; s->followed < end; s->followed++)
        follow_byte(s, p[s->followed]);
}

char *stream_room(struct stream *s, size_t n)
{
    size_t from = s->lines.from;
    char *room = reader_room(&s->lines, n);
    if (s->followed < from)
        begin_line(s, from);
    s->followed -= from;
    return room;
}

void stream_took(struct stream *s, size_t n, bool last)
{
    struct buf *b = &s->lines.b;
    b->len += n;
    if (!last || (b->len > s->lines.from && b->p[b->len - 1] == '\n'))
        return;
    follow(s);
    if (s->object && !s->depth && !s->in_string)
        buf_ch(b, '\n');
}

void stream_feed(struct stream *s, struct span piece, bool last)
{
    if (piece.n)
        memcpy(stream_room(s, piece.n), piece.p, piece.n);
    stream_took(s, piece.n, last);
}

enum reader_got stream_next(struct stream *s, struct span *line)
{
    /* Follow what is about to be skipped first: afterwards its beginning is no longer known. */
    if (s->lines.skipping || s->lines.b.len - s->lines.from > s->lines.max)
        follow(s);
    return reader_next(&s->lines, line);
}

size_t stream_torn(const struct stream *s)
{
    return s->lines.skipping ? 0 : s->lines.b.len - s->lines.from;
}

void stream_reset(struct stream *s)
{
    s->lines = (struct reader){.fd = -1, .max = s->lines.max, .b = s->lines.b};
    s->lines.b.len = 0;
    begin_line(s, 0);
}

void stream_free(struct stream *s)
{
    reader_free(&s->lines);
}
