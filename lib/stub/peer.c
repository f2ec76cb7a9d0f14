/* SPDX-License-Identifier: MIT */
/* What is sent to a connection, and how it ends. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "relay/ws.h"
#include "stub/peer.h"

enum {
    WRITES = 256,          /* messages a connection may write in one go */
    CLOSE_WAIT = 2000,     /* ms for the peer's answer to a close frame */
    SMALL_RECEIVE = 16384, /* bytes */
    WRITE_CLOSE = 4,       /* lws_write() takes it, its header leaves the name out */
};

void peer_set_owner(struct peer *p, void *owner)
{
    p->owner = owner;
}

void *peer_owner(const struct peer *p)
{
    return p->owner;
}

size_t peer_queued(const struct peer *p)
{
    return p->q.len - p->off;
}

size_t peer_unsent(const struct peer *p)
{
    size_t n = 0;
    for (size_t i = p->off; i < p->q.len; i++)
        n += p->q.p[i] == '\n';
    return n;
}

bool peer_ending(const struct peer *p)
{
    return p->ending == END_CLOSE || p->ending == END_CUT;
}

void peer_send(struct peer *p, struct span line)
{
    if (p->ending)
        return;
    if (p->off == p->q.len) {
        p->q.len = 0;
        buf_room(&p->q, LWS_PRE);
        p->q.len = p->off = LWS_PRE;
    }
    char *to = buf_room(&p->q, line.n + 1);
    memcpy(to, line.p, line.n);
    to[line.n] = '\n';
    p->q.len += line.n + 1;
}

static void peer_end(struct peer *p, enum ending how)
{
    if (p->ending && p->ending != END_FREEZE)
        return;
    p->ending = how;
    if (how == END_CLOSE)
        p->deadline = clock_ms() + CLOSE_WAIT;
}

void peer_close(struct peer *p, int code, const char *reason)
{
    if (peer_ending(p))
        return;
    if (p->ending == END_FREEZE) {
        p->ending = END_CUT; /* nobody would read the answer */
        return;
    }
    p->code = code;
    p->reason = xstrdup(reason);
    peer_end(p, END_CLOSE);
}

void peer_cut(struct peer *p)
{
    peer_end(p, END_CUT);
}

void peer_small_buffer(const struct peer *p)
{
    int size = SMALL_RECEIVE;
    setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void peer_freeze(struct peer *p)
{
    peer_small_buffer(p);
    peer_end(p, END_FREEZE);
}

static void apply_flow(struct peer *p, bool was_reading)
{
    bool reading = !p->paused && !p->held;
    if (p->open && reading != was_reading)
        lws_rx_flow_control(p->wsi, reading);
}

void peer_pause(struct peer *p, bool pause)
{
    bool was = !p->paused && !p->held;
    p->paused = pause;
    apply_flow(p, was);
}

void peer_hold(struct peer *p, bool hold)
{
    bool was = !p->paused && !p->held;
    p->held = hold;
    apply_flow(p, was);
}

/* Ends the TCP connection at once. */
static int cut_now(const struct peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
    return -1;
}

static int send_close(struct peer *p)
{
    unsigned char b[LWS_PRE + WS_CONTROL_MAX];
    size_t n = 0;
    if (p->code != WS_NO_CODE) {
        b[LWS_PRE] = (unsigned char)(p->code >> 8);
        b[LWS_PRE + 1] = (unsigned char)(p->code & 255);
        n = strnlen(p->reason, WS_CONTROL_MAX - 2);
        memcpy(b + LWS_PRE + 2, p->reason, n);
        n += 2;
    }
    p->code = 0;
    p->deadline = clock_ms() + CLOSE_WAIT;
    return lws_write(p->wsi, b + LWS_PRE, n, (enum lws_write_protocol)WRITE_CLOSE) < 0 ? -1 : 0;
}

/* The queue is empty: what was to come after it. */
static int finish(struct peer *p)
{
    switch (p->ending) {
    case END_CLOSE:
        return p->code ? send_close(p) : 0;
    case END_CUT:
        return cut_now(p);
    case END_FREEZE:
        peer_hold(p, true);
        return 0;
    default:
        return 0;
    }
}

static int write_garbage(const struct peer *p, const struct piece *x)
{
    unsigned char b[LWS_PRE + 128];
    memcpy(b + LWS_PRE, x->bytes.p, x->bytes.n);
    return lws_write(p->wsi, b + LWS_PRE, x->bytes.n, x->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
}

/* The bytes in front of the piece, which the header goes over, have been sent already. */
static int write_piece(struct peer *p)
{
    struct span queue = {p->q.p + p->off, peer_queued(p)};
    struct piece x = mangle_next(p->mangle, &p->cut, queue);
    if (!x.taken)
        return write_garbage(p, &x);
    int how = (x.first ? LWS_WRITE_TEXT : LWS_WRITE_CONTINUATION) | (x.final ? 0 : LWS_WRITE_NO_FIN);
    p->off += x.taken;
    return lws_write(p->wsi, (unsigned char *)p->q.p + p->off - x.taken, x.bytes.n,
                     (enum lws_write_protocol)how);
}

int peer_write(struct peer *p)
{
    for (int i = 0; i < WRITES && peer_queued(p); i++) {
        if (lws_send_pipe_choked(p->wsi))
            break;
        if (write_piece(p) < 0)
            return -1;
    }
    /* Moving the rest costs at most as much as writing it did. */
    if (p->off > LWS_PRE + p->q.len / 2) {
        buf_drop(&p->q, p->off - LWS_PRE);
        p->off = LWS_PRE;
    }
    return peer_queued(p) ? 0 : finish(p);
}

static bool is_frozen(const struct peer *p)
{
    return p->ending == END_FREEZE && p->held;
}

bool peer_wants_write(const struct peer *p)
{
    bool to_end = p->ending == END_CUT || p->ending == END_FREEZE || (p->ending == END_CLOSE && p->code);
    if (is_frozen(p))
        return false;
    return p->peer_closed || lws_partial_buffered(p->wsi) || peer_queued(p) || to_end;
}

void peer_free(struct peer *p)
{
    buf_free(&p->q);
    buf_free(&p->peer_reason);
    free(p->reason);
    free(p);
}
