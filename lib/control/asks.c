/* SPDX-License-Identifier: MIT */
/* Who asked for which action. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/table.h"
#include "control/asks.h"
#include "relay/action.h"
#include "json/json.h"

enum { ID_LENGTH = 32 }; /* hex digits of a unique requestId */

struct ask_key {
    UT_hash_handle hh;
    struct ask ask;
    char id[ID_LENGTH];
};

static void add_id(struct buf *out, const struct ask *k)
{
    buf_printf(out, "\"%.*s\"", ID_LENGTH, k->key->id);
}

struct ask *asks_add(struct asks *a, struct ask **list, void *who, struct span own, struct buf *id)
{
    struct ask_key *key = xcalloc(1, sizeof *key);
    struct buf hex = {0};
    random_hex(&hex, ID_LENGTH / 2);
    memcpy(key->id, hex.p, ID_LENGTH);
    buf_free(&hex);
    key->ask.key = key;
    key->ask.who = who;
    buf_span(&key->ask.own, own);
    HASH_ADD(hh, a->table, id, ID_LENGTH, key);
    DL_PREPEND(*list, &key->ask);
    a->n++;
    add_id(id, &key->ask);
    return &key->ask;
}

struct ask *asks_own(struct ask *list, struct span own, struct buf *id)
{
    for (struct ask *k = list; k; k = k->next)
        if (own.n && span_same(buf_as_span(&k->own), own)) {
            add_id(id, k);
            return k;
        }
    return NULL;
}

/* Whether the text after the ID is that of a part: "" or /N. */
static bool is_part(struct span rest)
{
    size_t i = 1;
    while (i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9')
        i++;
    return !rest.n || (rest.p[0] == '/' && rest.n > 1 && rest.n < 12 && i == rest.n);
}

void ask_keep_end(struct ask *k, const struct frame *action, struct span id)
{
    struct json_edit edits[] = {
        {"requestId", id}, {"content", span_of("\"\"")}, {"more", {NULL, 0}}, {"cut", span_of("true")}};
    k->end.len = 0;
    if (op_is_stream(action->name) && json_is_true(frame_get(action, "more")))
        json_edit_members(&k->end, action->line, &action->top, edits, sizeof edits / sizeof *edits);
}

struct ask *asks_find(const struct asks *a, struct span id, struct buf *own)
{
    struct ask_key *key;
    if (!json_is_string(id) || id.n < ID_LENGTH + 2)
        return NULL;
    struct span rest = {id.p + 1 + ID_LENGTH, id.n - 2 - ID_LENGTH};
    HASH_FIND(hh, a->table, id.p + 1, ID_LENGTH, key);
    if (!key || !is_part(rest))
        return NULL;
    if (key->ask.own.len)
        buf_add(own, key->ask.own.p, key->ask.own.len - 1); /* without the quote at its end */
    else
        buf_add(own, id.p, 1 + ID_LENGTH);
    buf_span(own, rest);
    buf_ch(own, '"');
    return &key->ask;
}

static void ask_free(struct asks *a, struct ask *k)
{
    HASH_DEL(a->table, k->key);
    a->n--;
    buf_free(&k->own);
    buf_free(&k->end);
    free(k->key);
}

void asks_close(struct asks *a, struct ask **list, struct ask *k)
{
    if (k->who)
        DL_DELETE(*list, k);
    else
        DL_DELETE(a->nobody, k);
    ask_free(a, k);
}

void asks_leave(struct asks *a, struct ask **list)
{
    for (struct ask *k = *list; k; k = *list) {
        DL_DELETE(*list, k);
        k->who = NULL;
        DL_PREPEND(a->nobody, k);
    }
}

void asks_free(struct asks *a)
{
    struct ask_key *key, *next;
    HASH_ITER (hh, a->table, key, next)
        ask_free(a, &key->ask);
    a->nobody = NULL;
}
