/* SPDX-License-Identifier: MIT */
/* The link: dialling, by libcurl's multi interface, whose sockets and timer join the caller's loop. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "link/internal.h"
#include "relay/url.h"

enum {
    DIAL_GRACE = 1000,       /* ms after libcurl's own time limit */
    RETRY_AFTER_MOST = 3600, /* s */
};

static void add_header(struct link *l, const char *line)
{
    struct curl_slist *all = curl_slist_append(l->headers, line);
    if (!all) /* never dial without the token */
        die(EX_OSERR, "set up libcurl: out of memory");
    l->headers = all;
}

static void add_headers(struct link *l, const char *bearer)
{
    struct buf h = {0};
    for (const char **p = l->o->headers; p && *p; p++)
        add_header(l, *p);
    if (bearer) {
        buf_printf(&h, "Authorization: Bearer %s", bearer);
        add_header(l, buf_cstr(&h));
        explicit_bzero(h.p, h.len);
    }
    buf_free(&h);
}

void link_dial(struct link *l, const char *bearer)
{
    add_headers(l, bearer);
    l->error[0] = '\0';
    l->explained.len = 0;
    l->timer = 0;
    l->dial_by = clock_ms() + l->o->connect_timeout + DIAL_GRACE;
    l->date = l->date_at = l->pinged_us = 0;
    l->ping_us = -1;
    l->phase = LINK_DIALLING;
    l->phase_since = clock_wall_ms();
    stream_reset(&l->in);
    l->tx.len = l->tx_off = l->tx_offered = l->tx_lines = 0;
    l->tx_failed = l->rx_ended = l->pong_due = l->close_sent = l->close_got = false;
    l->control_len = 0;
    l->trouble = curl_easy_setopt(l->easy, CURLOPT_HTTPHEADER, l->headers) == CURLE_OK
                     ? curl_multi_add_handle(l->multi, l->easy)
                     : CURLM_OUT_OF_MEMORY;
}

static long info_long(struct link *l, CURLINFO what)
{
    long v = 0;
    return curl_easy_getinfo(l->easy, what, &v) == CURLE_OK ? v : 0;
}

/* The upgrade was refused. */
static void refused(struct link *l, long http)
{
    struct buf m = {0};
    curl_off_t wait = 0;
    buf_printf(&m, "HTTP %ld", http);
    buf_span(&m, buf_as_span(&l->explained));
    link_set_end(l, LINK_BY_HTTP, WS_ABNORMAL, buf_cstr(&m));
    buf_free(&m);
    l->end.http = http;
    if ((http == 429 || http == 503) && curl_easy_getinfo(l->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
        l->end.retry_after = (wait < RETRY_AFTER_MOST ? wait : RETRY_AFTER_MOST) * 1000;
}

static void dial_failed(struct link *l, const char *why)
{
    struct buf m = {0};
    /* libcurl names the host that it did not reach, but does not say that it is the proxy. */
    if (info_long(l, CURLINFO_USED_PROXY) && !info_long(l, CURLINFO_HTTP_CONNECTCODE))
        buf_str(&m, "no way through the proxy: ");
    text_without_logins(&m, why); /* libcurl shows a proxy's URL as it was given */
    link_set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, buf_cstr(&m));
    buf_free(&m);
}

static void note_peer(struct link *l)
{
    const char *ip = NULL;
    if (curl_easy_getinfo(l->easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK && ip && *ip)
        snprintf(l->peer, sizeof l->peer, strchr(ip, ':') ? "[%s]:%ld" : "%s:%ld", ip,
                 info_long(l, CURLINFO_PRIMARY_PORT));
}

static void opened(struct link *l)
{
    note_peer(l);
    l->phase = LINK_OPEN;
    l->phase_since = clock_wall_ms();
    l->rx_maybe = true; /* frames may have come together with the 101 */
    l->last_rx = clock_ms();
    l->ping_at = 0;
    l->wall_skew = clock_wall_ms() - l->last_rx;
}

/* libcurl reports success when a server closes without an answer. */
static void dialled(struct link *l, CURLcode r)
{
    long http = info_long(l, CURLINFO_RESPONSE_CODE);
    if (curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &l->fd) != CURLE_OK)
        l->fd = CURL_SOCKET_BAD;
    if (r == CURLE_OK && http == 101 && l->fd != CURL_SOCKET_BAD) {
        opened(l);
        return;
    }
    if (http >= 100 && http != 101)
        refused(l, http);
    else
        dial_failed(l, r == CURLE_OK ? "the server closed without an answer"
                       : l->error[0] ? l->error
                                     : curl_easy_strerror(r));
    link_hang_up(l);
}

static void dial_done(struct link *l)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(l->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        dialled(l, m->data.result);
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
    pollset_until(ps, l->trouble == CURLM_OK ? l->dial_by : 0);
}

static void act(struct link *l, curl_socket_t fd, int mask)
{
    int running;
    CURLMcode r = curl_multi_socket_action(l->multi, fd, mask, &running);
    if (l->trouble == CURLM_OK)
        l->trouble = r;
}

void link_dial_ready(struct link *l, const struct pollset *ps)
{
    for (size_t i = 0; i < MOST_SOCKETS; i++) {
        struct watched w = l->sockets[i];
        short got = w.fd == CURL_SOCKET_BAD ? 0 : pollset_got(ps, w.slot);
        if (!got)
            continue;
        int mask = (got & POLLIN ? CURL_CSELECT_IN : 0) | (got & POLLOUT ? CURL_CSELECT_OUT : 0) |
                   (got & (POLLERR | POLLHUP) ? CURL_CSELECT_ERR : 0);
        act(l, w.fd, mask);
    }
    if (clock_ms() >= l->timer) {
        l->timer = INT64_MAX;
        act(l, CURL_SOCKET_TIMEOUT, 0);
    }
    dial_done(l);
    if (l->phase == LINK_DIALLING && (l->trouble != CURLM_OK || clock_ms() >= l->dial_by)) {
        dial_failed(l, l->trouble != CURLM_OK ? curl_multi_strerror(l->trouble) : "timed out");
        link_hang_up(l);
    }
}
