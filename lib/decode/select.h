/* SPDX-License-Identifier: MIT */
/* Choosing frames by when they passed, which chat they are about and what type they have. */
#ifndef RELAY_DECODE_SELECT_H
#define RELAY_DECODE_SELECT_H

#include "decode/view.h"

enum { SELECT_TYPES = 32 };

/* Everything NULL or 0 chooses every frame. */
struct selection {
    int64_t since, until; /* microseconds since 1970; 0: no bound */
    const char *chat;     /* CHAT or PLATFORM/CHAT */
    const char *types[SELECT_TYPES];
    size_t count; /* types */
};

/* Whether anything is asked for. */
bool selection_is_on(const struct selection *s);
/* Whether the frame that the view has read is chosen. One without a time is not, if a bound is given. A
 * result and an ack are about the chat of what they answer, and a result also has the type of its op. */
bool selection_takes(const struct selection *s, const struct view *v);

#endif
