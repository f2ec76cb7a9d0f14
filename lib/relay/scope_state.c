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
    LINE_LIMIT = 64 * 1024, /* no line written here is that long */
    SLACK = 256 * 1024,     /* a log longer than twice the table plus this is rewritten */
    RETRY_MS = 10000,       /* until the next try after a failure */
};

static const char header[] = "{\"relay-scope\":1}"; /* the first line */

struct scope_file {
    struct logfile log;
    struct scope *scope;
    off_t limit;           /* a log over this size is rewritten */
    bool behind;           /* the table holds records that the file does not */
    int64_t retry;         /* when to try again */
    int status;            /* what scope_file_close() returns */
    struct buf text, line; /* scratch */
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

static void add_line(struct scope_file *f, const struct scope_record *r)
{
    f->line.len = 0;
    scope_print(&f->line, r);
    logfile_line(&f->text, buf_as_span(&f->line));
}

/* Rewrites the file from the table. */
static bool compact(struct scope_file *f)
{
    f->text.len = 0;
    logfile_line(&f->text, span_of(header));
    for (const struct scope_record *r = NULL; (r = scope_next(f->scope, r));)
        add_line(f, r);
    if (!logfile_replace(&f->log, buf_as_span(&f->text)))
        return false;
    if (f->behind)
        warn("write state %s: recovered, the file is complete again", f->log.path);
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
    add_line(f, r);
    if (!logfile_append(&f->log, buf_as_span(&f->text)))
        failed(f);
    else if (f->log.size > f->limit && !compact(f)) {
        complain("compact state %s:", f->log.path);
        f->status = EX_IOERR;
        set_limit(f);
    }
}

struct loaded {
    size_t lines; /* with a record */
    size_t bad;
    size_t torn; /* bytes of a line that was written in part; 0: none */
};

/* A first line that was cut off, with a checksum or without, is one of ours too. */
static bool is_header(struct scope_file *f, struct span line, enum logfile_got got)
{
    f->text.len = 0;
    logfile_line(&f->text, span_of(header));
    bool part = line.n < f->text.len && memcmp(line.p, f->text.p, line.n) == 0;
    bool whole = span_eq(line, header);
    return (got == LOGFILE_LINE && whole) || (got == LOGFILE_LAST && (part || whole));
}

static void take_line(struct scope_file *f, struct loaded *l, const struct logfile_reader *r,
                      struct span line, enum logfile_got got)
{
    bool whole = got == LOGFILE_LINE || got == LOGFILE_LAST;
    bool good = whole && (r->line == 1 ? span_eq(line, header) : scope_restore(f->scope, line));
    bool torn = got == LOGFILE_TORN || (got == LOGFILE_LAST && !good);
    l->lines += r->line > 1;
    if (torn)
        l->torn = r->size;
    else if (!good)
        l->bad++;
    if (torn && got == LOGFILE_LAST && !logfile_tear(&f->log, r))
        die(EX_NOINPUT, "write state %s:", f->log.path);
}

/* Reads what the file holds. A torn last line is removed. */
static void read_log(struct scope_file *f, struct loaded *l)
{
    struct logfile_reader r = {.max = LINE_LIMIT};
    struct span line;
    enum logfile_got got;
    while ((got = logfile_read(&f->log, &r, &line)) != LOGFILE_END) {
        if (got == LOGFILE_FAILED)
            die(EX_NOINPUT, "read state %s:", f->log.path);
        if (r.line == 1 && !is_header(f, line, got))
            die(EX_NOINPUT, "read state %s: not a state file of relay-scope", f->log.path);
        take_line(f, l, &r, line, got);
    }
    logfile_read_end(&r);
}

/* Loads the file as it was left, and repairs it. */
static void load(struct scope_file *f)
{
    struct loaded l = {0};
    read_log(f, &l);
    if (l.torn)
        complain("read state %s: drop a torn last line of %zu bytes", f->log.path, l.torn);
    if (l.bad)
        complain("read state %s: skip %zu bad lines", f->log.path, l.bad);
    f->status = l.torn || l.bad ? EX_DATAERR : EX_OK;
    set_limit(f);
    bool tidy = f->log.size && !l.torn && l.lines == scope_count(f->scope);
    if (tidy || compact(f))
        return;
    failed(f);
    /* No new file can be made, but new records may still fit into the old one. */
    f->text.len = 0;
    logfile_line(&f->text, span_of(header));
    f->behind = !f->log.size && !logfile_append(&f->log, buf_as_span(&f->text));
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
    buf_free(&f->line);
    free(f);
    return status;
}
