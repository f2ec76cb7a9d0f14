/* SPDX-License-Identifier: MIT */
/* Finding a pool, or making it. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "queue/pool_internal.h"

enum {
    LIMIT = 30000, /* ms for all of it */
    ANSWER = 5000, /* ms for an answer */
    AGAIN = 250,   /* ms before the same is asked again */
    NOBODY = 3000, /* ms after which a JetStream that does not answer is taken to be off */
};

/* One question at a time; its answer. */
struct question {
    struct pool *pool;
    int64_t from; /* when all of it began */
    bool done;
    int status;
    struct buf answer, said; /* said: an error's or a status' words */
    struct pool_trouble trouble;
};

static void take_answer(void *ctx, const struct bus_message *m)
{
    struct question *q = ctx;
    q->done = true;
    q->status = m->status;
    q->answer.len = q->said.len = 0;
    q->trouble = (struct pool_trouble){0};
    buf_span(&q->answer, m->data);
    if (m->status != BUS_OK)
        pool_status_say(&q->said, m->status, m->subject);
    else if (!pool_trouble_read(&q->trouble, buf_as_span(&q->answer)))
        q->trouble = (struct pool_trouble){.code = 500,
                                           .text = span_of("\"the answer is not a JSON object\"")};
    if (q->trouble.code)
        pool_trouble_say(&q->said, &q->trouble);
}

/* Runs the loop until the question is answered, or for `ms`. */
static void run(struct question *q, int64_t ms)
{
    struct pollset ps = {0};
    int64_t until = bus_now() + ms;
    while (!q->done && bus_now() < until) {
        pollset_clear(&ps);
        bus_prepare(q->pool->bus, &ps);
        pollset_until(&ps, clock_ms() + (until - bus_now()));
        pollset_wait(&ps);
        bus_ready(q->pool->bus);
    }
    pollset_free(&ps);
}

static int64_t elapsed(const struct question *q)
{
    return bus_now() - q->from;
}

/* Whether what went wrong may pass in the time that is left. */
static bool may_pass(const struct question *q)
{
    if (elapsed(q) > LIMIT || q->status == BUS_REFUSED || q->status == BUS_TOO_LONG)
        return false;
    if (q->status == BUS_NOBODY)
        return elapsed(q) < NOBODY;
    int e = q->trouble.err_code;
    if (e == POOL_ERROR_OFF || e == POOL_ERROR_OFF_FOR_ACCOUNT || e == POOL_ERROR_NO_CLUSTER)
        return false;
    return q->status != BUS_OK || q->trouble.code >= 500;
}

/* Asks until there is an answer that will not change. False: there is none; q->said says why. */
static bool ask(struct question *q, const char *subject, struct buf *body)
{
    const struct bus_out o = {.subject = subject, .data = buf_as_span(body)};
    for (;;) {
        q->done = false;
        uint64_t request = bus_request(q->pool->bus, &o, ANSWER, take_answer, q);
        run(q, ANSWER + AGAIN);
        bus_forget(q->pool->bus, request); /* this process may have stood still meanwhile */
        if (q->status == BUS_OK && (!q->trouble.code || !may_pass(q)))
            return true;
        if (!may_pass(q))
            return false;
        q->done = false;
        run(q, AGAIN);
    }
}

struct stream {
    enum pool_stream kind;
    const char *more; /* of its configuration */
};

/* Those that are looked for come last: if they are there, all are. The identity of a message is known for an
 * hour. */
static const struct stream streams[] = {
    {POOL_READY, "\"max_msgs_per_subject\":1,\"discard\":\"new\",\"discard_new_per_subject\":true,"
                 "\"duplicate_window\":1000000000"},
    {POOL_TRY, "\"max_msgs_per_subject\":1,\"discard\":\"old\",\"max_age\":86400000000000"},
    {POOL_DEAD, "\"discard\":\"new\",\"duplicate_window\":3600000000000"},
    {POOL_SENT, "\"discard\":\"new\",\"duplicate_window\":3600000000000"},
    {POOL_OUT, "\"discard\":\"new\",\"duplicate_window\":3600000000000"},
    {POOL_IN, "\"discard\":\"new\",\"duplicate_window\":3600000000000"},
};

static void subject_of(struct buf *out, const struct pool *p, const char *verb, enum pool_stream s)
{
    out->len = 0;
    buf_printf(out, "$JS.API.%s.", verb);
    pool_stream_name(out, p, s);
}

static bool make_stream(struct question *q, const struct stream *s)
{
    const struct pool *p = q->pool;
    struct buf subject = {0}, body = {0};
    subject_of(&subject, p, "STREAM.CREATE", s->kind);
    buf_printf(
        &body,
        "{\"name\":\"%s_%s\",\"subjects\":[\"%s.%s.>\"],\"retention\":\"limits\",\"storage\":\"file\","
        "\"num_replicas\":%d,\"max_consumers\":-1,\"max_msgs\":-1,\"max_bytes\":-1,\"max_msg_size\":-1,%s}",
        p->name, pool_kinds[s->kind], p->name, pool_kinds[s->kind], p->replicas, s->more);
    bool ok = ask(q, buf_cstr(&subject), &body) &&
              (!q->trouble.code || q->trouble.err_code == POOL_ERROR_STREAM_DIFFERS);
    buf_free(&subject);
    buf_free(&body);
    return ok;
}

static bool make_workers(struct question *q)
{
    const struct pool *p = q->pool;
    struct buf subject = {0}, body = {0};
    subject_of(&subject, p, "CONSUMER.DURABLE.CREATE", POOL_READY);
    buf_str(&subject, ".workers");
    buf_printf(
        &body,
        "{\"stream_name\":\"%s_ready\",\"config\":{\"durable_name\":\"workers\",\"deliver_policy\":\"all\","
        "\"ack_policy\":\"explicit\",\"ack_wait\":%" PRId64 ",\"max_deliver\":-1,\"max_ack_pending\":65536,"
        "\"max_waiting\":8192,\"replay_policy\":\"instant\"}}",
        p->name, p->ack_wait * 1000000);
    int e = ask(q, buf_cstr(&subject), &body) ? q->trouble.err_code : -1;
    buf_free(&subject);
    buf_free(&body);
    return e == 0 || e == POOL_ERROR_CONSUMER_EXISTS || e == POOL_ERROR_CONSUMER_DIFFERS;
}

static bool make(struct question *q)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof streams / sizeof *streams && ok; i++)
        ok = make_stream(q, &streams[i]) && (streams[i].kind != POOL_READY || make_workers(q));
    return ok;
}

enum finding { THERE, MISSING, FAILED };

/* Looks for a stream by a request that the role may make: for the last message of a subject that no message
 * has, or for the stream's state. */
static enum finding find(struct question *q, enum pool_stream s, bool by_state)
{
    struct buf subject = {0}, body = {0};
    subject_of(&subject, q->pool, by_state ? "STREAM.INFO" : "STREAM.MSG.GET", s);
    if (!by_state)
        buf_printf(&body, "{\"last_by_subj\":\"%s.%s.%%\"}", q->pool->name, pool_kinds[s]);
    bool ok = ask(q, buf_cstr(&subject), &body);
    buf_free(&subject);
    buf_free(&body);
    int e = q->trouble.err_code;
    return !ok                                              ? FAILED
           : !q->trouble.code || e == POOL_ERROR_NO_MESSAGE ? THERE
           : e == POOL_ERROR_NO_STREAM                      ? MISSING
                                                            : FAILED;
}

static enum finding find_all(struct question *q)
{
    switch (q->pool->role) {
    case POOL_MAKER:
        return MISSING;
    case POOL_READER:
        return find(q, POOL_IN, true);
    case POOL_WORKER:
        return find(q, POOL_IN, false);
    case POOL_RING:
        break;
    }
    enum finding in = find(q, POOL_IN, true);
    return in == THERE ? find(q, POOL_OUT, false) : in;
}

/* A worker counts by the ack_wait of the consumer that is there, if it has the right to know it. */
static bool meet_workers(struct question *q)
{
    struct pool *p = q->pool;
    struct buf subject = {0}, body = {0};
    subject_of(&subject, p, "CONSUMER.INFO", POOL_READY);
    buf_str(&subject, ".workers");
    bool ok = ask(q, buf_cstr(&subject), &body) || q->status == BUS_REFUSED;
    buf_free(&subject);
    if (!ok || q->status == BUS_REFUSED)
        return ok;
    if (q->trouble.err_code == POOL_ERROR_NO_CONSUMER)
        return make_workers(q);
    int64_t there = q->trouble.code ? 0 : pool_ack_wait(buf_as_span(&q->answer));
    if (there > 0)
        p->ack_wait = there;
    return !q->trouble.code;
}

static void warn_of_version(const struct pool *p)
{
    if (!bus_version_at_least(p->bus, 2, 10, 23))
        warn("the server is nats-server %s: one before 2.10.23 may lose messages if it is killed",
             bus_version(p->bus));
}

bool pool_open(struct pool *p, int *status, struct buf *why)
{
    struct question q = {.pool = p, .from = bus_now()};
    enum finding f = find_all(&q);
    bool may_make = p->role != POOL_READER, ok = f == THERE || (f == MISSING && may_make && make(&q));
    if (ok && p->role == POOL_WORKER && !meet_workers(&q)) {
        ok = false;
        f = FAILED;
    }
    if (ok) {
        warn_of_version(p);
    } else {
        *status = EX_UNAVAILABLE;
        if (f == FAILED)
            buf_printf(why, "find pool %s: ", p->name);
        else if (may_make)
            buf_printf(why, "make pool %s: ", p->name);
        else
            buf_printf(why, "find pool %s: there is none: ", p->name);
        buf_span(why, buf_as_span(&q.said));
    }
    buf_free(&q.answer);
    buf_free(&q.said);
    return ok;
}
