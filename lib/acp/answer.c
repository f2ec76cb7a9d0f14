/* SPDX-License-Identifier: MIT */
/* The answer of one turn. */
#include <stdlib.h>

#include "acp/internal.h"
#include "acp/words.h"
#include "base/table.h"
#include "base/text.h"

/* Appends to the text, as far as there is room. */
static void add(struct answer *a, struct span s)
{
    if (a->cut)
        return;
    a->cut = a->text.len + s.n > ANSWER_MAX;
    buf_span(&a->text, a->cut ? span_of("\n\n…") : s);
}

static void drop_blanks(struct answer *a)
{
    struct span whole = text_trim(buf_as_span(&a->text));
    a->text.len = whole.n ? (size_t)(whole.p + whole.n - a->text.p) : 0;
}

/* Begins a line, or text, behind what is there. */
static void begin(struct answer *a, enum answer_tail what)
{
    bool lines = what != TAIL_TEXT && a->tail != TAIL_TEXT;
    drop_blanks(a);
    if (a->text.len && !a->cut)
        buf_str(&a->text, lines ? "\n" : "\n\n");
    a->tail = what;
    a->call = NULL;
    a->message.len = 0;
}

static bool take_chunk(struct answer *a, struct span update)
{
    struct span content = json_find(update, "content"), message = json_find(update, "messageId");
    struct buf text = {0};
    bool full = a->cut;
    if (json_is_string(json_find(content, "text")))
        json_decode(&text, json_find(content, "text"));
    else
        show_content(&text, content);
    struct span trimmed = text_trim(buf_as_span(&text)), part = buf_as_span(&text);
    bool same = a->tail == TAIL_TEXT &&
                (!json_is_string(message) || span_same(buf_as_span(&a->message), message));
    if (!same && trimmed.n) {
        begin(a, TAIL_TEXT);
        if (json_is_string(message))
            buf_span(&a->message, message);
        part = (struct span){trimmed.p, (size_t)(text.p + text.len - trimmed.p)};
    }
    if (same || trimmed.n)
        add(a, part);
    buf_free(&text);
    return trimmed.n && !full;
}

static struct call *find_call(const struct answer *a, struct span id)
{
    struct buf name = {0};
    struct call *c = a->calls;
    if (json_is_string(id))
        json_decode(&name, id);
    while (c && !span_same(buf_as_span(&c->id), buf_as_span(&name)))
        c = c->next;
    buf_free(&name);
    return c;
}

static struct call *add_call(struct answer *a, struct span id)
{
    if (a->n_calls == ANSWER_CALLS || !json_has_text(id))
        return NULL;
    struct call *c = xcalloc(1, sizeof *c);
    json_decode(&c->id, id);
    LL_PREPEND(a->calls, c); /* the newest are the ones that change */
    a->n_calls++;
    return c;
}

/* Makes *to the text, unless that is empty, and frees it. */
static void renew(struct buf *to, struct buf *text)
{
    if (text->len) {
        to->len = 0;
        buf_span(to, buf_as_span(text));
    }
    buf_free(text);
}

static void learn_call(struct call *c, struct span update, bool full)
{
    struct buf text = {0};
    words_line(&text, json_find(update, "title"), TITLE_MAX);
    renew(&c->title, &text);
    for (int i = 0; full && i < DETAILS; i++) {
        show_detail(&text, update, i);
        renew(&c->details[i], &text);
    }
    if (json_is_string(json_find(update, "status")))
        c->state = show_state(json_find(update, "status"));
}

static void add_line(struct answer *a, enum answer_tail what, const char *sign, const struct buf *text)
{
    begin(a, what);
    add(a, span_of(sign));
    add(a, text->len ? buf_as_span(text) : span_of("a tool"));
}

static void end_call(struct answer *a, struct call *c)
{
    struct buf below = {0};
    bool good = c->state == STATE_DONE;
    if (a->call == c)
        add(a, span_of(good ? " ✓" : " ✗"));
    else
        add_line(a, TAIL_LINES, good ? "✓ " : "✗ ", &c->title);
    show_below(&below, c->details);
    add(a, buf_as_span(&below));
    a->tail = TAIL_LINES;
    a->call = NULL;
    buf_free(&below);
}

static bool take_call(struct answer *a, struct span update)
{
    struct span id = json_find(update, "toolCallId");
    struct call *c = find_call(a, id);
    bool first = !c;
    if (!c && !(c = add_call(a, id)))
        return false;
    bool over = c->state == STATE_DONE || c->state == STATE_FAILED;
    learn_call(c, update, a->tools == TOOLS_FULL);
    bool ends = !over && (c->state == STATE_DONE || c->state == STATE_FAILED);
    if (a->tools == TOOLS_QUIET) {
        a->tail = a->text.len ? TAIL_LINES : TAIL_NONE; /* what is said next is another paragraph */
        return false;
    }
    if (first) {
        add_line(a, TAIL_CALL, "⚙ ", &c->title);
        a->call = c;
    }
    if (ends)
        end_call(a, c);
    return first || ends;
}

static struct entry *find_entry(struct answer *a, struct buf *text)
{
    struct entry *e = a->plan;
    while (e && !span_same(buf_as_span(&e->text), buf_as_span(text)))
        e = e->next;
    if (e || a->n_plan == ANSWER_CALLS || !text->len)
        return e;
    e = xcalloc(1, sizeof *e);
    buf_span(&e->text, buf_as_span(text));
    e->state = STATE_FAILED; /* not shown yet */
    LL_PREPEND(a->plan, e);
    a->n_plan++;
    return e;
}

static bool take_plan(struct answer *a, struct span entries)
{
    struct json_iter it = {.rest = entries};
    struct span entry;
    struct buf text = {0};
    bool changed = false;
    while (a->tools != TOOLS_QUIET && json_is_array(entries) && json_next(&it, NULL, &entry)) {
        enum state state = show_state(json_find(entry, "status"));
        text.len = 0;
        words_line(&text, json_find(entry, "content"), TITLE_MAX);
        struct entry *e = find_entry(a, &text);
        if (!e || e->state == state)
            continue;
        e->state = state;
        add_line(a, TAIL_LINES, state == STATE_DONE ? "☑ " : state == STATE_RUNS ? "▸ " : "☐ ", &text);
        changed = true;
    }
    buf_free(&text);
    return changed;
}

bool answer_update(struct answer *a, struct span update)
{
    struct span kind = json_find(update, "sessionUpdate");
    if (json_eq(kind, "agent_message_chunk"))
        return take_chunk(a, update);
    if (json_eq(kind, "tool_call") || json_eq(kind, "tool_call_update"))
        return take_call(a, update);
    return json_eq(kind, "plan") && take_plan(a, json_find(update, "entries"));
}

void answer_note(struct answer *a, const char *text)
{
    begin(a, TAIL_TEXT);
    buf_str(&a->text, a->cut ? "\n\n" : "");
    buf_str(&a->text, text);
    a->tail = TAIL_LINES;
}

struct span answer_text(const struct answer *a)
{
    return text_trim(buf_as_span(&a->text));
}

struct span answer_title(const struct answer *a, struct span id)
{
    const struct call *c = find_call(a, id);
    return c ? buf_as_span(&c->title) : (struct span){NULL, 0};
}

void answer_part(struct answer *a)
{
    a->text.len = a->message.len = 0;
    a->tail = TAIL_NONE;
    a->call = NULL;
    a->cut = false;
}

void answer_free(struct answer *a)
{
    for (struct call *c; (c = a->calls);) {
        LL_DELETE(a->calls, c);
        buf_free(&c->id);
        buf_free(&c->title);
        for (int i = 0; i < DETAILS; i++)
            buf_free(&c->details[i]);
        free(c);
    }
    for (struct entry *e; (e = a->plan);) {
        LL_DELETE(a->plan, e);
        buf_free(&e->text);
        free(e);
    }
    buf_free(&a->text);
    buf_free(&a->message);
    *a = (struct answer){.tools = a->tools};
}
