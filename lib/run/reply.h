/* SPDX-License-Identifier: MIT */
/* What COMMAND prints as text: the reply, sent at its end, or shown while it grows (the op stream of
 * relay-frames(5)). */
#ifndef RELAY_RUN_REPLY_H
#define RELAY_RUN_REPLY_H

#include "relay/filter.h"
#include "run/requests.h"

enum { REPLY_GROWS_MOST = 256 * 1024 }; /* bytes; a longer text is shown again only when it is whole */

struct reply_options {
    bool to_message; /* it is sent as a reply to the message */
    int64_t every;   /* ms between two looks at a growing text; 0: only the whole text is sent */
    bool paragraphs; /* where messages cannot be edited, each paragraph is sent when it is whole */
};

/* The reply of one run. All zero at first; call reply_free() at the end. */
struct reply {
    struct buf id;     /* the requestId of the growing text, JSON text; empty: none of it is shown */
    size_t seen;       /* bytes of output at the last look */
    size_t shown;      /* length of the text in the last action */
    int64_t due, last; /* clock_ms() at which more is to be shown (0: never), and was shown last */
};

/* Appends the text so far of what was printed: UTF-8 without a torn character or white space at its end, and
 * with every line end as "\n". It ends before the first byte that is not UTF-8. */
void reply_so_far(struct buf *out, struct span printed);

/* COMMAND has printed that many bytes by now (clock_ms()). Not before reply_due() is there more to show; at
 * that moment reply_grow() shows it. */
void reply_look(struct reply *r, const struct reply_options *o, size_t printed, int64_t now);
int64_t reply_due(const struct reply *r); /* or INT64_MAX */

/* For whom a reply is made. */
struct reply_to {
    struct filter *f;
    struct requests *requests;
    struct turn *turn; /* its `shown` is set when something of the reply is shown */
};
/* Shows the text so far, if it has grown. */
void reply_grow(struct reply *r, const struct reply_options *o, const struct reply_to *to,
                struct span printed, int64_t now);
/* COMMAND has ended. well: what it printed, which is UTF-8, is the reply, without its last line end; nothing
 * is sent if it is blank. Otherwise nothing is sent, and what is shown of it is marked as cut off. */
void reply_end(struct reply *r, const struct reply_options *o, const struct reply_to *to, struct span printed,
               bool well);
/* COMMAND, which printed actions, has ended: the texts of which it has not sent the end are cut off. */
void reply_cut(const struct reply_to *to);
/* The text without its last line end. */
struct span reply_text(struct span printed);
void reply_free(struct reply *r);

#endif
