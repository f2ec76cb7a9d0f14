/* SPDX-License-Identifier: MIT */
/* What the bus listens to. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "queue/bus_internal.h"

/* Threads that a subscription starts have all signals blocked: those are for the loop. */
static natsSubscription *subscribe(struct bus *b, const char *subject, natsMsgHandler fn, void *closure)
{
    natsSubscription *s = NULL;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    natsStatus state = natsConnection_Subscribe(&s, b->nc, subject, fn, closure);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (state == NATS_OK && natsSubscription_SetPendingLimits(s, -1, -1) == NATS_OK)
        return s;
    natsSubscription_Destroy(s);
    return NULL;
}

/* listener: its number, or 0 for answers. NULL: it failed. */
static natsSubscription *hear(struct bus *b, const char *subject, uint64_t listener)
{
    struct hearer *h = hearer_new(&b->arrivals, listener);
    natsSubscription *s = subscribe(b, subject, hearer_message, h);
    if (!s)
        hearer_end(h);
    else if (natsSubscription_SetOnCompleteCB(s, hearer_end, h) != NATS_OK)
        atomic_fetch_sub(&b->arrivals.hearers, 1); /* it has ended: its few bytes stay */
    return s;
}

static bool hear_answers(struct bus *b)
{
    char subject[sizeof b->prefix + 2];
    snprintf(subject, sizeof subject, "%s*", b->prefix);
    b->answers = hear(b, subject, 0);
    return b->answers;
}

bool bus_subscribe_all(struct bus *b)
{
    bool ok = hear_answers(b);
    for (struct bus_listener *l = b->listeners; l; l = l->hh.next)
        ok &= (l->s = hear(b, l->subject, l->id)) != NULL;
    return ok;
}

void bus_unsubscribe_all(struct bus *b)
{
    natsSubscription_Destroy(b->answers);
    b->answers = NULL;
    for (struct bus_listener *l = b->listeners; l; l = l->hh.next) {
        natsSubscription_Destroy(l->s);
        l->s = NULL;
    }
}

struct bus_listener *bus_listen(struct bus *b, const char *subject, bus_fn *fn, void *ctx)
{
    struct bus_listener *l = xcalloc(1, sizeof *l);
    *l = (struct bus_listener){.id = ++b->last, .subject = xstrdup(subject), .fn = fn, .ctx = ctx};
    if (bus_connected(b) && !(l->s = hear(b, l->subject, l->id)) && bus_connected(b)) {
        free(l->subject);
        free(l);
        return NULL;
    }
    HASH_ADD(hh, b->listeners, id, sizeof l->id, l);
    return l;
}

void bus_unlisten(struct bus *b, struct bus_listener *l)
{
    if (!l)
        return;
    HASH_DEL(b->listeners, l);
    natsSubscription_Destroy(l->s);
    free(l->subject);
    free(l);
}

void bus_inbox(struct bus *b, struct buf *out)
{
    (void)b;
    buf_str(out, "_INBOX.");
    random_hex(out, 12);
}
