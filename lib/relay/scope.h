/* SPDX-License-Identifier: MIT */
/* Which tenant a chat belongs to: learnt from what comes in, added to what goes out (protocol §4, Scope).
 *
 * A bounded table of chats; the least recently used one goes first. No I/O. */
#ifndef RELAY_RELAY_SCOPE_H
#define RELAY_RELAY_SCOPE_H

#include "relay/frame.h"

enum {
    SCOPE_CHATS = 65536,    /* chats remembered unless told otherwise */
    SCOPE_VALUE_MAX = 1024, /* longest identifier remembered, in bytes of JSON text */
};

struct scope;
struct scope_chat;

struct scope *scope_new(size_t max_chats);
void scope_free(struct scope *s);

/* Learns from a hello or an inbound, and from no other frame. Returns the chat where something new was learnt
 * of one (good until the next call), otherwise NULL. *too_long is set where an identifier was over
 * SCOPE_VALUE_MAX and is not remembered. */
const struct scope_chat *scope_learn(struct scope *s, const struct frame *f, bool *too_long);
/* Appends an outbound frame with what its chat adds to it. False, with nothing appended, where it stays as it
 * is. */
bool scope_apply(struct scope *s, struct buf *out, const struct frame *f);

/* The platform of a chat (a JSON string), by its chat_id; {NULL, 0} where it is not known. */
struct span scope_platform(struct scope *s, struct span chat_id);

/* The chat as one JSON object, without '\n', and back: false where the text is no such object. */
void scope_print(struct buf *out, const struct scope_chat *c);
bool scope_restore(struct scope *s, struct span line);
/* Steps through the chats, the least recently used one first: NULL is before the first and after the last. */
const struct scope_chat *scope_next(const struct scope *s, const struct scope_chat *c);
size_t scope_count(const struct scope *s);

#endif
