/* SPDX-License-Identifier: MIT */
/* WebSocket frames as a client sends them (RFC 6455 §5.2), and close codes. */
#ifndef RELAY_RELAY_WS_H
#define RELAY_RELAY_WS_H

#include "base/buf.h"

enum ws_opcode { WS_TEXT = 1, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

enum {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_NO_CODE = 1005,  /* a close without a code; never sent */
    WS_ABNORMAL = 1006, /* no close frame came; never sent */
    WS_POLICY = 1008,   /* refuses a second session of an identity */
    WS_TOO_BIG = 1009,
    WS_REPLACED = 4000, /* … or closes the older one */
    WS_AUTH_REFUSED = 4401,
    WS_CONTROL_MAX = 125, /* longest payload of a control frame */
};

/* Whether a close frame may carry the code (RFC 6455 §7.4). */
bool ws_code_valid(int code);

/* Appends one final frame with the payload, masked by a fresh random mask. */
void ws_encode(struct buf *out, enum ws_opcode op, struct span payload);
/* Appends a close frame. WS_NO_CODE makes it empty; the reason is cut to what fits into a control frame. */
void ws_encode_close(struct buf *out, int code, struct span reason);

#endif
