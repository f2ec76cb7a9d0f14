/* SPDX-License-Identifier: MIT */
/* Which tenant a chat belongs to: learnt from inbound frames, added to outbound ones (protocol §4, Scope).
 *
 * Remembered per platform and chat, in a bounded table (scope_table.h). No I/O. */
#ifndef RELAY_RELAY_SCOPE_H
#define RELAY_RELAY_SCOPE_H

#include "relay/frame.h"
#include "relay/scope_table.h"

enum { SCOPE_VALUE_MAX = 1024 }; /* longest identifier remembered, in bytes of JSON text */

struct scope;

/* max_records: at least 1. Free with scope_free(). */
struct scope *scope_new(size_t max_records);
void scope_free(struct scope *s);

/* Learns from a hello or an inbound, and from no other frame. Returns the record in which something new was
 * learnt (valid until the next call), otherwise NULL. Sets *too_long if an identifier was over
 * SCOPE_VALUE_MAX and is not remembered; otherwise leaves it unchanged. */
const struct scope_record *scope_learn(struct scope *s, const struct frame *f, bool *too_long);
/* Appends an outbound frame, or an action, with the values remembered for its chat added. An action marked
 * `addressed` (relay-frames(5)) only loses the mark and gains its platform's botId. False, with nothing
 * appended, if the line needs no change. */
bool scope_apply(struct scope *s, struct buf *out, const struct frame *f);

/* A record as one JSON object, without '\n', and back: false if the text is not such an object. */
void scope_print(struct buf *out, const struct scope_record *r);
bool scope_restore(struct scope *s, struct span line);
/* Steps through the records, oldest first: NULL is before the first and after the last. */
const struct scope_record *scope_next(const struct scope *s, const struct scope_record *r);
size_t scope_count(const struct scope *s);

#endif
