/* SPDX-License-Identifier: MIT */
/* Frames as an HTTP archive, HAR 1.2: one entry per connection, its frames as the _webSocketMessages that
 * Chromium writes and opens. The document is written as the frames come; nothing is kept. */
#ifndef RELAY_DECODE_HAR_H
#define RELAY_DECODE_HAR_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

/* All zero at first; call har_free() at the end. */
struct har {
    bool begun, open, any; /* the document; an entry; a message in it */
    int64_t since, last;   /* of the entry, in microseconds */
    struct buf url, time;
    uint64_t entries;
};

/* Each appends lines to *out, without the last '\n', or nothing. */
/* A link frame: `open` begins an entry, `lost` and `closed` end it. us as in har_frame(). */
void har_link(struct har *h, struct buf *out, const struct frame *f, int64_t us);
/* A frame that went up (or else down) at that moment, in microseconds since 1970, as it came: a message of
 * the entry, which it begins if no link frame has. */
void har_frame(struct har *h, struct buf *out, struct span line, bool up, int64_t us);
/* Ends the document. */
void har_end(struct har *h, struct buf *out);
void har_free(struct har *h);

#endif
