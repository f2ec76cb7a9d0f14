/* SPDX-License-Identifier: MIT */
/* The gist of a message, or of an action: who said what in which chat. No I/O. */
#ifndef RELAY_INBOX_GIST_H
#define RELAY_INBOX_GIST_H

#include "json/json.h"

/* The parts are JSON text of the frame, strings or numbers; p is NULL if there is none. A frame that was
 * pruned is empty and has none. */
struct gist {
    const char *damage; /* why the frame is not an object; NULL: it is one */
    struct span platform, chat, user, name, text;
};

struct gist gist_of(struct span frame);
/* Appends the text of a part. */
void gist_decode(struct buf *out, struct span part);
/* Appends the beginning of what was said, with an ellipsis if there is more. */
void gist_text(struct buf *out, const struct gist *g);
/* Cuts UTF-8 after so many characters. Returns whether there were more. */
bool gist_cut(struct span *text, size_t most);

#endif
