/* SPDX-License-Identifier: MIT */
/* Opening and closing the inbox of relay-run. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "base/table.h"
#include "inbox/lock.h"
#include "run/effect.h"
#include "run/events.h"
#include "run/recover.h"

enum {
    LOCK_PATIENCE = 2000, /* ms: relay-inbox has the lock while it changes something */
    LOCK_EVERY = 20,
};

static void take_lock(struct durable *d)
{
    int64_t until = clock_ms() + LOCK_PATIENCE;
    pid_t holder;
    while ((d->lock = lock_take(d->path, &holder)) < 0 && errno == EBUSY && clock_ms() < until)
        poll(NULL, 0, LOCK_EVERY);
    if (d->lock >= 0)
        return;
    if (errno != EBUSY)
        die(EX_NOINPUT, "lock %s-lock:", d->path);
    if (holder)
        die(EX_CONFIG, "lock %s: process %jd uses it", d->path, (intmax_t)holder);
    die(EX_CONFIG, "lock %s: another process uses it", d->path);
}

static void on_start(struct filter *f)
{
    recover(f->ctx, f);
}

static void on_over(struct filter *f)
{
    struct runner *r = f->ctx;
    struct durable *d = r->durable;
    if (d->unsettled && !d->journal.down && !store_settle_all(d->journal.store)) {
        complain("write %s: %s", d->path, store_problem(d->journal.store));
        filter_fail(f, EX_IOERR);
    }
    if (d->stored)
        info(1, "%jd messages wait in %s", (intmax_t)d->stored, d->path);
}

void durable_open(struct durable *d, struct runner *r, struct filter *f)
{
    static const int look[] = {SIGUSR1, 0};
    struct buf why = {0};
    struct effects *x = xcalloc(1, sizeof *x);
    int status;
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is an error like a full disk */
    sig_open(look);           /* before somebody can find us by the lock */
    take_lock(d);
    struct store *s = store_open(d->path, STORE_RING, &status, &why);
    if (!s)
        die(status, "open %s: %s", d->path, buf_cstr(&why));
    *x = (struct effects){r, f};
    d->journal = (struct journal){
        .store = s, .path = d->path, .written = effect_written, .tell = effect_tell, .ctx = x};
    d->prune_at = clock_ms();
    r->requests.keep = events_keep;
    r->requests.ctx = &d->journal;
    f->start = on_start;
    f->over = on_over;
}

void durable_close(struct runner *r)
{
    struct durable *d = r->durable;
    for (struct turn *t; (t = d->answered);) {
        DL_DELETE(d->answered, t);
        turn_free(t);
    }
    while (d->journal.entries)
        journal_drop(&d->journal, d->journal.entries, false);
    store_close(d->journal.store);
    free(d->journal.ctx);
    close(d->lock);
}
