/* SPDX-License-Identifier: MIT */
/* The text of a message made from the type and data of a Discord interaction (protocol §7). */
#ifndef RELAY_DECODE_INTERACTION_TEXT_H
#define RELAY_DECODE_INTERACTION_TEXT_H

#include "base/buf.h"

enum interaction_contract {
    INTERACTION_CURRENT,
    INTERACTION_V1, /* the first contract: plain text, platform relay */
};

/* All zero at first; call interaction_data_free() at the end. */
struct interaction_data {
    struct buf text;
    const char *message_type;
    struct span prompt_id, option_id; /* if a prompt's button was pressed, parts of token; else p is NULL */
    struct buf exact; /* for a press or a form, the event's member `interaction`, JSON text; else empty */
    struct buf token, fields, scratch;
};

/* Sets all of *w from the JSON text of the interaction's type and data; either may be {NULL, 0}. */
void interaction_data_read(struct interaction_data *w, struct span type, struct span data,
                           enum interaction_contract contract);
void interaction_data_free(struct interaction_data *w);

#endif
