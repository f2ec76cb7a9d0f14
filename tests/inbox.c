/* SPDX-License-Identifier: MIT */
/* The inbox: order, redeliveries, their bound, and interrupts, without a process. */
#include <stdio.h>
#include <stdlib.h>

#include "run/inbox.h"

static int failures;

#define CHECK(what)                                                                                          \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            printf("line %d: not so: %s\n", __LINE__, #what);                                                \
            failures++;                                                                                      \
        }                                                                                                    \
    } while (0)

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
    if (v == INBOX_HANDLED)
        turn_free(t);
    return v;
}

static bool is(struct turn *t, const char *id)
{
    return t && span_eq(buf_as_span(&t->id), id);
}

static void order(void)
{
    struct inbox b = {0};
    for (int id = 10; id < 14; id++)
        for (int session = 1; session < 3; session++)
            CHECK(take(&b, message(session, id, 0, "")) == INBOX_NEW);
    struct turn *one = inbox_next(&b), *two = inbox_next(&b);
    CHECK(is(one, "10") && is(two, "10") && !inbox_next(&b));
    inbox_handled(&b, two);
    two = inbox_next(&b);
    CHECK(is(two, "11") && !inbox_next(&b));
    inbox_failed(&b, one);
    CHECK(is(one = inbox_next(&b), "11"));
    CHECK(inbox_drop(&b, &one->key) == 2);
    inbox_handled(&b, one);
    inbox_handled(&b, two);
    CHECK(is(two = inbox_next(&b), "12"));
    inbox_handled(&b, two);
    CHECK(inbox_waits(&b) && is(two = inbox_next(&b), "13") && !inbox_waits(&b));
    inbox_handled(&b, two);
    CHECK(!inbox_next(&b));
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
    struct turn *t = inbox_next(&b);
    inbox_failed(&b, t); /* the held one is the retry, before the second message */
    CHECK(is(t = inbox_next(&b), "1") && t->held && t->held->next && !t->held->next->next);
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_HELD);
    CHECK(inbox_drop_held(&b, t) == 3);
    inbox_failed(&b, t);
    CHECK(is(t = inbox_next(&b), "2"));
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_NEW); /* all of them failed */
    inbox_handled(&b, t);
    CHECK(take(&b, message(1, 2, 2, "")) == INBOX_HANDLED);
    CHECK(take(&b, message(1, 2, 0, "")) == INBOX_HANDLED);
    CHECK(take(&b, message(1, 2, 0, ",\"message_is_edit\":true")) == INBOX_NEW);
    CHECK(take(&b, message(2, 2, 0, "")) == INBOX_NEW); /* another chat */
    CHECK(inbox_drop(&b, NULL) == 5 && !inbox_waits(&b));
    inbox_free(&b);
}

static void bounds(void)
{
    struct inbox b = {0};
    for (int id = 1; id <= SEEN_MAX + 1; id++) {
        CHECK(take(&b, message(id % 50, id, id, "")) == INBOX_NEW);
        inbox_handled(&b, inbox_next(&b));
    }
    CHECK(take(&b, message(2, 2, 2, "")) == INBOX_HANDLED);
    CHECK(take(&b, message(1, 1, 1, "")) == INBOX_NEW); /* the oldest is forgotten */
    for (int id = 10001; !inbox_full(&b); id++)
        take(&b, message(id % 1000, id, id, ""));
    CHECK(b.queues.waiting == INBOX_MAX);
    inbox_free(&b);
}

int main(void)
{
    order();
    redelivery();
    bounds();
    return failures > 0;
}
