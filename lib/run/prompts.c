/* SPDX-License-Identifier: MIT */
/* The prompts that running COMMANDs have asked. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/sha256.h"
#include "base/table.h"
#include "base/text.h"
#include "run/prompts.h"
#include "json/json.h"

enum {
    NONCE_BYTES = 6,
    /* what counts as a nonce: hex digits, some of them letters, so that no date or version is one */
    NONCE_LEAST = 8,
    NONCE_MOST = 24,
};

#define ID_NUMBERS UINT64_C(1000000000000000000) /* 18 digits: an id has 32 characters at most */

struct prompt {
    struct turn *turn;
    int64_t number;
    struct buf id, platform, chat; /* an empty platform: the action named none */
    struct buf message;            /* empty: not known */
    struct prompt *prev, *next;
};

/* The length of the nonce of an id NONCE.N; 0: it has another form. */
static size_t nonce_length(struct span id)
{
    size_t n = 0, letters = 0, digits = 0;
    for (; n < id.n && strchr("0123456789abcdef", id.p[n]) && id.p[n]; n++)
        letters += id.p[n] >= 'a';
    if (n < NONCE_LEAST || n > NONCE_MOST || !letters || n == id.n || id.p[n] != '.')
        return 0;
    while (n + 1 + digits < id.n && id.p[n + 1 + digits] >= '0' && id.p[n + 1 + digits] <= '9')
        digits++;
    return digits && n + 1 + digits == id.n ? n : 0;
}

static void make_nonce(struct prompts *p)
{
    while (!p->nonce.len || strspn(buf_cstr(&p->nonce), "0123456789") == p->nonce.len) {
        p->nonce.len = 0;
        random_hex(&p->nonce, NONCE_BYTES);
    }
}

/* The nonce of a gateway; its first digit is a letter. */
static void gateway_nonce(struct buf *out, struct span gateway)
{
    struct buf name = {0};
    size_t from = out->len;
    buf_str(&name, "prompts of ");
    json_decode(&name, gateway);
    sha256_hex(out, buf_as_span(&name));
    out->p[from] = 'a';
    out->len = from + 2 * (size_t)NONCE_BYTES;
    buf_free(&name);
}

/* Appends an id for the next prompt of a turn. */
static void make_id(struct prompts *p, struct turn *t, struct buf *out)
{
    struct buf parts = {0};
    unsigned char digest[SHA256_SIZE];
    uint64_t number = 0;
    if (!t->delivery.p || !t->gateway.p) {
        if (!p->nonce.len)
            make_nonce(p);
        buf_printf(out, "%s.%ju", buf_cstr(&p->nonce), (uintmax_t)++p->made);
        return;
    }
    gateway_nonce(out, t->gateway);
    identifier_decode(&parts, t->delivery);
    buf_printf(&parts, "/%u", ++t->asked);
    sha256(digest, buf_as_span(&parts));
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | digest[i];
    buf_printf(out, ".%ju", (uintmax_t)(number % ID_NUMBERS));
    buf_free(&parts);
}

void prompts_name(struct prompts *p, struct turn *t, struct buf *action)
{
    struct span op, id, text = text_trim(buf_as_span(action));
    struct buf json = {0}, out = {0};
    JSON_PICK(text, {"op", &op}, {"prompt_id", &id});
    if (!json_eq(op, "prompt") || !json_is_absent(id))
        return;
    buf_ch(&json, '"');
    make_id(p, t, &json);
    buf_ch(&json, '"');
    struct json_edit edit = {"prompt_id", buf_as_span(&json)};
    json_edit(&out, text, &edit, 1);
    buf_free(action);
    *action = out;
    buf_free(&json);
}

static void drop(struct prompts *p, struct prompt *q)
{
    DL_DELETE(p->list, q);
    p->count--;
    buf_free(&q->id);
    buf_free(&q->platform);
    buf_free(&q->chat);
    buf_free(&q->message);
    free(q);
}

int64_t prompts_ask(struct prompts *p, struct turn *t, struct span action)
{
    struct span op, id, chat, platform;
    JSON_PICK(text_trim(action), {"op", &op}, {"prompt_id", &id}, {"chat_id", &chat},
              {"platform", &platform});
    if (!json_eq(op, "prompt") || !json_is_string(id))
        return 0;
    struct prompt *q = xcalloc(1, sizeof *q);
    q->turn = t;
    q->number = ++p->asked;
    json_decode(&q->id, id);
    identifier_decode(&q->chat, chat);
    if (!json_is_empty(platform))
        platform_decode(&q->platform, platform);
    DL_APPEND(p->list, q);
    if (++p->count > PROMPTS_MAX)
        drop(p, p->list);
    return q->number;
}

static struct prompt *by_number(const struct prompts *p, int64_t number)
{
    struct prompt *q = p->list;
    while (q && q->number != number)
        q = q->next;
    return q;
}

void prompts_retract(struct prompts *p, int64_t number)
{
    struct prompt *q = by_number(p, number);
    if (q)
        drop(p, q);
}

void prompts_shown(struct prompts *p, int64_t number, struct span message_id)
{
    struct prompt *q = by_number(p, number);
    if (q && !q->message.len)
        identifier_decode(&q->message, message_id);
}

static struct span press_of(const struct turn *t)
{
    return json_find(t->event, "prompt_response");
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (!a->len || memcmp(a->p, b->p, a->len) == 0);
}

/* Whether both came by the same link, or neither through a queue. */
static bool same_gateway(const struct turn *a, const struct turn *b)
{
    return a->gateway.n == b->gateway.n && (!a->gateway.n || span_same(a->gateway, b->gateway));
}

/* The newest prompt with that id that was asked there. A press on another message, say on a prompt of an
 * earlier turn, is not for it. */
static struct prompt *find(const struct prompts *p, const struct prompt *press)
{
    struct prompt *found = NULL, *q;
    DL_FOREACH (p->list, q) {
        if (!same_gateway(q->turn, press->turn) || !same(&q->id, &press->id) ||
            !same(&q->chat, &press->chat) || (q->platform.len && !same(&q->platform, &press->platform)))
            continue;
        if (!q->message.len || !press->message.len)
            found = q;
        else if (same(&q->message, &press->message))
            return q;
    }
    return found;
}

struct turn *prompts_find(const struct prompts *p, struct turn *press)
{
    struct span id, message;
    struct prompt of = {.turn = press};
    JSON_PICK(press_of(press), {"prompt_id", &id}, {"prompt_message_id", &message});
    if (!p->list || !json_is_string(id))
        return NULL;
    json_decode(&of.id, id);
    identifier_decode(&of.message, message);
    identifier_decode(&of.chat, json_find(press->source, "chat_id"));
    platform_decode(&of.platform, json_find(press->source, "platform"));
    const struct prompt *q = find(p, &of);
    buf_free(&of.id);
    buf_free(&of.message);
    buf_free(&of.chat);
    buf_free(&of.platform);
    return q ? q->turn : NULL;
}

bool prompts_foreign(const struct prompts *p, const struct turn *press)
{
    struct span json = json_find(press_of(press), "prompt_id");
    struct buf id = {0}, nonce = {0};
    if (!json_is_string(json))
        return false;
    json_decode(&id, json);
    if (press->gateway.p)
        gateway_nonce(&nonce, press->gateway);
    else
        buf_span(&nonce, buf_as_span(&p->nonce));
    size_t n = nonce_length(buf_as_span(&id));
    bool ours = n == nonce.len && n && memcmp(id.p, nonce.p, n) == 0;
    buf_free(&id);
    buf_free(&nonce);
    return n && !ours;
}

void prompts_forget(struct prompts *p, const struct turn *t)
{
    struct prompt *q, *next;
    DL_FOREACH_SAFE (p->list, q, next)
        if (q->turn == t)
            drop(p, q);
}

void prompts_free(struct prompts *p)
{
    while (p->list)
        drop(p, p->list);
    buf_free(&p->nonce);
}
