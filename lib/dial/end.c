/* SPDX-License-Identifier: MIT */
/* relay-dial: the phases of a run, what leads to each and how each begins.
 *
 * A drain has one bound, `bound`: --kill-after from the first signal to the exit. It ends in five equal
 * steps, each an eighth of it but at most 2 s: at the latest, the head is closed five steps before the bound,
 * COMMAND gets TERM three steps before and KILL two, and waiting ends one step before. If we are late
 * ourselves, what is left to do still has half a step each. A drain that follows a flip without a signal has
 * no bound. */
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "dial/internal.h"
#include "relay/ws.h"

enum { STEP_MOST = 2000 };

static int64_t step(const struct dial *d)
{
    int64_t eighth = d->o->kill_after / 8;
    return eighth < STEP_MOST ? eighth : STEP_MOST;
}

/* The moment that many steps before the bound. */
static int64_t steps_before(const struct dial *d, int steps)
{
    return d->bound == INT64_MAX ? INT64_MAX : d->bound - steps * step(d);
}

/* The same, or half a step from now if that is later. */
static int64_t fairly(const struct dial *d, int steps)
{
    int64_t by = steps_before(d, steps), soonest = clock_ms() + step(d) / 2;
    return by > soonest ? by : soonest;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void hurry(struct dial *d)
{
    d->bound = earlier(d->bound, clock_ms() + d->o->kill_after);
}

/* No more is wanted: --count or --max-time is reached. */
static bool enough(const struct dial *d)
{
    return d->timed_out || (d->o->count && d->received >= d->o->count);
}

static bool input_is_over(const struct dial *d)
{
    if (!d->o->command)
        return d->tail.fd < 0 && !d->o->null_input && !d->o->stay;
    /* In a drain on a signal, the stages may go on even if the signal killed their shell. */
    return d->tail.fd < 0 || (d->child.pid == 0 && (!d->signalled || d->head_gone));
}

/* In pipe mode: what comes down has nowhere to go, so no answer is awaited. */
static bool reader_gone(const struct dial *d)
{
    return !d->o->command && d->head_gone;
}

static bool is_settled(const struct dial *d)
{
    size_t owed = ledger_count(d->ledger);
    if (d->signalled) /* a run that is about to end no longer needs a descriptor */
        owed -= ledger_count_type(d->ledger, FRAME_HELLO);
    bool awaited = owed && !d->o->no_wait && !reader_gone(d);
    return !awaited && !lines_pending(&d->lines) && !link_pending(d->link);
}

static struct facts facts_of(const struct dial *d)
{
    bool ring = d->o->command;
    return (struct facts){
        .signalled = d->signalled,
        .over = enough(d),
        .flipped = d->flip.acked && (d->phase == DRAINING || !d->o->stay),
        .no_flip = flip_off(&d->flip, ledger_count_type(d->ledger, FRAME_GOING_IDLE) > 0),
        .rest = dial_rest(d),
        .no_work = !d->running && !d->waiting,
        .no_link = d->link_over,
        .input_over = input_is_over(d),
        .command_over = ring ? dial_command_over(d) : d->tail.fd < 0,
        .reader_gone = reader_gone(d),
        .settled = is_settled(d),
        .link_down = link_phase(d->link) == LINK_DOWN,
        .late = clock_ms() >= d->phase_by || (!ring && d->phase == SETTLING && enough(d)),
    };
}

/* ---- how each phase begins; each returns the moment at which the phase has lasted too long ---- */

static int64_t begin_draining(struct dial *d)
{
    flip_drain(&d->flip, d->o->no_link, d->phase_at);
    dial_emit_link(d, "draining", "");
    return steps_before(d, 5);
}

static int64_t begin_resting(struct dial *d)
{
    if (d->link_over)
        hurry(d);
    return steps_before(d, 5);
}

/* There is no hurry if the connector has been flipped. */
static int64_t begin_finishing(struct dial *d)
{
    if (!d->flip.acked)
        hurry(d);
    dial_close_head(d);
    return fairly(d, 3);
}

static int64_t begin_settling(struct dial *d)
{
    bool ring = d->o->command;
    int64_t now = clock_ms(), limit = d->o->wait;
    d->tail_stop = true;
    if (d->timed_out)
        limit = earlier(limit, LAST_WORDS);
    else if (reader_gone(d))
        limit = READER_GONE;
    else if (d->signalled && !ring)
        limit = INT64_MAX - now;
    if (reader_gone(d) && !d->link_over && link_phase(d->link) != LINK_OPEN)
        dial_abandon(d, "given up, there is no output");
    return earlier(now + limit, fairly(d, 1));
}

static int64_t begin_closing(struct dial *d)
{
    if (d->o->no_wait)
        dial_settle_silently(d);
    else if (!d->link_over && !reader_gone(d))
        dial_overdue(d, "in time");
    if (link_phase(d->link) == LINK_OPEN)
        link_close(d->link, WS_NORMAL, "");
    else if (!d->link_over)
        dial_abandon(d, "not open in time");
    return earlier(fairly(d, 0), d->timed_out ? clock_ms() + LAST_WORDS : INT64_MAX);
}

static void enter(struct dial *d, enum phase p)
{
    static int64_t (*const begin[])(struct dial *) = {
        [DRAINING] = begin_draining, [RESTING] = begin_resting, [FINISHING] = begin_finishing,
        [SETTLING] = begin_settling, [CLOSING] = begin_closing, [DONE] = NULL,
    };
    info(2, "phase %s", phase_name(p));
    d->phase = p;
    d->phase_at = clock_ms();
    d->phase_by = begin[p] ? begin[p](d) : INT64_MAX;
}

void dial_advance(struct dial *d)
{
    for (;;) {
        struct facts f = facts_of(d);
        enum phase next = next_phase(d->phase, d->o->command, &f);
        if (next == d->phase)
            return;
        enter(d, next);
    }
}

void dial_phase_late(struct dial *d)
{
    if (d->phase != FINISHING || dial_command_over(d))
        return;
    dial_kill_command(d);
    d->phase_by = dial_command_over(d) ? INT64_MAX : fairly(d, d->kills ? 3 - d->kills : 2);
}

/* ---- signals ---- */

/* A second signal: the run ends now, and reports what is lost with it. */
static void end_at_once(struct dial *d, int number)
{
    child_kill(&d->child, SIGTERM);
    dial_say_lost(d);
    writer_flush(&d->head);
    sig_die(number);
}

/* The first signal reaches a run that is already ending: from now on its waits are bounded. */
static void hurry_phase(struct dial *d)
{
    static const int steps[] = {[DRAINING] = 5, [RESTING] = 5, [FINISHING] = 3, [SETTLING] = 1};
    hurry(d);
    if (d->phase == SETTLING)
        d->phase_by = 0;
    else if (d->phase < SETTLING && d->phase > SERVING)
        d->phase_by = earlier(d->phase_by, steps_before(d, steps[d->phase]));
}

void dial_signal(struct dial *d, int number)
{
    int64_t now = clock_ms();
    if (d->signalled) {
        if (number != SIGHUP && now - d->signal_at >= SAME_SIGNAL)
            end_at_once(d, number);
        return;
    }
    d->signalled = number;
    d->signal_at = now;
    info(1, "drain on signal %d", number);
    hurry_phase(d);
    if (d->phase <= RESTING || (d->phase == SETTLING && ledger_count(d->ledger)))
        dial_say_waiting(d);
    if (d->phase == SERVING && !d->link_over && link_phase(d->link) != LINK_OPEN &&
        (d->o->command || !lines_pending(&d->lines)))
        dial_abandon(d, "given up on a signal");
}
