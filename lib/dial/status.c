/* SPDX-License-Identifier: MIT */
/* The status of a run. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/status.h"
#include "json/write.h"

enum { STATUS_EVERY = 1000 }; /* ms */

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
}

static void add_age(struct buf *out, const char *what, int64_t then, int64_t now)
{
    if (then)
        buf_printf(out, "%s %.1f s ago", what, (double)(now > then ? now - then : 0) / 1000);
    else
        buf_printf(out, "%s never", what);
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
}

void status_file_check(const struct status_file *f)
{
    struct stat st;
    if (f->path && lstat(f->path, &st) == 0 && !S_ISREG(st.st_mode))
        die(EX_CONFIG, "write --status %s: not a regular file", f->path);
}

void status_file_prepare(const struct status_file *f, struct pollset *ps)
{
    if (f->path && f->stale)
        pollset_until(ps, f->next);
}

bool status_file_due(struct status_file *f)
{
    f->stale = true;
    return f->path && clock_ms() >= f->next;
}

/* Replaces the file with the text, so that a reader always sees a whole one. The temporary name is ours: no
 * other file of the user is touched. */
static bool replace(const char *path, struct span text)
{
    struct buf name = {0};
    mode_t mask = umask(077);
    umask(mask);
    buf_printf(&name, "%s.XXXXXX", path);
    char *temporary = xstrdup(buf_cstr(&name));
    int fd = mkstemp(temporary);
    bool ok = fd >= 0 && fchmod(fd, 0644 & ~mask) == 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok && fd >= 0) {
        int why = errno;
        unlink(temporary);
        errno = why;
    }
    free(temporary);
    buf_free(&name);
    return ok;
}

bool status_file_write(struct status_file *f, const struct status *s)
{
    struct buf text = {0}, whole = {0};
    f->stale = false;
    f->next = clock_ms() + STATUS_EVERY;
    status_members(&text, s);
    if (span_same(buf_as_span(&text), buf_as_span(&f->last))) {
        buf_free(&text);
        return true;
    }
    json_begin(&whole, '{');
    json_key(&whole, "t");
    buf_ch(&whole, '"');
    clock_stamp(&whole);
    buf_str(&whole, "\",");
    buf_span(&whole, buf_as_span(&text));
    buf_str(&whole, "}\n");
    bool ok = replace(f->path, buf_as_span(&whole)), first = !ok && !f->failed;
    if (first)
        complain("write --status %s:", f->path);
    f->failed = !ok;
    buf_free(&whole);
    buf_free(ok ? &f->last : &text);
    if (ok)
        f->last = text;
    return !first;
}

void status_file_free(struct status_file *f)
{
    buf_free(&f->last);
}
