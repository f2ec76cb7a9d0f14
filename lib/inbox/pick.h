/* SPDX-License-Identifier: MIT */
/* Which messages of an inbox an operator means. */
#ifndef RELAY_INBOX_PICK_H
#define RELAY_INBOX_PICK_H

#include "inbox/store.h"

/* Numbers of messages. Owns them; all zero is empty. */
struct ids {
    int64_t *id;
    size_t n, cap;
};
void ids_add(struct ids *list, int64_t id);
void ids_free(struct ids *list);

/* Those that the query finds and, if numbers are given, that have one of these. */
struct pick {
    struct store_query query;
    struct ids given;
    size_t matched; /* set by pick_walk(): how many there are */
};
/* Calls `act` with the numbers, a page at a time, while no statement is open: it may change the messages and
 * take its time. A number that is given and not found is reported. False: the database refuses, or `act` said
 * false. */
bool pick_walk(struct pick *p, struct store *s, bool (*act)(void *ctx, const struct ids *page), void *ctx);

#endif
