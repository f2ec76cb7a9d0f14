/* SPDX-License-Identifier: MIT */
/* The WebSocket server of the stub.
 *
 * The sockets are accepted here and handed to libwebsockets, so that one poll(2) of the caller serves them,
 * stdin, stdout and the signals alike; lws_service() with a negative time is one pass without a wait. */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/ws.h"
#include "stub/listener.h"
#include "stub/peer.h"

enum {
    PEERS_MAX = 256,
    UNSETTLED_WAIT = 50, /* ms between looks at connections that libwebsockets opens or ends by itself */
    RX_CHUNK = 65536,    /* bytes */
};

struct server {
    struct server_options o;
    const struct server_events *ev;
    void *ctx;
    struct lws_context *lws;
    struct lws_vhost *vhost;
    struct peer *peers;
    size_t count;
    int fd, slot, port;
};

static void receive(struct peer *p, const char *in, size_t n)
{
    const struct server *s = p->server;
    if (p->ending)
        return;
    bool last = lws_is_final_fragment(p->wsi) && !lws_remaining_packet_payload(p->wsi);
    s->ev->received(s->ctx, p, (struct span){in, n}, last);
    if (s->o.slow_read) {
        p->resume = clock_ms() + (int64_t)n * 1000 / s->o.slow_read + 1;
        peer_hold(p, true);
    }
}

static void note_close(struct peer *p, const unsigned char *in, size_t n)
{
    p->peer_closed = true;
    p->peer_code = n >= 2 ? in[0] << 8 | in[1] : WS_NO_CODE;
    if (n > 2)
        buf_add(&p->peer_reason, in + 2, n - 2);
}

static void settle(struct peer *p)
{
    if (p->settled)
        return;
    p->settled = true;
    p->server->ev->gone(p->server->ctx, p, p->peer_code, buf_as_span(&p->peer_reason));
}

static void forget(struct peer *p)
{
    struct peer **at = &p->server->peers;
    settle(p);
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    p->server->count--;
    peer_free(p);
}

/* A short answer in place of the upgrade; the connection ends with it. */
static int refuse(struct peer *p, struct refusal r)
{
    struct buf b = {0};
    const char *body = "no WebSocket for you here\n";
    buf_room(&b, LWS_PRE);
    b.len = LWS_PRE;
    buf_printf(&b,
               "HTTP/1.1 %d Refused\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n%s"
               "Connection: close\r\n\r\n%s",
               r.status, strlen(body), r.headers ? r.headers : "", body);
    lws_write(p->wsi, (unsigned char *)b.p + LWS_PRE, b.len - LWS_PRE, LWS_WRITE_HTTP_FINAL);
    buf_free(&b);
    p->deadline = clock_ms() + 1;
    return 1;
}

static char *header(struct lws *wsi, enum lws_token_indexes which)
{
    int n = lws_hdr_total_length(wsi, which);
    char *text = xcalloc((size_t)n + 1, 1);
    if (n > 0 && lws_hdr_copy(wsi, text, n + 1, which) < 0)
        *text = '\0';
    return text;
}

static int upgrade(struct peer *p)
{
    const struct server *s = p->server;
    char *path = header(p->wsi, WSI_TOKEN_GET_URI), *auth = header(p->wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
    struct span bearer = {NULL, 0};
    if (strncasecmp(auth, "Bearer ", 7) == 0)
        bearer = span_of(auth + 7 + strspn(auth + 7, " "));
    struct refusal r = s->ev->upgrade(s->ctx, p, path, bearer);
    free(path);
    free(auth);
    return r.status ? refuse(p, r) : 0;
}

static int opened(struct peer *p)
{
    /* An answer does not wait until the one before it has been acknowledged. */
    int on = 1;
    setsockopt(lws_get_socket_fd(p->wsi), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    p->open = true;
    p->peer_code = WS_ABNORMAL;
    if (p->server->o.slow_read)
        peer_small_buffer(p);
    p->server->ev->opened(p->server->ctx, p);
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t n)
{
    struct peer *p = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    if (!p)
        return 0;
    switch (why) {
    case LWS_CALLBACK_HTTP:
        return refuse(p, (struct refusal){426, "Upgrade: websocket\r\n"}) ? -1 : 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return upgrade(p);
    case LWS_CALLBACK_ESTABLISHED:
        return opened(p);
    case LWS_CALLBACK_RECEIVE:
        receive(p, in, n);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return peer_write(p);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        note_close(p, in, n);
        return p->ending == END_CLOSE && !p->code ? -1 : 0;
    case LWS_CALLBACK_CLOSED:
        settle(p);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        forget(p);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "relay", .callback = on_event, .rx_buffer_size = RX_CHUNK},
    {0},
};

/* The gateway's pings keep the link; the server sends none of its own. */
static const lws_retry_bo_t no_keepalive = {0};

static void open_lws(struct server *s)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = protocols,
        .fd_limit_per_thread = PEERS_MAX + 32,
        .pt_serv_buf_size = RX_CHUNK,
        .retry_and_idle_policy = &no_keepalive,
        .alpn = "http/1.1",
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
    };
    if (s->o.cert) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = s->o.cert;
        info.ssl_private_key_filepath = s->o.key;
    }
    lws_set_log_level(0, NULL);
    s->lws = lws_create_context(&info);
    if (!s->lws)
        die(EX_OSERR, "set up libwebsockets: it refused");
    s->vhost = lws_create_vhost(s->lws, &info);
    if (!s->vhost && s->o.cert)
        die(EX_NOINPUT, "use certificate %s with key %s: libwebsockets refused", s->o.cert, s->o.key);
    if (!s->vhost)
        die(EX_OSERR, "set up libwebsockets: it refused the virtual host");
}

struct server *server_open(const struct server_options *o, const struct server_events *ev, void *ctx)
{
    struct server *s = xcalloc(1, sizeof *s);
    *s = (struct server){.o = *o, .ev = ev, .ctx = ctx};
    s->port = o->port;
    s->fd = listener_open(o->address, &s->port);
    open_lws(s);
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

size_t server_peers(const struct server *s)
{
    return s->count;
}

static void take_connections(struct server *s)
{
    int fd;
    while (s->count < PEERS_MAX && (fd = listener_accept(s->fd)) >= 0) {
        struct lws *wsi = lws_adopt_socket_vhost(s->vhost, fd);
        if (!wsi)
            continue;
        struct peer *p = xcalloc(1, sizeof *p);
        *p = (struct peer){
            .server = s, .mangle = s->o.mangle, .next = s->peers, .wsi = wsi, .fd = fd, .slot = -1};
        s->peers = p;
        s->count++;
        lws_set_opaque_user_data(wsi, p);
    }
}

/* Deadlines and the timed halves of slow reading. */
static void look_at_clock(struct server *s, int64_t now)
{
    for (struct peer *p = s->peers; p; p = p->next) {
        if (p->resume && now >= p->resume) {
            p->resume = 0;
            peer_hold(p, false);
        }
        if (p->deadline && now >= p->deadline) {
            p->deadline = 0;
            lws_set_timeout(p->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
        }
    }
}

void server_prepare(struct server *s, struct pollset *ps)
{
    int64_t now = clock_ms();
    s->slot = s->count < PEERS_MAX ? pollset_add(ps, s->fd, POLLIN) : -1;
    for (struct peer *p = s->peers; p; p = p->next) {
        bool write = p->open && peer_wants_write(p);
        short events = (short)((p->paused || p->held ? 0 : POLLIN) | (write || p->echo ? POLLOUT : 0));
        /* without events it is not asked for: a connection that hung up would never let the loop sleep */
        p->slot = events ? pollset_add(ps, p->fd, events) : -1;
        if (write && !p->settled)
            lws_callback_on_writable(p->wsi);
        if (!p->open || p->settled)
            pollset_until(ps, now + UNSETTLED_WAIT);
        if (p->resume)
            pollset_until(ps, p->resume);
        if (p->deadline)
            pollset_until(ps, p->deadline);
    }
    int wait = lws_service_adjust_timeout(s->lws, 60000, 0);
    if (wait < 60000)
        pollset_until(ps, now + wait);
}

void server_ready(struct server *s, const struct pollset *ps)
{
    for (struct peer *p = s->peers; p; p = p->next) {
        short got = pollset_got(ps, p->slot);
        p->echo = got & POLLIN || (p->echo && !(got & POLLOUT));
    }
    look_at_clock(s, clock_ms());
    if (pollset_got(ps, s->slot))
        take_connections(s);
    lws_service(s->lws, -1);
}

void server_close(struct server *s)
{
    server_stop(s);
    lws_context_destroy(s->lws);
    free(s);
}
