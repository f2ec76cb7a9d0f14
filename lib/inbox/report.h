/* SPDX-License-Identifier: MIT */
/* What an inbox holds, as JSON for programs and as text for people.
 *
 * Each call appends whole lines. JSON: one object per line. Text: every control character is escaped. What
 * stands in the database may be damaged; a frame that is not JSON is reported as such, and never printed as
 * JSON. */
#ifndef RELAY_INBOX_REPORT_H
#define RELAY_INBOX_REPORT_H

#include "inbox/store.h"

enum report_format { REPORT_JSON, REPORT_TEXT };

/* Appends a moment in ms, to the second; one that no calendar has, as the number it is. */
void report_moment(struct buf *out, int64_t ms);

/* One line about a message. False: its frame is not an object, which the line says. */
bool report_turn(struct buf *out, enum report_format format, const struct store_turn *t);

/* A message with all that is known of it: begin, then each action, then end. In JSON the whole is one line.
 */
bool report_begin(struct buf *out, enum report_format format, const struct store_turn *t);
bool report_action(struct buf *out, enum report_format format, const struct store_action *a);
void report_end(struct buf *out, enum report_format format);

/* The inbox as a whole. */
struct inbox_stats {
    int64_t count[TURN_STATES];
    int64_t wishes;
    int attempts;         /* the most of a message */
    int64_t frames;       /* bytes */
    int64_t oldest;       /* the first message that has not ended; 0: none */
    int64_t oldest_taken; /* … and when it was taken */
    enum turn_state oldest_state;
    int64_t database, log; /* bytes of the file and of its write-ahead log */
    int64_t holder;        /* the process that has the inbox; 0: none; -1: not known which */
};
/* Reads them. False: the database refuses. */
bool stats_read(struct inbox_stats *s, struct store *store, const char *path);
void report_stats(struct buf *out, enum report_format format, const struct inbox_stats *s);

#endif
