/* SPDX-License-Identifier: MIT */
/* The stream of message payloads, cut into frames (protocol §1): at each '\n', and when a message ends after
 * a complete JSON object. Pure.
 *
 * An object followed by other text also ends its line with the message: nothing that follows could make it a
 * frame, and the frame in the next message must not be lost with it. */
#ifndef RELAY_RELAY_STREAM_H
#define RELAY_RELAY_STREAM_H

#include <stdbool.h>

#include "base/io.h"

/* All zero except lines.max, the longest frame in bytes; call stream_free() at the end. */
struct stream {
    struct reader lines;
    size_t followed; /* offset in lines.b up to which the members below describe the current line */
    unsigned depth;  /* brackets open at that offset */
    bool in_string, escaped, object;
};

/* Room for n bytes (at least 1) of a message; then pass the number put there to stream_took(). A line that
 * stream_next() returned is no longer valid. */
char *stream_room(struct stream *s, size_t n);
/* n bytes were put there; last: they end a message. n may be 0, even without stream_room(). */
void stream_took(struct stream *s, size_t n, bool last);
/* Does both: copies a piece of a message. */
void stream_feed(struct stream *s, struct span piece, bool last);
/* The next line, as reader_next() returns it; blank lines included. */
enum reader_got stream_next(struct stream *s, struct span *line);
/* The bytes of a frame that has not come whole yet; 0 while a line over the maximum is skipped. */
size_t stream_torn(const struct stream *s);
/* Forgets what has come, for another connection. */
void stream_reset(struct stream *s);
void stream_free(struct stream *s);

#endif
