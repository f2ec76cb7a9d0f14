/* SPDX-License-Identifier: MIT */
/* The requests of a pool. */
#include <inttypes.h>
#include <string.h>

#include "queue/pool_internal.h"
#include "json/json.h"

enum { PATIENCE = 5000 }; /* ms to wait for an answer */

struct call {
    enum pool_ask ask;
    pool_fn *fn;
    void *ctx;
};

static void answered(void *ctx, const struct bus_message *m)
{
    const struct call *c = ctx;
    struct pool_words w = {0};
    struct pool_answer a;
    pool_answer_read(&a, c->ask, m, &w);
    c->fn(c->ctx, &a);
    pool_words_free(&w);
}

static uint64_t request(struct pool *p, const struct bus_out *o, const struct call *c)
{
    return bus_request_with(p->bus, o, PATIENCE, answered, c, sizeof *c);
}

/* Asks $JS.API.STREAM.VERB.POOL_KIND, and frees the body. */
static uint64_t ask(struct pool *p, const char *verb, enum pool_stream s, struct buf *body,
                    const struct call *c)
{
    struct buf subject = {0};
    buf_printf(&subject, "$JS.API.STREAM.%s.", verb);
    pool_stream_name(&subject, p, s);
    const struct bus_out o = {.subject = buf_cstr(&subject), .data = buf_as_span(body)};
    uint64_t id = request(p, &o, c);
    buf_free(&subject);
    buf_free(body);
    return id;
}

uint64_t pool_put(struct pool *p, const char *subject, const char *id, const char *const *headers,
                  struct span data, pool_fn *fn, void *ctx)
{
    enum { MOST = 16 }; /* headers and their values, the id's included */
    const char *all[MOST + 1] = {NULL};
    size_t n = 0;
    struct buf written = {0};
    if (id) {
        pool_id(&written, span_of(id));
        all[n++] = "Nats-Msg-Id";
        all[n++] = buf_cstr(&written);
    }
    for (; headers && *headers && n + 2 <= MOST; headers += 2) {
        all[n++] = headers[0];
        all[n++] = headers[1];
    }
    const struct bus_out o = {.subject = subject, .headers = n ? all : NULL, .data = data};
    uint64_t number = request(p, &o, &(struct call){POOL_ASK_PUT, fn, ctx});
    buf_free(&written);
    return number;
}

uint64_t pool_first(struct pool *p, enum pool_stream s, const char *subject, uint64_t from, pool_fn *fn,
                    void *ctx)
{
    struct buf body = {0};
    buf_str(&body, "{\"next_by_subj\":");
    json_quote_str(&body, subject);
    buf_printf(&body, ",\"seq\":%" PRIu64 "}", from ? from : 1);
    return ask(p, "MSG.GET", s, &body, &(struct call){POOL_ASK_GET, fn, ctx});
}

uint64_t pool_last(struct pool *p, enum pool_stream s, const char *subject, pool_fn *fn, void *ctx)
{
    struct buf body = {0};
    buf_str(&body, "{\"last_by_subj\":");
    json_quote_str(&body, subject);
    buf_ch(&body, '}');
    return ask(p, "MSG.GET", s, &body, &(struct call){POOL_ASK_GET, fn, ctx});
}

uint64_t pool_get(struct pool *p, enum pool_stream s, uint64_t seq, pool_fn *fn, void *ctx)
{
    struct buf body = {0};
    buf_printf(&body, "{\"seq\":%" PRIu64 "}", seq);
    return ask(p, "MSG.GET", s, &body, &(struct call){POOL_ASK_GET, fn, ctx});
}

uint64_t pool_delete(struct pool *p, enum pool_stream s, uint64_t seq, pool_fn *fn, void *ctx)
{
    struct buf body = {0};
    buf_printf(&body, "{\"seq\":%" PRIu64 ",\"no_erase\":true}", seq);
    return ask(p, "MSG.DELETE", s, &body, &(struct call){POOL_ASK_DELETE, fn, ctx});
}

uint64_t pool_purge(struct pool *p, enum pool_stream s, const char *subject, pool_fn *fn, void *ctx)
{
    struct buf body = {0};
    buf_str(&body, "{\"filter\":");
    json_quote_str(&body, subject);
    buf_ch(&body, '}');
    return ask(p, "PURGE", s, &body, &(struct call){POOL_ASK_PURGE, fn, ctx});
}

uint64_t pool_subjects(struct pool *p, enum pool_stream s, const char *subject, pool_fn *fn, void *ctx)
{
    struct buf body = {0};
    if (subject) {
        buf_str(&body, "{\"subjects_filter\":");
        json_quote_str(&body, subject);
        buf_ch(&body, '}');
    }
    return ask(p, "INFO", s, &body, &(struct call){POOL_ASK_INFO, fn, ctx});
}

uint64_t pool_workers(struct pool *p, pool_fn *fn, void *ctx)
{
    struct buf subject = {0};
    buf_printf(&subject, "$JS.API.CONSUMER.INFO.%s_ready.workers", p->name);
    const struct bus_out o = {.subject = buf_cstr(&subject)};
    uint64_t id = request(p, &o, &(struct call){POOL_ASK_INFO, fn, ctx});
    buf_free(&subject);
    return id;
}
