/* SPDX-License-Identifier: MIT */
/* The queue of frames that were not handed to a connection yet. */
#include <stdlib.h>
#include <string.h>

#include "dial/lines.h"

/* Once the part that has left the queue is larger than the rest, the rest is moved to the front: so each byte
 * is moved once at most. */
static void make_room(struct lines *l)
{
    if (l->from == l->n)
        l->from = l->n = l->off = l->text.len = 0;
    if (l->off > l->text.len / 2) {
        buf_drop(&l->text, l->off);
        l->off = 0;
    }
    if (l->from > l->n / 2) {
        l->n -= l->from;
        memmove(l->q, l->q + l->from, l->n * sizeof *l->q);
        l->from = 0;
    }
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 64;
        l->q = xrealloc(l->q, l->cap * sizeof *l->q);
    }
}

uint64_t lines_add(struct lines *l, enum frame_type type, struct span text)
{
    make_room(l);
    l->q[l->n++] = (struct line){++l->last, type, text.n};
    buf_span(&l->text, text);
    return l->last;
}

void lines_cancel(struct lines *l, uint64_t number)
{
    if (l->from < l->n && number >= l->q[l->from].number && number <= l->last)
        l->q[l->from + (size_t)(number - l->q[l->from].number)].type = FRAME_LINK;
}

bool lines_next(struct lines *l, struct line *line, struct span *text)
{
    while (l->from < l->n) {
        *line = l->q[l->from++];
        *text = (struct span){l->text.p + l->off, line->n};
        l->off += line->n;
        if (line->type != FRAME_LINK)
            return true;
    }
    return false;
}

size_t lines_pending(const struct lines *l)
{
    return l->text.len - l->off;
}

void lines_free(struct lines *l)
{
    free(l->q);
    buf_free(&l->text);
}
