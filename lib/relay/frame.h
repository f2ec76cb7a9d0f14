/* SPDX-License-Identifier: MIT */
/* Frames: one line each, distinguished by their type (protocol §2, §3). */
#ifndef RELAY_RELAY_FRAME_H
#define RELAY_RELAY_FRAME_H

#include <stdbool.h>

#include "relay/identifier.h"
#include "json/json.h"

/* The frame types: name in the enum, name on the wire, direction. Local ones are never on the wire (design
 * §1): link reports the state of the link, work how many turns are running and waiting, inbound_nack that a
 * message from a queue failed. */
#define FRAME_TYPES(ROW)                                  \
    ROW(HELLO, "hello", UP)                               \
    ROW(OUTBOUND, "outbound", UP)                         \
    ROW(INTERRUPT, "interrupt", UP)                       \
    ROW(GOING_IDLE, "going_idle", UP)                     \
    ROW(INBOUND_ACK, "inbound_ack", UP)                   \
    ROW(DESCRIPTOR, "descriptor", DOWN)                   \
    ROW(INBOUND, "inbound", DOWN)                         \
    ROW(OUTBOUND_RESULT, "outbound_result", DOWN)         \
    ROW(INTERRUPT_INBOUND, "interrupt_inbound", DOWN)     \
    ROW(GOING_IDLE_ACK, "going_idle_ack", DOWN)           \
    ROW(PASSTHROUGH_FORWARD, "passthrough_forward", DOWN) \
    ROW(LINK, "link", LOCAL)                              \
    ROW(WORK, "work", LOCAL)                              \
    ROW(INBOUND_NACK, "inbound_nack", LOCAL)

#define FRAME_ENUM(id, text, dir) FRAME_##id,
enum frame_type {
    FRAME_OTHER,            /* a type that this contract does not know: passed on */
    FRAME_TYPES(FRAME_ENUM) /* one each */
    FRAME_ACTION            /* an op instead of a type: on its way to relay-send */
};
#undef FRAME_ENUM

enum frame_dir { FRAME_UNKNOWN, FRAME_UP, FRAME_DOWN, FRAME_LOCAL };

/* Reusable: all zero at first; call frame_free() at the end. The spans point into the line given. */
struct frame {
    struct span line;
    struct json_members top; /* the frame's members */
    struct span name;        /* the value of type (or op), with its quotes */
    enum frame_type type;
};

/* Validates a line (design §2) and finds what kind of frame it is. False: a bad line; *e says why. */
bool frame_parse(struct frame *f, struct span line, struct json_error *e);
void frame_free(struct frame *f);
enum frame_dir frame_dir(const struct frame *f);
/* The name of a type; "other" for one that this contract does not know. */
const char *frame_type_name(enum frame_type type);
/* The value of a member of the frame, as json_get() returns it. */
struct span frame_get(const struct frame *f, const char *member);

/* Whether the delivery is buffered, that is, owes an inbound_ack (protocol §3): bufferId is an identifier. */
bool frame_buffered(const struct frame *f);
/* Appends the inbound_ack frame, without '\n', for a buffered delivery. */
void frame_ack(struct buf *out, const struct frame *f);
/* The same for a bufferId: JSON text, a string or a number. */
void frame_ack_of(struct buf *out, struct span buffer_id);
/* Appends the inbound_nack frame for it; status: of COMMAND, as a shell reports it. */
void frame_nack_of(struct buf *out, struct span buffer_id, int status);

/* Whether a line holds nothing but white space. */
bool line_blank(struct span line);

#endif
