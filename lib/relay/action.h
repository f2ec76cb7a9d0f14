/* SPDX-License-Identifier: MIT */
/* Actions (protocol §4): the ops, and what each needs. Spans are JSON text that json/json.h has accepted. */
#ifndef RELAY_RELAY_ACTION_H
#define RELAY_RELAY_ACTION_H

#include <stdbool.h>

#include "json/json.h"

/* What may be done with a text over the platform's limit. */
enum action_long { LONG_PASS, LONG_REFUSE, LONG_SPLIT };

/* A required member and the kind of value it must have; action.c knows the kinds. */
struct op_need {
    const char *name;
    int kind;
};

enum { OP_NEEDS = 6 };

struct op {
    const char *name;
    const char *text; /* the member that holds its text; NULL: none */
    enum action_long over;
    struct op_need needs[OP_NEEDS]; /* ends with an entry whose name is NULL */
};

/* The op of that name (a JSON string), including interrupt; static. NULL if this contract does not know it.
 */
const struct op *op_find(struct span name);

/* Whether the op (or NULL) is interrupt, which becomes a frame of another type instead of an outbound. */
bool op_is_interrupt(const struct op *op);
/* Whether an op of that name (JSON text) is the local one of a text that grows (relay-frames(5)). */
bool op_is_stream(struct span name);
/* Whether an op of that name (JSON text) carries content, something that a user would read: a lost typing
 * sign is not a lost message. */
bool op_has_content(struct span name);
/* Whether the op (not NULL) needs a member of that name. */
bool op_needs(const struct op *op, const char *member);

/* Whether the descriptor's supported_ops (a JSON list; empty or absent means send, edit, typing, follow_up)
 * let the op pass. interrupt and unknown ops (NULL) always pass. */
bool op_supported(const struct op *op, struct span supported_ops);

/* Whether the action has what its op needs, and its metadata is an object, null or absent. An unknown op
 * (NULL) needs nothing. False: the reason, plain text, is appended to *why. */
bool action_check(struct buf *why, const struct op *op, const struct json_members *action);

/* Whether the n bytes are valid as a prompt_id or an option's id. */
bool prompt_id_valid(const char *p, size_t n);

#endif
