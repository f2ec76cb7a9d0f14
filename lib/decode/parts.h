/* SPDX-License-Identifier: MIT */
/* The parts that the views for people share. What they append is safe on a terminal. */
#ifndef RELAY_DECODE_PARTS_H
#define RELAY_DECODE_PARTS_H

#include "decode/view.h"

enum { PART_WHOLE = 0, PART_SHORT = 12 };

/* Appends at most `most` columns of the text, escaped; what is cut ends with an ellipsis. most 0: all. */
void part_cut(struct buf *out, struct span text, size_t most);
/* Appends platform, scope and chat with '/' between them, as far as they are known; an id of more than `most`
 * columns keeps its end. most 0: all. */
void part_place(struct buf *out, struct span platform, struct span scope, struct span chat, size_t most);
/* Appends a request id cut short; what follows its '/' distinguishes the parts of one text and stays. */
void part_request(struct buf *out, struct span id);
/* Appends what a frame asked for: op, place and id. */
void part_asked(struct buf *out, const struct asked *a);
/* Appends "0.2ms", "125ms" or "30.1s". */
void part_time(struct buf *out, int64_t us);
/* Appends the local time "12:00:00.123", or dashes if it is negative. */
void part_clock(struct buf *out, int64_t us);
/* Appends the local day "2026-11-28". */
void part_date(struct buf *out, int64_t us);
/* The type of the frame as people read it: outbound_result is "result". */
struct span part_type(const struct summary *s);
/* Appends where, and who speaks or what is asked or answered, and how it went: all but the text; with little
 * room without the code of a result. Returns what goes between that and a text: ": " or, after a place alone,
 * " ". */
const char *part_lead(const struct view *v, struct buf *out, size_t most);

#endif
