/* SPDX-License-Identifier: MIT */
/* The inbox as a whole. */
#include <sys/stat.h>

#include "inbox/lock.h"
#include "inbox/report.h"
#include "json/write.h"

static bool add(void *ctx, const struct store_turn *t)
{
    struct inbox_stats *s = ctx;
    if (t->state < TURN_STATES)
        s->count[t->state]++;
    s->wishes += t->wish != WISH_NONE;
    s->frames += (int64_t)t->frame.n;
    if (t->attempts > s->attempts)
        s->attempts = t->attempts;
    if (s->oldest || t->state >= TURN_STATES || turn_state_ended(t->state))
        return true;
    s->oldest = t->id;
    s->oldest_taken = t->taken;
    s->oldest_state = t->state;
    return true;
}

/* The bytes of the file whose name is that of the inbox with something after it; 0: it does not exist. */
static int64_t size_of(const char *path, const char *suffix)
{
    struct buf name = {0};
    struct stat st;
    buf_printf(&name, "%s%s", path, suffix);
    int64_t size = stat(buf_cstr(&name), &st) ? 0 : (int64_t)st.st_size;
    buf_free(&name);
    return size;
}

bool stats_read(struct inbox_stats *s, struct store *store, const char *path)
{
    *s = (struct inbox_stats){
        .database = size_of(path, ""), .log = size_of(path, "-wal"), .holder = lock_holder(path)};
    return store_find(store, &(struct store_query){0}, add, s);
}

static void json_states(struct buf *out, const struct inbox_stats *s)
{
    json_key(out, "states");
    json_begin(out, '{');
    for (int i = 0; i < TURN_STATES; i++)
        json_add_int(out, turn_state_word((enum turn_state)i), s->count[i]);
    json_end(out, '}');
}

static void json_oldest(struct buf *out, const struct inbox_stats *s)
{
    struct buf taken = {0};
    if (!s->oldest)
        return;
    report_moment(&taken, s->oldest_taken);
    json_key(out, "oldest");
    json_begin(out, '{');
    json_add_int(out, "id", s->oldest);
    json_add_str(out, "state", turn_state_word(s->oldest_state));
    json_add_text(out, "taken", buf_as_span(&taken));
    json_end(out, '}');
    buf_free(&taken);
}

static void json_stats(struct buf *out, const struct inbox_stats *s)
{
    json_begin(out, '{');
    json_states(out, s);
    json_oldest(out, s);
    json_add_int(out, "attempts", s->attempts);
    json_add_int(out, "wishes", s->wishes);
    json_key(out, "bytes");
    json_begin(out, '{');
    json_add_int(out, "frames", s->frames);
    json_add_int(out, "database", s->database);
    json_add_int(out, "log", s->log);
    json_end(out, '}');
    json_add_bool(out, "in_use", s->holder != 0);
    if (s->holder > 0)
        json_add_int(out, "pid", s->holder);
    json_end(out, '}');
    buf_ch(out, '\n');
}

static void text_stats(struct buf *out, const struct inbox_stats *s)
{
    for (int i = 0; i < TURN_STATES; i++)
        buf_printf(out, "%-12s %10jd\n", turn_state_word((enum turn_state)i), (intmax_t)s->count[i]);
    if (s->oldest) {
        buf_printf(out, "%-12s %10jd  %s, taken ", "oldest", (intmax_t)s->oldest,
                   turn_state_word(s->oldest_state));
        report_moment(out, s->oldest_taken);
        buf_ch(out, '\n');
    }
    buf_printf(out, "%-12s %10d\n", "most runs", s->attempts);
    buf_printf(out, "%-12s %10jd\n", "wishes", (intmax_t)s->wishes);
    buf_printf(out, "%-12s %10jd  bytes of frames, %jd of the file, %jd of its log\n", "size",
               (intmax_t)s->frames, (intmax_t)s->database, (intmax_t)s->log);
    if (s->holder > 0)
        buf_printf(out, "%-12s %10jd\n", "process", (intmax_t)s->holder);
    else
        buf_printf(out, "%-12s %10s\n", "process", s->holder ? "unknown" : "none");
}

void report_stats(struct buf *out, enum report_format format, const struct inbox_stats *s)
{
    if (format == REPORT_JSON)
        json_stats(out, s);
    else
        text_stats(out, s);
}
