/* SPDX-License-Identifier: MIT */
/* The gist of a frame of any type: who said what in which chat, and what it answers. */
#ifndef RELAY_DECODE_SUMMARY_H
#define RELAY_DECODE_SUMMARY_H

#include "relay/frame.h"

enum summary_outcome {
    OUTCOME_NONE,
    OUTCOME_SUCCESS,
    OUTCOME_FAILURE,
    OUTCOME_AMBIGUOUS, /* no result came: whether it was done is not known */
    OUTCOME_LOST,      /* of a link */
};

/* Decoded text, as untrusted as the frame; parts that a frame does not have are empty. All parts are valid
 * until the next summary_make(), and as long as the frame is. All zero at first; call summary_free() at the
 * end. */
struct summary {
    struct span type; /* the frame's type, or an action's op */
    struct span platform, scope, chat, user, kind, text;
    struct span message_id, session_key, buffer_id, request_id;
    enum summary_outcome outcome; /* of an outbound_result; FAILURE of a refused outbound */
    struct arena arena;
    struct buf made;
};

void summary_make(struct summary *s, const struct frame *f);
void summary_free(struct summary *s);

/* Whether an outbound_result reports a success: its result says so, or is an answer to get_chat_info. */
bool summary_success(const struct frame *f);

#endif
