/* SPDX-License-Identifier: MIT */
/* The status of a run as metrics. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "dial/stats.h"

/* The lines before a metric's values. */
static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP relay_%s %s\n# TYPE relay_%s %s\n", name, help, name, type);
}

static void gauge(struct buf *out, const char *name, int64_t value, const char *help)
{
    head(out, name, "gauge", help);
    buf_printf(out, "relay_%s %" PRId64 "\n", name, value);
}

static void counter(struct buf *out, const char *name, uint64_t value, const char *help)
{
    head(out, name, "counter", help);
    buf_printf(out, "relay_%s %" PRIu64 "\n", name, value);
}

/* A moment in ms, as seconds. */
static void moment(struct buf *out, const char *name, int64_t ms, const char *help)
{
    head(out, name, "gauge", help);
    buf_printf(out, "relay_%s %" PRId64 ".%03d\n", name, ms / 1000, (int)(ms % 1000));
}

static void label(struct buf *out, const char *name, const char *key, const char *word, int64_t value)
{
    buf_printf(out, "relay_%s{%s=\"%s\"} %" PRId64 "\n", name, key, word, value);
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            buf_str(out, "\\n");
        else if (*text == '"' || *text == '\\')
            buf_ch(out, '\\'), buf_ch(out, *text);
        else
            buf_ch(out, *text);
}

/* A duration in microseconds, as seconds; a negative one is none. */
static void add_seconds(struct buf *out, int64_t us)
{
    if (us < 0)
        buf_str(out, "NaN\n");
    else
        buf_printf(out, "%" PRId64 ".%06d\n", us / 1000000, (int)(us % 1000000));
}

static void add_link(struct buf *out, const struct status *s)
{
    static const char *const states[] = {"down", "dialling", "open", "closing"};
    gauge(out, "up", strcmp(s->link, "open") == 0, "Whether the link is open.");
    head(out, "link_state", "gauge", "The state of the link: 1 for the one that it is in.");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        label(out, "link_state", "state", states[i], strcmp(s->link, states[i]) == 0);
    moment(out, "link_since_seconds", s->since, "When the link got into that state, Unix time.");
    moment(out, "last_received_seconds", s->last_in, "When a byte was last received; 0: never.");
    moment(out, "last_sent_seconds", s->last_out, "When a byte was last sent; 0: never.");
    head(out, "ping_seconds", "gauge", "How long the last ping took to be answered.");
    buf_str(out, "relay_ping_seconds ");
    add_seconds(out, s->ping);
    counter(out, "dials_total", s->tally->dials, "Attempts to open the link.");
    counter(out, "reconnects_total", tally_reconnects(s->tally), "Times that the link was opened again.");
    gauge(out, "flipped", s->flipped, "Whether the connector buffers messages.");
}

static void add_in_hand(struct buf *out, const struct status *s)
{
    static const char *const owed[STATUS_OWED] = {"hello", "outbound", "going_idle"};
    head(out, "owed", "gauge", "Replies that are owed, by the type of the frame that asks for them.");
    for (int i = 0; i < STATUS_OWED; i++)
        label(out, "owed", "type", owed[i], (int64_t)s->owed[i].n);
    head(out, "messages", "gauge", "Messages in hand, by state.");
    label(out, "messages", "state", "running", s->running);
    label(out, "messages", "state", "waiting", s->waiting);
    label(out, "messages", "state", "stored", s->stored);
    if (s->dead >= 0)
        gauge(out, "dead_letters", s->dead, "Messages that were given up and are kept.");
    head(out, "queued_bytes", "gauge", "Bytes that wait to be written, by direction.");
    label(out, "queued_bytes", "dir", "up", (int64_t)s->queued_up);
    label(out, "queued_bytes", "dir", "down", (int64_t)s->queued_down);
}

static void add_frames(struct buf *out, const char *dir, const uint64_t *n)
{
    for (int i = 0; i < TALLY_TYPES; i++)
        if (n[i])
            buf_printf(out, "relay_frames_total{dir=\"%s\",type=\"%s\"} %" PRIu64 "\n", dir,
                       frame_type_name((enum frame_type)i), n[i]);
}

static void add_results(struct buf *out, struct tally *t)
{
    struct latency *l = &t->latency;
    int64_t now = clock_ms();
    head(out, "results_total", "counter", "Results of outbounds, by kind.");
    for (int i = 0; i < TALLY_RESULTS; i++)
        label(out, "results_total", "result", tally_result_name((enum tally_result)i),
              (int64_t)t->results[i]);
    head(out, "result_seconds", "summary",
         "Time from an outbound to its result; quantiles of the last minutes.");
    buf_str(out, "relay_result_seconds{quantile=\"0.5\"} ");
    add_seconds(out, latency_percentile(l, 50, now));
    buf_str(out, "relay_result_seconds{quantile=\"0.99\"} ");
    add_seconds(out, latency_percentile(l, 99, now));
    buf_str(out, "relay_result_seconds_sum ");
    add_seconds(out, (int64_t)l->sum);
    buf_printf(out, "relay_result_seconds_count %" PRIu64 "\n", l->count);
}

void stats_text(struct buf *out, const struct status *s, const char *version)
{
    head(out, "info", "gauge", "The version and the connector.");
    buf_printf(out, "relay_info{version=\"%s\",url=\"", version);
    add_escaped(out, s->url);
    buf_str(out, "\"} 1\n");
    moment(out, "start_time_seconds", s->started, "When the run began, Unix time.");
    add_link(out, s);
    add_in_hand(out, s);
    head(out, "frames_total", "counter", "Frames, by direction and type.");
    add_frames(out, "up", s->tally->up);
    add_frames(out, "down", s->tally->down);
    add_results(out, s->tally);
}
