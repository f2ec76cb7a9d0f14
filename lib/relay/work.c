/* SPDX-License-Identifier: MIT */
/* When a work frame is due. */
#include "relay/work.h"

static bool is_busy(struct load l)
{
    return l.running || l.waiting;
}

static bool same(struct load a, struct load b)
{
    return a.running == b.running && a.waiting == b.waiting && a.stored == b.stored && a.dead == b.dead;
}

static int64_t number_of(struct span v)
{
    int64_t n = 0;
    if (!json_is_integer(v) || v.p[0] == '-')
        return 0;
    for (size_t i = 0; i < v.n && n < INT32_MAX; i++)
        n = n * 10 + (v.p[i] - '0');
    return n;
}

void work_learn(struct work *w, const struct frame *fr)
{
    w->before = (struct load){.running = number_of(frame_get(fr, "running")),
                              .waiting = number_of(frame_get(fr, "waiting")),
                              .stored = number_of(frame_get(fr, "stored")),
                              .dead = number_of(frame_get(fr, "dead")),
                              .kept = frame_get(fr, "stored").p != NULL};
    w->stale = true;
}

/* When a frame for these numbers may be written. */
static int64_t due_at(const struct work *w, struct load now, bool ended)
{
    if (ended && !w->ring)
        return INT64_MAX;
    if (w->stale && is_busy(now))
        return 0;
    if (same(now, w->told))
        return INT64_MAX;
    if (!is_busy(now) && is_busy(w->told))
        return 0;
    if (!is_busy(now) && !w->ring)
        return INT64_MAX;
    if (!is_busy(now) || is_busy(w->told))
        return w->told_at + WORK_EVERY;
    return w->ring ? 0 : w->busy + WORK_PATIENCE;
}

bool work_due(struct work *w, struct load now, bool ended, int64_t at)
{
    if (!is_busy(now))
        w->busy = 0;
    else if (!w->busy)
        w->busy = at;
    return at >= due_at(w, now, ended);
}

int64_t work_until(const struct work *w, struct load now, bool ended)
{
    return due_at(w, now, ended);
}

void work_build(struct work *w, struct buf *out, struct load now, int64_t at)
{
    buf_printf(out, "{\"type\":\"work\",\"running\":%jd,\"waiting\":%jd",
               (intmax_t)(now.running + w->before.running), (intmax_t)(now.waiting + w->before.waiting));
    if (now.kept || w->before.kept)
        buf_printf(out, ",\"stored\":%jd,\"dead\":%jd", (intmax_t)(now.stored + w->before.stored),
                   (intmax_t)(now.dead + w->before.dead));
    buf_ch(out, '}');
    w->told = now;
    w->told_at = at;
    w->stale = false;
}
