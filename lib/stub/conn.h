/* SPDX-License-Identifier: MIT */
/* One connection of the server: sending to it, and ending it. The server owns it; it is valid until
 * server_events.gone returns. */
#ifndef RELAY_STUB_CONN_H
#define RELAY_STUB_CONN_H

#include <stdbool.h>

#include "base/buf.h"

struct conn;

void conn_set_owner(struct conn *c, void *owner);
void *conn_owner(const struct conn *c);
/* Queues a copy of a line (without '\n'). After conn_close() or conn_cut(), the line is dropped. */
void conn_send(struct conn *c, struct span line);
/* Bytes queued but not yet handed to libwebsockets. */
size_t conn_queued(const struct conn *c);
/* The lines, each with its '\n', that have not left completely; parts of those in the first *begun bytes may
 * have left. */
struct span conn_unsent(const struct conn *c, size_t *begun);
/* After the queued lines, sends a close frame (code 1005: an empty one), then waits a little for the peer's.
 */
void conn_close(struct conn *c, int code, const char *reason);
/* After the queued lines, ends the TCP connection without a close frame. */
void conn_cut(struct conn *c);
/* Whether conn_close() or conn_cut() was called. */
bool conn_ending(const struct conn *c);
/* Stops reading (pause), or goes on. */
void conn_pause(struct conn *c, bool pause);
/* After the queued lines, stops reading and writing, and stays connected. */
void conn_freeze(struct conn *c);

#endif
