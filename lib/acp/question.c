/* SPDX-License-Identifier: MIT */
/* The questions of an agent. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "acp/question.h"
#include "acp/words.h"
#include "base/random.h"
#include "base/text.h"
#include "json/write.h"

enum { NONCE = 8, REQUEST = 16 }; /* random bytes */

static size_t count_of(const struct questions *all, const struct talk *k)
{
    size_t n = 0;
    for (const struct question *q = all->list; q; q = q->next)
        n += q->talk == k;
    return n;
}

/* Whether the options were taken. */
static bool take_options(struct question *q, struct span options)
{
    struct json_iter it = {.rest = options};
    struct span option;
    while (json_is_array(options) && json_next(&it, NULL, &option)) {
        struct span id = json_find(option, "optionId"), kind = json_find(option, "kind");
        if (q->n == QUESTION_CHOICES || !json_is_string(id))
            return false;
        struct choice *c = &q->choices[q->n++];
        buf_span(&c->id, id);
        words_line(&c->label, json_find(option, "name"), QUESTION_LABEL);
        if (!c->label.len)
            buf_printf(&c->label, "%zu", q->n);
        c->reject = json_eq(kind, "reject_once") || json_eq(kind, "reject_always");
    }
    return q->n > 0;
}

static void release(struct question *q)
{
    for (size_t i = 0; i < q->n; i++) {
        buf_free(&q->choices[i].id);
        buf_free(&q->choices[i].label);
    }
    buf_free(&q->rpc);
    buf_free(&q->prompt);
    buf_free(&q->request);
    buf_free(&q->text);
    free(q);
}

struct question *question_new(struct questions *all, struct talk *k, struct span id, struct span params,
                              struct span what)
{
    if (count_of(all, k) >= QUESTIONS_OF_TALK)
        return NULL;
    struct question *q = xcalloc(1, sizeof *q);
    if (!take_options(q, json_find(params, "options"))) {
        release(q);
        return NULL;
    }
    if (!all->nonce.len) {
        buf_str(&all->nonce, "acp-");
        random_hex(&all->nonce, NONCE);
    }
    q->talk = k;
    buf_span(&q->rpc, id);
    buf_span(&q->text, what);
    buf_span(&q->prompt, buf_as_span(&all->nonce));
    buf_printf(&q->prompt, ".%ju", (uintmax_t)++all->count);
    random_hex(&q->request, REQUEST);
    DL_APPEND(all->list, q);
    return q;
}

void question_free(struct questions *all, struct question *q)
{
    DL_DELETE(all->list, q);
    release(q);
}

void questions_free(struct questions *all)
{
    while (all->list)
        question_free(all, all->list);
    buf_free(&all->nonce);
}

/* The text with the choices below it, for a platform without buttons. */
static void add_typed(struct buf *out, const struct question *q)
{
    struct buf text = {0};
    buf_span(&text, buf_as_span(&q->text));
    buf_ch(&text, '\n');
    for (size_t i = 0; i < q->n; i++)
        buf_printf(&text, "\n%zu. %.*s", i + 1, (int)q->choices[i].label.len, q->choices[i].label.p);
    buf_str(&text, "\n\nAnswer with a number.");
    json_add_text(out, "content", buf_as_span(&text));
    buf_free(&text);
}

static void add_options(struct buf *out, const struct question *q)
{
    json_key(out, "options");
    json_begin(out, '[');
    for (size_t i = 0; i < q->n; i++) {
        struct buf id = {0};
        buf_printf(&id, "%zu", i + 1);
        json_begin(out, '{');
        json_add_text(out, "id", buf_as_span(&id));
        json_add_text(out, "label", buf_as_span(&q->choices[i].label));
        json_add_str(out, "style", q->choices[i].reject ? "danger" : "primary");
        json_end(out, '}');
        buf_free(&id);
    }
    json_end(out, ']');
}

void question_action(struct buf *out, const struct question *q, size_t max)
{
    struct buf text = {0};
    json_begin(out, '{');
    json_add_str(out, "op", q->typed ? "send" : "prompt");
    json_add_text(out, "requestId", buf_as_span(&q->request));
    if (q->typed) {
        add_typed(out, q);
    } else {
        words_cut(&text, buf_as_span(&q->text), max > 1 ? max - 1 : max);
        json_add_str(out, "prompt_kind", "approval");
        json_add_text(out, "prompt_id", buf_as_span(&q->prompt));
        json_add_text(out, "content", buf_as_span(&text));
        add_options(out, q);
    }
    json_end(out, '}');
    buf_free(&text);
}

void question_result(struct buf *out, const struct choice *choice)
{
    json_begin(out, '{');
    json_key(out, "outcome");
    json_begin(out, '{');
    json_add_str(out, "outcome", choice ? "selected" : "cancelled");
    if (choice)
        json_add(out, "optionId", buf_as_span(&choice->id));
    json_end(out, '}');
    json_end(out, '}');
}

static bool is_text(struct span string, const struct buf *text)
{
    struct buf t = {0};
    if (json_is_string(string))
        json_decode(&t, string);
    bool same = t.len && span_same(buf_as_span(&t), buf_as_span(text));
    buf_free(&t);
    return same;
}

struct question *question_of_prompt(const struct questions *all, struct span prompt_id)
{
    for (struct question *q = all->list; q; q = q->next)
        if (is_text(prompt_id, &q->prompt))
            return q;
    return NULL;
}

struct question *question_of_request(const struct questions *all, struct span request_id)
{
    for (struct question *q = all->list; q; q = q->next)
        if (is_text(request_id, &q->request))
            return q;
    return NULL;
}

struct question *question_of_talk(const struct questions *all, const struct talk *k)
{
    struct question *q = all->list;
    while (q && q->talk != k)
        q = q->next;
    return q;
}

bool question_is_ours(const struct questions *all, struct span prompt_id)
{
    struct buf id = {0};
    if (json_is_string(prompt_id))
        json_decode(&id, prompt_id);
    bool ours = all->nonce.len && id.len > all->nonce.len && id.p[all->nonce.len] == '.' &&
                memcmp(id.p, all->nonce.p, all->nonce.len) == 0;
    buf_free(&id);
    return ours;
}

/* The choice of a number as it is written, 1 for the first. */
static const struct choice *numbered(const struct question *q, struct span text)
{
    struct buf number = {0};
    const struct choice *c = NULL;
    for (size_t i = 0; i < q->n && !c; i++) {
        number.len = 0;
        buf_printf(&number, "%zu", i + 1);
        if (span_same(buf_as_span(&number), text))
            c = &q->choices[i];
    }
    buf_free(&number);
    return c;
}

const struct choice *question_pressed(const struct question *q, struct span option_id)
{
    struct buf id = {0};
    if (json_is_string(option_id))
        json_decode(&id, option_id);
    const struct choice *c = numbered(q, buf_as_span(&id));
    buf_free(&id);
    return c;
}

/* The choice that a text names by its number or label. */
static const struct choice *named(const struct question *q, struct span text)
{
    const struct choice *c = numbered(q, text);
    for (size_t i = 0; i < q->n && !c; i++) {
        const struct buf *label = &q->choices[i].label;
        if (label->len == text.n && strncasecmp(label->p, text.p, text.n) == 0)
            c = &q->choices[i];
    }
    return c;
}

const struct choice *question_typed(const struct question *q, struct span text)
{
    text = text_trim(text);
    const struct choice *c = named(q, text);
    if (!c && text.n && *text.p == '/')
        c = named(q, (struct span){text.p + 1, text.n - 1});
    return c;
}
