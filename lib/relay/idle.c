/* SPDX-License-Identifier: MIT */
/* When a gateway asks to be flipped to buffered-only. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "relay/idle.h"

struct idle_owed {
    UT_hash_handle hh;
    char id[];
};

void idle_init(struct idle *i, int64_t after, int64_t now)
{
    *i = (struct idle){.after = after, .quiet = now, .deadline = INT64_MAX};
}

static void settle(struct idle *i, struct idle_owed *o)
{
    HASH_DELETE(hh, i->owed, o);
    free(o);
}

void idle_free(struct idle *i)
{
    while (i->owed)
        settle(i, i->owed);
    buf_free(&i->id);
}

/* Books an outbound that passes, or its result. */
static void book(struct idle *i, const struct frame *f)
{
    struct idle_owed *o;
    i->id.len = 0;
    if (!identifier_decode(&i->id, frame_get(f, "requestId")) || i->id.len > IDLE_ID_MAX)
        return;
    HASH_FIND(hh, i->owed, i->id.p, i->id.len, o);
    if (f->type == FRAME_OUTBOUND_RESULT) {
        if (o)
            settle(i, o);
    } else if (!o && HASH_COUNT(i->owed) < IDLE_OWED_MAX) {
        o = xcalloc(1, sizeof *o + i->id.len);
        memcpy(o->id, i->id.p, i->id.len);
        HASH_ADD_KEYPTR(hh, i->owed, o->id, i->id.len, o);
    }
}

/* Without a link, the time to answer starts once there is one. */
static void send(struct idle *i, int64_t now)
{
    i->asked = true;
    i->lost = i->late = i->silent = false;
    i->deadline = i->link == IDLE_LINK_DOWN || i->early ? INT64_MAX : now + IDLE_ACK_MS;
}

bool idle_ask(struct idle *i, int64_t now)
{
    i->silent = false;
    if (i->flipped || (i->asked && !i->late && !i->early))
        return false;
    send(i, now);
    return true;
}

static bool link_opened(struct idle *i, int64_t now)
{
    i->link = IDLE_LINK_UP;
    i->flipped = i->early = false;
    i->quiet = now;
    if (!i->asked || i->silent) {
        i->asked = i->lost = i->late = false;
        return false;
    }
    bool again = i->lost;
    send(i, now);
    return again;
}

/* A going_idle asked for while there is no link waits for one; it is lost only with a link that took it. */
static void link_lost(struct idle *i)
{
    if (i->asked && i->link == IDLE_LINK_UP)
        i->lost = true;
    i->link = IDLE_LINK_DOWN;
    i->flipped = i->early = false;
    i->deadline = INT64_MAX;
}

static bool link_frame(struct idle *i, struct span state, int64_t now)
{
    if (json_eq(state, "draining") || json_eq(state, "idle"))
        return idle_ask(i, now);
    if (json_eq(state, "open"))
        return link_opened(i, now);
    if (json_eq(state, "lost") || json_eq(state, "closed"))
        link_lost(i);
    return false;
}

/* An ack that was not asked for here may answer a going_idle from relay-dial, which does not pass here. That
 * is in order, but it does not answer a going_idle that is asked for later. */
static void acked(struct idle *i)
{
    i->early |= !i->asked;
    i->flipped = i->asked;
    i->asked = i->lost = i->late = false;
    i->deadline = INT64_MAX;
}

static bool is_zero(struct span v)
{
    return !v.p || span_eq(v, "0");
}

/* The quiet time starts anew while there is work, and when all of it ends. */
static void work_frame(struct idle *i, const struct frame *f, int64_t now)
{
    bool busy = !is_zero(frame_get(f, "running")) || !is_zero(frame_get(f, "waiting"));
    if (i->busy || busy)
        i->quiet = now;
    i->busy = busy;
}

bool idle_frame(struct idle *i, const struct frame *f, int64_t now)
{
    /* with --no-link, the first frame that comes down shows that there is a link */
    if (i->link == IDLE_LINK_UNKNOWN && frame_dir(f) == FRAME_DOWN) {
        i->link = IDLE_LINK_UP;
        i->quiet = now;
    }
    switch (f->type) {
    case FRAME_LINK:
        return link_frame(i, frame_get(f, "state"), now);
    case FRAME_WORK:
        work_frame(i, f, now);
        break;
    case FRAME_GOING_IDLE:
        send(i, now);
        break;
    case FRAME_GOING_IDLE_ACK:
        acked(i);
        break;
    case FRAME_OUTBOUND:
    case FRAME_OUTBOUND_RESULT:
        book(i, f);
        i->quiet = now;
        break;
    case FRAME_INBOUND:
    case FRAME_PASSTHROUGH_FORWARD:
        i->quiet = now;
        break;
    default:
        break;
    }
    return false;
}

static bool counts(const struct idle *i)
{
    bool rest = i->link == IDLE_LINK_UP && !i->busy && !i->owed;
    return i->after && rest && !i->flipped && (!i->asked || i->late);
}

int64_t idle_due(const struct idle *i)
{
    return counts(i) ? i->quiet + i->after : i->deadline;
}

enum idle_now idle_tick(struct idle *i, int64_t now)
{
    if (now < idle_due(i))
        return IDLE_NOTHING;
    if (counts(i)) {
        send(i, now);
        i->silent = true;
        return IDLE_ASK;
    }
    i->late = true;
    i->deadline = INT64_MAX;
    i->quiet = now; /* ask again after the same time at rest */
    return IDLE_LATE;
}

bool idle_waits(const struct idle *i)
{
    return i->asked && !i->early;
}
