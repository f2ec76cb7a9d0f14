/* SPDX-License-Identifier: MIT */
/* Which messages. */
#include <stdlib.h>

#include "base/diag.h"
#include "inbox/pick.h"

enum { PAGE = 256 };

void ids_add(struct ids *list, int64_t id)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : PAGE;
        list->id = xrealloc(list->id, list->cap * sizeof *list->id);
    }
    list->id[list->n++] = id;
}

void ids_free(struct ids *list)
{
    free(list->id);
    *list = (struct ids){0};
}

static bool collect(void *ctx, const struct store_turn *t)
{
    ids_add(ctx, t->id);
    return true;
}

/* All pages of one query. */
static bool walk_query(struct pick *p, struct store *s, struct store_query q,
                       bool (*act)(void *ctx, const struct ids *page), void *ctx)
{
    struct ids page = {0};
    bool good;
    q.limit = PAGE;
    do {
        page.n = 0;
        good = store_find(s, &q, collect, &page);
        if (good && page.n) {
            p->matched += page.n;
            q.after = page.id[page.n - 1];
            good = act(ctx, &page);
        }
    } while (good && page.n == PAGE);
    ids_free(&page);
    return good;
}

bool pick_walk(struct pick *p, struct store *s, bool (*act)(void *ctx, const struct ids *page), void *ctx)
{
    bool good = true;
    if (!p->given.n)
        return walk_query(p, s, p->query, act, ctx);
    for (size_t i = 0; good && i < p->given.n; i++) {
        struct store_query q = p->query;
        size_t before = p->matched;
        q.id = p->given.id[i];
        good = walk_query(p, s, q, act, ctx);
        if (good && p->matched == before)
            warn("find message %jd: not there, or not among those asked for", (intmax_t)q.id);
    }
    return good;
}
