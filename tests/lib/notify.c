/* SPDX-License-Identifier: MIT */
/* What a service manager is told about a run, in words. */
#include "dial/notice.h"
#include "check.h"

static const struct row {
    struct notice n;
    int64_t now;
    const char *want;
} rows[] = {
    {{.link = LINK_DIALLING, .since = 1, .attempt = 1}, 2, "dialling, 1 attempt"},
    {{.link = LINK_DOWN, .since = 1, .attempt = 12}, 120001, "down 2 min, 12 attempts"},
    {{.link = LINK_OPEN, .since = 1, .attempt = 0}, 59000, "open"},
    {{.link = LINK_OPEN, .since = 1, .running = 2, .owed = 1},
     1 + 3 * 3600000,
     "open 3 h, 2 running, 1 owed"},
    {{.link = LINK_OPEN, .since = 1, .waiting = 4, .stored = 5},
     1 + 47 * 3600000,
     "open 47 h, 4 waiting, 5 stored"},
    {{.link = LINK_OPEN, .since = 1}, 1 + INT64_C(50) * 3600000, "open 2 d"},
    {{.link = LINK_OPEN, .since = 900000}, 1, "open"}, /* the clock was set back */
    {{.phase = DRAINING, .link = LINK_OPEN, .since = 1, .running = 1}, 120001, "draining, 1 running"},
    {{.phase = CLOSING, .link = LINK_DOWN, .attempt = 3}, 5, "closing"},
};

int main(void)
{
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        notice_words(&b, &rows[i].n, rows[i].now);
        CHECK_THAT(reads(&b, rows[i].want), "row %zu", i);
    }
    buf_free(&b);
    return failures != 0;
}
