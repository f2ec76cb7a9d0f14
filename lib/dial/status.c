/* SPDX-License-Identifier: MIT */
/* The status of a run. */
#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "dial/status.h"
#include "json/write.h"

static const char *const owed_names[STATUS_OWED] = {"hello", "outbound", "going_idle"};

static void add_moment(struct buf *out, const char *name, int64_t ms)
{
    struct buf t = {0};
    if (ms)
        clock_format(&t, ms * 1000);
    if (ms)
        json_add_text(out, name, buf_as_span(&t));
    else
        json_add(out, name, span_of("null"));
    buf_free(&t);
}

static void add_counts(struct buf *out, const char *name, const uint64_t *n)
{
    json_key(out, name);
    json_begin(out, '{');
    for (int i = 0; i < TALLY_TYPES; i++)
        if (n[i])
            json_add_int(out, frame_type_name((enum frame_type)i), (int64_t)n[i]);
    json_end(out, '}');
}

/* An integer, or null if it is negative. */
static void add_known(struct buf *out, const char *name, int64_t n)
{
    if (n < 0)
        json_add(out, name, span_of("null"));
    else
        json_add_int(out, name, n);
}

static void add_tally(struct buf *out, struct tally *t)
{
    int64_t now = clock_ms();
    json_add_int(out, "dials", (int64_t)t->dials);
    json_add_int(out, "reconnects", (int64_t)tally_reconnects(t));
    add_counts(out, "up", t->up);
    add_counts(out, "down", t->down);
    json_key(out, "results");
    json_begin(out, '{');
    for (int i = 0; i < TALLY_RESULTS; i++)
        json_add_int(out, tally_result_name((enum tally_result)i), (int64_t)t->results[i]);
    add_known(out, "p50_us", latency_percentile(&t->latency, 50, now));
    add_known(out, "p99_us", latency_percentile(&t->latency, 99, now));
    json_end(out, '}');
}

void status_members(struct buf *out, const struct status *s)
{
    json_add_int(out, "pid", getpid());
    json_add_str(out, "phase", s->phase);
    json_add_str(out, "link", s->link);
    add_moment(out, "since", s->since);
    json_add_int(out, "attempt", s->attempt);
    json_add_str(out, "url", s->url);
    json_add_str(out, "peer", s->peer);
    add_moment(out, "last_in", s->last_in);
    add_moment(out, "last_out", s->last_out);
    json_key(out, "owed");
    json_begin(out, '{');
    for (int i = 0; i < STATUS_OWED; i++) {
        json_key(out, owed_names[i]);
        json_begin(out, '{');
        json_add_int(out, "n", (int64_t)s->owed[i].n);
        add_moment(out, "oldest", s->owed[i].n ? s->owed[i].oldest : 0);
        json_end(out, '}');
    }
    json_end(out, '}');
    json_add_int(out, "queued_up", (int64_t)s->queued_up);
    json_add_int(out, "queued_down", (int64_t)s->queued_down);
    json_add_bool(out, "flipped", s->flipped);
    json_add_int(out, "running", s->running);
    json_add_int(out, "waiting", s->waiting);
    json_add_int(out, "stored", s->stored);
    add_known(out, "dead", s->dead);
    add_moment(out, "started", s->started);
    add_known(out, "ping_us", s->ping);
    add_tally(out, s->tally);
}

static void add_age(struct buf *out, const char *what, int64_t then, int64_t now)
{
    if (then)
        buf_printf(out, "%s %.1f s ago", what, (double)(now > then ? now - then : 0) / 1000);
    else
        buf_printf(out, "%s never", what);
}

static void add_latency(struct buf *out, struct latency *l)
{
    int64_t now = clock_ms(), half = latency_percentile(l, 50, now);
    if (half >= 0)
        buf_printf(out, ", half of the results in %.1f ms, 99 %% in %.1f ms", (double)half / 1000,
                   (double)latency_percentile(l, 99, now) / 1000);
}

void status_text(struct buf *out, const struct status *s, int64_t now)
{
    buf_printf(out, "%s, link %s for %.1f s, attempt %u, %s", s->phase, s->link,
               (double)(now > s->since ? now - s->since : 0) / 1000, s->attempt, s->url);
    if (*s->peer)
        buf_printf(out, " at %s", s->peer);
    add_age(out, ", last byte in", s->last_in, now);
    add_age(out, ", out", s->last_out, now);
    buf_str(out, ", owed");
    for (int i = 0; i < STATUS_OWED; i++) {
        buf_printf(out, " %s %zu", owed_names[i], s->owed[i].n);
        if (s->owed[i].n)
            add_age(out, " (oldest", s->owed[i].oldest, now), buf_ch(out, ')');
    }
    buf_printf(out, ", queued %zu up %zu down, %s, running %" PRId64 ", waiting %" PRId64, s->queued_up,
               s->queued_down, s->flipped ? "flipped" : "not flipped", s->running, s->waiting);
    if (s->stored)
        buf_printf(out, ", stored %" PRId64, s->stored);
    if (s->dead > 0)
        buf_printf(out, ", dead %" PRId64, s->dead);
    if (tally_reconnects(s->tally))
        buf_printf(out, ", reconnects %" PRIu64, tally_reconnects(s->tally));
    add_latency(out, &s->tally->latency);
}
