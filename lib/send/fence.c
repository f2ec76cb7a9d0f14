/* SPDX-License-Identifier: MIT */
/* Code fences of Markdown. */
#include <string.h>

#include "send/fence.h"

/* Where the run of ` or ~ begins and ends that the line starts with; false: it has none of three or more. */
static bool find_run(struct span line, size_t *from, size_t *to)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    *from = i;
    while (i < line.n && (line.p[i] == '`' || line.p[i] == '~') && line.p[i] == line.p[*from])
        i++;
    *to = i;
    return *to - *from >= 3;
}

bool fence_opens(struct fence *f, struct span line)
{
    size_t from, to;
    if (!find_run(line, &from, &to))
        return false;
    if (line.p[from] == '`' && memchr(line.p + to, '`', line.n - to))
        return false;
    *f = (struct fence){line, {line.p, to}, to - from};
    return true;
}

bool fence_closes(const struct fence *f, struct span line)
{
    size_t from, to;
    if (!find_run(line, &from, &to) || to - from < f->run || line.p[from] != f->mark.p[f->mark.n - 1])
        return false;
    while (to < line.n && strchr(" \t\r", line.p[to]) && line.p[to])
        to++;
    return to == line.n;
}
