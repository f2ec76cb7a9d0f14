/* SPDX-License-Identifier: MIT */
/* An HTTP call. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "http/trust.h"
#include "stub/call.h"

enum { SOCKETS_MAX = 16 };

struct call {
    CURLM *multi;
    CURL *easy;
    bool running;
};

static void must_multi(CURLMcode r)
{
    if (r != CURLM_OK)
        die(EX_OSERR, "call by libcurl: %s", curl_multi_strerror(r));
}

const char *call_wrong(const char *url)
{
    static const char *const schemes[] = {"http", "https", NULL};
    const char *wrong = http_url_wrong(url, 0, schemes);
    return wrong && strncmp(wrong, "Unsupported", 11) == 0 ? "not an http:// or https:// URL" : wrong;
}

static size_t drop_body(char *p, size_t size, size_t n, void *ctx)
{
    (void)p;
    (void)ctx;
    return size * n;
}

struct call *call_new(const char *url, long timeout_ms)
{
    struct call *c = xcalloc(1, sizeof *c);
    http_start();
    c->multi = curl_multi_init();
    c->easy = curl_easy_init();
    if (!c->multi || !c->easy)
        die(EX_OSERR, "set up libcurl: out of memory");
    http_must(curl_easy_setopt(c->easy, CURLOPT_URL, url));
    http_must(curl_easy_setopt(c->easy, CURLOPT_USERAGENT, diag_name()));
    http_must(curl_easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, timeout_ms));
    http_must(curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L));
    http_must(curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, drop_body));
    return c;
}

bool call_start(struct call *c)
{
    if (c->running)
        return false;
    must_multi(curl_multi_add_handle(c->multi, c->easy));
    c->running = true;
    return true;
}

void call_prepare(struct call *c, struct pollset *ps)
{
    struct curl_waitfd fds[SOCKETS_MAX];
    unsigned n = 0;
    long wait = -1;
    if (!c->running)
        return;
    must_multi(curl_multi_waitfds(c->multi, fds, SOCKETS_MAX, &n));
    for (unsigned i = 0; i < n; i++)
        pollset_add(ps, fds[i].fd,
                    (short)((fds[i].events & CURL_WAIT_POLLIN ? POLLIN : 0) |
                            (fds[i].events & CURL_WAIT_POLLOUT ? POLLOUT : 0)));
    must_multi(curl_multi_timeout(c->multi, &wait));
    if (wait >= 0)
        pollset_until(ps, clock_ms() + wait);
}

bool call_ready(struct call *c, struct buf *outcome)
{
    int running, left;
    long status = 0;
    if (!c->running)
        return false;
    must_multi(curl_multi_perform(c->multi, &running));
    const CURLMsg *m = curl_multi_info_read(c->multi, &left);
    if (!m)
        return false;
    if (m->data.result != CURLE_OK)
        buf_str(outcome, curl_easy_strerror(m->data.result));
    else if (curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        buf_printf(outcome, "status %ld", status);
    must_multi(curl_multi_remove_handle(c->multi, c->easy));
    c->running = false;
    return true;
}

void call_free(struct call *c)
{
    if (!c)
        return;
    if (c->running)
        must_multi(curl_multi_remove_handle(c->multi, c->easy));
    curl_easy_cleanup(c->easy);
    curl_multi_cleanup(c->multi);
    curl_global_cleanup();
    free(c);
}
