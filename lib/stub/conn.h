/* SPDX-License-Identifier: MIT */
/* One connection of the server: what is sent to it, and how it ends. The server owns it; it is valid until
 * server_events.gone returns. */
#ifndef RELAY_STUB_CONN_H
#define RELAY_STUB_CONN_H

#include <stdbool.h>

#include "base/buf.h"

struct conn;

void conn_set_owner(struct conn *c, void *owner);
void *conn_owner(const struct conn *c);
/* Queues a line (without '\n'). After conn_close() or conn_cut() it is dropped. */
void conn_send(struct conn *c, struct span line);
/* Bytes queued and not handed to libwebsockets. */
size_t conn_queued(const struct conn *c);
/* The lines, each with its '\n', that have not left whole; of those in the first *begun bytes a part may
 * have. */
struct span conn_unsent(const struct conn *c, size_t *begun);
/* After what is queued: sends a close frame (code 1005: an empty one), then waits a little for the peer's. */
void conn_close(struct conn *c, int code, const char *reason);
/* After what is queued: ends the TCP connection without a close frame. */
void conn_cut(struct conn *c);
/* Whether conn_close() or conn_cut() was called. */
bool conn_ending(const struct conn *c);
/* Stops reading, or goes on. */
void conn_pause(struct conn *c, bool pause);
/* After what is queued: neither reads nor writes any more, and stays connected. */
void conn_freeze(struct conn *c);

#endif
