/* SPDX-License-Identifier: MIT */
/* The flip: who asks, and when waiting for it ends. */
#include "dial/flip.h"
#include "check.h"

/* relay-idle asks on `link draining`; the ack ends the wait, however late it comes. */
static void check_drain(void)
{
    struct flip f = {.ask_at = INT64_MAX};
    flip_opened(&f);
    flip_drain(&f, false, 1000);
    CHECK(f.ask_at == 1000 + FLIP_ASK_MS);
    CHECK(!flip_off(&f, false));
    CHECK(flip_wanted(&f));
    flip_sent(&f);
    CHECK(f.ask_at == INT64_MAX);
    flip_round(&f, false);
    CHECK(!flip_off(&f, true));
    CHECK(!f.acked);
    flip_late(&f);
    CHECK(flip_off(&f, false));
    flip_ack(&f);
    CHECK(f.acked && !flip_passed(&f));
    flip_round(&f, true);
    CHECK(flip_passed(&f));
}

/* The draining frame comes back and no flip was asked for: there is no relay-idle. */
static void check_nobody(void)
{
    struct flip f = {.ask_at = INT64_MAX};
    flip_drain(&f, false, 0);
    flip_round(&f, false);
    CHECK(flip_off(&f, false) && flip_passed(&f));
    CHECK(f.ask_at == INT64_MAX);
    f = (struct flip){.ask_at = INT64_MAX};
    flip_drain(&f, true, 0);
    CHECK(flip_off(&f, false) && f.ask_at == INT64_MAX);
}

/* The ring is stuffed: dial asks; relay-idle's own going_idle, when it gets through, is not a second one. */
static void check_overtake(void)
{
    struct flip f = {.ask_at = INT64_MAX};
    flip_drain(&f, false, 0);
    flip_ask(&f);
    CHECK(f.ask_at == INT64_MAX);
    CHECK(!flip_wanted(&f));
    flip_ack(&f);
    CHECK(f.acked);
    CHECK(!flip_wanted(&f));
}

/* One lost ack does not disarm a later drain. */
static void check_again(void)
{
    struct flip f = {.ask_at = INT64_MAX};
    CHECK(flip_wanted(&f));
    flip_sent(&f);
    flip_late(&f);
    flip_drain(&f, false, 5000);
    CHECK(!f.failed && f.ask_at == 5000 + FLIP_ASK_MS);
    CHECK(flip_wanted(&f));
    flip_sent(&f);
    flip_ack(&f);
    CHECK(f.acked);
}

/* A going_idle on another connection does not count for this one; an ack that was not asked for does not
 * count. */
static void check_connections(void)
{
    struct flip f = {.ask_at = INT64_MAX};
    CHECK(flip_wanted(&f));
    flip_sent(&f);
    flip_ack(&f);
    CHECK(f.acked);
    CHECK(flip_wanted(&f)); /* and it is not handed to this connection but to the next one */
    flip_opened(&f);
    CHECK(!f.acked && !f.carried);
    flip_ack(&f);
    CHECK(!f.acked);
    flip_sent(&f);
    flip_ack(&f);
    CHECK(f.acked);
    flip_opened(&f);
    CHECK(flip_wanted(&f));
    flip_sent(&f);
}

int main(void)
{
    check_drain();
    check_nobody();
    check_overtake();
    check_again();
    check_connections();
    return failures > 0;
}
