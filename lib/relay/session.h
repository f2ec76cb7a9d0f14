/* SPDX-License-Identifier: MIT */
/* The session key: which conversation a message belongs to (protocol §6). */
#ifndef RELAY_RELAY_SESSION_H
#define RELAY_RELAY_SESSION_H

#include "base/buf.h"

/* The parts of the key, as decoded text; a missing part is empty. */
struct session {
    struct span profile;
    struct span platform; /* normalised: never empty */
    struct span chat_type;
    struct span chat_id;
    struct span scope_id;
    struct span user_id, user_id_alt;
    struct span thread_id, prospective_thread_id;
};

/* Whether each user has a separate session where several people talk. All zero: as protocol §6 has it. */
struct session_rule {
    int groups_shared;   /* not 0: not even outside threads */
    int threads_by_user; /* not 0: in threads, too */
};

/* Appends the session key's text. */
void session_key(struct buf *out, const struct session *s, const struct session_rule *rule);

/* Appends a name for files of the session with that key (any bytes): 64 hex digits. Different keys never
 * share one (SHA-256), and nothing in a hostile key reaches the file system. */
void session_id(struct buf *out, struct span key);

#endif
