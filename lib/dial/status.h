/* SPDX-License-Identifier: MIT */
/* The status of a run, for observers: one line of JSON, or one for people. */
#ifndef RELAY_DIAL_STATUS_H
#define RELAY_DIAL_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "dial/tally.h"

enum status_owed { STATUS_HELLO, STATUS_OUTBOUND, STATUS_GOING_IDLE, STATUS_OWED };

/* Moments are clock_wall_ms(); 0: never. Texts are borrowed. */
struct status {
    const char *phase; /* of the run */
    const char *link;  /* down, dialling, open, closing */
    int64_t since;     /* when the link got into that state */
    unsigned
        attempt; /* the number of the dial under way, or of the last one; starts anew once the link is open */
    const char *url;           /* without user and password */
    const char *peer;          /* address and port; "" when never connected */
    int64_t last_in, last_out; /* when a byte was last received, sent */
    struct {
        size_t n;
        int64_t oldest; /* when the oldest of them was taken */
    } owed[STATUS_OWED];
    size_t queued_up, queued_down; /* bytes */
    bool flipped;
    /* According to the latest work frame: turns; messages that are safe in an inbox; dead letters, -1: that
     * is not known. */
    int64_t running, waiting, stored, dead;
    int64_t started; /* when the run began */
    int64_t ping;    /* how long the last ping took, in microseconds; -1: not known */
    struct tally *tally;
};

/* Appends the members as JSON text, without the brackets around them. */
void status_members(struct buf *out, const struct status *s);
/* Appends the status as one line for people; now: clock_wall_ms(). */
void status_text(struct buf *out, const struct status *s, int64_t now);

#endif
