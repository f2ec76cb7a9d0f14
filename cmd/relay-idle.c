/* SPDX-License-Identifier: MIT */
/* relay-idle: asks the connector to buffer, at the right moment (protocol §2, §3). */
#include <signal.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/filter.h"
#include "relay/idle.h"
#include "base/sig.h"

struct stage {
    struct idle idle;
    int signals;
};

static void send_going_idle(struct filter *f)
{
    filter_emit(f, span_of("{\"type\":\"going_idle\"}"));
}

static bool take_frame(struct filter *f, struct frame *fr)
{
    struct stage *st = f->ctx;
    if (idle_frame(&st->idle, fr, clock_ms()))
        send_going_idle(f);
    return true;
}

/* Before each wait, so that what was read in the meantime counts. What is sent here goes out at the next
 * turn, which therefore comes at once. */
static void check_time(struct filter *f, struct pollset *ps)
{
    struct stage *st = f->ctx;
    switch (idle_tick(&st->idle, clock_ms())) {
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
    pollset_until(ps, idle_due(&st->idle));
    pollset_add(ps, st->signals, POLLIN);
}

static void take_signals(struct filter *f, const struct pollset *ps)
{
    struct stage *st = f->ctx;
    (void)ps;
    while (sig_next()) {
        if (idle_ask(&st->idle, clock_ms()))
            send_going_idle(f);
        else
            warn("ignore SIGUSR1: going_idle %s", st->idle.flipped ? "was acked" : "is out, not acked yet");
    }
}

static void settle(struct filter *f)
{
    struct stage *st = f->ctx;
    if (!st->idle.asked)
        return;
    if (!st->idle.late)
        complain("wait for going_idle_ack: the input ended first");
    filter_fail(f, EX_TEMPFAIL);
}

enum { KEY_AFTER = OPT_LONG };

static const struct opt options[] = {
    {'n', "null-input", NULL, "do not read stdin: ask now, then end"},
    {KEY_AFTER, "after", "DURATION", "ask when no message passed for so long"},
};

static const struct tool tool = {
    .purpose = "Ask the connector to buffer: when the link drains, on SIGUSR1, or when nothing is said.",
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
    struct opts o = {0};
    struct stage st = {0};
    struct filter f = {.frame = take_frame, .ctx = &st};
    int64_t after = 0;
    for (int key; (key = opt_next(&o, &tool, argc, argv)) != -1;) {
        if (key == 'n')
            f.null_input = true;
        else if (key == KEY_AFTER && (after = opt_duration(&o)) == 0)
            opt_wrong("read --%s '%s': must be more than 0", o.name, o.arg);
    }
    if (o.operands < argc)
        opt_wrong("unexpected operand '%s'", argv[o.operands]);
    if (f.null_input && after)
        die(EX_CONFIG, "--null-input asks at once, --after waits: give one of them");
    filter_init(&f, &o);
    if (f.null_input) {
        f.start = send_going_idle;
    } else {
        f.end = settle;
        f.prepare = check_time;
        f.ready = take_signals;
        st.signals = sig_open((const int[]){SIGUSR1, 0});
    }
    idle_init(&st.idle, after, clock_ms());
    return filter_run(&f);
}
