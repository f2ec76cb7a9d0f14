/* SPDX-License-Identifier: MIT */
/* The link: dialling, by libcurl's multi interface, whose sockets and timer join the caller's loop. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/diag.h"
#include "link/internal.h"
#include "relay/url.h"

enum { LOOPBACK_RCVBUF = 131072 };

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
    l->in.lines.max = o->max_frame;
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

void link_free(struct link *l)
{
    if (l->phase != LINK_DOWN)
        link_hang_up(l);
    curl_easy_cleanup(l->easy);
    curl_multi_cleanup(l->multi);
    curl_global_cleanup();
    stream_free(&l->in);
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
    l->phase = LINK_DIALLING;
    stream_reset(&l->in);
    l->tx.len = l->tx_off = l->tx_offered = l->tx_lines = 0;
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
        link_set_end(l, LINK_BY_HTTP, WS_ABNORMAL, buf_cstr(&m));
        l->end.http = http;
        buf_free(&m);
    } else {
        /* libcurl shows a proxy's URL as it was given. */
        struct buf m = {0};
        url_without_login(&m, r == CURLE_OK ? "the server closed without an answer" : why);
        link_set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, buf_cstr(&m));
        buf_free(&m);
    }
    link_hang_up(l);
}

static void opened(struct link *l)
{
    l->phase = LINK_OPEN;
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

void link_dial_prepare(struct link *l, struct pollset *ps)
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

void link_dial_ready(struct link *l, const struct pollset *ps)
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
