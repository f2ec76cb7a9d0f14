/* SPDX-License-Identifier: MIT */
/* The requestIds that were emitted. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "queue/handed.h"
#include "relay/result.h"

struct handed_id {
    UT_hash_handle hh;
    struct handed_id *prev, *next; /* of those that are over */
    void *owner;
    enum handed_state state;
    char id[];
};

struct handed_id *handed_find(const struct handed *a, struct span id)
{
    struct handed_id *q;
    HASH_FIND(hh, a->table, id.p ? id.p : "", id.n, q);
    return q;
}

struct handed_id *handed_find_result(const struct handed *a, struct span id)
{
    struct handed_id *q = handed_find(a, id);
    return q ? q : handed_find(a, result_whole_id(id));
}

struct handed_id *handed_open(struct handed *a, struct span id, void *owner)
{
    struct handed_id *q = xcalloc(1, sizeof *q + id.n + 1);
    memcpy(q->id, id.p ? id.p : "", id.n);
    q->owner = owner;
    HASH_ADD_KEYPTR(hh, a->table, q->id, id.n, q);
    return q;
}

enum handed_state handed_state(const struct handed_id *q)
{
    return q->state;
}

void *handed_owner(const struct handed_id *q)
{
    return q->owner;
}

void handed_drop(struct handed *a, struct handed_id *q)
{
    if (q->state != HANDED_OPEN) {
        DL_DELETE(a->over, q);
        a->n_over--;
    }
    HASH_DEL(a->table, q);
    free(q);
}

void handed_close(struct handed *a, struct handed_id *q, enum handed_state state)
{
    q->owner = NULL;
    q->state = state;
    DL_APPEND(a->over, q);
    if (++a->n_over > HANDED_MAX)
        handed_drop(a, a->over);
}

void handed_free(struct handed *a)
{
    struct handed_id *q, *next;
    HASH_ITER (hh, a->table, q, next)
        handed_drop(a, q);
}
