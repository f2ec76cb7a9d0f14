/* SPDX-License-Identifier: MIT */
/* JSON-RPC 2.0 by lines, as the Agent Client Protocol uses it: what an agent's line is, and lines for it.
 * Pure.
 *
 * Spans are JSON text of the line that was read. Each builder appends one line without '\n'; it cannot fail.
 */
#ifndef RELAY_ACP_RPC_H
#define RELAY_ACP_RPC_H

#include <stdint.h>

#include "json/json.h"

/* Error codes of JSON-RPC and of the Agent Client Protocol. */
enum {
    RPC_NO_METHOD = -32601,
    RPC_BAD_PARAMS = -32602,
    RPC_INTERNAL = -32603,
    RPC_CANCELLED = -32800,
    RPC_NO_AUTH = -32000,
    RPC_NO_RESOURCE = -32002,
};

enum rpc_kind { RPC_REQUEST, RPC_NOTIFICATION, RPC_RESPONSE };

struct rpc {
    enum rpc_kind kind;
    struct span id;            /* a string or a number; of a notification {NULL, 0} */
    struct span method;        /* a string; of a response {NULL, 0} */
    struct span params;        /* an object, or {NULL, 0} */
    struct span result, error; /* of a response: one of them, the other is {NULL, 0} */
};

/* Reads a line, any bytes. NULL: *m is what it says, with spans of the line; otherwise why it is no message
 * (static text). */
const char *rpc_read(struct rpc *m, struct span line);

void rpc_request(struct buf *out, int64_t id, const char *method, struct span params);
void rpc_notify(struct buf *out, const char *method, struct span params);
/* id: JSON text, as the request had it. */
void rpc_result(struct buf *out, struct span id, struct span result);
void rpc_error(struct buf *out, struct span id, int code, const char *message);

/* The id of a response to one of our requests; -1 if it is none that rpc_request() was given. */
int64_t rpc_our_id(struct span id);
/* The code of an error object; 0 if it has none. */
int64_t rpc_code(struct span error);
/* Appends an error object in words, on one line: its message, the details that some agents put beside it, its
 * code; at most some hundred bytes of UTF-8. */
void rpc_reason(struct buf *out, struct span error);

#endif
