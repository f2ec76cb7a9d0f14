/* SPDX-License-Identifier: MIT */
/* relay-dial: what goes down to COMMAND or stdout, and how much of it is never read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/diag.h"
#include "dial/internal.h"
#include "json/write.h"

void dial_fail(struct dial *d, int status)
{
    exit_raise(&d->status, status);
}

bool dial_head_open(const struct dial *d)
{
    return d->head.fd >= 0 && !d->head_closing;
}

void dial_emit(struct dial *d, struct span line)
{
    if (!dial_head_open(d))
        return;
    writer_line(&d->head, line);
    d->live.queued += line.n + 1;
}

size_t dial_unread(const struct dial *d)
{
    int n = 0, fd = d->head.fd >= 0 ? d->head.fd : d->live.pipe;
    return fd >= 0 && ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

/* How far the stream has been read; for a pipe to COMMAND, that is known exactly. */
static uint64_t read_until(const struct dial *d)
{
    uint64_t written = d->live.queued - writer_pending(&d->head);
    return d->o->command ? written - dial_unread(d) : written;
}

/* Forgets the messages that have been read. */
static void make_room(struct dial *d)
{
    struct live *l = &d->live;
    uint64_t seen = read_until(d);
    while (l->from < l->n && l->end[l->from] <= seen)
        l->from++;
    l->n -= l->from;
    if (l->from)
        memmove(l->end, l->end + l->from, l->n * sizeof *l->end);
    l->from = 0;
    if (l->n >= l->cap / 2) {
        l->cap = l->cap ? l->cap * 2 : 256;
        l->end = xrealloc(l->end, l->cap * sizeof *l->end);
    }
}

void dial_emit_live(struct dial *d, struct span line)
{
    struct live *l = &d->live;
    if (!dial_head_open(d)) {
        l->here++;
        return;
    }
    if (l->n == l->cap)
        make_room(d);
    dial_emit(d, line);
    l->end[l->n++] = l->queued;
}

void dial_count_live(struct dial *d)
{
    struct live *l = &d->live;
    uint64_t seen = read_until(d), written = l->queued - writer_pending(&d->head);
    for (; l->from < l->n; l->from++) {
        l->here += l->end[l->from] > written;
        l->piped += l->end[l->from] <= written && l->end[l->from] > seen;
    }
}

void dial_emit_result(struct dial *d, struct span request_id, struct span error, bool ambiguous,
                      unsigned marks)
{
    struct buf b = {0};
    ledger_result(&b, request_id, error, ambiguous, marks);
    dial_emit(d, buf_as_span(&b));
    d->tally.results[TALLY_SYNTHETIC]++;
    record_frame(&d->record, "down", buf_as_span(&b));
    buf_free(&b);
}

void dial_emit_link(struct dial *d, const char *state, const char *members)
{
    struct buf b = {0};
    json_begin(&b, '{');
    json_add_str(&b, "type", "link");
    json_add_str(&b, "state", state);
    if (*members)
        json_put(&b, span_of(members));
    json_end(&b, '}');
    if (!d->o->no_link)
        dial_emit(d, buf_as_span(&b));
    record_frame(&d->record, "link", buf_as_span(&b));
    buf_free(&b);
}

/* Keeps a reading end of COMMAND's pipe, to see later how much COMMAND has left in it. */
static void keep_eye(struct dial *d)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", d->head.fd);
    d->live.pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

void dial_close_head(struct dial *d)
{
    d->head_closing = true;
    if (d->head.fd < 0 || writer_pending(&d->head))
        return;
    if (d->o->command)
        keep_eye(d);
    if (!writer_close(&d->head) && !d->o->command) {
        complain("close stdout:");
        dial_fail(d, EX_IOERR);
    }
}

/* The reader of what comes down is gone, or writing to it failed. COMMAND may still write something: the run
 * ends when COMMAND does. */
void dial_head_failed(struct dial *d)
{
    if (errno != EPIPE) {
        complain("write %s:", d->o->command ? "to COMMAND" : "stdout");
        dial_fail(d, EX_IOERR);
    }
    dial_count_live(d);
    writer_close(&d->head);
    d->head_gone = true;
}

void dial_flush_head(struct dial *d)
{
    if (d->head.fd < 0)
        return;
    if (!writer_flush(&d->head))
        dial_head_failed(d);
    else if (d->head_closing)
        dial_close_head(d);
}
