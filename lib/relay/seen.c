/* SPDX-License-Identifier: MIT */
/* Deduplication: deliveries being worked on, and handled ones. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "relay/seen.h"

struct seen_key {
    UT_hash_handle hh;
    void *owner;
    size_t n;
    char bytes[];
};

static struct seen_key *find(struct seen_key *table, const struct buf *key)
{
    struct seen_key *k;
    HASH_FIND(hh, table, key->p, key->len, k);
    return k;
}

static struct seen_key *make(const struct buf *key, void *owner)
{
    struct seen_key *k = xcalloc(1, sizeof *k + key->len);
    k->owner = owner;
    k->n = key->len;
    memcpy(k->bytes, key->p, key->len);
    return k;
}

static void drop_open(struct seen *s, struct seen_key *k)
{
    HASH_DEL(s->open, k);
    free(k);
}

static void drop_done(struct seen *s, struct seen_key *k)
{
    HASH_DEL(s->done, k);
    s->bytes -= k->n;
    free(k);
}

enum seen_state seen_find(const struct seen *s, const struct buf *key, void **owner)
{
    if (!key->len)
        return SEEN_NEVER;
    struct seen_key *k = find(s->open, key);
    if (!k)
        return find(s->done, key) ? SEEN_DONE : SEEN_NEVER;
    *owner = k->owner;
    return SEEN_OPEN;
}

void seen_open(struct seen *s, const struct buf *key, void *owner)
{
    if (!key->len)
        return;
    struct seen_key *k = find(s->open, key);
    if (k) {
        k->owner = owner;
        return;
    }
    k = make(key, owner);
    HASH_ADD_KEYPTR(hh, s->open, k->bytes, k->n, k);
}

void seen_done(struct seen *s, const struct buf *key)
{
    if (!key->len)
        return;
    struct seen_key *k = find(s->open, key);
    if (k)
        drop_open(s, k);
    if ((k = find(s->done, key)))
        drop_done(s, k);
    k = make(key, NULL);
    HASH_ADD_KEYPTR(hh, s->done, k->bytes, k->n, k);
    s->bytes += k->n;
    /* the table keeps the order of insertion: the first one is the oldest */
    while (HASH_COUNT(s->done) > SEEN_MAX || (s->bytes > SEEN_BYTES && HASH_COUNT(s->done) > 1))
        drop_done(s, s->done);
}

void seen_drop(struct seen *s, const struct buf *key, const void *owner)
{
    struct seen_key *k = key->len ? find(s->open, key) : NULL;
    if (k && k->owner == owner)
        drop_open(s, k);
}

void seen_free(struct seen *s)
{
    while (s->open)
        drop_open(s, s->open);
    while (s->done)
        drop_done(s, s->done);
}
