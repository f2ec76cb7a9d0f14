/* SPDX-License-Identifier: MIT */
/* When the engine is away: what is said, and when. It is said once, after AWAY_PATIENCE, and once more when
 * the engine is back. All zero: it is there. Moments are those of bus_now(). No I/O. */
#ifndef RELAY_QUEUE_AWAY_H
#define RELAY_QUEUE_AWAY_H

#include <stdbool.h>
#include <stdint.h>

enum { AWAY_PATIENCE = 1000 }; /* ms */

struct away {
    int64_t since;  /* since when it is away; 0: it is there */
    int64_t lasted; /* ms; how long it was away, when it is back */
    bool told;
};

enum away_news {
    AWAY_NOTHING,
    AWAY_GONE, /* say that it is away, for AWAY_PATIENCE by now */
    AWAY_BACK, /* say that it is back, after `lasted` */
};

/* What is to be said now; there: it is connected, and answers what it is asked. */
enum away_news away_look(struct away *a, bool there, int64_t now);
/* The moment at which something is to be said if nothing changes, or INT64_MAX. */
int64_t away_until(const struct away *a);

#endif
