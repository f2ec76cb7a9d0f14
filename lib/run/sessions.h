/* SPDX-License-Identifier: MIT */
/* The sessions of an inbox; private to it (run/inbox.c, run/window.c). */
#ifndef RELAY_RUN_SESSIONS_H
#define RELAY_RUN_SESSIONS_H

#include "base/table.h"
#include "run/inbox.h"

struct session {
    UT_hash_handle hh;
    struct session *prev, *next; /* in one of the lists */
    enum { RESTS, READY, LATER, HUNGRY } list;
    bool deep;             /* turns of it are in the store only, behind those of the queue */
    int64_t at;            /* when its first turn may run */
    struct turn *queue;    /* the turns that wait */
    struct turn *running;  /* the turn that runs, or NULL */
    size_t waiting, bytes; /* number and length of the queued turns and of all held redeliveries */
    size_t n;
    char key[];
};

/* The session with that key; NULL: there is none. */
struct session *session_find(const struct inbox *b, struct span key);
struct session *session_make(struct inbox *b, struct span key);
/* Whether its queue is at its maximum, and whether all queues together are. */
bool session_full(const struct session *s);
bool inbox_is_full(const struct inbox *b);
/* Takes a session out of its list. */
void session_unlist(struct inbox *b, struct session *s);
/* Puts a session into the list to which it belongs now, or frees it if nothing is left in it. */
void session_settle(struct inbox *b, struct session *s);
/* A turn comes into a session, or leaves it. */
void session_count(struct inbox *b, struct session *s, const struct turn *t, bool in);
/* Adds a turn at the end of its queue. */
void session_append(struct inbox *b, struct session *s, struct turn *t);
/* Takes the first turn out of its queue. */
struct turn *session_shift(struct inbox *b, struct session *s);
/* Takes a turn out of its session, which may then run its next one. */
void session_leave(struct inbox *b, struct turn *t);

#endif
