/* SPDX-License-Identifier: MIT */
/* Sending to a connection, and ending it. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "relay/ws.h"
#include "stub/internal.h"

enum {
    WRITES = 256,          /* most messages a connection may write in one go */
    CLOSE_WAIT = 2000,     /* ms for the peer's answer to a close frame */
    SMALL_RECEIVE = 16384, /* bytes */
    WRITE_CLOSE = 4,       /* a protocol of lws_write() for which its header has no name */
};

void conn_set_owner(struct conn *c, void *owner)
{
    c->owner = owner;
}

void *conn_owner(const struct conn *c)
{
    return c->owner;
}

size_t conn_queued(const struct conn *c)
{
    return c->q.len - c->off;
}

struct span conn_unsent(const struct conn *c, size_t *begun)
{
    *begun = c->off - c->line;
    return (struct span){c->q.p + c->line, c->q.len - c->line};
}

bool conn_ending(const struct conn *c)
{
    return c->ending == END_CLOSE || c->ending == END_CUT;
}

void conn_send(struct conn *c, struct span line)
{
    if (c->ending)
        return;
    if (c->line == c->q.len) {
        c->q.len = 0;
        buf_room(&c->q, LWS_PRE);
        c->q.len = c->off = c->piece = c->line = LWS_PRE;
    }
    char *to = buf_room(&c->q, line.n + 1);
    memcpy(to, line.p, line.n);
    to[line.n] = '\n';
    c->q.len += line.n + 1;
}

static void conn_end(struct conn *c, enum ending how)
{
    if (c->ending && c->ending != END_FREEZE)
        return;
    c->ending = how;
    if (how == END_CLOSE)
        c->deadline = clock_ms() + CLOSE_WAIT;
}

void conn_close(struct conn *c, int code, const char *reason)
{
    if (conn_ending(c))
        return;
    if (c->ending == END_FREEZE) {
        c->ending = END_CUT; /* the answer would not be read */
        return;
    }
    c->code = code;
    c->reason = xstrdup(reason);
    conn_end(c, END_CLOSE);
}

void conn_cut(struct conn *c)
{
    conn_end(c, END_CUT);
}

void conn_small_buffer(const struct conn *c)
{
    int size = SMALL_RECEIVE;
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void conn_freeze(struct conn *c)
{
    conn_small_buffer(c);
    conn_end(c, END_FREEZE);
}

static void apply_flow(struct conn *c, bool was_reading)
{
    bool reading = !c->paused && !c->held;
    if (c->open && reading != was_reading)
        lws_rx_flow_control(c->wsi, reading);
}

void conn_pause(struct conn *c, bool pause)
{
    bool was = !c->paused && !c->held;
    c->paused = pause;
    apply_flow(c, was);
}

void conn_hold(struct conn *c, bool hold)
{
    bool was = !c->paused && !c->held;
    c->held = hold;
    apply_flow(c, was);
}

/* Ends the TCP connection at once. */
static int cut_now(const struct conn *c)
{
    shutdown(c->fd, SHUT_RDWR);
    return -1;
}

static int send_close(struct conn *c)
{
    unsigned char b[LWS_PRE + WS_CONTROL_MAX];
    size_t n = 0;
    if (c->code != WS_NO_CODE) {
        b[LWS_PRE] = (unsigned char)(c->code >> 8);
        b[LWS_PRE + 1] = (unsigned char)(c->code & 255);
        n = strnlen(c->reason, WS_CONTROL_MAX - 2);
        memcpy(b + LWS_PRE + 2, c->reason, n);
        n += 2;
    }
    c->code = 0;
    c->deadline = clock_ms() + CLOSE_WAIT;
    return lws_write(c->wsi, b + LWS_PRE, n, (enum lws_write_protocol)WRITE_CLOSE) < 0 ? -1 : 0;
}

/* The queue is empty: ends the connection as requested. */
static int finish(struct conn *c)
{
    switch (c->ending) {
    case END_CLOSE:
        return c->code ? send_close(c) : 0;
    case END_CUT:
        return cut_now(c);
    case END_FREEZE:
        conn_hold(c, true);
        return 0;
    default:
        return 0;
    }
}

static int write_garbage(const struct conn *c, const struct piece *x)
{
    unsigned char b[LWS_PRE + 128];
    memcpy(b + LWS_PRE, x->bytes.p, x->bytes.n);
    return lws_write(c->wsi, b + LWS_PRE, x->bytes.n, x->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
}

/* The frame's header overwrites the bytes before a piece. Inside a line these must stay, as the line may be
 * taken back: so then a copy is written. */
static unsigned char *in_front(struct conn *c, struct span bytes)
{
    if (c->piece == c->line)
        return (unsigned char *)c->q.p + c->piece;
    c->middle.len = 0;
    memcpy(buf_room(&c->middle, LWS_PRE + bytes.n) + LWS_PRE, bytes.p, bytes.n);
    return (unsigned char *)c->middle.p + LWS_PRE;
}

static int write_piece(struct conn *c)
{
    struct span queue = {c->q.p + c->off, conn_queued(c)};
    struct piece x = framing_next(c->framing, &c->cut, queue);
    if (!x.taken)
        return write_garbage(c, &x);
    int how = (x.first ? LWS_WRITE_TEXT : LWS_WRITE_CONTINUATION) | (x.final ? 0 : LWS_WRITE_NO_FIN);
    c->piece = c->off;
    c->off += x.taken;
    int n = lws_write(c->wsi, in_front(c, x.bytes), x.bytes.n, (enum lws_write_protocol)how);
    c->failed = n < 0;
    return n;
}

/* Steps over the lines that have left. Libwebsockets may still hold a part of the last piece, but not of
 * earlier ones. */
static void step(struct conn *c)
{
    size_t left = c->failed || lws_partial_buffered(c->wsi) ? c->piece : c->off;
    while (left > c->line && c->q.p[left - 1] != '\n')
        left--;
    c->line = left;
    /* Moving the rest costs at most as much as writing it did. */
    if (c->line > LWS_PRE + c->q.len / 2) {
        size_t n = c->line - LWS_PRE;
        buf_drop(&c->q, n);
        c->off -= n;
        c->line -= n;
        c->piece = c->piece > n ? c->piece - n : LWS_PRE;
    }
}

int conn_write(struct conn *c)
{
    for (int i = 0; i < WRITES && conn_queued(c); i++) {
        if (lws_send_pipe_choked(c->wsi))
            break;
        int n = write_piece(c);
        step(c);
        if (n < 0)
            return -1;
    }
    if (c->q.len)
        step(c);
    return conn_queued(c) || lws_partial_buffered(c->wsi) ? 0 : finish(c);
}

static bool is_frozen(const struct conn *c)
{
    return c->ending == END_FREEZE && c->held;
}

bool conn_wants_write(const struct conn *c)
{
    bool to_end = c->ending == END_CUT || c->ending == END_FREEZE || (c->ending == END_CLOSE && c->code);
    if (is_frozen(c))
        return false;
    return c->peer_closed || lws_partial_buffered(c->wsi) || conn_queued(c) || to_end;
}

void conn_free(struct conn *c)
{
    buf_free(&c->q);
    buf_free(&c->middle);
    buf_free(&c->peer_reason);
    media_free(c);
    free(c->reason);
    free(c);
}
