/* SPDX-License-Identifier: MIT */
/* relay-idle: asks the connector to buffer, at the right moment (protocol §2, §3). */
#include <signal.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "relay/filter.h"
#include "relay/idle.h"

static struct relay_idle {
    struct idle idle;
    int signals;
    bool now;
    int64_t after; /* ms; 0: never asks by itself */
} self;

static void send_going_idle(struct filter *f)
{
    filter_emit(f, span_of("{\"type\":\"going_idle\"}"));
}

static void explain(const struct relay_idle *s, const char *what)
{
    warn("ignore %s: going_idle %s", what, s->idle.flipped ? "was acked" : "is out, not acked yet");
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct relay_idle *s = f->ctx;
    if (idle_frame(&s->idle, fr, clock_ms()))
        send_going_idle(f);
    else if (fr->type == FRAME_LINK && json_eq(frame_get(fr, "state"), "idle"))
        explain(s, "link idle");
    return true;
}

/* Done before each wait, so that what was read meanwhile counts. A frame emitted here is written at the next
 * turn, which therefore comes at once. */
static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct relay_idle *s = f->ctx;
    switch (idle_tick(&s->idle, clock_ms())) {
    case IDLE_ASK:
        send_going_idle(f);
        pollset_until(ps, 0);
        break;
    case IDLE_LATE:
        complain("wait for going_idle_ack: none came within %d s", IDLE_ACK_MS / 1000);
        filter_fail(f, EX_TEMPFAIL);
        break;
    case IDLE_NOTHING:
        break;
    }
    pollset_until(ps, idle_due(&s->idle));
    pollset_add(ps, s->signals, POLLIN);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct relay_idle *s = f->ctx;
    (void)ps;
    while (sig_next()) {
        if (idle_ask(&s->idle, clock_ms()))
            send_going_idle(f);
        else
            explain(s, "SIGUSR1");
    }
}

static void on_end(struct filter *f)
{
    struct relay_idle *s = f->ctx;
    if (!idle_waits(&s->idle))
        return;
    if (!s->idle.late)
        complain("wait for going_idle_ack: the input ended first");
    filter_fail(f, EX_TEMPFAIL);
}

static const struct opt options[] = {
    OPT_FLAG('n', "null-input", &self.now, "do not read stdin: ask now, then end"),
    OPT_TIME(0, "after", &self.after, 1, "also ask when the ring has been at rest for this long"),
};

static const struct tool tool = {
    .purpose = "Ask the connector to buffer: when the ring drains, on SIGUSR1, or at rest.",
    .synopsis = "[--after DURATION]\n-n",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_DATAERR, EX_OSERR, EX_IOERR, EX_TEMPFAIL, EX_CONFIG, -1},
    .examples = "  relay-idle -n\n"
                "  relay-idle --after 15m <frames.ndjson\n",
    .filter = true,
};

int main(int argc, char **argv)
{
    struct opts o;
    struct filter asking = {.null_input = true, .start = send_going_idle, .ctx = &self};
    struct filter waiting = {
        .frame = on_frame, .end = on_end, .prepare = on_prepare, .ready = on_ready, .ctx = &self};
    opt_read(&o, &tool, argc, argv);
    opt_exclusive(&o, "null-input", "after");
    struct filter *f = self.now ? &asking : &waiting;
    filter_init(f, &o);
    if (!self.now)
        self.signals = sig_open((const int[]){SIGUSR1, 0});
    idle_init(&self.idle, self.after, clock_ms());
    int status = filter_run(f);
    idle_free(&self.idle);
    return status;
}
