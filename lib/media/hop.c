/* SPDX-License-Identifier: MIT */
/* One request of a transfer and its answer. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "media/address.h"
#include "media/hop.h"
#include "media/name.h"
#include "media/type.h"

enum {
    ANSWER_MOST = 64 * 1024, /* bytes that are kept of an answer which is not a file */
    SHOWN_MOST = 200,        /* … and shown, of an error's */
};

/* Ends the request, because of a reason of ours. */
static size_t refuse(struct hop *h, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static size_t refuse(struct hop *h, int status, const char *fmt, ...)
{
    va_list ap;
    h->refused = status;
    h->why.len = 0;
    va_start(ap, fmt);
    buf_vprintf(&h->why, fmt, ap);
    va_end(ap);
    return CURL_WRITEFUNC_ERROR;
}

static long status_of(const struct hop *h)
{
    long status = 0;
    return curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

static struct span header(const struct hop *h, const char *name)
{
    struct curl_header *found = NULL;
    if (curl_easy_header(h->easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return (struct span){NULL, 0};
    return span_of(found->value);
}

/* Whether the answer is the file that was asked for. */
static bool is_file(const struct hop *h)
{
    long status = status_of(h);
    return !h->job->put && status >= 200 && status < 300;
}

static bool is_wanted(struct hop *h)
{
    struct buf types = {0};
    struct span type = header(h, "Content-Type");
    buf_span(&types, buf_as_span(&h->job->types));
    bool wanted = !types.len || type_wanted(buf_cstr(&types), type);
    if (!wanted)
        refuse(h, EX_DATAERR, "it is %.*s, not %s", (int)(type.n < 100 ? type.n : 100), type.p,
               buf_cstr(&types));
    buf_free(&types);
    return wanted;
}

static bool write_all(int fd, const char *p, size_t n, off_t at)
{
    while (n) {
        ssize_t k = pwrite(fd, p, n, at);
        if (k < 0 && errno != EINTR)
            return false;
        k = k > 0 ? k : 0;
        p += k, n -= (size_t)k, at += k;
    }
    return true;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct hop *h = arg;
    n *= size;
    if (!is_file(h)) {
        if (h->body.len < ANSWER_MOST)
            buf_add(&h->body, p, n < ANSWER_MOST - h->body.len ? n : ANSWER_MOST - h->body.len);
        return n;
    }
    if (!h->done && !is_wanted(h))
        return CURL_WRITEFUNC_ERROR;
    if (h->done + (int64_t)n > MEDIA_MOST)
        return refuse(h, EX_DATAERR, "larger than %d MiB", MEDIA_MOST >> 20);
    if (!write_all(h->job->fd, p, n, (off_t)h->done))
        return refuse(h, EX_IOERR, "write: %s", strerror(errno));
    h->done += (int64_t)n;
    return n;
}

/* The connector may ask for the content a second time, from its start. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct hop *h = arg;
    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    h->done = offset;
    return CURL_SEEKFUNC_OK;
}

static size_t on_content(char *p, size_t size, size_t n, void *arg)
{
    struct hop *h = arg;
    int64_t left = h->job->size - h->done;
    n *= size;
    ssize_t k = pread(h->job->fd, p, (int64_t)n < left ? n : (size_t)left, (off_t)h->done);
    if (k < 0)
        refuse(h, EX_NOINPUT, "read: %s", strerror(errno));
    else if (!k && left)
        refuse(h, EX_NOINPUT, "it became shorter while it was read");
    if (h->refused)
        return CURL_READFUNC_ABORT;
    h->done += k;
    return (size_t)k;
}

static int on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
    const struct hop *h = arg;
    (void)up_all;
    if (h->progress && (h->job->put || is_file(h)))
        h->progress(h->job->put ? up : down, h->job->put ? h->job->size : down_all);
    return 0;
}

/* Whether the connection is one to a proxy, whose address is then the one that libcurl connects to. Only
 * libcurl knows: the variables that name proxies differ by scheme, and no_proxy makes exceptions. */
static bool is_by_proxy(const struct hop *h)
{
    long used = 0;
    return curl_easy_getinfo(h->easy, CURLINFO_USED_PROXY, &used) == CURLE_OK && used;
}

/* Text from the chat may name any server: without --private, none that only we can reach. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct hop *h = arg;
    (void)purpose;
    if (h->checks && !is_by_proxy(h) && !address_is_public(&a->addr)) {
        refuse(h, EX_DATAERR, "its address is not public (--private allows this)");
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

#define SET(option, value) http_must(curl_easy_setopt(h->easy, CURLOPT_##option, value))

static void set_content(struct hop *h)
{
    SET(POST, 1L);
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)h->job->size);
    SET(READFUNCTION, on_content);
    SET(READDATA, h);
    SET(SEEKFUNCTION, on_seek);
    SET(SEEKDATA, h);
}

/* The client certificate says who we are: to the connector only. */
static void set_trust(const struct hop *h, const struct transfer_options *o)
{
    struct http_trust t = o->trust;
    if (!h->connector)
        t.cert = t.key = NULL;
    http_trust_set(h->easy, &t);
}

void hop_set(struct hop *h, const struct transfer_options *o, CURLU *url, struct curl_slist *headers,
             int64_t left)
{
    curl_easy_reset(h->easy);
    h->done = 0;
    h->body.len = 0;
    h->error[0] = '\0';
    h->checks = !h->connector && !o->private;
    SET(CURLU, url);
    SET(PROTOCOLS_STR, "http,https");
    SET(FOLLOWLOCATION, 0L); /* transfer.c follows: without the bearer */
    SET(TIMEOUT_MS, (long)(left > 0 ? left : 1));
    SET(NOSIGNAL, 1L);
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(USERAGENT, "relay-media/" RELAY_VERSION);
    SET(HTTPHEADER, headers);
    SET(ERRORBUFFER, h->error);
    SET(WRITEFUNCTION, on_body);
    SET(WRITEDATA, h);
    SET(FRESH_CONNECT, h->checks ? 1L : 0L); /* one that is open was perhaps not checked */
    SET(OPENSOCKETFUNCTION, on_socket);
    SET(OPENSOCKETDATA, h);
    SET(XFERINFOFUNCTION, on_progress);
    SET(XFERINFODATA, h);
    SET(NOPROGRESS, h->progress ? 0L : 1L);
    set_trust(h, o);
    if (h->job->put)
        set_content(h);
}

static int status_for(long http)
{
    if (http == 401 || http == 403)
        return EX_NOPERM;
    return http == 429 || http >= 500 ? EX_UNAVAILABLE : EX_NO;
}

/* The server said no: its status, and the beginning of what it says. */
static void judge_status(const struct hop *h, long http, struct outcome *out)
{
    out->status = status_for(http);
    buf_printf(&out->error, "HTTP %ld", http);
    size_t n = h->body.len < SHOWN_MOST ? h->body.len : SHOWN_MOST;
    while (n && strchr("\r\n \t", h->body.p[n - 1]))
        n--;
    struct span type = header(h, "Content-Type");
    if (n && type.n && !type_wanted("text/html", type))
        buf_printf(&out->error, ": %.*s", (int)n, h->body.p);
}

static void judge_failure(const struct hop *h, CURLcode r, struct outcome *out)
{
    out->status = r == CURLE_OUT_OF_MEMORY ? EX_OSERR : EX_UNAVAILABLE;
    buf_str(&out->error, h->error[0] ? h->error : curl_easy_strerror(r));
}

static bool leads_on(const struct hop *h)
{
    char *to = NULL;
    return curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to;
}

void hop_judge(struct hop *h, CURLcode r, struct outcome *out)
{
    long http = status_of(h);
    struct span type = header(h, "Content-Type"), disposition = header(h, "Content-Disposition");
    if (r == CURLE_OK && is_file(h) && !h->done)
        is_wanted(h);
    if (h->refused) {
        out->status = h->refused;
        buf_span(&out->error, buf_as_span(&h->why));
    } else if (http >= 400) { /* an upload may be answered, and the connection closed, before its end */
        judge_status(h, http, out);
    } else if (r != CURLE_OK) {
        judge_failure(h, r, out);
    } else if (http >= 300 && (h->job->put || !leads_on(h))) {
        judge_status(h, http, out);
    } else if (is_file(h)) {
        buf_span(&out->type, type);
        if (disposition.n)
            name_of_disposition(&out->name, disposition);
    }
    buf_free(&h->why);
}
