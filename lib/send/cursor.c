/* SPDX-License-Identifier: MIT */
/* The columns of a line. */
#include "send/cursor.h"

unsigned cursor_indent(const struct cursor *c, size_t *ink)
{
    unsigned col = c->col + c->spare;
    size_t i = c->i;
    for (; i < c->end && (c->text.p[i] == ' ' || c->text.p[i] == '\t'); i++)
        col += c->text.p[i] == ' ' ? 1 : 4 - col % 4;
    *ink = i;
    return col - c->col;
}

void cursor_skip(struct cursor *c, unsigned n)
{
    while (n) {
        if (c->spare) {
            unsigned k = c->spare < n ? c->spare : n;
            c->spare -= k;
            c->col += k;
            n -= k;
        } else if (c->i < c->end && c->text.p[c->i] == '\t') {
            c->spare = 4 - c->col % 4;
            c->i++;
        } else if (c->i < c->end && c->text.p[c->i] == ' ') {
            c->i++;
            c->col++;
            n--;
        } else {
            return;
        }
    }
}

void cursor_enter(struct cursor *c, size_t n)
{
    size_t ink;
    cursor_skip(c, cursor_indent(c, &ink));
    c->i += n;
    c->col += (unsigned)n;
}
