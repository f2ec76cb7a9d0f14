/* SPDX-License-Identifier: MIT */
/* Answers that wait. */
#include <stdlib.h>

#include "stub/delay.h"

void answers_add(struct answers *all, int64_t due, void *to, int effect, struct buf *line)
{
    struct answer *a = xcalloc(1, sizeof *a);
    *a = (struct answer){.due = due, .to = to, .effect = effect, .line = *line};
    *line = (struct buf){0};
    if (all->last)
        all->last->next = a;
    else
        all->first = a;
    all->last = a;
    all->bytes += a->line.len;
}

int64_t answers_due(const struct answers *all)
{
    return all->first ? all->first->due : INT64_MAX;
}

void answers_drop(struct answers *all)
{
    struct answer *a = all->first;
    all->first = a->next;
    if (!all->first)
        all->last = NULL;
    all->bytes -= a->line.len;
    buf_free(&a->line);
    free(a);
}

size_t answers_forget(struct answers *all, const void *to)
{
    size_t n = 0;
    for (struct answer *a = all->first; a; a = a->next) {
        if (a->to != to)
            continue;
        n += a->line.len > 0;
        a->to = NULL;
    }
    return n;
}
