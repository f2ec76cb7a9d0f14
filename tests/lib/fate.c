/* SPDX-License-Identifier: MIT */
/* How every message ends: the table of causes, backoffs, and which starts wait. */
#include <errno.h>

#include "check.h"
#include "run/fate.h"

static const struct {
    enum fate_cause cause;
    int status, attempt, attempts;
    enum fate want;
} rows[] = {
    {CAUSE_EXIT, 0, 1, 3, FATE_DONE},
    {CAUSE_EXIT, 0, 3, 3, FATE_DONE},
    {CAUSE_EXIT, 1, 1, 3, FATE_AGAIN},
    {CAUSE_EXIT, 1, 2, 3, FATE_AGAIN},
    {CAUSE_EXIT, 1, 3, 3, FATE_GIVEN_UP},
    {CAUSE_EXIT, 1, 1, 1, FATE_GIVEN_UP},
    {CAUSE_EXIT, 65, 1, 3, FATE_GIVEN_UP},
    {CAUSE_EXIT, 100, 1, 3, FATE_GIVEN_UP},
    {CAUSE_EXIT, 75, 1, 3, FATE_AGAIN},
    {CAUSE_EXIT, 77, 1, 3, FATE_AGAIN},
    {CAUSE_EXIT, 143, 1, 3, FATE_AGAIN},
    {CAUSE_EXIT, 137, 3, 3, FATE_GIVEN_UP},
    {CAUSE_START, 2, 1, 3, FATE_AGAIN},
    {CAUSE_START, 2, 3, 3, FATE_GIVEN_UP},
    {CAUSE_START, 65, 1, 3, FATE_AGAIN},
    {CAUSE_TIMEOUT, 143, 1, 3, FATE_AGAIN},
    {CAUSE_TIMEOUT, 0, 1, 3, FATE_AGAIN},
    {CAUSE_TIMEOUT, 143, 3, 3, FATE_GIVEN_UP},
    {CAUSE_TOO_LONG, 143, 1, 3, FATE_GIVEN_UP},
    {CAUSE_NOT_TEXT, 0, 1, 3, FATE_GIVEN_UP},
    {CAUSE_INTERRUPT, 0, 1, 3, FATE_INTERRUPTED},
    {CAUSE_INTERRUPT, 143, 3, 3, FATE_INTERRUPTED},
    {CAUSE_UNKILLABLE, 137, 1, 3, FATE_GIVEN_UP},
};

static void fates(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(fate_of(rows[i].cause, rows[i].status, rows[i].attempt, rows[i].attempts) == rows[i].want,
                   "row %zu", i);
}

static void statuses(void)
{
    CHECK(fate_status(CAUSE_EXIT, 7) == 7 && fate_status(CAUSE_EXIT, 143) == 143);
    CHECK(fate_status(CAUSE_START, ENOENT) == 127 && fate_status(CAUSE_START, EACCES) == 126);
    CHECK(fate_status(CAUSE_TIMEOUT, 143) == 124);
    /* whoever judges the status alone comes to the same end */
    for (enum fate_cause c = CAUSE_START; c <= CAUSE_UNKILLABLE; c++)
        if (c != CAUSE_INTERRUPT)
            CHECK_THAT(fate_is_hard(CAUSE_EXIT, fate_status(c, ENOENT)) == fate_is_hard(c, ENOENT), "cause %d", (int)c);
}

static void backoffs(void)
{
    static const int64_t want[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    for (int i = 0; i < 8; i++)
        CHECK_THAT(fate_backoff(i + 1) == want[i], "attempt %d: %jd", i + 1, (intmax_t)fate_backoff(i + 1));
    CHECK(fate_backoff(100) == 60000);
}

static void starts(void)
{
    static const int waited_for[] = {EAGAIN, ENOMEM, ENFILE, ETXTBSY},
                     not [] = {ENOENT, EACCES, E2BIG, ENOEXEC, EPERM};
    for (size_t i = 0; i < sizeof waited_for / sizeof *waited_for; i++)
        CHECK(fate_start_waits(waited_for[i], 0) && fate_start_waits(waited_for[i], 3));
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
        CHECK(!fate_start_waits(not [i], 0) && !fate_start_waits(not [i], 3));
    CHECK(fate_start_waits(EMFILE, 1) && !fate_start_waits(EMFILE, 0)); /* none would be freed */
}

static void reasons(void)
{
    struct buf b = {0};
    fate_reason(&b, CAUSE_EXIT, 77);
    CHECK(reads(&b, "exit status 77"));
    fate_reason(&b, CAUSE_START, ENOENT);
    CHECK(reads(&b, "No such file or directory"));
    fate_reason(&b, CAUSE_TIMEOUT, 143);
    CHECK(reads(&b, "timed out"));
    fate_reason(&b, CAUSE_NOT_TEXT, 0);
    CHECK(reads(&b, "its output is not UTF-8"));
    buf_free(&b);
}

int main(void)
{
    fates();
    statuses();
    backoffs();
    starts();
    reasons();
    return failures > 0;
}
