/* SPDX-License-Identifier: MIT */
/* From actions to frames (protocol §4): checks, gates, limits and splitting, using what the stream says about
 * platforms. No I/O.
 *
 * sender_take() makes the first frame of an action. As long as the sender is busy, sender_next() makes more
 * frames of the same action, and sender_take() must not be called. */
#ifndef RELAY_SEND_SENDER_H
#define RELAY_SEND_SENDER_H

#include "relay/frame.h"
#include "send/growing.h"

enum sender_unit { SENDER_UNIT_PLATFORM, SENDER_UNIT_CHARS, SENDER_UNIT_UTF16 };

struct sender_options {
    size_t max_frame;      /* longest frame, bytes */
    size_t max_length;     /* longest text of a message; 0: as the platform's descriptor says */
    enum sender_unit unit; /* the unit in which it is counted */
    bool no_split;         /* refuse a text that is longer */
};

struct sender;

struct sender *sender_new(const struct sender_options *o);
void sender_free(struct sender *s);

/* Whether the text of a stream action can be shown while it grows (relay-frames(5)), and how. False: it must
 * wait until it is whole, and is then sent. */
bool sender_grows(struct sender *s, const struct frame *action, struct growing_rule *r);

/* Learns from a descriptor, inbound or link frame of the stream, and from no other. */
void sender_learn(struct sender *s, const struct frame *f);

/* Appends the frame that the action becomes, or the first of several, without '\n'. False: the action is
 * refused (sender_refusal() says why); then the frame has the member `refused` (design: refused). */
/* Whether there are more frames of the same action. */
bool sender_take(struct sender *s, const struct frame *action, struct buf *out);
bool sender_busy(const struct sender *s);
/* Appends the next frame of the same action; the same result. */
bool sender_next(struct sender *s, struct buf *out);
/* The requestId of the frame made last, JSON text. Valid until the next call. */
struct span sender_id(struct sender *s);
/* What was refused last, and why: "op id: reason". Valid until the next call. */
const char *sender_refusal(struct sender *s);

#endif
