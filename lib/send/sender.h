/* SPDX-License-Identifier: MIT */
/* From actions to frames (protocol §4): checks, gates, limits and splitting, with what the stream tells of
 * platforms. No I/O.
 *
 * sender_take() makes the first frame of an action; as long as the sender is busy there are more of the same
 * action to get by sender_next(), and no other action may be given. */
#ifndef RELAY_SEND_SENDER_H
#define RELAY_SEND_SENDER_H

#include "relay/frame.h"

enum sender_unit { SENDER_UNIT_PLATFORM, SENDER_UNIT_CHARS, SENDER_UNIT_UTF16 };

struct sender_options {
    size_t max_frame;      /* longest frame, bytes */
    size_t max_length;     /* longest text of a message; 0: as the platform's descriptor has it */
    enum sender_unit unit; /* what it is counted in */
    bool no_split;         /* refuse a text that is longer */
};

struct sender;

struct sender *sender_new(const struct sender_options *o);
void sender_free(struct sender *s);

/* Learns from a frame of the stream: descriptor, inbound, link; nothing from others. */
void sender_learn(struct sender *s, const struct frame *f);

/* Appends the frame that the action becomes, or its first one, without '\n'. False: it is refused, see below;
 * then the frame says so (design: refused). */
bool sender_take(struct sender *s, const struct frame *action, struct buf *out);
bool sender_busy(const struct sender *s);
/* Appends the next frame of the same action; the same result. */
bool sender_next(struct sender *s, struct buf *out);
/* The requestId of the frame made last, JSON text. Valid until the next call. */
struct span sender_id(struct sender *s);
/* What was refused last, and why: "op id: reason". Valid until the next call. */
const char *sender_refusal(struct sender *s);

#endif
