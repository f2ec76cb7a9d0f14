/* SPDX-License-Identifier: MIT */
/* The beginnings of lines. */
#include <string.h>

#include "send/starts.h"

static bool in_set(char c, const char *set)
{
    return c && strchr(set, c);
}

bool span_blank(const struct cursor *c, size_t from)
{
    while (from < c->end && in_set(c->text.p[from], " \t\r"))
        from++;
    return from == c->end;
}

size_t start_fence(const struct cursor *c, size_t ink, size_t *to)
{
    size_t i = ink;
    while (i < c->end && in_set(c->text.p[i], "`~") && c->text.p[i] == c->text.p[ink])
        i++;
    *to = i;
    return i - ink >= 3 ? i - ink : 0;
}

bool start_heading(const struct cursor *c, size_t ink)
{
    size_t i = ink;
    while (i < c->end && c->text.p[i] == '#')
        i++;
    return i > ink && i - ink <= 6 && (i == c->end || in_set(c->text.p[i], " \t\r"));
}

bool start_rule(const struct cursor *c, size_t ink)
{
    size_t n = 0;
    if (ink == c->end || !in_set(c->text.p[ink], "*-_"))
        return false;
    for (size_t i = ink; i < c->end; i++) {
        n += c->text.p[i] == c->text.p[ink];
        if (c->text.p[i] != c->text.p[ink] && !in_set(c->text.p[i], " \t\r"))
            return false;
    }
    return n >= 3;
}

bool start_underline(const struct cursor *c, size_t ink)
{
    size_t i = ink;
    while (i < c->end && in_set(c->text.p[i], "=-") && c->text.p[i] == c->text.p[ink])
        i++;
    return i > ink && span_blank(c, i);
}

/* The end of a list item's marker; ink: there is none. */
static size_t marker_end(const struct cursor *c, size_t ink, bool *one)
{
    size_t i = ink;
    if (ink == c->end)
        return ink;
    *one = true;
    if (in_set(c->text.p[i], "-+*"))
        return i + 1;
    while (i < c->end && i - ink < 9 && c->text.p[i] >= '0' && c->text.p[i] <= '9')
        i++;
    *one = i == ink + 1 && c->text.p[ink] == '1';
    return i > ink && i < c->end && in_set(c->text.p[i], ".)") ? i + 1 : ink;
}

bool start_item(struct cursor *c, size_t ink, bool within, unsigned *width)
{
    bool one;
    size_t end = marker_end(c, ink, &one), text;
    if (end == ink || (end < c->end && !in_set(c->text.p[end], " \t\r")))
        return false;
    bool blank = span_blank(c, end);
    if (within && (blank || !one))
        return false;
    unsigned from = c->col;
    cursor_enter(c, end - ink);
    unsigned gap = cursor_indent(c, &text);
    cursor_skip(c, blank || gap > 4 ? 1 : gap);
    *width = c->col - from;
    if (blank && gap == 0)
        ++*width;
    return true;
}

/* The number of a row's cells. */
static size_t cells(struct span row)
{
    size_t n = 1;
    while (row.n && in_set(row.p[row.n - 1], " \t\r"))
        row.n--;
    if (row.n && row.p[0] == '|') {
        row.p++;
        row.n--;
    }
    if (row.n && row.p[row.n - 1] == '|' && !(row.n > 1 && row.p[row.n - 2] == '\\'))
        row.n--;
    for (size_t i = 0; i < row.n; i++) {
        n += row.p[i] == '|';
        i += row.p[i] == '\\';
    }
    return n;
}

bool start_table(struct span above, struct span line)
{
    bool bar = false, dash = false;
    if (!line.n || !in_set(line.p[0], "|-:"))
        return false;
    for (size_t i = 0; i < line.n; i++) {
        if (!in_set(line.p[i], "|-: \t\r"))
            return false;
        bar |= line.p[i] == '|';
        dash |= line.p[i] == '-';
    }
    return bar && dash && memchr(above.p, '|', above.n) && cells(above) == cells(line);
}
