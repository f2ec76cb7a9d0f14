/* SPDX-License-Identifier: MIT */
/* What is in a pool, in numbers. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "queue/desk.h"
#include "queue/given.h"
#include "queue/status.h"
#include "json/json.h"
#include "json/write.h"

static int64_t number(struct span v)
{
    char text[24] = "";
    int64_t n = 0;
    for (size_t i = 0; json_is_integer(v) && i < v.n && i < sizeof text - 1; i++)
        text[i] = v.p[i];
    return number_parse(text, 0, INT64_MAX, &n) ? n : 0;
}

/* --- how much there is --- */

struct stock {
    int64_t messages, subjects; /* of the whole stream */
    int64_t matching;           /* messages of the subject that was asked for */
};

static void on_info(void *ctx, const struct pool_answer *a)
{
    struct stock *k = ctx;
    struct span state = json_find(a->info, "state"), messages, subjects, list, n;
    JSON_PICK(state, {"messages", &messages}, {"num_subjects", &subjects}, {"subjects", &list});
    struct json_iter it = {list, false};
    k->messages = number(messages);
    k->subjects = number(subjects);
    while (json_is_object(list) && json_next(&it, NULL, &n))
        k->matching += number(n);
}

static struct stock stock_of(struct pool *p, enum pool_stream s, const char *subject)
{
    struct stock k = {0};
    desk_ask(p, &(struct desk_ask){.kind = DESK_SUBJECTS, .stream = s, .subject = subject}, on_info, &k);
    return k;
}

/* --- who works on it --- */

static void on_workers(void *ctx, const struct pool_answer *a)
{
    *(int64_t *)ctx = number(json_find(a->info, "num_ack_pending"));
}

struct tried {
    uint64_t seq;
    struct buf session, id; /* as a token; of the message */
    bool failed, same;
};

static void on_note(void *ctx, const struct pool_answer *a)
{
    struct tried *t = ctx;
    struct hold_note n = {0};
    t->session.len = t->id.len = 0;
    t->failed = false;
    if (a->fate != POOL_DONE)
        return;
    t->seq = a->seq;
    t->failed = note_read(&n, &t->id, a->data) && n.failed;
    buf_span(&t->session, a->subject);
}

static void on_first(void *ctx, const struct pool_answer *a)
{
    struct tried *t = ctx;
    struct span id = a->fate == POOL_DONE ? pool_header(a->headers, "Nats-Msg-Id") : (struct span){NULL, 0};
    t->same = id.p && span_same(id, buf_as_span(&t->id));
}

/* A message waits for its next try if a failure is noted of it, and it is still the first of its session. */
static bool is_retrying(struct pool *p, struct tried *t)
{
    struct buf subject = {0};
    const char *rest = buf_cstr(&t->session) + strlen(p->name) + strlen(".try.");
    buf_printf(&subject, "%s.in.%s", p->name, rest);
    desk_ask(
        p, &(struct desk_ask){.kind = DESK_FIRST, .stream = POOL_IN, .subject = buf_cstr(&subject), .seq = 1},
        on_first, t);
    buf_free(&subject);
    return t->same;
}

static int64_t count_retrying(struct pool *p)
{
    struct buf all = {0};
    struct tried t = {0};
    int64_t count = 0;
    buf_printf(&all, "%s.try.>", p->name);
    while (desk_ask(p,
                    &(struct desk_ask){
                        .kind = DESK_FIRST, .stream = POOL_TRY, .subject = buf_cstr(&all), .seq = t.seq + 1},
                    on_note, &t) == POOL_DONE)
        count += t.failed && is_retrying(p, &t);
    buf_free(&all);
    buf_free(&t.session);
    buf_free(&t.id);
    return count;
}

/* --- since when --- */

static void on_oldest(void *ctx, const struct pool_answer *a)
{
    int64_t *since = ctx;
    if (a->fate == POOL_DONE && (!*since || a->time < *since))
        *since = a->time;
}

static int64_t find_oldest(struct pool *p)
{
    static const struct {
        enum pool_stream stream;
        const char *kind;
    } rows[] = {{POOL_IN, "in"}, {POOL_OUT, "out"}, {POOL_SENT, "sent"}};
    int64_t since = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf subject = {0};
        buf_printf(&subject, "%s.%s.>", p->name, rows[i].kind);
        desk_ask(p,
                 &(struct desk_ask){
                     .kind = DESK_FIRST, .stream = rows[i].stream, .subject = buf_cstr(&subject), .seq = 1},
                 on_oldest, &since);
        buf_free(&subject);
    }
    int64_t now = clock_wall_ms();
    return since && since < now ? now - since : 0;
}

void status_read(struct pool_status *s, struct pool *p)
{
    struct buf subject = {0};
    int64_t held = 0;
    buf_printf(&subject, "%s.dead.*.sent", p->name);
    struct stock in = stock_of(p, POOL_IN, NULL), dead = stock_of(p, POOL_DEAD, buf_cstr(&subject));
    *s = (struct pool_status){.sessions = in.subjects, .ambiguous = dead.matching};
    s->dead = dead.messages - dead.matching;
    s->replies = stock_of(p, POOL_OUT, NULL).messages;
    s->sent = stock_of(p, POOL_SENT, NULL).messages;
    desk_ask(p, &(struct desk_ask){.kind = DESK_WORKERS}, on_workers, &held);
    s->retrying = count_retrying(p);
    s->running = held > s->retrying ? held - s->retrying : 0;
    s->waiting = in.messages - s->running - s->retrying;
    if (s->waiting < 0)
        s->waiting = 0;
    s->oldest = find_oldest(p);
    buf_free(&subject);
}

void status_report(struct buf *out, const struct pool_status *s, bool text)
{
    const struct {
        const char *name;
        int64_t n;
    } rows[] = {{"waiting", s->waiting},   {"running", s->running},     {"retrying", s->retrying},
                {"sessions", s->sessions}, {"replies", s->replies},     {"sent", s->sent},
                {"dead", s->dead},         {"ambiguous", s->ambiguous}, {"oldest_s", s->oldest / 1000}};
    if (!text)
        json_begin(out, '{');
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text)
            buf_printf(out, "%-12s %10jd\n", rows[i].name, (intmax_t)rows[i].n);
        else
            json_add_int(out, rows[i].name, rows[i].n);
    if (text)
        return;
    json_end(out, '}');
    buf_ch(out, '\n');
}
