/* SPDX-License-Identifier: MIT */
/* The WebSocket link on libcurl: dialling by the multi interface, receiving by curl_ws_recv(), sending whole
 * frames of our own through curl_easy_send(), where control frames can never land inside a message. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "clock.h"
#include "diag.h"
#include "link.h"
#include "ws.h"

#if !CURL_AT_LEAST_VERSION(8, 14, 1)
#error                                                                                                       \
    "libcurl >= 8.14.1 with WebSocket support is needed (Debian 12: libcurl4-openssl-dev of bookworm-backports)"
#endif

enum {
    SEND_CHUNK = 64 * 1024, /* one curl_easy_send(); over TLS a call is taken whole or not at all */
    BURST_BYTES = 1 << 20,  /* received in one turn, so that the other directions get theirs */
    CLOSE_WAIT = 3000,      /* ms for the peer's close frame */
    LOOPBACK_RCVBUF = 131072,
    MOST_SOCKETS = 16,
    CLOCK_JUMP = 5000, /* ms the wall clock may run off before the link is tested */
};

struct watched {
    curl_socket_t fd;
    int what; /* CURL_POLL_IN, … */
    int slot;
};

struct link {
    const struct link_options *o;
    enum link_state state;
    struct link_end end;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
    struct buf explained; /* headers of a refusal that explain it */

    struct watched sockets[MOST_SOCKETS]; /* while dialling */
    int64_t timer;                        /* libcurl's own, clock_ms() */

    curl_socket_t fd; /* once open */
    int slot;
    bool rx_maybe; /* libcurl may hold received bytes that poll(2) does not see */
    bool rx_ended; /* nothing more will come */
    struct reader in;
    size_t checked; /* bytes from in.from on that message_ended() has looked at, and where they left it */
    unsigned depth;
    bool in_string, escaped;
    char control[WS_CONTROL_MAX];
    size_t control_len;

    struct buf lines; /* frames, each with '\n', that no connection was handed */
    size_t lines_off;
    uint64_t queued, sent;
    struct buf tx; /* encoded */
    size_t tx_off, tx_offered;
    bool tx_failed;
    char pong[WS_CONTROL_MAX];
    size_t pong_len;
    bool pong_due;

    int64_t last_rx, ping_at, close_by;
    int64_t wall_skew;
    bool close_sent, close_got;
};

const char *link_unfit(void)
{
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    bool ws = false, wss = false;
    if (v->version_num < 0x080e01)
        return "libcurl is older than 8.14.1";
    for (const char *const *p = v->protocols; *p; p++) {
        ws |= strcmp(*p, "ws") == 0;
        wss |= strcmp(*p, "wss") == 0;
    }
    return !ws    ? "libcurl was built without WebSockets"
           : !wss ? "libcurl was built without WebSockets over TLS"
                  : NULL;
}

/* ---- dialling ---- */

static size_t drop_body(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

/* Keeps the headers that explain a refusal. */
static size_t keep_header(char *p, size_t size, size_t n, void *arg)
{
    static const char *const wanted[] = {"WWW-Authenticate:", "Location:", "Retry-After:"};
    struct link *l = arg;
    size_t len = size * n;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (len > strlen(wanted[i]) && strncasecmp(p, wanted[i], strlen(wanted[i])) == 0 &&
            l->explained.len < 2048) {
            size_t k = len < 512 ? len : 512;
            while (k && (p[k - 1] == '\n' || p[k - 1] == '\r' || p[k - 1] == ' '))
                k--;
            buf_str(&l->explained, ", ");
            buf_add(&l->explained, p, k);
        }
    return len;
}

/* On loopback a peer can keep one curl_ws_recv() reading without end; a bounded socket buffer bounds it. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    (void)arg, (void)purpose;
    int s = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    if (s < 0)
        return CURL_SOCKET_BAD;
    bool loopback = false;
    if (a->family == AF_INET)
        loopback = ntohl(((struct sockaddr_in *)(void *)&a->addr)->sin_addr.s_addr) >> 24 == 127;
    else if (a->family == AF_INET6)
        loopback = IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)(void *)&a->addr)->sin6_addr);
    int size = LOOPBACK_RCVBUF;
    if (loopback)
        setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return s;
}

static int watch_socket(CURL *e, curl_socket_t fd, int what, void *arg, void *per)
{
    struct link *l = arg;
    struct watched *w = NULL;
    (void)e, (void)per;
    for (size_t i = 0; i < MOST_SOCKETS && !w; i++)
        if (l->sockets[i].fd == fd)
            w = &l->sockets[i];
    for (size_t i = 0; i < MOST_SOCKETS && !w; i++)
        if (l->sockets[i].fd == CURL_SOCKET_BAD)
            w = &l->sockets[i];
    if (w)
        *w = (struct watched){what == CURL_POLL_REMOVE ? CURL_SOCKET_BAD : fd, what, -1};
    return 0;
}

static int set_timer(CURLM *m, long ms, void *arg)
{
    struct link *l = arg;
    (void)m;
    l->timer = ms < 0 ? INT64_MAX : clock_ms() + ms;
    return 0;
}

static void set_easy(struct link *l)
{
    CURL *e = l->easy;
    const struct link_options *o = l->o;
    curl_easy_setopt(e, CURLOPT_URL, o->url);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "ws,wss");
    curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 2L);
    curl_easy_setopt(e, CURLOPT_WS_OPTIONS, (long)CURLWS_NOAUTOPONG);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)o->connect_timeout);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout);
    curl_easy_setopt(e, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, l->error);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop_body);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, keep_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, l);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (o->cacert)
        curl_easy_setopt(e, CURLOPT_CAINFO, o->cacert);
    if (o->cert)
        curl_easy_setopt(e, CURLOPT_SSLCERT, o->cert);
    if (o->key)
        curl_easy_setopt(e, CURLOPT_SSLKEY, o->key);
    if (o->proxy)
        curl_easy_setopt(e, CURLOPT_PROXY, o->proxy);
    if (o->insecure) {
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

struct link *link_new(const struct link_options *o)
{
    struct link *l = xcalloc(1, sizeof *l);
    l->o = o;
    l->in.max = o->max_frame;
    l->fd = CURL_SOCKET_BAD;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    l->easy = curl_easy_init();
    l->multi = curl_multi_init();
    if (!l->easy || !l->multi)
        die(EX_OSERR, "start libcurl: out of memory");
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
    for (size_t i = 0; i < MOST_SOCKETS; i++)
        l->sockets[i].fd = CURL_SOCKET_BAD;
    set_easy(l);
    return l;
}

/* Lets go of the connection; libcurl closes its socket. */
static void hang_up(struct link *l)
{
    curl_multi_remove_handle(l->multi, l->easy);
    for (size_t i = 0; i < MOST_SOCKETS; i++)
        l->sockets[i].fd = CURL_SOCKET_BAD;
    curl_slist_free_all(l->headers);
    l->headers = NULL;
    l->fd = CURL_SOCKET_BAD;
    l->state = LINK_DOWN;
}

static void set_end(struct link *l, enum link_by by, int code, const char *reason)
{
    l->end.by = by;
    l->end.code = code;
    l->end.http = 0;
    l->end.broken = false;
    l->end.reason.len = 0;
    buf_str(&l->end.reason, reason);
}

void link_free(struct link *l)
{
    if (l->state != LINK_DOWN)
        hang_up(l);
    curl_easy_cleanup(l->easy);
    curl_multi_cleanup(l->multi);
    curl_global_cleanup();
    reader_free(&l->in);
    buf_free(&l->end.reason);
    buf_free(&l->explained);
    buf_free(&l->lines);
    buf_free(&l->tx);
    free(l);
}

void link_dial(struct link *l, const char *bearer)
{
    struct buf h = {0};
    for (const char **p = l->o->headers; p && *p; p++)
        l->headers = curl_slist_append(l->headers, *p);
    if (bearer) {
        buf_printf(&h, "Authorization: Bearer %s", bearer);
        l->headers = curl_slist_append(l->headers, buf_cstr(&h));
        memset(h.p, 0, h.len);
    }
    buf_free(&h);
    curl_easy_setopt(l->easy, CURLOPT_HTTPHEADER, l->headers);
    l->error[0] = '\0';
    l->explained.len = 0;
    l->timer = 0;
    l->state = LINK_DIALLING;
    l->in = (struct reader){.fd = -1, .max = l->o->max_frame, .b = l->in.b};
    l->in.b.len = 0;
    l->checked = l->depth = 0;
    l->in_string = l->escaped = false;
    l->tx.len = l->tx_off = l->tx_offered = 0;
    l->tx_failed = l->rx_ended = l->pong_due = l->close_sent = l->close_got = false;
    l->control_len = 0;
    curl_multi_add_handle(l->multi, l->easy);
}

static void dial_failed(struct link *l, CURLcode r, long http)
{
    const char *why = l->error[0] ? l->error : curl_easy_strerror(r);
    if (http >= 100 && http != 101) {
        struct buf m = {0};
        buf_printf(&m, "HTTP %ld", http);
        buf_span(&m, buf_as_span(&l->explained));
        set_end(l, LINK_BY_HTTP, WS_ABNORMAL, buf_cstr(&m));
        l->end.http = http;
        buf_free(&m);
    } else {
        set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, r == CURLE_OK ? "the server closed without an answer" : why);
    }
    hang_up(l);
}

static void opened(struct link *l)
{
    l->state = LINK_OPEN;
    l->rx_maybe = true; /* frames may have come together with the 101 */
    l->last_rx = clock_ms();
    l->ping_at = 0;
    l->wall_skew = clock_wall_ms() - l->last_rx;
}

static void dial_done(struct link *l)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(l->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode r = m->data.result;
        long http = 0;
        curl_easy_getinfo(l->easy, CURLINFO_RESPONSE_CODE, &http);
        curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &l->fd);
        if (r == CURLE_OK && http == 101 && l->fd != CURL_SOCKET_BAD)
            opened(l);
        else
            dial_failed(l, r, http);
        return;
    }
}

static void dial_prepare(struct link *l, struct pollset *ps)
{
    for (size_t i = 0; i < MOST_SOCKETS; i++) {
        struct watched *w = &l->sockets[i];
        if (w->fd == CURL_SOCKET_BAD)
            continue;
        short events = (short)((w->what & CURL_POLL_IN ? POLLIN : 0) |
                               (w->what & CURL_POLL_OUT ? POLLOUT : 0));
        w->slot = pollset_add(ps, w->fd, events);
    }
    pollset_until(ps, l->timer);
}

static void dial_ready(struct link *l, const struct pollset *ps)
{
    int running;
    for (size_t i = 0; i < MOST_SOCKETS; i++) {
        struct watched w = l->sockets[i];
        short got = w.fd == CURL_SOCKET_BAD ? 0 : pollset_got(ps, w.slot);
        if (!got)
            continue;
        int mask = (got & POLLIN ? CURL_CSELECT_IN : 0) | (got & POLLOUT ? CURL_CSELECT_OUT : 0) |
                   (got & (POLLERR | POLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(l->multi, w.fd, mask, &running);
    }
    if (clock_ms() >= l->timer) {
        l->timer = INT64_MAX;
        curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    dial_done(l);
}

/* ---- sending ---- */

uint64_t link_send(struct link *l, struct span line)
{
    buf_span(&l->lines, line);
    buf_ch(&l->lines, '\n');
    return ++l->queued;
}

uint64_t link_sent(const struct link *l)
{
    return l->sent;
}

size_t link_pending(const struct link *l)
{
    return l->lines.len - l->lines_off + l->tx.len - l->tx_off;
}

void link_take_unsent(struct link *l, struct buf *out)
{
    buf_add(out, l->lines.p + l->lines_off, l->lines.len - l->lines_off);
    l->lines.len = l->lines_off = 0;
    l->sent = l->queued;
}

/* Encodes queued lines until a chunk is full: only what the connection is about to take counts as sent. */
static void fill_tx(struct link *l)
{
    if (l->pong_due && !l->close_sent) {
        ws_encode(&l->tx, WS_PONG, (struct span){l->pong, l->pong_len});
        l->pong_due = false;
    }
    while (l->lines_off < l->lines.len && l->tx.len - l->tx_off < SEND_CHUNK && !l->close_sent) {
        const char *p = l->lines.p + l->lines_off;
        size_t n = (size_t)((const char *)memchr(p, '\n', l->lines.len - l->lines_off) + 1 - p);
        ws_encode(&l->tx, WS_TEXT, (struct span){p, n});
        l->lines_off += n;
        l->sent++;
    }
    if (l->lines_off == l->lines.len) {
        l->lines.len = l->lines_off = 0;
    } else if (l->lines_off > l->lines.len / 2) {
        buf_drop(&l->lines, l->lines_off);
        l->lines_off = 0;
    }
    if (l->lines.len == 0 && l->state == LINK_CLOSING && !l->close_sent) {
        ws_encode_close(&l->tx, l->end.code, buf_as_span(&l->end.reason));
        l->close_sent = true;
    }
}

static void flush_tx(struct link *l)
{
    while (!l->tx_failed) {
        fill_tx(l);
        size_t n = l->tx.len - l->tx_off, k = 0;
        if (!n)
            break;
        n = n > SEND_CHUNK ? SEND_CHUNK : n;
        n = n < l->tx_offered ? l->tx_offered : n; /* TLS: a retry offers no less than before */
        CURLcode r = curl_easy_send(l->easy, l->tx.p + l->tx_off, n, &k);
        if (r == CURLE_AGAIN) {
            l->tx_offered = n;
            return;
        }
        /* A close frame that came before the break is still to be read. */
        l->tx_failed = r != CURLE_OK;
        l->rx_maybe |= l->tx_failed;
        l->tx_offered = 0;
        l->tx_off += k;
        if (l->tx_off == l->tx.len)
            l->tx.len = l->tx_off = 0;
    }
    if (l->tx_off > SEND_CHUNK) {
        buf_drop(&l->tx, l->tx_off);
        l->tx_off = 0;
    }
}

/* ---- receiving ---- */

/* A message has ended inside a line. Where what came of the line is a whole JSON object, the line ends too
 * (protocol §1). Each byte is looked at once, however many messages a line takes. */
static void message_ended(struct link *l)
{
    const char *p = l->in.b.p + l->in.from;
    size_t n = l->in.b.len - l->in.from, line = n;
    bool whole = false;
    while (line > l->checked && p[line - 1] != '\n')
        line--;
    if (line > l->checked) {
        l->checked = line;
        l->depth = 0;
        l->in_string = l->escaped = false;
    }
    for (; l->checked < n; l->checked++) {
        char c = p[l->checked];
        if (l->escaped) {
            l->escaped = false;
        } else if (l->in_string) {
            l->escaped = c == '\\';
            l->in_string = c != '"';
        } else if (c == '"') {
            l->in_string = true;
        } else if (c == '{' || c == '[') {
            l->depth++;
        } else if ((c == '}' || c == ']') && l->depth) {
            whole = --l->depth == 0 && c == '}';
        }
    }
    if (whole && !l->depth && !l->in_string)
        reader_feed(&l->in, "\n", 1);
}

static void receive_close(struct link *l)
{
    const unsigned char *p = (const unsigned char *)l->control;
    int code = l->control_len >= 2 ? p[0] << 8 | p[1] : WS_NO_CODE;
    l->close_got = true;
    if (l->close_sent)
        return; /* the answer to ours */
    set_end(l, LINK_BY_PEER, code, "");
    if (l->control_len > 2)
        buf_add(&l->end.reason, l->control + 2, l->control_len - 2);
}

static void receive_control(struct link *l, const struct curl_ws_frame *m, const char *p, size_t n)
{
    if (!m->offset)
        l->control_len = 0;
    if (n > sizeof l->control - l->control_len)
        n = sizeof l->control - l->control_len;
    memcpy(l->control + l->control_len, p, n);
    l->control_len += n;
    if (m->bytesleft)
        return;
    if (m->flags & CURLWS_CLOSE) {
        receive_close(l);
    } else if (m->flags & CURLWS_PING) {
        memcpy(l->pong, l->control, l->control_len);
        l->pong_len = l->control_len;
        l->pong_due = true; /* only the newest is answered, as RFC 6455 §5.5.3 allows */
    }
}

static void receive_failed(struct link *l, CURLcode r)
{
    l->rx_ended = true;
    if (l->close_got)
        return;
    if (l->close_sent)
        return; /* it hung up without an answer to our close */
    bool broken = strncmp(l->error, "[WS]", 4) == 0;
    set_end(l, LINK_BY_NETWORK, broken ? WS_PROTOCOL_ERROR : WS_ABNORMAL,
            r == CURLE_GOT_NOTHING ? "connection ended without a close frame"
            : l->error[0]          ? l->error
                                   : curl_easy_strerror(r));
    l->end.broken = broken;
}

/* Receives until libcurl has nothing more, or enough for one turn. Payload goes straight into the reader's
 * buffer. */
static void receive(struct link *l)
{
    size_t total = 0;
    if (l->in.from) {
        buf_drop(&l->in.b, l->in.from);
        l->in.seen -= l->in.from;
        l->in.from = 0;
    }
    while (total < BURST_BYTES && !l->close_got) {
        const struct curl_ws_frame *m = NULL;
        size_t n = 0;
        char *room = buf_room(&l->in.b, IO_CHUNK);
        l->error[0] = '\0';
        CURLcode r = curl_ws_recv(l->easy, room, IO_CHUNK, &n, &m);
        if (r == CURLE_AGAIN) {
            l->rx_maybe = false;
            break;
        }
        l->last_rx = clock_ms();
        l->ping_at = 0;
        if (r != CURLE_OK || !m) {
            receive_failed(l, r);
            break;
        }
        if (m->flags & (CURLWS_PING | CURLWS_PONG | CURLWS_CLOSE)) {
            receive_control(l, m, room, n);
            continue;
        }
        l->in.b.len += n;
        total += n + 1;
        if (!(m->flags & CURLWS_CONT) && !m->bytesleft && l->in.b.len && l->in.b.p[l->in.b.len - 1] != '\n')
            message_ended(l);
    }
}

enum reader_got link_next(struct link *l, struct span *line)
{
    size_t from = l->in.from;
    enum reader_got got = reader_next(&l->in, line);
    size_t moved = l->in.from - from;
    l->checked -= l->checked < moved ? l->checked : moved;
    return got;
}

size_t link_torn(const struct link *l)
{
    return l->in.skipping ? 0 : l->in.b.len - l->in.from;
}

/* ---- the life of a connection ---- */

enum link_state link_state(const struct link *l)
{
    return l->state;
}

const struct link_end *link_end(const struct link *l)
{
    return &l->end;
}

void link_close(struct link *l, int code, const char *reason)
{
    if (l->state != LINK_DIALLING && l->state != LINK_OPEN)
        return;
    set_end(l, LINK_BY_US, code, reason);
    if (l->state == LINK_DIALLING) {
        hang_up(l);
        return;
    }
    l->state = LINK_CLOSING;
    l->close_by = clock_ms() + CLOSE_WAIT;
}

static bool keepalive_on(const struct link *l)
{
    return l->state == LINK_OPEN && l->o->ping_interval;
}

static void keepalive(struct link *l, bool reading)
{
    if (!keepalive_on(l))
        return;
    int64_t now = clock_ms(), skew = clock_wall_ms() - now;
    bool jumped = skew - l->wall_skew > CLOCK_JUMP || l->wall_skew - skew > CLOCK_JUMP;
    l->wall_skew = skew;
    if (!l->ping_at && (now - l->last_rx >= l->o->ping_interval || jumped)) {
        ws_encode(&l->tx, WS_PING, (struct span){"", 0});
        l->ping_at = now;
    } else if (l->ping_at && !reading) {
        l->ping_at = now; /* an answer cannot be seen while nothing is read */
    } else if (l->ping_at && now - l->ping_at >= l->o->ping_timeout) {
        set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, "nothing received after a ping");
        hang_up(l);
    }
}

void link_prepare(struct link *l, struct pollset *ps, bool reading)
{
    l->slot = -1;
    if (l->state == LINK_DOWN)
        return;
    if (l->state == LINK_DIALLING) {
        dial_prepare(l, ps);
        return;
    }
    flush_tx(l);
    if (l->tx_failed || (l->rx_maybe && reading) || l->close_got)
        pollset_until(ps, 0);
    bool sending = l->tx.len > l->tx_off;
    l->slot = pollset_add(ps, l->fd, (short)((reading ? POLLIN : 0) | (sending ? POLLOUT : 0)));
    if (l->state == LINK_CLOSING)
        pollset_until(ps, l->close_by);
    else if (keepalive_on(l))
        pollset_until(ps, l->ping_at ? l->ping_at + l->o->ping_timeout : l->last_rx + l->o->ping_interval);
}

/* After the peer's close frame: answer it, then let go. */
static void answer_close(struct link *l)
{
    if (!l->close_sent && !l->tx_failed) {
        l->pong_due = false;
        ws_encode_close(&l->tx, l->end.code, (struct span){"", 0});
        l->close_sent = true;
        l->state = LINK_CLOSING;
        l->close_by = clock_ms() + CLOSE_WAIT;
        flush_tx(l);
    }
    if (l->tx_failed || l->tx.len == l->tx_off || clock_ms() >= l->close_by)
        hang_up(l);
}

void link_ready(struct link *l, const struct pollset *ps, bool reading)
{
    if (l->state == LINK_DOWN)
        return;
    if (l->state == LINK_DIALLING) {
        dial_ready(l, ps);
        return;
    }
    reading = reading || l->tx_failed;
    if (pollset_got(ps, l->slot) & (POLLIN | POLLERR | POLLHUP))
        l->rx_maybe = true;
    if (l->rx_maybe && reading && !l->close_got)
        receive(l);
    if (l->close_got) {
        answer_close(l);
    } else if (l->rx_ended) {
        hang_up(l);
    } else if (l->tx_failed && !l->rx_maybe) {
        set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, "send failed: the connection is broken");
        hang_up(l);
    } else if (l->state == LINK_CLOSING && clock_ms() >= l->close_by) {
        hang_up(l);
    } else {
        flush_tx(l);
        keepalive(l, reading);
    }
}
