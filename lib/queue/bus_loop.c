/* SPDX-License-Identifier: MIT */
/* The bus in the caller's loop. */
#include <string.h>

#include "base/diag.h"
#include "base/random.h"
#include "queue/bus_internal.h"
#include "queue/complaint.h"

enum {
    SOON = 200,     /* ms between two attempts to connect, at least; … */
    REFUSED = 1000, /* … after the login was refused */
    QUIET = 60000,  /* ms for which the same complaint is not printed again */
};

void bus_prepare(struct bus *b, struct pollset *ps)
{
    int64_t until = waits_until(&b->waits);
    if (b->dial_at < until)
        until = b->dial_at;
    pollset_add(ps, b->arrivals.wake[0], POLLIN);
    bus_until(ps, until);
}

static void answer(struct bus *b, struct arrival *a)
{
    struct wait *one = waits_take(&b->waits, a->to);
    if (!one)
        return;
    struct bus_message m = bus_message_of(a->msg);
    one->fn(one->ctx, &m);
    wait_free(one);
}

static void deliver(struct bus *b, struct arrival *a)
{
    struct bus_listener *l;
    HASH_FIND(hh, b->listeners, &a->to, sizeof a->to, l);
    if (!l)
        return;
    struct bus_message m = bus_message_of(a->msg);
    l->fn(l->ctx, &m);
}

/* Whether the same was printed not long ago. */
static bool was_said(const struct bus *b, const char *text)
{
    for (size_t i = 0; i < sizeof b->said / sizeof *b->said; i++)
        if (b->said[i].at && strcmp(text, b->said[i].text) == 0 && bus_now() < b->said[i].at + QUIET)
            return true;
    return false;
}

/* A complaint of the server. If it refuses a request, whoever asked is told; otherwise, it is printed. */
static void hear_complaint(struct bus *b, struct arrival *a)
{
    bool cut;
    struct span subject = complaint_subject(a->text, &cut);
    if (subject.p && waits_fail_all(&b->waits, subject, cut, BUS_REFUSED))
        return;
    if (was_said(b, a->text))
        return;
    complain("use the engine: %s", a->text);
    unsigned i = b->said_next++ % (sizeof b->said / sizeof *b->said);
    memcpy(b->said[i].text, a->text, sizeof b->said[i].text);
    b->said[i].at = bus_now();
}

/* All that a server has lost come back at once: each a bit later than the other. */
static int64_t soon(int64_t ms)
{
    return bus_now() + ms + random_word() % (uint32_t)ms;
}

static void take_dialled(struct bus *b, struct arrival *a)
{
    if (bus_take_over(b, a))
        b->back++;
    else if (!b->nc && !b->running)
        b->dial_at = soon(a->state == NATS_CONNECTION_AUTH_FAILED ? REFUSED : SOON);
}

static void lose(struct bus *b, const struct arrival *a)
{
    if (a->nc != b->nc)
        return;
    bus_drop(b);
    b->dial_at = soon(SOON / 2);
}

static void handle(struct bus *b, struct arrival *a)
{
    switch (a->kind) {
    case ARRIVAL_ANSWER:
        answer(b, a);
        break;
    case ARRIVAL_MESSAGE:
        deliver(b, a);
        break;
    case ARRIVAL_ERROR:
        hear_complaint(b, a);
        break;
    case ARRIVAL_DIALLED:
        take_dialled(b, a);
        break;
    case ARRIVAL_CLOSED:
        lose(b, a);
        break;
    }
    arrival_free(a);
}

void bus_ready(struct bus *b)
{
    uint64_t last = b->waits.last; /* what callbacks ask has its turn later */
    for (struct arrival *a = arrivals_take(&b->arrivals), *next; a; a = next) {
        next = a->next;
        handle(b, a);
    }
    bus_notice_return(b);
    int64_t now = bus_now();
    for (struct wait *one; (one = waits_due(&b->waits, now, last));) {
        struct bus_message m = {.status = one->status, .subject = span_of(one->subject), .data = {"", 0}};
        one->fn(one->ctx, &m);
        wait_free(one);
    }
    if (b->dial_at <= now)
        bus_dial(b);
}
