/* SPDX-License-Identifier: MIT */
/* The list of a text's constructs, and code shared by both grammars. */
#include <stdlib.h>
#include <string.h>

#include "send/marks.h"

enum { ADDRESS_MAX = 512 }; /* longest address of a link that is recognised, bytes */

void marks_add(struct marks *m, const struct mark *mark)
{
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 64;
        m->v = xrealloc(m->v, m->cap * sizeof *m->v);
    }
    m->v[m->n++] = *mark;
}

static int compare(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to > y->to ? -1 : x->to < y->to;
}

void marks_sort(struct marks *m, size_t from)
{
    if (m->n > from + 1)
        qsort(m->v + from, m->n - from, sizeof *m->v, compare);
}

void marks_free(struct marks *m)
{
    free(m->v);
    *m = (struct marks){0};
}

size_t ticks_end(struct span text, size_t i, size_t to)
{
    while (i < to && text.p[i] == '`')
        i++;
    return i;
}

size_t ticks_find(struct ticks *t, struct span text, size_t i, size_t to, size_t n)
{
    if (n >= TICKS_MAX || (t->none[n] && i >= t->none[n]))
        return SIZE_MAX;
    for (size_t at = i, end; at < to; at = end) {
        const char *tick = memchr(text.p + at, '`', to - at);
        if (!tick)
            break;
        at = (size_t)(tick - text.p);
        end = ticks_end(text, at, to);
        if (end - at == n)
            return at;
    }
    t->none[n] = i ? i : 1;
    return SIZE_MAX;
}

size_t link_end(struct span text, size_t i, size_t to)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t k = i; k < to && k - i < ADDRESS_MAX; k++) {
        char c = text.p[k];
        if (c == '\n' || ((c == ' ' || c == '\t') && !quoted && k + 1 < to && !strchr("\"'(", text.p[k + 1])))
            return i;
        quoted ^= c == '"';
        if (c == '\\')
            k++;
        else if (c == '(' && !quoted)
            depth++;
        else if (c == ')' && !quoted && --depth == 0)
            return k + 1;
    }
    return i;
}
