/* SPDX-License-Identifier: MIT */
/* When a gateway asks to be flipped to buffered-only. */
#include "relay/idle.h"

void idle_init(struct idle *i, int64_t after, int64_t now)
{
    *i = (struct idle){.after = after, .quiet = now, .deadline = INT64_MAX};
}

/* Without a link the time to answer starts when there is one. */
static void send(struct idle *i, int64_t now)
{
    i->asked = true;
    i->lost = i->late = false;
    i->deadline = i->link == LINK_DOWN ? INT64_MAX : now + IDLE_ACK_MS;
}

bool idle_ask(struct idle *i, int64_t now)
{
    if (i->asked || i->flipped)
        return false;
    send(i, now);
    return true;
}

static bool link_opened(struct idle *i, int64_t now)
{
    i->link = LINK_UP;
    i->flipped = false;
    i->quiet = now;
    if (!i->asked)
        return false;
    bool again = i->lost;
    send(i, now);
    return again;
}

/* What is asked while there is no link waits in front of it, and is lost only with a link that took it. */
static void link_lost(struct idle *i)
{
    if (i->asked && i->link == LINK_UP)
        i->lost = true;
    i->link = LINK_DOWN;
    i->flipped = false;
    i->deadline = INT64_MAX;
}

static bool link_frame(struct idle *i, struct span state, int64_t now)
{
    if (json_eq(state, "draining"))
        return idle_ask(i, now);
    if (json_eq(state, "open"))
        return link_opened(i, now);
    if (json_eq(state, "lost") || json_eq(state, "closed"))
        link_lost(i);
    return false;
}

bool idle_frame(struct idle *i, const struct frame *f, int64_t now)
{
    switch (f->type) {
    case FRAME_LINK:
        return link_frame(i, frame_get(f, "state"), now);
    case FRAME_GOING_IDLE:
        send(i, now);
        return false;
    case FRAME_GOING_IDLE_ACK:
        i->flipped = true;
        i->asked = i->lost = i->late = false;
        i->deadline = INT64_MAX;
        return false;
    case FRAME_INBOUND:
    case FRAME_OUTBOUND:
    case FRAME_PASSTHROUGH_FORWARD:
        i->quiet = now;
        return false;
    default:
        return false;
    }
}

static bool counts(const struct idle *i)
{
    return i->after && !i->asked && !i->flipped && i->link != LINK_DOWN;
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
        return IDLE_ASK;
    }
    i->late = true;
    i->deadline = INT64_MAX;
    return IDLE_LATE;
}
