/* SPDX-License-Identifier: MIT */
/* From actions to frames. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "relay/action.h"
#include "relay/descriptor.h"
#include "send/outbound.h"
#include "send/sender.h"
#include "send/split.h"

enum { SHORTEST = 16 }; /* with shorter messages, a text is not shown while it grows */

struct sender {
    struct sender_options o;
    struct platforms platforms;
    struct outbound out;                /* of the current action */
    struct span op;                     /* its op, JSON text */
    struct buf why;                     /* why it is refused */
    struct buf id, name, text, refusal; /* work space */
    bool busy;                          /* its text is being split */
    struct arena kept;                  /* … and everything that takes is kept here */
    struct buf part, content;           /* the current part, and the same as JSON text */
    struct split split;
};

struct sender *sender_new(const struct sender_options *o)
{
    struct sender *s = xcalloc(1, sizeof *s);
    s->o = *o;
    return s;
}

void sender_free(struct sender *s)
{
    struct buf *all[] = {&s->why, &s->id, &s->name, &s->text, &s->refusal, &s->part, &s->content};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    platforms_free(&s->platforms);
    arena_free(&s->kept);
    split_free(&s->split);
    free(s);
}

void sender_learn(struct sender *s, const struct frame *f)
{
    if (f->type == FRAME_DESCRIPTOR)
        platforms_adopt(&s->platforms, frame_get(f, "descriptor"));
    else if (f->type == FRAME_LINK && json_eq(frame_get(f, "state"), "open"))
        platforms_reset(&s->platforms);
}

/* Appends the frame. One over the longest line is refused: then the frame says only that. */
static bool build(struct sender *s, struct buf *out)
{
    size_t from = out->len;
    if (s->why.len)
        s->out.refused = buf_as_span(&s->why);
    outbound_build(out, &s->out);
    if (out->len - from > s->o.max_frame) {
        struct outbound bare = {.id = s->out.id, .part = s->out.part, .action = span_of("{}")};
        s->why.len = 0;
        buf_printf(&s->why, "its frame would be longer than %zu bytes", s->o.max_frame);
        bare.refused = buf_as_span(&s->why);
        out->len = from;
        outbound_build(out, &bare);
    }
    return !s->why.len;
}

/* What is known about the platform to which the action goes; NULL: nothing. */
static const struct platform *find_platform(struct sender *s, const struct frame *action)
{
    struct span v = s->out.platform;
    bool of_kind = !v.p && json_eq(s->op, "follow_up");
    s->name.len = 0;
    if (of_kind)
        v = frame_get(action, "kind");
    if (!platform_decode(&s->name, v))
        return platforms_find(&s->platforms, (struct span){NULL, 0});
    const char *dot = of_kind ? memchr(s->name.p, '.', s->name.len) : NULL;
    if (dot)
        s->name.len = (size_t)(dot - s->name.p);
    return platforms_find(&s->platforms, buf_as_span(&s->name));
}

/* The rule for texts to the platform. A max of 0: there is no limit. */
static struct split_rule rule_for(const struct sender *s, const struct platform *p)
{
    struct split_rule r = {.max = p ? p->max : 0, .utf16 = p && p->utf16};
    r.dialect = dialect_find(p ? buf_as_span(&p->dialect) : (struct span){NULL, 0});
    if (s->o.max_length)
        r.max = s->o.max_length;
    if (s->o.unit != SENDER_UNIT_PLATFORM)
        r.utf16 = s->o.unit == SENDER_UNIT_UTF16;
    return r;
}

/* Keeps a span of the line for the parts that are made after the line is gone. */
static void keep_span(struct sender *s, struct span *v)
{
    if (v->p)
        *v = arena_copy(&s->kept, *v);
}

/* Keeps everything that the parts need: of the action, all but its text. */
static void keep(struct sender *s)
{
    struct json_edit no_text = {"content", span_of("\"\"")};
    struct buf action = {0};
    arena_reset(&s->kept);
    json_edit(&action, s->out.action, &no_text, 1);
    s->out.action = arena_take(&s->kept, &action);
    keep_span(s, &s->out.id);
    keep_span(s, &s->out.platform);
    keep_span(s, &s->out.bot);
    keep_span(s, &s->out.delivery);
    keep_span(s, &s->op);
    buf_free(&action);
}

/* Makes a text that is too long be split, or sets s->why if it cannot be. */
static void fit_text(struct sender *s, const struct op *op, struct span v, const struct split_rule *r)
{
    if (!r->max || op->over == LONG_PASS || !json_is_string(v) || v.n - 2 <= r->max)
        return; /* JSON text is never shorter than the text it encodes */
    s->text.len = 0;
    json_decode(&s->text, v);
    struct span text = buf_as_span(&s->text);
    size_t n = split_length(r, text);
    if (n <= r->max)
        return;
    if (op->over == LONG_SPLIT && !s->o.no_split && split_possible(r, text)) {
        split_start(&s->split, text, r);
        s->busy = true;
        keep(s);
    } else {
        buf_printf(&s->why, "%s has %zu %s, %zu is the most", op->text, n,
                   r->utf16 ? "UTF-16 units" : "characters", r->max);
    }
}

bool sender_grows(struct sender *s, const struct frame *action, struct growing_rule *r)
{
    const struct op *send = op_find(span_of("\"send\"")), *edit = op_find(span_of("\"edit\""));
    s->out = (struct outbound){.action = action->line};
    s->op = action->name;
    s->why.len = 0;
    if (s->o.no_split || !outbound_lift(&s->out, &action->top, &s->why) || !s->out.id.p ||
        !action_check(&s->why, send, &action->top))
        return false;
    const struct platform *p = find_platform(s, action);
    if (!p || !op_supported(send, buf_as_span(&p->ops)))
        return false;
    *r = (struct growing_rule){rule_for(s, p), p->edits && op_supported(edit, buf_as_span(&p->ops))};
    return r->split.max >= SHORTEST && (r->edits || json_is_true(frame_get(action, "paragraphs")));
}

/* Sets s->why if the action must not pass, and s->busy if its text is going to be split. */
static void check(struct sender *s, const struct op *op, const struct frame *action)
{
    if (!outbound_lift(&s->out, &action->top, &s->why) || !action_check(&s->why, op, &action->top) || !op)
        return;
    const struct platform *p = find_platform(s, action);
    if (p && !op_supported(op, buf_as_span(&p->ops))) {
        buf_printf(&s->why, "the connector does not support %s on ", op->name);
        buf_add(&s->why, p->name.p, p->name.len);
        return;
    }
    struct split_rule r = rule_for(s, p);
    if (op->text)
        fit_text(s, op, frame_get(action, op->text), &r);
}

bool sender_take(struct sender *s, const struct frame *action, struct buf *out)
{
    const struct op *op = op_find(action->name);
    s->out = (struct outbound){.action = action->line};
    s->op = action->name;
    s->why.len = s->id.len = 0;
    buf_ch(&s->id, '"');
    random_hex(&s->id, 16); /* protocol §2: 32 digits */
    buf_ch(&s->id, '"');
    s->out.id = buf_as_span(&s->id); /* unless the action has one */
    check(s, op, action);
    if (s->busy)
        return sender_next(s, out);
    if (s->why.len || !op_is_interrupt(op))
        return build(s, out);
    interrupt_build(out, action->line);
    return true;
}

bool sender_busy(const struct sender *s)
{
    return s->busy;
}

bool sender_next(struct sender *s, struct buf *out)
{
    s->why.len = s->part.len = s->content.len = 0;
    split_next(&s->split, &s->part);
    json_quote(&s->content, buf_as_span(&s->part).p, s->part.len);
    s->out.part++;
    s->out.no_reply_to = s->out.part > 1;
    s->out.content = buf_as_span(&s->content);
    s->busy = s->split.at < s->text.len;
    return build(s, out);
}

struct span sender_id(struct sender *s)
{
    s->refusal.len = 0;
    outbound_id(&s->refusal, &s->out);
    return buf_as_span(&s->refusal);
}

const char *sender_refusal(struct sender *s)
{
    s->refusal.len = 0;
    buf_printf(&s->refusal, "%.*s %.*s: %s", (int)(s->op.n < 64 ? s->op.n : 64), s->op.p, (int)s->out.id.n,
               s->out.id.p, buf_cstr(&s->why));
    return buf_cstr(&s->refusal);
}
