/* SPDX-License-Identifier: MIT */
/* The conversations. */
#include <stdlib.h>

#include "acp/talk.h"

struct talk *talk_find(struct talk *all, struct span key)
{
    struct talk *k;
    HASH_FIND(hh, all, key.p, key.n, k);
    return k;
}

struct talk *talk_of_call(struct talk *all, int64_t call)
{
    for (struct talk *k = call > 0 ? all : NULL; k; k = k->hh.next) /* 0: it waits for none */
        if (k->turn && k->call == call)
            return k;
    return NULL;
}

/* The same bytes, as an agent usually writes an id. */
static struct talk *of_same_text(struct talk *all, struct span id)
{
    for (struct talk *k = all; k; k = k->hh.next)
        if (span_same(buf_as_span(&k->id), id))
            return k;
    return NULL;
}

struct talk *talk_of_id(struct talk *all, struct span id)
{
    struct buf name = {0}, other = {0};
    struct talk *found = of_same_text(all, id);
    if (found)
        return found;
    if (json_is_string(id))
        json_decode(&name, id);
    for (struct talk *k = all; name.len && k && !found; k = k->hh.next) {
        other.len = 0;
        if (k->id.len)
            json_decode(&other, buf_as_span(&k->id));
        if (span_same(buf_as_span(&other), buf_as_span(&name)))
            found = k;
    }
    buf_free(&name);
    buf_free(&other);
    return found;
}

struct talk *talk_use(struct talk **all, struct span key)
{
    struct talk *k = talk_find(*all, key);
    if (k) {
        HASH_DEL(*all, k); /* the table is in the order of use */
    } else {
        k = xcalloc(1, sizeof *k);
        buf_span(&k->key, key);
        k->typing_at = k->stream_at = k->bound_at = INT64_MAX;
    }
    HASH_ADD_KEYPTR(hh, *all, k->key.p, k->key.len, k);
    return k;
}

struct talk *talk_surplus(struct talk **all)
{
    struct talk *k = *all;
    if (HASH_COUNT(*all) <= TALKS_MAX)
        return NULL;
    while (k && k->turn)
        k = k->hh.next;
    if (k)
        HASH_DEL(*all, k);
    return k;
}

void talk_free(struct talk *k)
{
    buf_free(&k->key);
    buf_free(&k->cwd);
    buf_free(&k->id);
    buf_free(&k->stream);
    answer_free(&k->answer);
    free(k);
}

void talks_free(struct talk **all)
{
    for (struct talk *k; (k = *all);) {
        HASH_DEL(*all, k);
        talk_free(k);
    }
}
