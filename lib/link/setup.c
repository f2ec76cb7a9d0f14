/* SPDX-License-Identifier: MIT */
/* The link: libcurl's handles and their settings. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/diag.h"
#include "link/internal.h"

enum { LOOPBACK_RCVBUF = 131072 };

static size_t drop_body(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

static bool names(const char *header, size_t n, const char *name)
{
    return n > strlen(name) && strncasecmp(header, name, strlen(name)) == 0;
}

/* Notes the peer's clock, and ours at that moment. */
static void note_date(struct link *l, const char *value, size_t n)
{
    char *text = xstrndup(value, n);
    time_t date = curl_getdate(text, NULL);
    free(text);
    l->date = date > 0 ? (int64_t)date : 0;
    l->date_at = clock_wall_us();
}

/* Keeps the headers that explain a refusal, and the peer's time. */
static size_t keep_header(char *p, size_t size, size_t n, void *arg)
{
    static const char *const wanted[] = {"WWW-Authenticate:", "Location:", "Retry-After:"};
    struct link *l = arg;
    size_t len = size * n;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (names(p, len, wanted[i]) && l->explained.len < 2048) {
            size_t k = len < 512 ? len : 512;
            while (k && (p[k - 1] == '\n' || p[k - 1] == '\r' || p[k - 1] == ' '))
                k--;
            buf_str(&l->explained, ", ");
            buf_add(&l->explained, p, k);
        }
    if (names(p, len, "Date:"))
        note_date(l, p + 5, len - 5);
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

#define SET(option, value) http_must(curl_easy_setopt(l->easy, CURLOPT_##option, value))

static void set_easy(struct link *l)
{
    const struct link_options *o = l->o;
    SET(URL, o->url);
    SET(PROTOCOLS_STR, "ws,wss");
    SET(CONNECT_ONLY, 2L);
    SET(WS_OPTIONS, (long)CURLWS_NOAUTOPONG);
    SET(NOSIGNAL, 1L);
    SET(QUICK_EXIT, 1L);
    SET(TIMEOUT_MS, (long)o->connect_timeout);
    SET(CONNECTTIMEOUT_MS, (long)o->connect_timeout);
    SET(DNS_CACHE_TIMEOUT, 0L); /* so that the next dial finds a name that has moved */
    SET(HTTPPROXYTUNNEL, 1L);
    SET(ERRORBUFFER, l->error);
    SET(WRITEFUNCTION, drop_body);
    SET(HEADERFUNCTION, keep_header);
    SET(HEADERDATA, l);
    SET(OPENSOCKETFUNCTION, open_socket);
    struct http_trust trust = link_trust(o);
    http_trust_set(l->easy, &trust);
    if (o->probe)
        SET(CERTINFO, 1L);
}

static void must_multi(CURLMcode r)
{
    if (r != CURLM_OK)
        die(EX_OSERR, "set up libcurl: %s", curl_multi_strerror(r));
}

struct link *link_new(const struct link_options *o)
{
    struct link *l = xcalloc(1, sizeof *l);
    l->o = o;
    l->in.lines.max = o->max_frame;
    l->fd = CURL_SOCKET_BAD;
    l->ping_us = -1;
    http_start();
    l->easy = curl_easy_init();
    l->multi = curl_multi_init();
    if (!l->easy || !l->multi)
        die(EX_OSERR, "set up libcurl: out of memory");
    must_multi(curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, watch_socket));
    must_multi(curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l));
    must_multi(curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, set_timer));
    must_multi(curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l));
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
    buf_free(&l->text);
    buf_free(&l->tx);
    free(l);
}
