/* SPDX-License-Identifier: MIT */
/* One of what was put aside in a pool. */
#include "queue/letter.h"

#include <string.h>

#include "base/num.h"
#include "queue/desk.h"
#include "queue/outgoing.h"
#include "relay/identifier.h"

static void set(struct buf *to, struct span text)
{
    to->len = 0;
    buf_span(to, text);
    buf_cstr(to);
}

/* The tokens of POOL.dead.G.S. */
static void read_subject(struct letter *l, struct span subject)
{
    const char *end = subject.p + subject.n, *at = subject.p, *dot;
    for (int skip = 0; skip < 2 && (dot = memchr(at, '.', (size_t)(end - at))); skip++)
        at = dot + 1;
    dot = memchr(at, '.', (size_t)(end - at));
    set(&l->link, (struct span){at, (size_t)((dot ? dot : end) - at)});
    set(&l->lane, dot ? (struct span){dot + 1, (size_t)(end - dot - 1)} : (struct span){"", 0});
}

/* A name from the frame, else the token as far as it tells. */
static void name(struct buf *out, struct span given, const struct buf *token)
{
    out->len = 0;
    if (!given.p || !identifier_decode(out, given))
        pool_untoken(out, buf_as_span(token));
    buf_cstr(out);
}

static void read_data(struct letter *l, struct span state)
{
    struct json_error e;
    struct span data = buf_as_span(&l->data), none = {NULL, 0};
    bool object = json_valid(data.p ? data.p : "", data.n, &e) && json_is_object(data);
    struct span frame = object ? data : none, id = json_find(json_find(frame, "event"), "message_id");
    l->action = state.p != NULL;
    l->state = span_eq(state, "ambiguous") ? TURN_AMBIGUOUS : TURN_DEAD;
    l->session.len = l->message.len = 0;
    name(&l->gateway, l->action ? none : json_find(frame, "gateway"), &l->link);
    if (l->action)
        return;
    name(&l->session, json_find(frame, "session_key"), &l->lane);
    identifier_decode(&l->message, id);
}

static void on_letter(void *ctx, const struct pool_answer *a)
{
    struct letter *l = ctx;
    struct span attempts = pool_header(a->headers, "Relay-Attempts");
    char digits[12] = "";
    int64_t n = 0;
    if (a->fate != POOL_DONE)
        return;
    l->id = a->seq;
    l->time = a->time;
    set(&l->data, a->data);
    set(&l->reason, pool_header(a->headers, "Relay-Reason"));
    set(&l->reply, pool_header(a->headers, "Relay-Reply"));
    set(&l->delivery, pool_header(a->headers, "Relay-Id"));
    if (attempts.p && attempts.n < sizeof digits)
        memcpy(digits, attempts.p, attempts.n);
    l->attempts = number_parse(digits, 0, 1000000, &n) ? (int)n : 0;
    read_subject(l, a->subject);
    read_data(l, pool_header(a->headers, "Relay-State"));
}

bool letter_next(struct letter *l, struct pool *p, const char *subject, uint64_t from)
{
    const struct desk_ask ask = {.kind = DESK_FIRST, .stream = POOL_DEAD, .subject = subject, .seq = from};
    return desk_ask(p, &ask, on_letter, l) == POOL_DONE;
}

static void on_state(void *ctx, const struct pool_answer *a)
{
    struct span v = json_find(json_find(a->info, "state"), "last_seq");
    char digits[24] = "";
    int64_t n = 0;
    if (json_is_integer(v) && v.n < sizeof digits)
        memcpy(digits, v.p, v.n);
    *(uint64_t *)ctx = number_parse(digits, 0, INT64_MAX, &n) ? (uint64_t)n : 0;
}

void letter_last(uint64_t *id, struct pool *p)
{
    desk_ask(p, &(struct desk_ask){.kind = DESK_SUBJECTS, .stream = POOL_DEAD}, on_state, id);
}

static struct span if_any(const struct buf *b)
{
    return b->len ? buf_as_span(b) : (struct span){NULL, 0};
}

struct store_turn letter_turn(const struct letter *l)
{
    return (struct store_turn){.id = (int64_t)l->id,
                               .state = l->state,
                               .attempts = l->attempts,
                               .gateway = buf_as_span(&l->gateway),
                               .session = if_any(&l->session),
                               .message = if_any(&l->message),
                               .buffer = if_any(&l->delivery),
                               .reason = if_any(&l->reason),
                               .frame = buf_as_span(&l->data),
                               .taken = l->time,
                               .changed = l->time};
}

void letter_drop(const struct letter *l, struct pool *p)
{
    desk_ask(p, &(struct desk_ask){.kind = DESK_DELETE, .stream = POOL_DEAD, .seq = l->id}, NULL, NULL);
}

/* The id is the same if this is begun again, so that it is not stored twice; it is another one than the
 * message had, which the pool may remember. */
static void put(const struct letter *l, struct pool *p, const char *kind, bool with_session)
{
    struct buf subject = {0}, id = {0};
    const char *headers[] = {"Relay-Reply", l->action && l->reply.len ? l->reply.p : NULL, NULL};
    pool_subject(&subject, p, kind, buf_as_span(&l->link),
                 with_session ? buf_as_span(&l->lane) : (struct span){NULL, 0});
    buf_printf(&id, "retry/%ju/%jd", (uintmax_t)l->id, (intmax_t)l->time);
    struct desk_ask ask = {
        .kind = DESK_PUT, .subject = buf_cstr(&subject), .id = buf_cstr(&id), .headers = headers};
    ask.data = buf_as_span(&l->data);
    desk_ask(p, &ask, NULL, NULL);
    buf_free(&subject);
    buf_free(&id);
}

static void put_token(const struct letter *l, struct pool *p)
{
    struct buf subject = {0};
    pool_subject(&subject, p, "ready", buf_as_span(&l->link), buf_as_span(&l->lane));
    desk_ask(p, &(struct desk_ask){.kind = DESK_PUT, .subject = buf_cstr(&subject), .data = {"", 0}}, NULL,
             NULL);
    buf_free(&subject);
}

const char *letter_retry(const struct letter *l, struct pool *p)
{
    struct json_error e;
    struct outgoing o = {0};
    const char *why = NULL;
    if (l->action) {
        outgoing_read(&o, buf_as_span(&l->data), true, SIZE_MAX);
        why = o.kind == OUTGOING_BAD ? "it is no action" : NULL;
        outgoing_free(&o);
    } else if (!json_valid(l->data.p, l->data.len, &e)) {
        why = "it is no message";
    }
    if (why)
        return why;
    put(l, p, l->action ? "out" : "in", !l->action);
    if (!l->action)
        put_token(l, p);
    letter_drop(l, p);
    return NULL;
}

void letter_free(struct letter *l)
{
    struct buf *all[] = {&l->gateway, &l->session, &l->message,  &l->link, &l->lane,
                         &l->reason,  &l->reply,   &l->delivery, &l->data};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}
