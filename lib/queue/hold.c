/* SPDX-License-Identifier: MIT */
/* The life of a held session. */
#include "queue/hold.h"

static enum hold_do go(struct hold *h, enum hold_state state)
{
    h->state = state;
    return state == HOLD_RUN ? HOLD_DO_GIVE : HOLD_DO_REQUEST;
}

static enum hold_do end(struct hold *h, enum hold_do how)
{
    h->state = HOLD_OVER;
    return how;
}

/* How often the message was begun before. A token that was delivered once has begun none of what is left; one
 * that was delivered again without a note has begun it, perhaps, and counts as one that has. */
static int begun(const struct hold *h, bool same)
{
    if (h->delivered <= 1)
        return 0;
    if (same)
        return h->note.tries;
    return h->note.token == h->token && h->note.delivered + 1 == h->delivered ? 0 : 1;
}

static enum hold_do give_up(struct hold *h)
{
    return go(h, h->answers && !h->bad ? HOLD_REPLY : HOLD_BURY);
}

static enum hold_do begin(struct hold *h, bool same)
{
    int before = begun(h, same);
    if (h->stopped) /* a token without a count is replaced, so that this delivery does not count */
        return h->delivered > 1 ? end(h, HOLD_DO_RETURN) : go(h, HOLD_LEAVE);
    h->acked = h->interrupted = h->bad = h->alone = false;
    h->pending = 0;
    h->attempt = before;
    if (before >= h->attempts)
        return give_up(h);
    h->attempt++;
    h->alone = same && !h->note.failed && h->attempt == h->attempts;
    if (h->alone)
        return go(h, HOLD_ALONE);
    return go(h, h->delivered > 1 ? HOLD_NOTE : HOLD_RUN);
}

static enum hold_do found(struct hold *h, enum hold_event e, bool same)
{
    if (h->stale) {
        h->stale = false;
        return HOLD_DO_REQUEST;
    }
    if (e == HOLD_EMPTY)
        return go(h, HOLD_LEAVE);
    if (e == HOLD_NO_MESSAGE && !h->stopped) {
        h->bad = true;
        h->attempt = begun(h, same);
        return go(h, HOLD_BURY);
    }
    return begin(h, same);
}

static enum hold_do asked(struct hold *h, enum hold_event e)
{
    if (e == HOLD_SOMEBODY)
        return end(h, HOLD_DO_LATER);
    return go(h, h->delivered > 1 ? HOLD_TRIES : HOLD_FIRST);
}

static enum hold_do failed(struct hold *h, enum hold_event e)
{
    if (h->interrupted)
        return go(h, HOLD_DELETE);
    if (e == HOLD_HOPELESS || h->attempt >= h->attempts)
        return give_up(h);
    return go(h, HOLD_FAIL);
}

static enum hold_do run(struct hold *h, enum hold_event e)
{
    if (e == HOLD_ACTION)
        h->pending++;
    if (e == HOLD_STORED && h->pending)
        h->pending--;
    if (e == HOLD_ACKED)
        h->acked = true;
    if (h->acked && !h->pending)
        return go(h, HOLD_DELETE);
    if ((e == HOLD_FAILED || e == HOLD_HOPELESS) && !h->acked)
        return failed(h, e);
    return HOLD_DO_NOTHING;
}

/* The request of the state is done. */
static enum hold_do done(struct hold *h)
{
    switch (h->state) {
    case HOLD_TRIES:
        return go(h, HOLD_FIRST);
    case HOLD_NOTE:
        return h->interrupted ? go(h, HOLD_DELETE) : go(h, HOLD_RUN);
    case HOLD_FAIL:
        return h->interrupted ? go(h, HOLD_DELETE) : end(h, HOLD_DO_BACKOFF);
    case HOLD_REPLY:
        return go(h, HOLD_BURY);
    case HOLD_BURY:
        return go(h, HOLD_DELETE);
    case HOLD_DELETE:
        return go(h, h->delivered > 1 || h->stopped ? HOLD_LEAVE : HOLD_FIRST);
    case HOLD_LEAVE:
        go(h, HOLD_RECHECK);
        return HOLD_DO_ACK;
    case HOLD_REPUT:
        return end(h, HOLD_DO_FORGET);
    default:
        return HOLD_DO_NOTHING;
    }
}

static enum hold_do wait_alone(struct hold *h, enum hold_event e)
{
    if (e == HOLD_STOPPED)
        return end(h, HOLD_DO_RETURN);
    if (e == HOLD_INTERRUPTED)
        return go(h, HOLD_FIRST);
    return e == HOLD_CLEAR ? go(h, HOLD_NOTE) : HOLD_DO_NOTHING;
}

static void interrupt(struct hold *h)
{
    if (h->state == HOLD_FIRST)
        h->stale = true; /* it may have been read before the ring deleted it */
    else if (h->state >= HOLD_NOTE && h->state <= HOLD_FAIL)
        h->interrupted = true;
}

/* Whether COMMAND has done all it will do for the message; what is left is to store its actions. */
static bool has_ended(const struct hold *h)
{
    return h->state == HOLD_RUN && h->acked;
}

enum hold_do hold_step(struct hold *h, enum hold_event e, bool same)
{
    if (h->state == HOLD_OVER)
        return HOLD_DO_NOTHING;
    if (e == HOLD_LAPSED)
        return hold_needs_lease(h) ? end(h, HOLD_DO_DROP) : HOLD_DO_NOTHING;
    if (e == HOLD_QUIT)
        return h->state <= HOLD_RUN && !has_ended(h) ? end(h, HOLD_DO_RETURN) : HOLD_DO_NOTHING;
    if (e == HOLD_STOPPED)
        h->stopped = true;
    if (e == HOLD_INTERRUPTED)
        interrupt(h);
    if (h->state == HOLD_RUN)
        return run(h, e);
    if (h->state == HOLD_ALONE)
        return wait_alone(h, e);
    if (e == HOLD_DONE)
        return done(h);
    if (h->state == HOLD_WHO && (e == HOLD_NOBODY || e == HOLD_SOMEBODY))
        return asked(h, e);
    if (h->state == HOLD_FIRST && (e == HOLD_FOUND || e == HOLD_EMPTY || e == HOLD_NO_MESSAGE))
        return found(h, e, same);
    if (h->state == HOLD_RECHECK && (e == HOLD_FOUND || e == HOLD_EMPTY || e == HOLD_NO_MESSAGE))
        return e == HOLD_EMPTY ? end(h, HOLD_DO_FORGET) : go(h, HOLD_REPUT);
    return HOLD_DO_NOTHING;
}

bool hold_needs_lease(const struct hold *h)
{
    return h->state <= HOLD_LEAVE;
}

bool hold_runs(const struct hold *h)
{
    return h->state == HOLD_RUN;
}
