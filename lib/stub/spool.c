/* SPDX-License-Identifier: MIT */
/* The buffer of deliveries. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/io.h"
#include "stub/spool.h"

static void append(struct spool *s, const char *id, struct span line)
{
    struct entry *e = xcalloc(1, sizeof *e);
    *e = (struct entry){.prev = s->tail, .id = xstrdup(id), .line = {xstrndup(line.p, line.n), line.n}};
    if (s->tail)
        s->tail->next = e;
    else
        s->head = e;
    s->tail = e;
    if (!s->fresh)
        s->fresh = e;
    s->bytes += line.n;
    s->count++;
}

static void drop(struct spool *s, struct entry *e)
{
    if (s->fresh == e)
        s->fresh = e->next;
    if (e->next)
        e->next->prev = e->prev;
    else
        s->tail = e->prev;
    if (e->prev)
        e->prev->next = e->next;
    else
        s->head = e->next;
    s->bytes -= e->line.n;
    s->count--;
    free((char *)e->line.p);
    free(e->id);
    free(e);
}

struct entry *spool_find(const struct spool *s, struct span id)
{
    struct entry *e = s->head;
    while (e && !span_eq(id, e->id))
        e = e->next;
    return e;
}

/* One line of the log. False: it is none. */
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
        append(s, buf_cstr(&id), line);
    }
    buf_free(&id);
    return good;
}

static void load(struct spool *s, int fd)
{
    struct reader r = {.fd = fd, .max = SIZE_MAX};
    struct frame f = {0};
    struct span line;
    do {
        if (!reader_fill(&r))
            die(EX_NOINPUT, "read buffer %s:", s->path);
        if (r.eof)
            break; /* what is left has no '\n': torn */
        while (reader_next(&r, &line) == READER_LINE)
            if (!line_blank(line) && !replay(s, &f, line))
                die(EX_DATAERR, "read buffer %s line %ju: no delivery and no ack", s->path, r.line);
    } while (!r.eof);
    if (r.b.len > r.from)
        warn("read buffer %s: drop a torn last line of %zu bytes", s->path, r.b.len - r.from);
    frame_free(&f);
    reader_free(&r);
}

/* Writes the log anew, without what was acked. */
static void compact(struct spool *s)
{
    struct buf b = {0};
    for (const struct entry *e = s->head; e; e = e->next) {
        buf_span(&b, e->line);
        buf_ch(&b, '\n');
    }
    if (!logfile_replace(&s->file, buf_as_span(&b)))
        die(EX_IOERR, "write buffer %s:", s->path);
    buf_free(&b);
}

void spool_open(struct spool *s, const char *path)
{
    s->path = path;
    /* Never an id of an earlier run: a gateway takes that for a delivery it has handled. */
    snprintf(s->prefix, sizeof s->prefix, "%llx", (unsigned long long)clock_wall_ms());
    if (!path)
        return;
    if (!logfile_open(&s->file, path)) {
        if (errno == EBUSY)
            die(EX_UNAVAILABLE, "lock buffer %s: another process has it", path);
        die(EX_NOINPUT, "open buffer %s:", path);
    }
    load(s, s->file.fd);
    compact(s);
}

struct entry *spool_add(struct spool *s, const struct frame *f)
{
    struct buf id = {0}, line = {0};
    if (frame_buffered(f)) {
        identifier_decode(&id, frame_get(f, "bufferId"));
        buf_span(&line, f->line);
    } else {
        struct buf quoted = {0};
        buf_printf(&id, "%s-%llu", s->prefix, (unsigned long long)++s->next);
        json_quote(&quoted, id.p, id.len);
        json_edit(&line, f->line, &(struct json_edit){"bufferId", buf_as_span(&quoted)}, 1);
        buf_free(&quoted);
    }
    append(s, buf_cstr(&id), buf_as_span(&line));
    if (s->path) {
        buf_span(&s->log, buf_as_span(&line));
        buf_ch(&s->log, '\n');
        s->unsynced = true;
    }
    buf_free(&id);
    buf_free(&line);
    return s->tail;
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
        buf_str(&s->log, "{\"type\":\"inbound_ack\",\"bufferId\":");
        json_quote_str(&s->log, e->id);
        buf_str(&s->log, "}\n");
        write_log(s);
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
