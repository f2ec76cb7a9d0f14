/* SPDX-License-Identifier: MIT */
/* The status of a run in a few words. */
#include <inttypes.h>

#include "dial/notice.h"

/* " 12 min": how long, in the unit that fits; nothing below a minute, as it would be out of date at once. */
static void add_duration(struct buf *out, int64_t ms)
{
    int64_t minutes = ms / 60000;
    if (minutes >= 48 * 60)
        buf_printf(out, " %" PRId64 " d", minutes / (24 * 60));
    else if (minutes >= 60)
        buf_printf(out, " %" PRId64 " h", minutes / 60);
    else if (minutes > 0)
        buf_printf(out, " %" PRId64 " min", minutes);
}

static void add_number(struct buf *out, int64_t n, const char *what)
{
    if (n > 0)
        buf_printf(out, ", %" PRId64 " %s", n, what);
}

void notice_words(struct buf *out, const struct notice *n, int64_t now)
{
    static const char *const words[] = {
        [LINK_DOWN] = "down", [LINK_DIALLING] = "dialling", [LINK_OPEN] = "open", [LINK_CLOSING] = "closing"};
    buf_str(out, n->phase == SERVING ? words[n->link] : phase_name(n->phase));
    if (n->phase == SERVING && n->since)
        add_duration(out, now - n->since);
    if (n->phase == SERVING && n->link != LINK_OPEN)
        add_number(out, n->attempt, n->attempt == 1 ? "attempt" : "attempts");
    add_number(out, n->running, "running");
    add_number(out, n->waiting, "waiting");
    add_number(out, n->stored, "stored");
    add_number(out, (int64_t)n->owed, "owed");
}
