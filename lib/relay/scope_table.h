/* SPDX-License-Identifier: MIT */
/* The bounded table of what is remembered about chats: one record per chat and platform (protocol §4, Scope).
 *
 * The maximum counts records. The least recently used chat is dropped first, and within it the platform heard
 * from longest ago. No I/O; running out of memory ends the process. */
#ifndef RELAY_RELAY_SCOPE_TABLE_H
#define RELAY_RELAY_SCOPE_TABLE_H

#include <stdbool.h>

#include "base/buf.h"

enum {
    SCOPE_CHATS = 65536,  /* records remembered unless told otherwise */
    SCOPE_PLATFORMS = 16, /* the most records of one chat */
};

enum scope_value { SCOPE_PLATFORM, SCOPE_SCOPE_ID, SCOPE_USER_ID, SCOPE_PROFILE, SCOPE_VALUES };

struct scope_chat;

struct scope_record {
    struct scope_record *prev, *next; /* in its chat: the one without a platform first, the newest last */
    struct scope_chat *chat;
    char *value[SCOPE_VALUES]; /* JSON text, owned by the table; NULL: not known */
};

/* All zero except max is empty; call scope_table_free() at the end. */
struct scope_table {
    struct scope_chat *chats; /* in the order of their last use */
    size_t max, n;            /* records */
};

/* The chat of that id (plain text), which becomes the most recently used; NULL: nothing is known about it. */
struct scope_chat *scope_table_use(struct scope_table *t, struct span id);
/* The record of a chat (or NULL) for a platform (JSON text); for {NULL, 0}, the one without a platform. NULL:
 * none. */
struct scope_record *scope_chat_record(const struct scope_chat *c, struct span platform);
/* The record of the chat's newest platform, or else the one without a platform. NULL: none. */
struct scope_record *scope_chat_newest(const struct scope_chat *c);
/* Adds a record for a platform ({NULL, 0}: without one) for which the chat of that id (`c` if it is known,
 * otherwise NULL) has none. May drop other records, including the chat's oldest. */
struct scope_record *scope_table_add(struct scope_table *t, struct scope_chat *c, struct span id,
                                     struct span platform);
/* Makes the record's platform its chat's newest. False when it already is, or the record has no platform. */
bool scope_record_renew(struct scope_record *r);
/* Overwrites a value (JSON text, copied). Returns whether that changed it. */
bool scope_record_set(struct scope_record *r, enum scope_value which, struct span text);

/* Steps through the records, oldest first: NULL is before the first and after the last. */
const struct scope_record *scope_table_next(const struct scope_table *t, const struct scope_record *r);
/* The id of the record's chat, plain text. */
struct span scope_record_chat(const struct scope_record *r);
void scope_table_free(struct scope_table *t);

#endif
