/* SPDX-License-Identifier: MIT */
/* Actions on their way into the pool. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/table.h"
#include "queue/outbox.h"

enum {
    RETRY = 300,          /* ms after no answer */
    RETRY_REFUSED = 5000, /* ms after an error that somebody must mend */
    OVERHEAD = 256,       /* bytes of the headers besides their values */
};

bool outbox_fits(const struct outbox *o, size_t subject, size_t id, size_t line)
{
    size_t headers = id + (o->reply ? strlen(o->reply) : 0) + OVERHEAD;
    return subject + headers + line <= bus_max_payload(o->pool->bus);
}

void parcel_free(struct parcel *p)
{
    buf_free(&p->subject);
    buf_free(&p->id);
    buf_free(&p->line);
    buf_free(&p->request);
    free(p);
}

static struct parcel *take_first(struct outbox_lane *lane)
{
    struct parcel *p = lane->first;
    lane->first = p->next;
    if (!lane->first)
        lane->last = NULL;
    lane->in->bytes -= p->line.len;
    if (!lane->first && lane->listed) {
        DL_DELETE(lane->in->lanes, lane);
        lane->listed = false;
    }
    return p;
}

static void publish(struct outbox_lane *lane);

static void on_answer(void *ctx, const struct pool_answer *a)
{
    struct outbox_lane *lane = ctx;
    struct outbox *o = lane->in;
    lane->flying = 0;
    if (a->fate != POOL_DONE) {
        if (a->fate == POOL_REFUSED && !o->refused)
            complain("store an action: %s", a->why ? a->why : "refused");
        o->refused |= a->fate == POOL_REFUSED;
        lane->retry_at = bus_now() + (a->fate == POOL_REFUSED ? RETRY_REFUSED : RETRY);
        return;
    }
    o->refused = false;
    struct parcel *p = take_first(lane);
    if (lane->first)
        publish(lane);
    o->stored(o->ctx, lane, p, a->duplicate);
    parcel_free(p);
}

static void publish(struct outbox_lane *lane)
{
    struct parcel *p = lane->first;
    const char *const headers[] = {"Relay-Reply", lane->in->reply, NULL};
    p->puts++;
    lane->retry_at = 0;
    lane->flying = pool_put(lane->in->pool, buf_cstr(&p->subject), buf_cstr(&p->id), headers,
                            buf_as_span(&p->line), on_answer, lane);
}

void outbox_add(struct outbox_lane *lane, struct parcel *p)
{
    p->next = NULL;
    if (lane->last)
        lane->last->next = p;
    else
        lane->first = p;
    lane->last = p;
    lane->in->bytes += p->line.len;
    if (!lane->listed) {
        DL_APPEND(lane->in->lanes, lane);
        lane->listed = true;
    }
    if (lane->first == p)
        publish(lane);
}

void outbox_clear(struct outbox_lane *lane)
{
    if (lane->flying)
        bus_forget(lane->in->pool->bus, lane->flying);
    lane->flying = 0;
    while (lane->first)
        parcel_free(take_first(lane));
}

void outbox_retry(struct outbox *o, int64_t now)
{
    for (struct outbox_lane *lane = o->lanes; lane; lane = lane->next)
        if (!lane->flying && now >= lane->retry_at)
            publish(lane);
}

int64_t outbox_until(const struct outbox *o)
{
    int64_t until = INT64_MAX;
    for (const struct outbox_lane *lane = o->lanes; lane; lane = lane->next)
        if (!lane->flying && lane->retry_at < until)
            until = lane->retry_at;
    return until;
}
