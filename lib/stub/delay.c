/* SPDX-License-Identifier: MIT */
/* Answers that wait. */
#include <stdlib.h>

#include "base/table.h"
#include "stub/delay.h"

/* Most are added in the order in which they are due, so the search for the place starts at the end. */
void delay_add(struct delay *all, int64_t due, void *to, int effect, struct buf *line)
{
    struct delayed *a = xcalloc(1, sizeof *a), *before = all->first ? all->first->prev : NULL;
    *a = (struct delayed){.due = due, .to = to, .effect = effect, .line = *line};
    *line = (struct buf){0};
    while (before && before->due > due)
        before = before == all->first ? NULL : before->prev;
    if (before)
        DL_APPEND_ELEM(all->first, before, a);
    else
        DL_PREPEND(all->first, a);
    all->bytes += a->line.len;
}

int64_t delay_due(const struct delay *all)
{
    return all->first ? all->first->due : INT64_MAX;
}

void delay_drop(struct delay *all)
{
    struct delayed *a = all->first;
    DL_DELETE(all->first, a);
    all->bytes -= a->line.len;
    buf_free(&a->line);
    free(a);
}

size_t delay_forget(struct delay *all, const void *to)
{
    size_t n = 0;
    for (struct delayed *a = all->first; a; a = a->next) {
        if (a->to != to)
            continue;
        n += a->line.len > 0;
        a->to = NULL;
    }
    return n;
}
