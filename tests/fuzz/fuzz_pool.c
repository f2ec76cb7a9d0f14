/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as what the server of a pool sends: answers, headers, ack subjects, complaints, greetings;
 * and as a chat's text that becomes a token or an id. What is read out of them lies in them, and names stay
 * names. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "queue/complaint.h"
#include "queue/greeting.h"
#include "queue/pool_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void read_answer(enum pool_ask ask, int status, struct span given)
{
    struct pool_words w = {0};
    struct pool_answer a;
    const struct bus_message m = {.status = status, .subject = span_of("s"), .data = given};
    pool_answer_read(&a, ask, &m, &w);
    check((a.fate == POOL_DONE) == !a.why || (a.fate == POOL_AGAIN && status == BUS_TIMEOUT));
    if (a.fate == POOL_DONE && (ask == POOL_ASK_PUT || ask == POOL_ASK_GET))
        check(a.seq > 0);
    if (a.fate == POOL_DONE && ask == POOL_ASK_GET)
        check(a.subject.p && a.data.p);
    if (a.fate == POOL_DONE && ask == POOL_ASK_INFO)
        check(a.info.p == given.p && a.info.n == given.n && pool_ack_wait(a.info) >= 0);
    pool_header(a.headers, "Nats-Msg-Id");
    pool_words_free(&w);
}

static void check_header(struct span given)
{
    struct span v = pool_header(given, "A");
    check(!v.p || (v.p >= given.p && v.p + v.n <= given.p + given.n));
    check(!v.p || !memchr(v.p, '\n', v.n));
}

static void check_name(struct span given)
{
    struct buf token = {0}, back = {0}, id = {0};
    pool_token(&token, given);
    pool_untoken(&back, buf_as_span(&token));
    pool_id(&id, given);
    check(token.len && token.len < 200 && id.len < 500);
    for (size_t i = 0; i < token.len; i++)
        check(token.p[i] > ' ' && token.p[i] < 0x7f && !strchr(".*>", token.p[i]));
    for (size_t i = 0; i < id.len; i++)
        check(id.p[i] > ' ' && id.p[i] < 0x7f);
    if (token.len <= POOL_TOKEN)
        check(back.len == given.n && (!given.n || memcmp(back.p, given.p, given.n) == 0));
    back.len = 0;
    pool_untoken(&back, given);
    check(back.len <= given.n);
    buf_free(&token);
    buf_free(&back);
    buf_free(&id);
}

static void check_texts(struct span given)
{
    char version[64];
    bool cut;
    struct token_facts t;
    char *text = xstrndup(given.p, given.n);
    struct span subject = complaint_subject(text, &cut);
    check(!subject.p || (subject.p > text && subject.p + subject.n <= text + given.n));
    check(greeting_read(version, sizeof version, given) == (*version != '\0') &&
          strlen(version) < sizeof version);
    greeting_at_least(text, 2, 10, 23);
    pool_token_read(&t, given);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span given = {size ? (const char *)data : "", size};
    for (enum pool_ask ask = POOL_ASK_PUT; ask <= POOL_ASK_INFO; ask++)
        read_answer(ask, BUS_OK, given);
    read_answer(POOL_ASK_GET, size ? data[0] : BUS_TIMEOUT, given);
    check_header(given);
    check_name(given);
    check_texts(given);
    return 0;
}
