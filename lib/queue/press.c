/* SPDX-License-Identifier: MIT */
/* Presses of the prompts that a running turn has asked. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "queue/press.h"

enum {
    LOOK = 5000,              /* ms to the next look: what the ring says is not stored, and may be lost */
    RETRY = 300,              /* ms */
    PROMPTS_LONG = 64 * 1024, /* bytes of prompt_ids remembered; a turn asks a few */
};

static void look(struct presses *p);

static void look_from(struct presses *p, uint64_t seq)
{
    if (p->request) {
        p->next = p->next && p->next < seq ? p->next : seq;
        return;
    }
    p->from = p->again_at && p->from < seq ? p->from : seq;
    look(p);
}

void press_asked(struct presses *p, struct span prompt_id, uint64_t message)
{
    if (!json_is_string(prompt_id) || p->prompts.len + prompt_id.n > PROMPTS_LONG)
        return;
    buf_span(&p->prompts, prompt_id);
    buf_ch(&p->prompts, '\n');
    look_from(p, message + 1);
}

void press_hint(struct presses *p, uint64_t seq)
{
    if (p->prompts.len)
        look_from(p, seq);
}

/* Whether the turn has asked it. */
static bool is_asked(const struct presses *p, const struct given *g)
{
    struct span id = json_find(json_find(g->turn->event, "prompt_response"), "prompt_id");
    struct buf line = {0};
    if (!json_is_string(id) || !p->prompts.len)
        return false;
    buf_span(&line, id);
    buf_ch(&line, '\n');
    bool found = false;
    for (size_t at = 0; at + line.len <= p->prompts.len && !found; at++)
        found = (!at || p->prompts.p[at - 1] == '\n') && memcmp(p->prompts.p + at, line.p, line.len) == 0;
    buf_free(&line);
    return found;
}

struct press *press_find(const struct presses *p, struct span id)
{
    struct press *one;
    DL_FOREACH (p->list, one)
        if (span_same(buf_as_span(&one->given.id), id))
            break;
    return one;
}

static void take(struct presses *p, const struct pool_answer *a)
{
    struct press *one = xcalloc(1, sizeof *one);
    one->in = p;
    given_read(&one->given, a->data, pool_header(a->headers, "Nats-Msg-Id"), a->seq);
    if (!one->given.turn || !is_asked(p, &one->given) || press_find(p, buf_as_span(&one->given.id))) {
        given_free(&one->given);
        free(one);
        return;
    }
    DL_APPEND(p->list, one);
    p->give(p->ctx, &one->given);
}

static void on_found(void *ctx, const struct pool_answer *a)
{
    struct presses *p = ctx;
    p->request = 0;
    if (a->fate == POOL_AGAIN || a->fate == POOL_REFUSED) {
        p->again_at = bus_now() + RETRY;
        return;
    }
    if (a->fate == POOL_DONE && p->prompts.len) {
        take(p, a);
        p->from = a->seq + 1;
        look(p);
    } else if (p->next) {
        p->from = p->next;
        p->next = 0;
        look(p);
    } else if (p->prompts.len) {
        p->again_at = bus_now() + LOOK;
    }
}

static void look(struct presses *p)
{
    p->again_at = 0;
    p->request = pool_first(p->pool, POOL_IN, p->subject, p->from, on_found, p);
}

static void free_one(struct press *one)
{
    bus_forget(one->in->pool->bus, one->request);
    DL_DELETE(one->in->list, one);
    given_free(&one->given);
    free(one);
}

static void end_if_done(struct press *one);

/* COMMAND may have made one action more since: that one still refers to it. */
static void on_deleted(void *ctx, const struct pool_answer *a)
{
    struct press *one = ctx;
    one->request = 0;
    if (a->fate == POOL_AGAIN || a->fate == POOL_REFUSED) {
        one->again_at = bus_now() + RETRY;
        return;
    }
    one->deleted = true;
    end_if_done(one);
}

static void end_if_done(struct press *one)
{
    if ((one->failed || one->deleted) && !one->pending) {
        free_one(one);
        return;
    }
    if (!one->acked || one->pending || one->request || one->deleted)
        return;
    one->again_at = 0;
    one->request = pool_delete(one->in->pool, POOL_IN, one->given.seq, on_deleted, one);
}

void press_acked(struct press *one)
{
    one->acked = true;
    end_if_done(one);
}

void press_failed(struct press *one)
{
    one->failed = !one->acked;
    end_if_done(one);
}

void press_acts(struct press *one)
{
    one->pending++;
}

void press_stored(struct press *one)
{
    one->pending--;
    end_if_done(one);
}

void press_end(struct presses *p)
{
    p->prompts.len = 0;
    p->next = 0;
    p->again_at = 0;
    bus_forget(p->pool->bus, p->request);
    p->request = 0;
}

void press_tick(struct presses *p, int64_t now)
{
    if (p->again_at && now >= p->again_at)
        look(p);
    for (struct press *one = p->list; one; one = one->next)
        if (one->again_at && now >= one->again_at)
            end_if_done(one);
}

int64_t press_until(const struct presses *p)
{
    int64_t until = p->again_at ? p->again_at : INT64_MAX;
    for (const struct press *one = p->list; one; one = one->next)
        if (one->again_at && one->again_at < until)
            until = one->again_at;
    return until;
}

void press_forget(struct presses *p)
{
    press_end(p);
    while (p->list)
        free_one(p->list);
    buf_free(&p->prompts);
    free(p->subject);
    p->subject = NULL;
}
