/* SPDX-License-Identifier: MIT */
/* Answers that wait. */
#include <stdlib.h>

#include "stub/delay.h"

void delay_add(struct delayed *all, int64_t due, void *to, int effect, struct buf *line)
{
    struct delayed_answer *a = xcalloc(1, sizeof *a);
    *a = (struct delayed_answer){.due = due, .to = to, .effect = effect, .line = *line};
    *line = (struct buf){0};
    if (all->last)
        all->last->next = a;
    else
        all->first = a;
    all->last = a;
    all->bytes += a->line.len;
}

int64_t delay_due(const struct delayed *all)
{
    return all->first ? all->first->due : INT64_MAX;
}

void delay_drop(struct delayed *all)
{
    struct delayed_answer *a = all->first;
    all->first = a->next;
    if (!all->first)
        all->last = NULL;
    all->bytes -= a->line.len;
    buf_free(&a->line);
    free(a);
}

size_t delay_forget(struct delayed *all, const void *to)
{
    size_t n = 0;
    for (struct delayed_answer *a = all->first; a; a = a->next) {
        if (a->to != to)
            continue;
        n += a->line.len > 0;
        a->to = NULL;
    }
    return n;
}
