/* SPDX-License-Identifier: MIT */
/* Dead letters. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "json/write.h"
#include "run/letters.h"

bool letters_open(struct logfile *l, const char *path)
{
    char last = '\n';
    if (!logfile_open(l, path) || fchmod(l->fd, S_IRUSR | S_IWUSR))
        return false;
    /* a writer that was killed may have left a piece of a line */
    if (l->size > 0 && pread(l->fd, &last, 1, l->size - 1) != 1)
        return false;
    return last == '\n' || logfile_append(l, span_of("\n"));
}

static void add_letter(struct buf *out, const struct turn *t, int attempts, struct span reason)
{
    json_begin(out, '{');
    json_key(out, "t");
    buf_ch(out, '"');
    clock_stamp(out);
    buf_ch(out, '"');
    json_add_str(out, "dir", "down");
    json_add_text(out, "reason", reason);
    json_add_int(out, "attempts", attempts);
    json_add(out, "frame", buf_as_span(&t->line));
    json_end(out, '}');
    buf_ch(out, '\n');
}

bool letters_write(struct logfile *l, const struct turn *t, struct span reason)
{
    struct buf lines = {0};
    off_t before = l->size;
    add_letter(&lines, t, t->attempt, reason);
    for (const struct turn *h = t->held; h; h = h->next)
        add_letter(&lines, h, t->attempt, reason);
    bool kept = logfile_append(l, buf_as_span(&lines));
    if (kept && fsync(l->fd)) {
        logfile_cut(l, before);
        kept = false;
    }
    buf_free(&lines);
    return kept;
}
