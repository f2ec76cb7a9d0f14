/* SPDX-License-Identifier: MIT */
/* Files of JSON objects. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "relay/frame.h"
#include "stub/jsonl.h"

enum { LINE_MAX_BYTES = 16 << 20 };

static void add_line(struct jsonl *f, struct span line, bool tree)
{
    if (f->n == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 16;
        f->line = xrealloc(f->line, f->cap * sizeof *f->line);
        f->tree = xrealloc(f->tree, f->cap * sizeof *f->tree);
    }
    f->tree[f->n] = tree ? tree_build(line) : NULL;
    f->line[f->n++] = (struct span){xstrndup(line.p, line.n), line.n};
}

/* A line that is not acceptable ends the process (all), or is left out. */
__attribute__((format(printf, 3, 4))) static void bad_line(struct jsonl *f, bool all, const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    if (all)
        die(EX_DATAERR, "read %s", buf_cstr(&m));
    complain("skip %s", buf_cstr(&m));
    f->damaged = true;
    buf_free(&m);
}

static void take_lines(struct jsonl *f, struct reader *r, const char *path, bool all, bool trees)
{
    struct json_members top = {0};
    struct json_error e;
    struct span line;
    enum reader_got got;
    while ((got = reader_next(r, &line)) != READER_MORE) {
        if (got == READER_LONG)
            bad_line(f, all, "%s line %ju: longer than %zu bytes", path, r->line, r->max);
        else if (line_blank(line))
            continue;
        else if (!json_scan(&top, line.p, line.n, &e))
            bad_line(f, all, "%s line %ju: %s at byte %zu", path, r->line, e.reason, e.at + 1);
        else
            add_line(f, line, trees);
    }
    json_members_free(&top);
}

static void read_file(struct jsonl *f, const char *path, bool all, bool trees)
{
    struct reader r = {.fd = open(path, O_RDONLY | O_CLOEXEC), .max = LINE_MAX_BYTES};
    if (r.fd < 0)
        die(EX_NOINPUT, "open %s:", path);
    do {
        if (!reader_fill(&r))
            die(EX_NOINPUT, "read %s:", path);
        take_lines(f, &r, path, all, trees);
    } while (!r.eof);
    close(r.fd);
    reader_free(&r);
}

void jsonl_read(struct jsonl *f, const char *path, bool trees)
{
    read_file(f, path, true, trees);
}

void jsonl_read_some(struct jsonl *f, const char *path)
{
    read_file(f, path, false, false);
}

void jsonl_free(struct jsonl *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free((char *)f->line[i].p);
        cJSON_Delete(f->tree[i]);
    }
    free(f->tree);
    free(f->line);
    *f = (struct jsonl){0};
}
