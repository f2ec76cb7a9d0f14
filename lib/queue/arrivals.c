/* SPDX-License-Identifier: MIT */
/* What libnats' threads hand over to the loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "queue/arrivals.h"

void arrivals_open(struct arrivals *a)
{
    *a = (struct arrivals){.lock = PTHREAD_MUTEX_INITIALIZER, .wake = {-1, -1}};
    a->end = &a->first;
    if (pipe(a->wake))
        die(EX_OSERR, "create pipe:");
    for (int i = 0; i < 2; i++)
        if (fcntl(a->wake[i], F_SETFD, FD_CLOEXEC) || fcntl(a->wake[i], F_SETFL, O_NONBLOCK))
            die(EX_OSERR, "set up pipe:");
}

void arrival_free(struct arrival *one)
{
    natsMsg_Destroy(one->msg);
    free(one);
}

void arrivals_shut(struct arrivals *a)
{
    pthread_mutex_lock(&a->lock);
    struct arrival *all = a->first;
    a->shut = true;
    a->first = NULL;
    a->end = &a->first;
    pthread_mutex_unlock(&a->lock);
    for (struct arrival *one = all, *next; one; one = next) {
        next = one->next;
        arrival_free(one);
    }
}

void arrivals_close(struct arrivals *a)
{
    close(a->wake[0]);
    close(a->wake[1]);
    pthread_mutex_destroy(&a->lock);
}

static void wake(struct arrivals *a)
{
    int error = errno;
    (void)!write(a->wake[1], "", 1); /* full: the loop wakes anyway */
    errno = error;
}

struct arrival *arrivals_take(struct arrivals *a)
{
    char drop[64];
    while (read(a->wake[0], drop, sizeof drop) > 0)
        continue;
    if (atomic_load(&a->starved))
        die(EX_OSERR, "keep what the engine sent: out of memory");
    pthread_mutex_lock(&a->lock);
    struct arrival *all = a->first;
    a->first = NULL;
    a->end = &a->first;
    pthread_mutex_unlock(&a->lock);
    return all;
}

/* False: nobody takes it any longer. */
static bool append(struct arrivals *a, struct arrival *one, bool *first)
{
    pthread_mutex_lock(&a->lock);
    bool shut = a->shut;
    if (!shut) {
        *first = !a->first;
        *a->end = one;
        a->end = &one->next;
    }
    pthread_mutex_unlock(&a->lock);
    return !shut;
}

void arrivals_add(struct arrivals *a, const struct arrival *one)
{
    struct arrival *copy = malloc(sizeof *copy);
    bool first = true;
    if (!copy) {
        natsMsg_Destroy(one->msg);
        atomic_store(&a->starved, true);
    } else {
        *copy = *one;
        copy->next = NULL;
        if (!append(a, copy, &first))
            arrival_free(copy);
    }
    if (first)
        wake(a);
}

void arrivals_error(natsConnection *nc, natsSubscription *s, natsStatus state, void *closure)
{
    struct arrival one = {.kind = ARRIVAL_ERROR, .state = state};
    (void)nc, (void)s;
    natsStatus last = NATS_OK;
    const char *text = nats_GetLastError(&last);
    if (!text || !*text || last != state)
        text = natsStatus_GetText(state);
    snprintf(one.text, sizeof one.text, "%s", text);
    arrivals_add(closure, &one);
}

void arrivals_lost(natsConnection *nc, void *closure)
{
    struct arrivals *a = closure;
    atomic_store(&a->lost, nc);
    wake(a);
}

void arrivals_closed(natsConnection *nc, void *closure)
{
    struct arrivals *a = closure;
    atomic_store(&a->lost, nc);
    arrivals_add(a, &(struct arrival){.kind = ARRIVAL_CLOSED, .nc = nc});
}

struct hearer *hearer_new(struct arrivals *a, uint64_t listener)
{
    struct hearer *h = xmalloc(sizeof *h);
    *h = (struct hearer){a, listener};
    atomic_fetch_add(&a->hearers, 1);
    return h;
}

void hearer_message(natsConnection *nc, natsSubscription *s, natsMsg *m, void *closure)
{
    struct hearer *h = closure;
    struct arrival one = {.kind = ARRIVAL_MESSAGE, .to = h->listener, .msg = m};
    const char *subject = natsMsg_GetSubject(m);
    (void)nc, (void)s;
    if (!h->listener) {
        one.kind = ARRIVAL_ANSWER;
        one.to = strlen(subject) > h->arrivals->prefix ? strtoull(subject + h->arrivals->prefix, NULL, 10)
                                                       : 0;
    }
    arrivals_add(h->arrivals, &one);
}

void hearer_end(void *closure)
{
    struct hearer *h = closure;
    atomic_fetch_sub(&h->arrivals->hearers, 1);
    free(h);
}
