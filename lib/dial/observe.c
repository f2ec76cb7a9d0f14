/* SPDX-License-Identifier: MIT */
/* relay-dial: what can be seen of a run from outside: the recording, the ready descriptor, the status. None
 * of them ever holds the run up. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"
#include "dial/notice.h"
#include "dial/stats.h"

/* Whether a terminal can hang up on us. */
static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void dial_observe_start(struct dial *d)
{
    signal(SIGXFSZ, SIG_IGN); /* exceeding the file-size limit is an error for that file, not a signal */
    d->started = clock_wall_ms();
    d->dead = -1;
    d->status_file = (struct kept){.option = "status", .path = d->o->status};
    d->stats_file = (struct kept){.option = "stats", .path = d->o->stats};
    kept_check(&d->status_file);
    kept_check(&d->stats_file);
    record_open(&d->record, d->o->record);
    ready_open(&d->ready, d->o->ready_fd);
    notify_open(&d->notify);
    d->hup_reopens = d->o->record && !has_terminal();
}

void dial_reopen(struct dial *d)
{
    if (record_reopen(&d->record))
        info(1, "open %s again", d->o->record);
    notify_reloaded(&d->notify);
}

void dial_saw(struct dial *d, const char *dir, enum frame_type type, struct span line)
{
    enum frame_type t = type < FRAME_ACTION ? type : FRAME_OTHER;
    (*dir == 'u' ? d->tally.up : d->tally.down)[t]++;
    record_frame(&d->record, dir, line);
}

void dial_saw_result(struct dial *d, const struct owed *o, bool success)
{
    d->tally.results[success ? TALLY_OK : TALLY_REFUSED]++;
    latency_add(&d->tally.latency, clock_us() - o->taken, clock_ms());
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
                         .waiting = d->waiting,
                         .stored = d->stored,
                         .dead = d->dead,
                         .started = d->started,
                         .ping = f->ping_us,
                         .tally = &d->tally};
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

static void write_status(struct dial *d, const struct status *s)
{
    struct buf head = {0}, text = {0};
    buf_str(&head, "{\"t\":\"");
    clock_stamp(&head);
    buf_str(&head, "\",");
    status_members(&text, s);
    buf_str(&text, "}\n");
    if (!kept_write(&d->status_file, buf_as_span(&head), buf_as_span(&text)))
        dial_fail(d, EX_IOERR);
    buf_free(&head);
    buf_free(&text);
}

static void write_stats(struct dial *d, const struct status *s)
{
    struct buf text = {0};
    stats_text(&text, s, RELAY_VERSION);
    if (!kept_write(&d->stats_file, span_of(""), buf_as_span(&text)))
        dial_fail(d, EX_IOERR);
    buf_free(&text);
}

static void show(struct dial *d, bool status, bool stats)
{
    struct status s;
    struct link_facts f;
    look(d, &s, &f);
    if (status)
        write_status(d, &s);
    if (stats)
        write_stats(d, &s);
}

static void tell_manager(struct dial *d)
{
    struct notice n = {.phase = d->phase,
                       .link = link_phase(d->link),
                       .attempt = d->attempt,
                       .running = d->running,
                       .waiting = d->waiting,
                       .stored = d->stored,
                       .owed = ledger_count(d->ledger)};
    struct link_facts f;
    link_facts(d->link, &f);
    n.since = f.since;
    struct buf words = {0};
    notice_words(&words, &n, clock_wall_ms());
    notify_tell(&d->notify, d->auth.descriptor && d->phase == SERVING, d->phase != SERVING,
                buf_as_span(&words));
    buf_free(&words);
}

void dial_observe_prepare(const struct dial *d, struct pollset *ps)
{
    record_prepare(&d->record, ps);
    ready_prepare(&d->ready, ps);
    kept_prepare(&d->status_file, ps);
    kept_prepare(&d->stats_file, ps);
    notify_prepare(&d->notify, ps);
}

void dial_observe(struct dial *d)
{
    if (!record_flush(&d->record) || !ready_flush(&d->ready))
        dial_fail(d, EX_IOERR);
    bool status = kept_due(&d->status_file), stats = kept_due(&d->stats_file);
    if (status || stats)
        show(d, status, stats);
    if (notify_due(&d->notify, d->auth.descriptor, d->phase != SERVING))
        tell_manager(d);
}

void dial_observe_end(struct dial *d)
{
    bool ready = ready_close(&d->ready);
    if (!record_close(&d->record) || !ready)
        dial_fail(d, EX_IOERR);
    show(d, d->status_file.path, d->stats_file.path);
    kept_free(&d->status_file);
    kept_free(&d->stats_file);
    notify_close(&d->notify, d->status);
}
