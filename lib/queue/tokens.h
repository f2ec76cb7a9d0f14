/* SPDX-License-Identifier: MIT */
/* The tokens that this worker asks for: as many as it has free slots. */
#ifndef RELAY_QUEUE_TOKENS_H
#define RELAY_QUEUE_TOKENS_H

#include "queue/helds.h"

enum { TOKENS_MOST = 256 };

struct tokens {
    struct helds *helds;
    int64_t pulls[TOKENS_MOST]; /* when each request for one was sent, oldest first */
    size_t n;
    bool asked;   /* at least once */
    int64_t last; /* when the latest was sent */
    uint64_t reconnects;
    int64_t from; /* nothing is asked for before that moment */
    struct buf inbox;
    struct bus_listener *listener;
};

/* Listens for tokens. False: it failed. */
bool tokens_open(struct tokens *t, struct helds *helds);
/* Asks for tokens, up to that many sessions in all; call it before each wait. */
void tokens_pull(struct tokens *t, size_t most, int64_t now);
/* The moment at which a request is made again, or INT64_MAX. */
int64_t tokens_until(const struct tokens *t, int64_t now);
/* Whether no request of ours would take a token that nobody gets, if we ended now. */
bool tokens_settled(const struct tokens *t, int64_t now);
void tokens_close(struct tokens *t);

#endif
