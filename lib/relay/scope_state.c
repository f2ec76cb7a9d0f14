/* SPDX-License-Identifier: MIT */
/* The state file of relay-scope. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/logfile.h"
#include "relay/scope_state.h"

enum {
    LINE_LIMIT = 64 * 1024, /* no line of ours is that long */
    SLACK = 256 * 1024,     /* a log over twice the table and this is written anew */
    RETRY_MS = 10000,       /* after a failure */
};

static const char header_line[] = "{\"relay-scope\":1}\n";
static const size_t header_size = sizeof header_line - 2; /* without its line end */

struct scope_file {
    struct logfile log;
    struct scope *scope;
    off_t limit;     /* over this size the log is written anew */
    bool behind;     /* the table holds what the file does not */
    int64_t retry;   /* then try again */
    int status;      /* what scope_file_close() returns */
    struct buf text; /* scratch */
};

static void failed(struct scope_file *f)
{
    if (!f->behind)
        complain("write state %s:", f->log.path);
    f->behind = true;
    f->status = EX_IOERR;
    f->retry = clock_ms() + RETRY_MS;
}

static void set_limit(struct scope_file *f)
{
    f->limit = 2 * f->log.size + SLACK;
}

/* Writes the file anew from the table. */
static bool compact(struct scope_file *f)
{
    f->text.len = 0;
    buf_str(&f->text, header_line);
    for (const struct scope_record *r = NULL; (r = scope_next(f->scope, r));) {
        scope_print(&f->text, r);
        buf_ch(&f->text, '\n');
    }
    if (!logfile_replace(&f->log, buf_as_span(&f->text)))
        return false;
    if (f->behind)
        warn("write state %s: all of it is there again", f->log.path);
    f->behind = false;
    set_limit(f);
    return true;
}

void scope_file_add(struct scope_file *f, const struct scope_record *r)
{
    if (f->behind) {
        if (clock_ms() >= f->retry && !compact(f))
            failed(f);
        return;
    }
    f->text.len = 0;
    scope_print(&f->text, r);
    buf_ch(&f->text, '\n');
    if (!logfile_append(&f->log, buf_as_span(&f->text)))
        failed(f);
    else if (f->log.size > f->limit && !compact(f)) {
        complain("compact state %s:", f->log.path);
        f->status = EX_IOERR;
        set_limit(f);
    }
}

struct loaded {
    size_t lines, bad;
    size_t torn; /* bytes after the last line end */
    bool ours;   /* the first line is the header, or there is none */
};

/* Reads what the file holds, up to its last line end. */
static void read_log(struct scope_file *f, struct loaded *l)
{
    struct reader r = {.fd = f->log.fd, .max = LINE_LIMIT};
    struct span line;
    enum reader_got got;
    for (l->ours = true; l->ours;) {
        if (!reader_fill(&r))
            die(EX_NOINPUT, "read state %s:", f->log.path);
        if (r.eof)
            break;
        while (l->ours && (got = reader_next(&r, &line)) != READER_MORE) {
            if (r.line == 1)
                l->ours = got == READER_LINE && line.n == header_size &&
                          memcmp(line.p, header_line, header_size) == 0;
            else if (got == READER_LONG || !scope_restore(f->scope, line))
                l->bad++;
            l->lines = (size_t)r.line - 1;
        }
    }
    l->torn = r.b.len - r.from;
    if (r.line == 0 && (l->torn > header_size || memcmp(r.b.p, header_line, l->torn) != 0))
        l->ours = false;
    if (r.skipping) /* longer than any line: what is left of it is not all of it */
        l->ours = false;
    reader_free(&r);
}

/* Takes over the file as it was left, and puts it in order. */
static void load(struct scope_file *f)
{
    struct loaded l = {0};
    read_log(f, &l);
    if (!l.ours)
        die(EX_NOINPUT, "read state %s: not a state file of relay-scope", f->log.path);
    if (l.torn)
        warn("read state %s: drop a torn last line of %zu bytes", f->log.path, l.torn);
    if (l.bad) {
        complain("read state %s: skip %zu bad lines", f->log.path, l.bad);
        f->status = EX_DATAERR;
    }
    set_limit(f);
    bool tidy = f->log.size && !l.torn && l.lines == scope_count(f->scope);
    if (tidy || compact(f))
        return;
    failed(f);
    /* No new file can be made, but the old one may still take what comes. */
    if (logfile_cut(&f->log, f->log.size - (off_t)l.torn))
        f->behind = !f->log.size && !logfile_append(&f->log, span_of(header_line));
}

struct scope_file *scope_file_open(const char *path, struct scope *scope)
{
    struct scope_file *f = xcalloc(1, sizeof *f);
    f->scope = scope;
    if (!logfile_open(&f->log, path)) {
        if (errno == EBUSY)
            die(EX_CONFIG, "lock state %s: another process uses it", path);
        if (errno == EINVAL)
            die(EX_NOINPUT, "open state %s: not a regular file", path);
        die(EX_NOINPUT, "open state %s:", path);
    }
    load(f);
    return f;
}

int scope_file_close(struct scope_file *f)
{
    if (f->behind)
        compact(f);
    int status = f->status;
    logfile_close(&f->log);
    buf_free(&f->text);
    free(f);
    return status;
}
