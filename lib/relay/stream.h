/* SPDX-License-Identifier: MIT */
/* The stream of message payloads, cut into frames (protocol §1): at each '\n', and where a message ends with
 * a complete JSON object. Pure. */
#ifndef RELAY_RELAY_STREAM_H
#define RELAY_RELAY_STREAM_H

#include <stdbool.h>

#include "base/io.h"

/* All zero but lines.max, the longest frame in bytes; stream_free() at the end. */
struct stream {
    struct reader lines;
    unsigned depth; /* of the brackets open in the line that is not complete yet */
    bool text, escaped, object;
};

/* Takes a piece of a message; last: it ends the message. Take the lines before the next piece. */
void stream_feed(struct stream *s, struct span piece, bool last);
/* As reader_next(); the lines of white space are among them. */
enum reader_got stream_next(struct stream *s, struct span *line);
/* The bytes of a frame that has not come whole. */
size_t stream_torn(const struct stream *s);
void stream_free(struct stream *s);

#endif
