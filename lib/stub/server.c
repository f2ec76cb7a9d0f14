/* SPDX-License-Identifier: MIT */
/* The WebSocket server of the stub.
 *
 * The sockets are accepted here and handed to libwebsockets, so that one poll(2) of the caller serves them as
 * well as stdin, stdout and the signals; lws_service() with a negative time makes one pass without waiting.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/ws.h"
#include "stub/internal.h"
#include "stub/listen.h"

enum {
    UNSETTLED_WAIT = 50, /* ms between checks of connections that libwebsockets opens or ends by itself */
    ACCEPT_WAIT = 1000,  /* ms until the next try when no connection can be accepted */
};

struct server {
    struct server_options o;
    const struct server_events *ev;
    void *ctx;
    struct lws_context *lws;
    struct lws_vhost *vhost;
    struct conn *conns;
    struct shelf shelf;
    size_t count;
    int fd, slot, port;
    int64_t accept_at; /* no connection is accepted before this moment of clock_ms(); 0: no limit */
    bool short_told;   /* it was reported that some could not be accepted, and they still wait */
};

static void receive(struct conn *c, const char *in, size_t n)
{
    const struct server *s = c->server;
    if (c->ending)
        return;
    bool last = lws_is_final_fragment(c->wsi) && !lws_remaining_packet_payload(c->wsi);
    s->ev->received(s->ctx, c, (struct span){in, n}, last);
    if (s->o.slow_read) {
        c->resume = clock_ms() + (int64_t)n * 1000 / s->o.slow_read + 1;
        conn_hold(c, true);
    }
}

static struct mask *find_mask(void *ctx, int fd)
{
    const struct server *s = ctx;
    struct conn *c = s->conns;
    while (c && c->fd != fd)
        c = c->next;
    return c ? &c->mask : NULL;
}

/* The end of a request with unusual line ends cannot be seen by mask_check(). */
static void look_at_masks(struct server *s)
{
    for (struct conn *c = s->conns; c; c = c->next) {
        if (!c->open || c->settled || c->told || (!c->mask.failed && c->mask.state != MASK_REQUEST))
            continue;
        c->told = true;
        s->ev->unmasked(s->ctx, c);
    }
}

static void note_close(struct conn *c, const unsigned char *in, size_t n)
{
    c->peer_closed = true;
    c->peer_code = n >= 2 ? in[0] << 8 | in[1] : WS_NO_CODE;
    if (n > 2)
        buf_add(&c->peer_reason, in + 2, n - 2);
}

static void settle(struct conn *c)
{
    if (c->settled)
        return;
    c->settled = true;
    c->server->ev->gone(c->server->ctx, c, c->peer_code, buf_as_span(&c->peer_reason));
}

static void forget(struct conn *c)
{
    struct conn **at = &c->server->conns;
    settle(c);
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->server->count--;
    c->server->accept_at = 0;
    conn_free(c);
}

static int opened(struct conn *c)
{
    /* An answer must not wait until TCP has acknowledged the one before it. */
    int on = 1;
    setsockopt(lws_get_socket_fd(c->wsi), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->open = true;
    c->peer_code = WS_ABNORMAL;
    if (c->server->o.slow_read)
        conn_small_buffer(c);
    c->server->ev->opened(c->server->ctx, c);
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t n)
{
    struct conn *c = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    if (!c)
        return 0;
    switch (why) {
    case LWS_CALLBACK_HTTP:
        if (media_request(c, in, &c->server->shelf, c->server->ev, c->server->ctx))
            return 0;
        http_refuse(c, (struct refusal){426, "Upgrade: websocket\r\n"});
        return -1;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return http_upgrade(c, c->server->ev, c->server->ctx);
    case LWS_CALLBACK_HTTP_BODY:
        media_body(c, in, n);
        return 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        media_body_end(c);
        return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return media_write(c);
    case LWS_CALLBACK_ESTABLISHED:
        return opened(c);
    case LWS_CALLBACK_RECEIVE:
        receive(c, in, n);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return conn_write(c);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        note_close(c, in, n);
        return c->ending == END_CLOSE && !c->code ? -1 : 0;
    case LWS_CALLBACK_CLOSED:
        settle(c);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        forget(c);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "relay", .callback = on_event, .rx_buffer_size = RX_CHUNK},
    {0},
};

struct server *server_open(const struct server_options *o, const struct server_events *ev, void *ctx)
{
    struct server *s = xcalloc(1, sizeof *s);
    *s = (struct server){.o = *o, .ev = ev, .ctx = ctx};
    s->port = o->port;
    s->fd = listen_open(o->address, &s->port);
    s->lws = context_open(o, protocols, &s->vhost);
    if (!o->cert)
        mask_watch(find_mask, s);
    return s;
}

void server_url(const struct server *s, struct buf *out)
{
    buf_printf(out, "%s://%s:%d/relay", s->o.cert ? "wss" : "ws", s->o.address, s->port);
}

void server_stop(struct server *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

size_t server_conns(const struct server *s)
{
    return s->count;
}

/* Descriptors or memory are short: waiting connections are accepted when another has ended, or in a while. */
static void accept_failed(struct server *s)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        s->short_told = false; /* all of them were accepted */
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
        return;
    s->accept_at = clock_ms() + ACCEPT_WAIT;
    if (!s->short_told)
        complain("accept connection:");
    s->short_told = true;
}

static void take_connections(struct server *s)
{
    while (s->count < SERVER_CONNS_MAX) {
        int fd = listen_accept(s->fd);
        if (fd < 0) {
            accept_failed(s);
            return;
        }
        struct lws *wsi = lws_adopt_socket_vhost(s->vhost, fd);
        if (!wsi)
            continue;
        struct conn *c = xcalloc(1, sizeof *c);
        *c = (struct conn){
            .server = s, .framing = s->o.framing, .next = s->conns, .wsi = wsi, .fd = fd, .slot = -1};
        s->conns = c;
        s->count++;
        lws_set_opaque_user_data(wsi, c);
    }
}

/* Handles deadlines, and the timed steps of slow reading. */
static void look_at_clock(struct server *s, int64_t now)
{
    for (struct conn *c = s->conns; c; c = c->next) {
        if (c->resume && now >= c->resume) {
            c->resume = 0;
            conn_hold(c, false);
        }
        if (c->deadline && now >= c->deadline) {
            c->deadline = 0;
            lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
        }
    }
}

void server_prepare(struct server *s, struct pollset *ps)
{
    int64_t now = clock_ms();
    if (s->accept_at && now >= s->accept_at)
        s->accept_at = 0;
    s->slot = s->count < SERVER_CONNS_MAX && !s->accept_at ? pollset_add(ps, s->fd, POLLIN) : -1;
    if (s->accept_at && s->fd >= 0)
        pollset_until(ps, s->accept_at);
    for (struct conn *c = s->conns; c; c = c->next) {
        bool write = (c->open && conn_wants_write(c)) || media_wants_write(c);
        short events = (short)((c->paused || c->held ? 0 : POLLIN) | (write || c->echo ? POLLOUT : 0));
        /* leave it out without events: a connection that hung up would never let the loop sleep */
        c->slot = events ? pollset_add(ps, c->fd, events) : -1;
        if (write && !c->settled)
            lws_callback_on_writable(c->wsi);
        if (!c->open || c->settled)
            pollset_until(ps, now + UNSETTLED_WAIT);
        if (c->resume)
            pollset_until(ps, c->resume);
        if (c->deadline)
            pollset_until(ps, c->deadline);
    }
    int wait = lws_service_adjust_timeout(s->lws, 60000, 0);
    if (wait < 60000)
        pollset_until(ps, now + wait);
}

void server_ready(struct server *s, const struct pollset *ps)
{
    for (struct conn *c = s->conns; c; c = c->next) {
        short got = pollset_got(ps, c->slot);
        c->echo = got & POLLIN || (c->echo && !(got & POLLOUT));
    }
    look_at_clock(s, clock_ms());
    if (pollset_got(ps, s->slot))
        take_connections(s);
    lws_service(s->lws, -1);
    if (!s->o.cert)
        look_at_masks(s);
}

void server_close(struct server *s)
{
    server_stop(s);
    lws_context_destroy(s->lws);
    shelf_free(&s->shelf);
    free(s);
}
