/* SPDX-License-Identifier: MIT */
/* The HTTP of media. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "media/hop.h"
#include "media/name.h"
#include "relay/token.h"
#include "json/json.h"

static void must_append(struct curl_slist **list, const char *line)
{
    struct curl_slist *all = curl_slist_append(*list, line);
    if (!all)
        die(EX_OSERR, "set up libcurl: out of memory");
    *list = all;
}

/* What only the connector gets. */
static void add_own_headers(struct curl_slist **list, const struct transfer_options *o)
{
    struct buf h = {0};
    for (const char **p = o->headers; p && *p; p++)
        must_append(list, *p);
    if (o->id) {
        buf_str(&h, "Authorization: Bearer ");
        token_mint(&h, o->id, o->secret, clock_wall_s() + o->token_ttl);
        must_append(list, buf_cstr(&h));
        explicit_bzero(h.p, h.len);
    }
    buf_free(&h);
}

static void add_file_headers(struct curl_slist **list, const struct job *j)
{
    struct buf h = {0};
    buf_str(&h, "Content-Type: ");
    buf_span(&h, buf_as_span(&j->type));
    must_append(list, buf_cstr(&h));
    h.len = 0;
    buf_str(&h, "X-Media-Filename: ");
    name_header(&h, buf_as_span(&j->name));
    must_append(list, buf_cstr(&h));
    must_append(list, "Expect:"); /* no waiting for permission to send */
    buf_free(&h);
}

/* Sends one request; false: it failed, and the outcome says why. */
static bool request(const struct transfer_options *o, const struct job *j, struct outcome *out, struct hop *h,
                    CURLU *url)
{
    struct curl_slist *list = NULL;
    CURLcode r = CURLE_OK;
    int64_t left = h->until - clock_ms();
    if (h->own)
        add_own_headers(&list, o);
    if (j->put)
        add_file_headers(&list, j);
    hop_set(h, o, url, list, left);
    if (left > 0)
        r = curl_easy_perform(h->easy);
    else
        r = CURLE_OPERATION_TIMEDOUT;
    curl_slist_free_all(list);
    hop_judge(h, r, out);
    return out->status == EX_OK;
}

/* Where a redirect leads; NULL: the answer is none. */
static char *next_url(CURL *easy)
{
    char *to = NULL;
    return curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to ? xstrdup(to) : NULL;
}

static void fail(struct outcome *out, int status, const char *why)
{
    out->status = status;
    out->error.len = 0;
    buf_str(&out->error, why);
}

static void get(const struct transfer_options *o, const struct job *j, struct outcome *out, struct hop *h)
{
    char *to = xstrndup(j->url.p, j->url.len);
    for (int n = 0; to; n++) {
        CURLU *url;
        const char *wrong = n > MEDIA_REDIRECTS ? "too many redirects" : origin_parse(&url, to);
        if (wrong) {
            fail(out, n ? EX_NO : EX_USAGE, wrong);
            break;
        }
        h->connector = o->origin.scheme && origin_owns(&o->origin, url);
        h->own = h->connector && n == 0;
        bool ok = request(o, j, out, h, url);
        curl_url_cleanup(url);
        free(to);
        to = ok ? next_url(h->easy) : NULL;
    }
    free(to);
}

/* Reads the id in the connector's answer. */
static void read_answer(const struct transfer_options *o, struct outcome *out, const struct hop *h)
{
    struct json_error e;
    struct span answer = buf_as_span(&h->body), v = {NULL, 0};
    struct buf id = {0};
    if (answer.n && json_valid(answer.p, answer.n, &e) && json_is_object(answer))
        v = json_find(answer, "id");
    if (json_is_string(v))
        json_decode(&id, v);
    if (origin_id_valid(buf_as_span(&id)))
        origin_url(&out->url, &o->origin, buf_cstr(&id));
    else
        fail(out, EX_PROTOCOL, "the connector's answer has no usable id");
    buf_free(&id);
}

static void put(const struct transfer_options *o, const struct job *j, struct outcome *out, struct hop *h)
{
    struct buf to = {0};
    CURLU *url;
    if (!o->origin.scheme) {
        fail(out, EX_CONFIG, "no connector: give --url or set GATEWAY_RELAY_URL");
        return;
    }
    origin_url(&to, &o->origin, NULL);
    const char *wrong = origin_parse(&url, buf_cstr(&to));
    buf_free(&to);
    if (wrong) {
        fail(out, EX_USAGE, wrong);
        return;
    }
    h->own = h->connector = true;
    if (request(o, j, out, h, url))
        read_answer(o, out, h);
    curl_url_cleanup(url);
}

void transfer(const struct transfer_options *o, const struct job *j, struct outcome *out,
              void (*progress)(int64_t done, int64_t all))
{
    struct hop h = {.job = j, .progress = progress, .until = clock_ms() + j->time};
    h.easy = curl_easy_init();
    if (!h.easy)
        die(EX_OSERR, "set up libcurl: out of memory");
    if (j->put)
        put(o, j, out, &h);
    else
        get(o, j, out, &h);
    out->size = h.done;
    curl_easy_cleanup(h.easy);
    buf_free(&h.body);
}
