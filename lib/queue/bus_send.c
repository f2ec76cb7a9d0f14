/* SPDX-License-Identifier: MIT */
/* What the bus sends, and what its messages say. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "queue/bus_internal.h"

enum {
    MAX_PAYLOAD = 1 << 20, /* bytes, while there is no server to tell */
    STATUS_DIGITS = 3,
    LATE = 500, /* ms for answers to what was asked before the connection came back */
};

int64_t bus_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void bus_until(struct pollset *ps, int64_t at)
{
    int64_t now = bus_now();
    if (at != INT64_MAX)
        pollset_until(ps, clock_ms() + (at > now ? at - now : 0));
}

bool bus_connected(const struct bus *b)
{
    return b->nc && b->nc != atomic_load(&b->arrivals.lost);
}

uint64_t bus_reconnects(const struct bus *b)
{
    return b->back;
}

size_t bus_max_payload(const struct bus *b)
{
    int64_t most = bus_connected(b) ? natsConnection_GetMaxPayload(b->nc) : MAX_PAYLOAD;
    return most <= 0 ? MAX_PAYLOAD : most > INT_MAX ? INT_MAX : (size_t)most;
}

static bool is_one_line(const char *value)
{
    return !value[strcspn(value, "\r\n")];
}

static natsStatus set_headers(natsMsg *m, const char *const *headers)
{
    natsStatus s = NATS_OK;
    for (const char *const *h = headers; h && *h && s == NATS_OK; h += 2)
        if (h[1])
            s = is_one_line(h[1]) ? natsMsgHeader_Set(m, h[0], h[1]) : NATS_INVALID_ARG;
    return s;
}

static natsStatus publish(struct bus *b, const struct bus_out *o, const char *reply)
{
    natsMsg *m = NULL;
    if (!bus_connected(b))
        return NATS_CONNECTION_CLOSED;
    if (o->data.n > INT_MAX / 2)
        return NATS_MAX_PAYLOAD;
    natsStatus s = natsMsg_Create(&m, o->subject, reply, o->data.n ? o->data.p : "", (int)o->data.n);
    if (s == NATS_OK)
        s = set_headers(m, o->headers);
    if (s == NATS_OK)
        s = natsConnection_PublishMsg(b->nc, m);
    natsMsg_Destroy(m);
    return s;
}

bool bus_publish(struct bus *b, const struct bus_out *o)
{
    return publish(b, o, o->reply) == NATS_OK;
}

uint64_t bus_request(struct bus *b, const struct bus_out *o, int64_t ms, bus_fn *fn, void *ctx)
{
    return bus_request_with(b, o, ms, fn, ctx, 0);
}

void bus_notice_return(struct bus *b)
{
    uint64_t back = bus_reconnects(b);
    if (back != b->seen)
        waits_hurry(&b->waits, bus_now() + LATE);
    b->seen = back;
}

uint64_t bus_request_with(struct bus *b, const struct bus_out *o, int64_t ms, bus_fn *fn, const void *ctx,
                          size_t n)
{
    char reply[sizeof b->prefix + 24];
    bus_notice_return(b);
    struct wait *one = waits_add(&b->waits, o->subject, bus_now() + ms, fn, ctx, n);
    snprintf(reply, sizeof reply, "%s%" PRIu64, b->prefix, one->id);
    if (publish(b, o, reply) == NATS_MAX_PAYLOAD)
        waits_fail(&b->waits, one, BUS_TOO_LONG);
    return one->id;
}

void bus_forget(struct bus *b, uint64_t request)
{
    struct wait *one = waits_take(&b->waits, request);
    if (one)
        wait_free(one);
}

bool bus_flush(struct bus *b)
{
    return bus_connected(b) && natsConnection_FlushTimeout(b->nc, 2000) == NATS_OK;
}

/* The status of a message without data, as its header line has it. */
static int status_of(natsMsg *m)
{
    const char *v = NULL;
    int status = 0;
    if (natsMsg_GetDataLength(m) || natsMsgHeader_Get(m, "Status", &v) != NATS_OK || !v)
        return BUS_OK;
    for (int i = 0; i < STATUS_DIGITS && v[i] >= '0' && v[i] <= '9'; i++)
        status = status * 10 + (v[i] - '0');
    return status;
}

struct bus_message bus_message_of(natsMsg *m)
{
    const char *reply = natsMsg_GetReply(m), *data = natsMsg_GetData(m);
    int n = natsMsg_GetDataLength(m);
    return (struct bus_message){.status = status_of(m),
                                .subject = span_of(natsMsg_GetSubject(m)),
                                .reply = reply ? span_of(reply) : (struct span){0},
                                .data = {data ? data : "", n > 0 ? (size_t)n : 0},
                                .handle = m};
}

struct span bus_header(const struct bus_message *m, const char *name)
{
    const char *v = NULL;
    if (!m->handle || natsMsgHeader_Get((natsMsg *)m->handle, name, &v) != NATS_OK || !v)
        return (struct span){0};
    return span_of(v);
}
