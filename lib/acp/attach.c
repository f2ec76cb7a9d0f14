/* SPDX-License-Identifier: MIT */
/* The files of messages. */
#include <string.h>

#include "acp/attach.h"
#include "acp/say.h"
#include "base/diag.h"

bool attach_begin(struct client *c, struct filter *f, struct talk *k)
{
    struct buf why = {0};
    if (!c->media || !fetch_wanted(k->turn))
        return false;
    int error = fetch_start(&k->fetch, &k->fetching, c->media, k->turn, c->agent.kill_after, c->agent.max);
    if (!error)
        return true;
    buf_printf(&why, "its files are not fetched: %s", strerror(error));
    say_report(c, k, buf_cstr(&why));
    filter_fail(f, EX_IOERR);
    buf_free(&why);
    return false;
}

void attach_prepare(struct client *c, struct pollset *ps)
{
    for (struct talk *k = c->busy ? c->talks : NULL; k; k = k->hh.next) {
        if (!k->fetch.on)
            continue;
        process_prepare(&k->fetching, ps, true);
        pollset_until(ps, k->fetch.until);
        if (process_over(&k->fetching))
            pollset_until(ps, 0);
    }
}

static void take(struct client *c, struct filter *f, struct talk *k)
{
    int status = fetch_take(&k->fetch, &k->fetching, k->turn);
    process_finish(&k->fetching);
    reader_free(&k->fetching.out);
    if (!status || k->interrupted)
        return;
    struct buf why = {0};
    buf_printf(&why, "not all of its files were fetched (relay-media: %s %d)",
               k->fetch.late ? "time-out, status" : "exit status", status);
    say_report(c, k, buf_cstr(&why));
    filter_fail(f, EX_NO);
    buf_free(&why);
}

void attach_ready(struct client *c, struct filter *f, const struct pollset *ps, bool ended)
{
    for (struct talk *k = c->busy ? c->talks : NULL; k; k = k->hh.next) {
        if (!k->fetch.on)
            continue;
        if (ended)
            process_check(&k->fetching);
        process_ready(&k->fetching, ps, true);
        if (fetch_over(&k->fetch, &k->fetching))
            take(c, f, k);
    }
}

void attach_stop(struct talk *k)
{
    if (k->fetch.on)
        process_stop(&k->fetching);
}
