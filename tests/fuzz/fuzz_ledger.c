/* SPDX-License-Identifier: MIT */
/* The ledger of owed replies against a model: four requestIds, each free, owed or answered. Each byte is a step. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "dial/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IDS = 4, STEP_MS = 700 };

static struct model {
    enum { FREE, OWED, ANSWERED } state[IDS];
    int64_t taken[IDS];
    int order[IDS]; /* the owed ones, oldest first */
    int owed;
} model;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* An outbound, or its result. */
static void make(struct frame *f, bool result, int id)
{
    static char text[256];
    struct json_error e;
    snprintf(text, sizeof text, "{\"type\":\"outbound%s\",\"requestId\":\"%c\",\"%s\":{\"op\":\"send\"}}",
             result ? "_result" : "", 'a' + id, result ? "result" : "action");
    check(frame_parse(f, span_of(text), &e));
}

static void drop(struct model *m, int id)
{
    int n = 0;
    for (int i = 0; i < m->owed; i++)
        if (m->order[i] != id)
            m->order[n++] = m->order[i];
    m->owed = n;
    m->state[id] = ANSWERED;
}

static void take(struct ledger *l, struct model *m, struct frame *f, int id, uint64_t number, int64_t now)
{
    make(f, false, id);
    bool taken = ledger_owe(l, f, number, now * 1000) == NULL;
    check(taken == (m->state[id] != OWED));
    if (!taken)
        return;
    m->state[id] = OWED;
    m->taken[id] = now;
    m->order[m->owed++] = id;
}

static void answer(struct ledger *l, struct model *m, struct frame *f, int id)
{
    static const enum ledger_answer wanted[] = {LEDGER_NO_ANSWER, LEDGER_SETTLED, LEDGER_AGAIN};
    make(f, true, id);
    check((ledger_find(l, f) != NULL) == (m->state[id] == OWED));
    check(ledger_book(l, f) == wanted[m->state[id]]);
    if (m->state[id] == OWED)
        drop(m, id);
}

static void expire(struct ledger *l, struct model *m, int64_t now)
{
    const struct owed *o = ledger_overdue(l, now);
    bool late = m->owed && now >= m->taken[m->order[0]] + LEDGER_OUTBOUND_MS;
    check((o != NULL) == late);
    if (!o)
        return;
    check(o->key.n == 3 && o->key.p[1] == 'a' + m->order[0]);
    ledger_close(l, o);
    drop(m, m->order[0]);
}

static void compare(const struct ledger *l, const struct model *m)
{
    check(ledger_count(l) == (size_t)m->owed && ledger_count_type(l, FRAME_OUTBOUND) == (size_t)m->owed);
    check(ledger_oldest(l, FRAME_OUTBOUND) == (m->owed ? m->taken[m->order[0]] : INT64_MAX));
    check(ledger_next(l) == (m->owed ? m->taken[m->order[0]] + LEDGER_OUTBOUND_MS : INT64_MAX));
    int i = 0;
    for (const struct owed *o = ledger_each(l, NULL); o; o = ledger_each(l, o))
        check(i < m->owed && o->key.p[1] == 'a' + m->order[i++]);
    check(i == m->owed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ledger *l = ledger_new();
    struct frame f = {0};
    int64_t now = 0;
    model = (struct model){0};
    for (size_t i = 0; i < size; i++) {
        now += STEP_MS * (data[i] >> 4);
        int id = data[i] & 3;
        switch (data[i] >> 2 & 3) {
        case 0:
        case 1:
            take(l, &model, &f, id, i + 1, now);
            break;
        case 2:
            answer(l, &model, &f, id);
            break;
        default:
            expire(l, &model, now);
        }
        compare(l, &model);
    }
    frame_free(&f);
    ledger_free(l);
    return 0;
}
