/* SPDX-License-Identifier: MIT */
/* The bounded table of what is remembered about chats. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "relay/scope_table.h"

struct scope_chat {
    UT_hash_handle hh;
    struct scope_record *records;
    size_t count; /* records, never 0 while the chat is in the table */
    size_t n;
    char id[];
};

struct scope_chat *scope_table_use(struct scope_table *t, struct span id)
{
    struct scope_chat *c;
    unsigned hash;
    HASH_VALUE(id.p, id.n, hash);
    HASH_FIND_BYHASHVALUE(hh, t->chats, id.p, id.n, hash, c);
    if (c && c->hh.next) {
        HASH_DELETE(hh, t->chats, c);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->chats, c->id, c->n, hash, c);
    }
    return c;
}

static bool is_of(const struct scope_record *r, struct span platform)
{
    const char *have = r->value[SCOPE_PLATFORM];
    return have && platform.p ? span_eq(platform, have) : !have && !platform.p;
}

struct scope_record *scope_chat_record(const struct scope_chat *c, struct span platform)
{
    struct scope_record *r = c ? c->records : NULL;
    while (r && !is_of(r, platform))
        r = r->next;
    return r;
}

struct scope_record *scope_chat_newest(const struct scope_chat *c)
{
    return c ? c->records->prev : NULL; /* the last one */
}

/* Drops the record, and the chat with its last record. */
static void drop(struct scope_table *t, struct scope_record *r)
{
    struct scope_chat *c = r->chat;
    DL_DELETE(c->records, r);
    for (size_t i = 0; i < SCOPE_VALUES; i++)
        free(r->value[i]);
    free(r);
    t->n--;
    if (--c->count)
        return;
    HASH_DELETE(hh, t->chats, c);
    free(c);
}

static struct scope_chat *add_chat(struct scope_table *t, struct span id)
{
    struct scope_chat *c = xcalloc(1, sizeof *c + id.n);
    c->n = id.n;
    memcpy(c->id, id.p, id.n);
    HASH_ADD_KEYPTR(hh, t->chats, c->id, c->n, c);
    return c;
}

/* Drops the oldest record of the chat other than `but`. */
static void drop_oldest(struct scope_table *t, const struct scope_chat *c, const struct scope_record *but)
{
    drop(t, c->records == but ? c->records->next : c->records);
}

struct scope_record *scope_table_add(struct scope_table *t, struct scope_chat *c, struct span id,
                                     struct span platform)
{
    struct scope_record *r = xcalloc(1, sizeof *r);
    r->chat = c = c ? c : add_chat(t, id);
    if (platform.p) {
        r->value[SCOPE_PLATFORM] = xstrndup(platform.p, platform.n);
        DL_APPEND(c->records, r);
    } else {
        DL_PREPEND(c->records, r);
    }
    c->count++;
    t->n++;
    if (c->count > SCOPE_PLATFORMS)
        drop_oldest(t, c, r);
    while (t->n > t->max)
        drop_oldest(t, t->chats, r);
    return r;
}

bool scope_record_renew(struct scope_record *r)
{
    struct scope_chat *c = r->chat;
    if (!r->value[SCOPE_PLATFORM] || c->records->prev == r)
        return false;
    DL_DELETE(c->records, r);
    DL_APPEND(c->records, r);
    return true;
}

bool scope_record_set(struct scope_record *r, enum scope_value which, struct span text)
{
    if (r->value[which] && span_eq(text, r->value[which]))
        return false;
    free(r->value[which]);
    r->value[which] = xstrndup(text.p, text.n);
    return true;
}

const struct scope_record *scope_table_next(const struct scope_table *t, const struct scope_record *r)
{
    if (r && r->next)
        return r->next;
    const struct scope_chat *c = r ? r->chat->hh.next : t->chats;
    return c ? c->records : NULL;
}

struct span scope_record_chat(const struct scope_record *r)
{
    return (struct span){r->chat->id, r->chat->n};
}

void scope_table_free(struct scope_table *t)
{
    while (t->chats)
        drop(t, t->chats->records);
}
