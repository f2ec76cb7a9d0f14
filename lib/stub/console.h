/* SPDX-License-Identifier: MIT */
/* A chat in a terminal: a person types as a user and reads what the agent does. Pure. */
#ifndef RELAY_STUB_CONSOLE_H
#define RELAY_STUB_CONSOLE_H

#include <stdint.h>

#include "relay/frame.h"

/* All zero at first; console_free() at the end. */
struct console {
    struct buf prompt; /* the last prompt action, until it is answered */
    uint64_t said;     /* number of messages of the user */
};

/* Appends the inbound frame, without '\n', for a line that the user typed on a platform (protocol §6). A line
 * made of '/' and an option's id of the last prompt answers that prompt. */
void console_say(struct console *c, struct buf *out, const char *platform, struct span text);
/* Appends what a user would see of a frame from the gateway: lines, each ending with '\n', safe for a
 * terminal; nothing if there is nothing to see. */
void console_view(struct console *c, struct buf *out, const struct frame *f);
/* Appends text as lines: the first begins with `who`, the others are indented by its width. */
void console_lines(struct buf *out, const char *who, struct span text);
void console_free(struct console *c);

#endif
