/* SPDX-License-Identifier: MIT */
/* One connection to a NATS server or cluster: its life, and the loop's side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/random.h"
#include "base/sig.h"
#include "queue/bus_internal.h"
#include "queue/complaint.h"
#include "queue/dialling.h"
#include "queue/greeting.h"

enum {
    OPEN = 10000, /* ms to connect at the start */
    AGAIN = 300,  /* ms between two attempts then */
    HANG = 30000, /* ms after which another attempt is made though one is running: it may hang */
    MOST = 8,     /* attempts that may be running */
};

const char *bus_version(const struct bus *b)
{
    return b->version;
}

bool bus_version_at_least(const struct bus *b, int major, int minor, int patch)
{
    return greeting_at_least(b->version, major, minor, patch);
}

void bus_drop(struct bus *b)
{
    bus_unsubscribe_all(b);
    natsConnection_Destroy(b->nc);
    b->nc = NULL;
}

bool bus_take_over(struct bus *b, struct arrival *a)
{
    b->running--;
    if (!a->nc || b->nc) {
        natsConnection_Destroy(a->nc); /* two attempts were running */
        return false;
    }
    b->nc = a->nc;
    b->dial_at = INT64_MAX;
    atomic_store(&b->arrivals.lost, NULL);
    memcpy(b->version, a->text, sizeof b->version);
    b->version[sizeof b->version - 1] = '\0';
    dialling_learn(b->options, b->urls, b->nc);
    if (bus_subscribe_all(b))
        return true;
    const char *text = NULL;
    a->state = natsConnection_GetLastError(b->nc, &text);
    snprintf(a->text, sizeof a->text, "%s", text && *text ? text : "the server ended the connection");
    bus_drop(b);
    return false;
}

void bus_dial(struct bus *b)
{
    b->dial_at = bus_now() + HANG;
    if (b->running == MOST)
        return;
    b->running++;
    dialling_start(b->options, &b->arrivals);
}

/* Waits for the end of the attempt that runs, until that moment. NULL: it has not ended. */
static struct arrival *await_dial(struct bus *b, struct pollset *ps, int64_t until)
{
    while (bus_now() < until) {
        struct arrival *all = arrivals_take(&b->arrivals), *found = NULL;
        for (struct arrival *one = all, *next; one; one = next) {
            next = one->next;
            if (one->kind == ARRIVAL_DIALLED && !found)
                found = one;
            else
                arrival_free(one);
        }
        if (found)
            return found;
        pollset_clear(ps);
        pollset_add(ps, b->arrivals.wake[0], POLLIN);
        pollset_until(ps, clock_ms() + (until - bus_now()));
        pollset_wait(ps);
    }
    return NULL;
}

/* Whether another attempt may go better. */
static bool may_pass(natsStatus s)
{
    return s == NATS_NO_SERVER || s == NATS_TIMEOUT || s == NATS_IO_ERROR || s == NATS_CONNECTION_CLOSED ||
           s == NATS_SYS_ERROR || s == NATS_CONNECTION_DISCONNECTED || s == NATS_STALE_CONNECTION;
}

static bool connect_first(struct bus *b, struct buf *why)
{
    struct pollset ps = {0};
    int64_t until = bus_now() + OPEN;
    bool ok = false, more = true;
    buf_str(why, "no answer in 10 s");
    while (!ok && more) {
        bus_dial(b);
        struct arrival *end = await_dial(b, &ps, until);
        ok = end && bus_take_over(b, end);
        more = end && may_pass(end->state) && bus_now() + AGAIN < until;
        if (end && !ok) {
            why->len = 0;
            buf_str(why, end->text);
        }
        if (end)
            arrival_free(end);
        if (!ok && more)
            nats_Sleep(AGAIN);
    }
    pollset_free(&ps);
    return ok;
}

/* False: a thread of libnats is busy with a connection, and what it uses must stay. */
static bool end_threads(struct bus *b)
{
    if (b->running || (b->nc && !bus_connected(b)))
        return false;
    if (b->nc) {
        natsConnection_FlushTimeout(b->nc, 1000);
        bus_drop(b);
    }
    natsOptions_Destroy(b->options);
    b->options = NULL;
    arrivals_shut(&b->arrivals);
    /* Its threads must be done with what it frees on a thread that ends before them. */
    for (int i = 0; i < 200 && atomic_load(&b->arrivals.hearers); i++)
        nats_Sleep(5);
    return nats_CloseAndWait(1000) == NATS_OK;
}

void bus_close(struct bus *b)
{
    static struct bus *left;
    if (!b || !end_threads(b)) {
        left = b ? b : left;
        return;
    }
    struct bus_listener *l, *next;
    HASH_ITER (hh, b->listeners, l, next)
        bus_unlisten(b, l);
    waits_free(&b->waits);
    explicit_bzero(b->urls, strlen(b->urls));
    free(b->urls);
    arrivals_close(&b->arrivals);
    free(b);
}

static struct bus *fail(struct bus *b, const struct bus_options *o, struct buf *why, struct buf *reason)
{
    buf_str(why, "connect ");
    dialling_show(why, o->urls);
    buf_printf(why, ": %s", buf_cstr(reason));
    buf_free(reason);
    bus_close(b);
    return NULL;
}

struct bus *bus_open(const struct bus_options *o, int *status, struct buf *why)
{
    struct buf reason = {0}, inbox = {0};
    const char *unfit;
    if (!dialling_urls_fit(o->urls, &unfit)) {
        *status = EX_USAGE;
        buf_str(&reason, unfit);
        return fail(NULL, o, why, &reason);
    }
    struct bus *b = xcalloc(1, sizeof *b);
    b->urls = xstrdup(o->urls);
    child_guard();     /* libnats' sockets are open to children */
    sig_ignore_pipe(); /* libnats would, too, and leave no trace of what it was */
    arrivals_open(&b->arrivals);
    bus_inbox(b, &inbox);
    b->arrivals.prefix = (size_t)snprintf(b->prefix, sizeof b->prefix, "%s.", buf_cstr(&inbox));
    buf_free(&inbox);
    if (nats_Open(-1) != NATS_OK)
        die(EX_OSERR, "set up libnats: %s", nats_GetLastError(NULL));
    b->options = dialling_options(o, &b->arrivals, &reason);
    if (!b->options || !connect_first(b, &reason)) {
        *status = EX_UNAVAILABLE;
        return fail(b, o, why, &reason);
    }
    buf_free(&reason);
    return b;
}
