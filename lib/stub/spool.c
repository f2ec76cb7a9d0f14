/* SPDX-License-Identifier: MIT */
/* The buffer of deliveries. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/table.h"
#include "relay/identifier.h"
#include "stub/spool.h"

static void append(struct spool *s, struct span id, struct span line)
{
    struct entry *e = xcalloc(1, sizeof *e);
    *e = (struct entry){.id = {xstrndup(id.p, id.n), id.n}, .line = {xstrndup(line.p, line.n), line.n}};
    DL_APPEND(s->head, e);
    if (!s->fresh)
        s->fresh = e;
    s->bytes += line.n;
    s->count++;
}

static void drop(struct spool *s, struct entry *e)
{
    if (s->fresh == e)
        s->fresh = e->next;
    DL_DELETE(s->head, e);
    s->bytes -= e->line.n;
    s->count--;
    free((char *)e->id.p);
    free((char *)e->line.p);
    free(e);
}

struct entry *spool_find(const struct spool *s, struct span id)
{
    struct entry *e = s->head;
    while (e && !span_same(id, e->id))
        e = e->next;
    return e;
}

/* Applies one line of the log. False: it is neither a delivery nor an ack. */
static bool replay(struct spool *s, struct frame *f, struct span line)
{
    struct json_error why;
    struct buf id = {0};
    if (!frame_parse(f, line, &why) || !identifier_decode(&id, frame_get(f, "bufferId")))
        return false;
    bool good = f->type == FRAME_INBOUND_ACK || f->type == FRAME_INBOUND ||
                f->type == FRAME_PASSTHROUGH_FORWARD;
    if (f->type == FRAME_INBOUND_ACK) {
        struct entry *e = spool_find(s, buf_as_span(&id));
        if (e)
            drop(s, e);
    } else if (good) {
        append(s, buf_as_span(&id), line);
    }
    buf_free(&id);
    return good;
}

/* Reported even with --quiet: it may have been a delivery that no gateway has got. */
static void damaged(struct spool *s, const struct logfile_reader *r, const char *how)
{
    complain("read buffer %s line %ju: drop %zu bytes, %s", s->path, r->line, r->size, how);
    s->damaged = true;
}

/* False: a whole line that cannot be from such a file. */
static bool load_line(struct spool *s, const struct logfile_reader *r, struct frame *f, enum logfile_got got,
                      struct span line)
{
    if (got == LOGFILE_DAMAGED) {
        damaged(s, r, "they have changed on the disk");
    } else if (got == LOGFILE_TORN) {
        damaged(s, r, "torn");
    } else if (got == LOGFILE_FAILED) {
        die(EX_NOINPUT, "read buffer %s:", s->path);
    } else if (!line_blank(line) && !replay(s, f, line)) {
        if (got != LOGFILE_LAST)
            return false;
        if (!logfile_tear(&s->file, r))
            die(EX_IOERR, "write buffer %s:", s->path);
        damaged(s, r, "torn");
    }
    return true;
}

uintmax_t spool_load(struct spool *s)
{
    struct logfile_reader r = {.max = SPOOL_LINE_MAX};
    struct frame f = {0};
    struct span line = {NULL, 0};
    enum logfile_got got;
    uintmax_t wrong = 0;
    while (!wrong && (got = logfile_read(&s->file, &r, &line)) != LOGFILE_END)
        if (!load_line(s, &r, &f, got, line))
            wrong = r.line;
    logfile_read_end(&r);
    frame_free(&f);
    return wrong;
}

/* Rewrites the log without the acked deliveries. */
static void compact(struct spool *s)
{
    struct buf b = {0};
    for (const struct entry *e = s->head; e; e = e->next)
        logfile_line(&b, e->line);
    if (!logfile_replace(&s->file, buf_as_span(&b)))
        die(EX_IOERR, "write buffer %s:", s->path);
    buf_free(&b);
}

void spool_open(struct spool *s, const char *path)
{
    s->path = path;
    /* Never reuse an id of an earlier run: a gateway would take it for a delivery it has handled. */
    snprintf(s->prefix, sizeof s->prefix, "%llx", (unsigned long long)clock_wall_ms());
    if (!path)
        return;
    if (!logfile_open(&s->file, path)) {
        if (errno == EBUSY)
            die(EX_UNAVAILABLE, "lock buffer %s: another process has it", path);
        die(EX_NOINPUT, "open buffer %s:", path);
    }
    uintmax_t wrong = spool_load(s);
    if (wrong)
        die(EX_DATAERR, "read buffer %s line %ju: no delivery and no ack", path, wrong);
    compact(s);
}

static void give_id(struct spool *s, struct buf *id, struct buf *line, struct span frame)
{
    struct buf quoted = {0};
    buf_printf(id, "%s-%llu", s->prefix, (unsigned long long)++s->next);
    json_quote(&quoted, id->p, id->len);
    json_edit(line, frame, &(struct json_edit){"bufferId", buf_as_span(&quoted)}, 1);
    buf_free(&quoted);
}

struct entry *spool_add(struct spool *s, const struct frame *f)
{
    struct buf id = {0}, line = {0};
    if (frame_buffered(f)) {
        identifier_decode(&id, frame_get(f, "bufferId"));
        buf_span(&line, f->line);
    } else {
        give_id(s, &id, &line, f->line);
    }
    append(s, buf_as_span(&id), buf_as_span(&line));
    if (s->path) {
        logfile_line(&s->log, buf_as_span(&line));
        s->unsynced = true;
    }
    buf_free(&id);
    buf_free(&line);
    return s->head->prev;
}

static void write_log(struct spool *s)
{
    if (!logfile_append(&s->file, buf_as_span(&s->log)))
        die(EX_IOERR, "write buffer %s:", s->path);
    s->log.len = 0;
}

void spool_sync(struct spool *s)
{
    if (!s->unsynced)
        return;
    write_log(s);
    s->unsynced = false;
    if (fdatasync(s->file.fd))
        die(EX_IOERR, "write buffer %s:", s->path);
}

struct entry *spool_take(struct spool *s)
{
    struct entry *e = s->fresh;
    if (e) {
        s->fresh = e->next;
        e->sent = true;
    }
    return e;
}

void spool_rewind(struct spool *s)
{
    s->fresh = s->head;
}

void spool_ack(struct spool *s, struct entry *e)
{
    if (s->path) {
        struct buf quoted = {0}, ack = {0};
        json_quote(&quoted, e->id.p, e->id.n);
        frame_ack_of(&ack, buf_as_span(&quoted));
        logfile_line(&s->log, buf_as_span(&ack));
        write_log(s);
        buf_free(&quoted);
        buf_free(&ack);
    }
    drop(s, e);
}

void spool_close(struct spool *s)
{
    while (s->head)
        drop(s, s->head);
    if (s->path)
        logfile_close(&s->file);
    buf_free(&s->log);
}
