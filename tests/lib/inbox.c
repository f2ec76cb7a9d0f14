/* SPDX-License-Identifier: MIT */
/* The inbox: order, redeliveries, bounds and interrupts, without a process. */
#include <stdlib.h>

#include "check.h"
#include "run/inbox.h"

static struct turn *message(int session, int id, int buffer, const char *more)
{
    struct buf line = {0};
    struct frame fr = {0};
    struct json_error e;
    buf_printf(&line, "{\"type\":\"inbound\",\"session_key\":\"s%d\",\"bufferId\":\"%s", session,
               buffer ? "b" : "");
    if (buffer)
        buf_printf(&line, "%d", buffer);
    buf_printf(&line,
               "\",\"event\":{\"message_id\":\"%d\"%s,\"source\":{\"platform\":\"p\",\"chat_id\":\"c%d\"}}}",
               id, more, session);
    if (!frame_parse(&fr, buf_as_span(&line), &e))
        abort();
    struct turn *t = turn_new(&fr);
    frame_free(&fr);
    buf_free(&line);
    return t;
}

static enum inbox_verdict take(struct inbox *b, struct turn *t)
{
    enum inbox_verdict v = inbox_take(b, t);
    if (v == INBOX_HANDLED || v == INBOX_FULL)
        turn_free(t);
    return v;
}

static bool is(struct turn *t, const char *id)
{
    return t && span_eq(buf_as_span(&t->id), id);
}

static struct turn *next(struct inbox *b)
{
    return inbox_next(b, 0);
}

static void order(void)
{
    struct inbox b = {0};
    for (int id = 10; id < 14; id++)
        for (int session = 1; session < 3; session++)
            CHECK(take(&b, message(session, id, 0, "")) == INBOX_NEW);
    struct turn *one = next(&b), *two = next(&b);
    CHECK(is(one, "10") && is(two, "10") && !next(&b));
    inbox_handled(&b, two);
    two = next(&b);
    CHECK(is(two, "11") && !next(&b));
    inbox_given_up(&b, one);
    CHECK(is(one = next(&b), "11"));
    /* the messages that wait in a session while one of it runs */
    struct turn *waits;
    for (int n = 12; n < 14; n++) {
        CHECK((waits = inbox_pop(&b, &one->key)) && span_eq(buf_as_span(&waits->id), n == 12 ? "12" : "13"));
        inbox_handled(&b, waits);
    }
    CHECK(!inbox_pop(&b, &one->key));
    inbox_handled(&b, one);
    inbox_handled(&b, two);
    CHECK(is(two = next(&b), "12"));
    inbox_handled(&b, two);
    CHECK(b.waiting == 1 && is(two = next(&b), "13") && !b.waiting);
    inbox_handled(&b, two);
    CHECK(!next(&b) && !b.table && !b.bytes);
    inbox_free(&b);
}

static void again(void)
{
    struct inbox b = {0};
    take(&b, message(1, 1, 0, ""));
    take(&b, message(1, 2, 0, ""));
    take(&b, message(2, 3, 0, ""));
    take(&b, message(3, 4, 0, ""));
    struct turn *one = next(&b), *three = next(&b), *four = next(&b);
    CHECK(is(one, "1") && is(three, "3") && is(four, "4") && inbox_until(&b) == INT64_MAX);
    inbox_again(&b, one, 2000);
    inbox_again(&b, three, 1000);
    CHECK(b.waiting == 3 && inbox_until(&b) == 1000 && !inbox_next(&b, 999));
    inbox_handled(&b, four);
    CHECK(is(three = inbox_next(&b, 1000), "3") && inbox_until(&b) == 2000);
    inbox_handled(&b, three);
    /* the session waits behind its first message, even when new ones come */
    take(&b, message(1, 5, 0, ""));
    CHECK(!inbox_next(&b, 1999) && is(one = inbox_next(&b, 2000), "1") && !inbox_next(&b, 9999));
    inbox_again(&b, one, 3000);
    /* an interrupt also takes the one that is to be tried again */
    struct turn *out = inbox_pop(&b, &one->key);
    CHECK(is(out, "1"));
    inbox_handled(&b, out);
    CHECK(inbox_until(&b) == INT64_MAX && is(one = next(&b), "2"));
    inbox_handled(&b, one);
    CHECK(is(one = next(&b), "5"));
    inbox_handled(&b, one);
    CHECK(!b.table && !b.waiting && !b.bytes);
    inbox_free(&b);
}

static void redelivery(void)
{
    struct inbox b = {0};
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_NEW);
    CHECK(take(&b, message(1, 2, 2, "")) == INBOX_NEW);
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_HELD);                          /* by both */
    CHECK(take(&b, message(1, 1, 9, "")) == INBOX_HELD);                          /* by the message */
    CHECK(take(&b, message(1, 5, 1, "")) == INBOX_HELD);                          /* by the buffer */
    CHECK(take(&b, message(1, 1, 8, ",\"message_is_edit\":true")) == INBOX_NEW);  /* an edit is another */
    CHECK(take(&b, message(1, 1, 8, ",\"message_is_edit\":true")) == INBOX_HELD); /* and has redeliveries */
    CHECK(take(&b, message(2, 1, 0, "")) == INBOX_NEW);                           /* another session */
    struct turn *t = next(&b), *other = next(&b);
    CHECK(is(t, "1") && inbox_deliveries(t) == 4 && is(other, "1"));
    inbox_handled(&b, other);
    inbox_again(&b, t, 5); /* the held ones stay with it */
    CHECK(is(t = inbox_next(&b, 5), "1") && inbox_deliveries(t) == 4);
    inbox_given_up(&b, t);
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_NEW); /* all of them failed */
    CHECK(is(t = next(&b), "2"));
    inbox_handled(&b, t);
    CHECK(take(&b, message(1, 2, 2, "")) == INBOX_HANDLED);
    CHECK(take(&b, message(1, 2, 0, "")) == INBOX_HANDLED);
    CHECK(take(&b, message(1, 2, 0, ",\"message_is_edit\":true")) == INBOX_NEW);
    CHECK(take(&b, message(2, 2, 0, "")) == INBOX_NEW);
    inbox_free(&b);
}

static void bounds(void)
{
    struct inbox b = {0};
    int id = 1;
    for (; id <= SEEN_MAX + 1; id++) {
        CHECK(take(&b, message(id % 50, id, id, "")) == INBOX_NEW);
        inbox_handled(&b, next(&b));
    }
    CHECK(take(&b, message(2, 2, 2, "")) == INBOX_HANDLED);
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_NEW); /* the oldest is forgotten */
    inbox_handled(&b, next(&b));
    /* one session is full, others are served */
    enum inbox_verdict v;
    for (id = 10000; (v = take(&b, message(7, id, id, ""))) == INBOX_NEW; id++)
        ;
    CHECK(v == INBOX_FULL && b.waiting == INBOX_SESSION_MAX && inbox_full(&b));
    CHECK(take(&b, message(8, 1, 0, "")) == INBOX_NEW);
    struct turn *t = next(&b);
    CHECK(is(t, "10000") && !inbox_full(&b)); /* a running one does not wait */
    inbox_handled(&b, t);
    for (id = 100000; (v = take(&b, message(id % 1000 + 100, id, id, ""))) == INBOX_NEW; id++)
        ;
    CHECK(v == INBOX_FULL && b.waiting == INBOX_MAX && inbox_full(&b));
    inbox_free(&b);
}

/* Sessions and the inbox are bounded by bytes, too: four lines of 4 MiB fill a session, four sessions all. */
static void bytes(void)
{
    enum { LINE = 4 << 20, LINES = INBOX_SESSION_BYTES / LINE, SESSIONS = INBOX_BYTES / INBOX_SESSION_BYTES };
    struct inbox b = {0};
    struct buf text = {0};
    buf_str(&text, ",\"text\":\"");
    for (size_t i = 0; i < LINE; i++)
        buf_ch(&text, 'x');
    buf_ch(&text, '"');
    for (int session = 1; session <= SESSIONS; session++) {
        for (int id = 1; id <= LINES; id++)
            CHECK(!b.full == (session == 1) &&
                  take(&b, message(session, id, 0, buf_cstr(&text))) == INBOX_NEW);
        CHECK(b.full == (size_t)session && take(&b, message(session, 99, 0, "")) == INBOX_FULL);
        CHECK(take(&b, message(session, 1, 0, "")) == INBOX_FULL); /* not even a redelivery */
    }
    CHECK(b.bytes >= INBOX_BYTES && b.waiting == LINES * SESSIONS && inbox_full(&b));
    CHECK(take(&b, message(SESSIONS + 1, 1, 0, "")) == INBOX_FULL);
    for (int session = 1; session <= SESSIONS; session++)
        inbox_handled(&b, next(&b));
    CHECK(!inbox_full(&b) && take(&b, message(SESSIONS + 1, 1, 0, "")) == INBOX_NEW);
    inbox_free(&b);
    buf_free(&text);
}

static enum seen_state state_of(const struct seen *s, const struct buf *key, void *owner)
{
    void *found = NULL;
    enum seen_state state = seen_find(s, key, &found);
    CHECK(found == (state == SEEN_OPEN ? owner : NULL));
    return state;
}

/* A key has one owner at a time, and only that one can drop it. */
/* Messages of a queue: two links with the same ids, and one that comes again when it has ended. */
static struct turn *queued(const char *gateway, const char *delivery)
{
    struct buf line = {0};
    struct frame fr = {0};
    struct json_error e;
    buf_printf(&line,
               "{\"type\":\"inbound\",\"session_key\":\"s\",\"gateway\":\"%s\",\"bufferId\":\"%s\",\"attempt\":2,"
               "\"event\":{\"message_id\":\"1\"}}",
               gateway, delivery);
    if (!frame_parse(&fr, buf_as_span(&line), &e))
        abort();
    struct turn *t = turn_new(&fr);
    frame_free(&fr);
    buf_free(&line);
    return t;
}

static void queues(void)
{
    struct inbox b = {0};
    CHECK(take(&b, queued("a", "1")) == INBOX_NEW && take(&b, queued("b", "1")) == INBOX_NEW);
    CHECK(take(&b, queued("a%2Fb", "1")) == INBOX_NEW && take(&b, queued("a/b", "1")) == INBOX_NEW);
    CHECK(take(&b, queued("a", "1")) == INBOX_HELD && take(&b, queued("a", "2")) == INBOX_HELD);
    struct turn *one = next(&b), *two = next(&b), *three = next(&b), *four = next(&b);
    CHECK(one && two && three && four && !next(&b) && one->attempt == 1 && !one->attempts);
    CHECK(span_eq(buf_as_span(&one->key), "a/s") && span_eq(buf_as_span(&three->key), "a%252Fb/s"));
    CHECK(span_eq(buf_as_span(&four->key), "a%2Fb/s"));
    inbox_handled(&b, one);
    inbox_given_up(&b, two);
    CHECK(take(&b, queued("a", "1")) == INBOX_NEW && take(&b, queued("b", "1")) == INBOX_NEW);
    inbox_free(&b);
}

static void keys(void)
{
    struct seen s = {0};
    struct buf none = {0}, one = {0}, two = {0};
    int a, b;
    buf_add(&one, "\0a", 2);
    buf_add(&two, "\0b", 2);
    seen_open(&s, &none, &a);
    seen_done(&s, &none);
    seen_drop(&s, &none, &a);
    CHECK(state_of(&s, &none, NULL) == SEEN_NEVER && !s.open && !s.done);
    seen_open(&s, &one, &a);
    CHECK(state_of(&s, &one, &a) == SEEN_OPEN && state_of(&s, &two, NULL) == SEEN_NEVER);
    seen_open(&s, &one, &b);
    seen_drop(&s, &one, &a);
    CHECK(state_of(&s, &one, &b) == SEEN_OPEN);
    seen_drop(&s, &two, &b);
    seen_drop(&s, &one, &b);
    CHECK(state_of(&s, &one, NULL) == SEEN_NEVER && !s.open);
    seen_open(&s, &one, &a);
    seen_done(&s, &one);
    seen_done(&s, &one);
    CHECK(state_of(&s, &one, NULL) == SEEN_DONE && s.bytes == 2 && !s.open);
    seen_open(&s, &two, &a); /* seen_free() takes the open ones, too */
    seen_free(&s);
    CHECK(!s.open && !s.done && !s.bytes);
    buf_free(&one);
    buf_free(&two);
}

/* Absurdly long keys: the oldest go, but the last one is known however long it is. */
static void long_keys(void)
{
    struct seen s = {0};
    struct buf key = {0};
    while (key.len < SEEN_BYTES / 2)
        buf_ch(&key, 'k');
    for (char c = 'a'; c < 'd'; c++) {
        key.p[0] = c;
        seen_done(&s, &key);
    }
    CHECK(s.bytes == SEEN_BYTES && state_of(&s, &key, NULL) == SEEN_DONE);
    key.p[0] = 'a';
    CHECK(state_of(&s, &key, NULL) == SEEN_NEVER);
    while (key.len <= SEEN_BYTES)
        buf_ch(&key, 'k');
    seen_done(&s, &key);
    CHECK(s.bytes == SEEN_BYTES + 1 && state_of(&s, &key, NULL) == SEEN_DONE);
    key.len = SEEN_BYTES / 2;
    key.p[0] = 'c';
    CHECK(state_of(&s, &key, NULL) == SEEN_NEVER);
    seen_free(&s);
    buf_free(&key);
}

int main(void)
{
    order();
    again();
    redelivery();
    bounds();
    bytes();
    keys();
    queues();
    long_keys();
    return failures > 0;
}
