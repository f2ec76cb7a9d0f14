/* SPDX-License-Identifier: MIT */
/* Wishes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "inbox/lock.h"
#include "inbox/wish.h"

enum {
    PAGE = 256, /* messages changed in one transaction */
    LOOK = 20,  /* ms between two looks at what has become of a wish */
};

/* What a wish means for a message that nobody has in hand: one that was running has lost its COMMAND. */
static enum turn_event event_of(enum store_wish wish, enum turn_state state)
{
    if (wish == WISH_RETRY)
        return EVENT_RETRY;
    return state == TURN_RUNNING ? EVENT_INTERRUPT : EVENT_DROP;
}

bool wish_fits(enum store_wish wish, enum turn_state state)
{
    return turn_next(state, event_of(wish, state)) != TURN_STATES;
}

struct page {
    struct {
        int64_t id;
        enum store_wish wish;
        enum turn_state state;
    } row[PAGE];
    int n;
};

static bool add_row(void *ctx, const struct store_turn *t)
{
    struct page *p = ctx;
    p->row[p->n].id = t->id;
    p->row[p->n].wish = t->wish;
    p->row[p->n++].state = t->state;
    return true;
}

static bool apply_page(struct store *s, const struct page *p)
{
    for (int i = 0; i < p->n; i++) {
        struct store_move m = {.id = p->row[i].id, .event = event_of(p->row[i].wish, p->row[i].state)};
        if (p->row[i].wish == WISH_DROP)
            m.reason = span_of("dropped");
        if (wish_fits(p->row[i].wish, p->row[i].state) && !store_move(s, &m))
            return false;
        if (!store_set_wish(s, m.id, WISH_NONE))
            return false;
    }
    return true;
}

bool wishes_apply(struct store *s)
{
    const struct store_query wished = {.wished = true, .limit = PAGE};
    struct page p;
    do {
        p.n = 0;
        if (!store_begin(s) || !store_find(s, &wished, add_row, &p) || !apply_page(s, &p) || !store_commit(s))
            return false;
    } while (p.n == PAGE);
    return true;
}

static bool is_wished(void *ctx, const struct store_turn *t)
{
    *(bool *)ctx |= t->wish != WISH_NONE;
    return true;
}

/* The number of these messages, from the start, whose wishes are gone; `from` of them are known to be. */
static bool count_gone(struct store *s, const int64_t *ids, size_t count, size_t *from)
{
    for (bool open = false; *from < count; (*from)++) {
        const struct store_query q = {.id = ids[*from]};
        if (!store_find(s, &q, is_wished, &open))
            return false;
        if (open)
            break;
    }
    return true;
}

/* Applies the wishes if nobody has the inbox. */
static enum wishes act(struct store *s, const char *path, pid_t *holder)
{
    int lock = lock_take(path, holder);
    if (lock < 0) {
        if (errno == EBUSY)
            return WISHES_OPEN;
        *holder = -1;
        return WISHES_FAILED;
    }
    bool good = wishes_apply(s);
    close(lock);
    return good ? WISHES_DONE : WISHES_FAILED;
}

enum wishes wishes_wait(struct store *s, const char *path, const int64_t *ids, size_t count, int64_t most,
                        pid_t *holder)
{
    int64_t end = clock_ms() + most;
    size_t gone = 0;
    pid_t told = 0;
    for (;;) {
        enum wishes w = act(s, path, holder);
        if (w != WISHES_OPEN)
            return w;
        if (*holder > 0 && *holder != told)
            kill(*holder, SIGUSR1);
        told = *holder;
        if (!count_gone(s, ids, count, &gone))
            return WISHES_FAILED;
        if (gone == count || clock_ms() >= end)
            return gone == count ? WISHES_DONE : WISHES_OPEN;
        poll(NULL, 0, LOOK);
    }
}
