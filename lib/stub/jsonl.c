/* SPDX-License-Identifier: MIT */
/* Files of JSON objects. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "relay/frame.h"
#include "stub/jsonl.h"

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

void jsonl_read(struct jsonl *f, const char *path, bool trees)
{
    struct reader r = {.fd = open(path, O_RDONLY | O_CLOEXEC), .max = 16 << 20};
    struct json_members top = {0};
    struct json_error e;
    struct span line;
    enum reader_got got;
    if (r.fd < 0)
        die(EX_NOINPUT, "open %s:", path);
    do {
        if (!reader_fill(&r))
            die(EX_NOINPUT, "read %s:", path);
        while ((got = reader_next(&r, &line)) != READER_MORE) {
            if (got == READER_LONG)
                die(EX_DATAERR, "read %s line %ju: longer than %zu bytes", path, r.line, r.max);
            if (line_blank(line))
                continue;
            if (!json_scan(&top, line.p, line.n, &e))
                die(EX_DATAERR, "read %s line %ju: %s at byte %zu", path, r.line, e.reason, e.at + 1);
            add_line(f, line, trees);
        }
    } while (!r.eof);
    close(r.fd);
    json_members_free(&top);
    reader_free(&r);
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
