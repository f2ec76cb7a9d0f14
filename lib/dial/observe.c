/* SPDX-License-Identifier: MIT */
/* relay-dial: what can be seen of a run from outside: the recording, the ready descriptor, the status. None
 * of them ever holds the run up. */
#include <signal.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"

void dial_observe_start(struct dial *d)
{
    signal(SIGXFSZ, SIG_IGN); /* exceeding the file-size limit is an error for that file, not a signal */
    d->state = (struct status_file){.path = d->o->status};
    status_file_check(&d->state);
    record_open(&d->record, d->o->record);
    ready_open(&d->ready, d->o->ready_fd);
}

static void look(struct dial *d, struct status *s, struct link_facts *f)
{
    static const char *const phases[] = {
        [LINK_DOWN] = "down", [LINK_DIALLING] = "dialling", [LINK_OPEN] = "open", [LINK_CLOSING] = "closing"};
    static const enum frame_type types[STATUS_OWED] = {FRAME_HELLO, FRAME_OUTBOUND, FRAME_GOING_IDLE};
    int64_t skew = clock_wall_ms() - clock_ms();
    link_facts(d->link, f);
    *s = (struct status){.phase = phase_name(d->phase),
                         .link = phases[link_phase(d->link)],
                         .since = f->since,
                         .attempt = d->attempt,
                         .url = buf_cstr(&d->url),
                         .peer = f->peer,
                         .last_in = f->last_in,
                         .last_out = f->last_out,
                         .queued_up = lines_pending(&d->lines) + link_pending(d->link),
                         .queued_down = writer_pending(&d->head),
                         .flipped = d->flip.acked,
                         .running = d->running,
                         .waiting = d->waiting};
    for (int i = 0; i < STATUS_OWED; i++) {
        s->owed[i].n = ledger_count_type(d->ledger, types[i]);
        if (s->owed[i].n)
            s->owed[i].oldest = ledger_oldest(d->ledger, types[i]) + skew;
    }
}

void dial_say_status(struct dial *d)
{
    struct status s;
    struct link_facts f;
    struct buf b = {0};
    look(d, &s, &f);
    status_text(&b, &s, clock_wall_ms());
    complain("status: %s", buf_cstr(&b));
    buf_free(&b);
}

static void write_status(struct dial *d)
{
    struct status s;
    struct link_facts f;
    look(d, &s, &f);
    if (!status_file_write(&d->state, &s))
        dial_fail(d, EX_IOERR);
}

void dial_observe_prepare(const struct dial *d, struct pollset *ps)
{
    record_prepare(&d->record, ps);
    ready_prepare(&d->ready, ps);
    status_file_prepare(&d->state, ps);
}

void dial_observe(struct dial *d)
{
    if (!record_flush(&d->record) || !ready_flush(&d->ready))
        dial_fail(d, EX_IOERR);
    if (status_file_due(&d->state))
        write_status(d);
}

void dial_observe_end(struct dial *d)
{
    bool ready = ready_close(&d->ready);
    if (!record_close(&d->record) || !ready)
        dial_fail(d, EX_IOERR);
    if (d->state.path)
        write_status(d);
    status_file_free(&d->state);
}
