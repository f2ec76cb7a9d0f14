/* SPDX-License-Identifier: MIT */
/* The stream of message payloads, cut into frames (protocol §1): at each '\n', and when a message ends after
 * a complete JSON object. Pure.
 *
 * An object followed by other text ends its line too: nothing that could come would make it a frame again,
 * and the frame in the next message is not to be lost with it. */
#ifndef RELAY_RELAY_STREAM_H
#define RELAY_RELAY_STREAM_H

#include <stdbool.h>

#include "base/io.h"

/* All zero but lines.max, the longest frame in bytes; stream_free() at the end. */
struct stream {
    struct reader lines;
    size_t followed; /* offset in lines.b up to which the members below know the present line */
    unsigned depth;  /* of the brackets open there */
    bool in_string, escaped, object;
};

/* Room for n bytes (1 at least) of a message; stream_took() says how many were put there. Ends what
 * stream_next() returned. */
char *stream_room(struct stream *s, size_t n);
/* last: they end a message. n may be 0, also without room. */
void stream_took(struct stream *s, size_t n, bool last);
/* The two in one: copies a piece of a message. */
void stream_feed(struct stream *s, struct span piece, bool last);
/* As reader_next(); blank lines are among them. */
enum reader_got stream_next(struct stream *s, struct span *line);
/* The bytes of a frame that has not come whole; 0 while a line over the maximum is skipped. */
size_t stream_torn(const struct stream *s);
/* Forgets what came, for another connection. */
void stream_reset(struct stream *s);
void stream_free(struct stream *s);

#endif
