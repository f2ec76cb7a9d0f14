/* SPDX-License-Identifier: MIT */
/* The measure of a backlog. */
#include "stub/pushback.h"

void pushback_sent(struct pushback *p, int64_t now)
{
    if (!p->begun)
        p->first = now;
    p->begun = true;
    p->sent = now;
}

void pushback_acked(struct pushback *p, struct span id, int64_t now)
{
    int64_t gap = now - p->sent;
    if (!p->acked || gap > p->slowest) {
        p->slowest = gap;
        p->slowest_id.len = 0;
        buf_span(&p->slowest_id, id);
    }
    p->acked++;
    p->last = now;
}

static void add_seconds(struct buf *out, int64_t ms)
{
    buf_printf(out, "%jd.%03d s", (intmax_t)(ms / 1000), (int)(ms % 1000));
}

/* What takes less than a millisecond counts as one. A slow rate has a decimal. */
static void add_rate(struct buf *out, size_t count, int64_t ms)
{
    double rate = (double)count * 1000 / (double)(ms > 0 ? ms : 1);
    buf_printf(out, "%.*f per second", rate < 10 ? 1 : 0, rate);
}

bool pushback_over(struct pushback *p, struct buf *out, size_t left, int64_t now)
{
    if (!p->begun)
        return false;
    int64_t spent = (left ? now : p->last) - p->first;
    buf_printf(out, "%zu", p->acked);
    if (left)
        buf_printf(out, " of %zu", p->acked + left);
    buf_str(out, " deliveries taken in ");
    add_seconds(out, spent);
    if (p->acked) {
        buf_str(out, ", ");
        add_rate(out, p->acked, spent);
        buf_str(out, ", slowest ack after ");
        add_seconds(out, p->slowest);
        buf_str(out, " ('");
        buf_span(out, buf_as_span(&p->slowest_id));
        buf_str(out, "')");
    }
    if (left)
        buf_str(out, "; then the gateway left");
    pushback_free(p);
    return true;
}

void pushback_free(struct pushback *p)
{
    buf_free(&p->slowest_id);
    *p = (struct pushback){0};
}
