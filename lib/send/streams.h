/* SPDX-License-Identifier: MIT */
/* The texts that are shown while they grow: the local op `stream` (relay-frames(5)), and the requests that it
 * becomes. Each text is known by its requestId, ID; its requests are ID.1, ID.2 … and leave at once. When it
 * is over, ID itself gets its one result: an outbound with the member `answered`. */
#ifndef RELAY_SEND_STREAMS_H
#define RELAY_SEND_STREAMS_H

#include "relay/filter.h"
#include "relay/result.h"
#include "send/order.h"
#include "send/sender.h"

/* Set f, sender and order, all else zero; call streams_free() at the end. */
struct streams {
    struct filter *f;
    struct sender *sender;
    struct order *order;
    struct streamed *table;
    size_t ending; /* texts that are whole and not shown whole yet */
    bool released;
};

/* Takes a stream action. chat: the chat whose order it keeps. False: its text cannot be shown while it grows,
 * see stream_at_once(). */
bool streams_take(struct streams *s, const struct frame *action, struct span chat);
/* Appends the send action that a stream action becomes whose text is not shown while it grows. False: there
 * is none, because more of the text follows, or it was cut off. */
bool stream_at_once(struct buf *out, const struct frame *action);
/* A result has come. */
void streams_result(struct streams *s, const struct result *r);
/* Makes the requests that may be made now. */
void streams_go(struct streams *s);
/* Whether the text with that id (JSON text) is not over. */
bool streams_have(const struct streams *s, struct span id);
/* The moment at which streams_go() may make another request, or INT64_MAX. */
int64_t streams_due(const struct streams *s);
/* No further text or result will come: what is left leaves at once. */
void streams_release(struct streams *s);
void streams_free(struct streams *s);

#endif
