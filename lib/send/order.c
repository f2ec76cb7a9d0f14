/* SPDX-License-Identifier: MIT */
/* The order in which frames leave for a chat. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "send/order.h"

enum state { UNDER_WAY, WAITING, LATER };

struct item {
    enum state state;
    uint64_t number, text; /* the frame's number; that of the first frame of its text */
    bool more, queued;
    int tries;  /* that it was sent again */
    int64_t at; /* LATER: the moment it may leave */
    struct chat *chat;
    struct item *prev, *next;   /* in the chat's queue */
    struct item *before, *then; /* in the list of those that leave later */
    size_t n;                   /* length of the line, which follows the id */
    UT_hash_handle hh;          /* by the id */
    char id[];
};

struct chat {
    struct item *queue;
    size_t items; /* queued or under way */
    bool stirred; /* it is in the list of chats whose queue may have a frame that may leave */
    struct chat *prev, *next;
    UT_hash_handle hh; /* by the name */
    char name[];
};

struct order {
    struct item *items, *later;
    struct chat *chats, *stirred;
    uint64_t number, text;
    size_t waiting, bytes;
    bool released;
};

struct order *order_new(void)
{
    return xcalloc(1, sizeof(struct order));
}

static size_t size_of(const struct item *i)
{
    return sizeof *i + i->hh.keylen + i->n;
}

static void stir(struct order *o, struct chat *c)
{
    if (c->stirred)
        return;
    c->stirred = true;
    DL_APPEND(o->stirred, c);
}

static void settle_down(struct order *o, struct chat *c)
{
    if (c->stirred)
        DL_DELETE(o->stirred, c);
    c->stirred = false;
}

static struct chat *chat_of(struct order *o, struct span name)
{
    struct chat *c;
    HASH_FIND(hh, o->chats, name.p, name.n, c);
    if (c)
        return c;
    c = xcalloc(1, sizeof *c + name.n);
    memcpy(c->name, name.p, name.n);
    HASH_ADD_KEYPTR(hh, o->chats, c->name, name.n, c);
    return c;
}

static void set_state(struct order *o, struct item *i, enum state state)
{
    o->waiting += (state != UNDER_WAY) - (size_t)(i->state != UNDER_WAY);
    if (i->state == LATER)
        DL_DELETE2(o->later, i, before, then);
    if (state == LATER)
        DL_APPEND2(o->later, i, before, then);
    i->state = state;
}

/* Most go to the end; a frame that is sent again goes before those that came after it. */
static void enqueue(struct item *i)
{
    struct item *at = i->chat->queue;
    if (at && at->prev->number < i->number)
        at = NULL;
    while (at && at->number < i->number)
        at = at->next;
    if (at)
        DL_PREPEND_ELEM(i->chat->queue, at, i);
    else
        DL_APPEND(i->chat->queue, i);
    i->queued = true;
}

static void dequeue(struct item *i)
{
    if (i->queued)
        DL_DELETE(i->chat->queue, i);
    i->queued = false;
}

/* Drops one reference to the chat, of an item or of another holder. */
static void let_chat_go(struct order *o, struct chat *c)
{
    if (--c->items)
        return;
    settle_down(o, c);
    HASH_DEL(o->chats, c);
    free(c);
}

static void drop(struct order *o, struct item *i)
{
    set_state(o, i, UNDER_WAY);
    dequeue(i);
    HASH_DEL(o->items, i);
    o->bytes -= size_of(i);
    let_chat_go(o, i->chat);
    free(i);
}

void order_free(struct order *o)
{
    struct item *i, *next;
    HASH_ITER (hh, o->items, i, next)
        drop(o, i);
    free(o);
}

static struct item *item_new(struct order *o, const struct order_frame *f)
{
    struct item *i = xcalloc(1, sizeof *i + f->id.n + f->line.n);
    memcpy(i->id, f->id.p, f->id.n);
    memcpy(i->id + f->id.n, f->line.p, f->line.n);
    i->n = f->line.n;
    i->number = o->number;
    i->text = o->text;
    i->more = f->more;
    i->chat = chat_of(o, f->chat);
    i->chat->items++;
    HASH_ADD_KEYPTR(hh, o->items, i->id, f->id.n, i);
    o->bytes += size_of(i);
    return i;
}

bool order_add(struct order *o, const struct order_frame *f)
{
    struct item *known;
    o->number++;
    if (!f->part)
        o->text = o->number;
    HASH_FIND(hh, o->items, f->id.p, f->id.n, known);
    if (o->released || !f->chat.n || known || o->bytes + f->line.n > ORDER_BYTES)
        return true;
    struct item *i = item_new(o, f);
    bool free_way = !i->chat->queue;
    if (i->more || !free_way)
        enqueue(i);
    if (!free_way)
        set_state(o, i, WAITING);
    return free_way;
}

/* Whether the frames behind a frame under way wait for its result. */
static bool is_waited_for(const struct item *i)
{
    return i->more || i->tries;
}

/* The frame leaves: it stays at the head of its queue if others wait for it. */
static void let_go(struct order *o, struct item *i)
{
    if (i->state == LATER)
        i->tries++;
    set_state(o, i, UNDER_WAY);
    if (!is_waited_for(i) || o->released)
        dequeue(i);
}

static struct item *head_that_may_leave(const struct order *o, const struct chat *c, int64_t now)
{
    struct item *i = c->queue;
    while (i && i->state == UNDER_WAY && o->released)
        i = i->next;
    if (!i || i->state == UNDER_WAY || (i->state == LATER && i->at > now && !o->released))
        return NULL;
    return i;
}

static void wake_later(struct order *o, int64_t now)
{
    struct item *i;
    DL_FOREACH2(o->later, i, then)
    if (i->at <= now)
        stir(o, i->chat);
}

bool order_next(struct order *o, int64_t now, struct order_frame *f)
{
    wake_later(o, now);
    while (o->stirred) {
        struct item *i = head_that_may_leave(o, o->stirred, now);
        if (i) {
            let_go(o, i);
            *f = (struct order_frame){
                .line = {i->id + i->hh.keylen, i->n}, .id = {i->id, i->hh.keylen}, .more = i->more};
            return true;
        }
        settle_down(o, o->stirred);
    }
    return false;
}

/* Drops the parts of the text that still wait. */
static size_t drop_rest(struct order *o, struct chat *c, uint64_t text)
{
    struct item *i, *next;
    size_t dropped = 0;
    DL_FOREACH_SAFE (c->queue, i, next)
        if (i->text == text && i->state == WAITING) {
            dropped++;
            drop(o, i);
        }
    return dropped;
}

static bool may_repeat(const struct item *i, int64_t after)
{
    return i && i->state == UNDER_WAY && i->tries < ORDER_TRIES && after >= 0;
}

static struct item *find(struct order *o, struct span id)
{
    struct item *i;
    HASH_FIND(hh, o->items, id.p, id.n, i);
    return i;
}

bool order_repeats(struct order *o, struct span id, int64_t after)
{
    return !o->released && may_repeat(find(o, id), after);
}

size_t order_settle(struct order *o, struct span id, enum order_result r, int64_t after, int64_t now)
{
    struct item *i = find(o, id);
    if (!i || i->state != UNDER_WAY)
        return 0;
    stir(o, i->chat);
    if (r == ORDER_LATER && order_repeats(o, id, after)) {
        i->at = now + after;
        if (!i->queued)
            enqueue(i);
        set_state(o, i, LATER);
        return 0;
    }
    size_t dropped = r == ORDER_GOOD ? 0 : drop_rest(o, i->chat, i->text);
    drop(o, i);
    return dropped;
}

void order_release(struct order *o)
{
    struct chat *c, *next;
    o->released = true;
    HASH_ITER (hh, o->chats, c, next)
        stir(o, c);
}

bool order_is_first(const struct order *o, struct span chat, struct span id)
{
    const struct chat *c;
    HASH_FIND(hh, o->chats, chat.p, chat.n, c);
    const struct item *i = c ? c->queue : NULL;
    return !i || o->released || span_same((struct span){i->id, i->hh.keylen}, id);
}

size_t order_waiting(const struct order *o)
{
    return o->waiting;
}

int64_t order_due(const struct order *o)
{
    const struct item *i;
    int64_t due = INT64_MAX;
    DL_FOREACH2(o->later, i, then)
    if (i->at < due && i->chat->queue == i)
        due = i->at;
    return due;
}
