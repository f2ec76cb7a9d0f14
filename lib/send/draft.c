/* SPDX-License-Identifier: MIT */
/* An action in the making. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "relay/action.h"
#include "send/draft.h"
#include "send/outbound.h"

/* Sets one member of the object in *b, which may be empty. */
static void object_set(struct buf *b, const char *name, struct span value)
{
    struct buf changed = {0};
    json_edit(&changed, b->len ? buf_as_span(b) : span_of("{}"), &(struct json_edit){name, value}, 1);
    buf_free(b);
    *b = changed;
}

void draft_begin(struct draft *d)
{
    if (!d->action.len)
        buf_str(&d->action, "{\"op\":\"send\"}");
}

void draft_set(struct draft *d, const char *name, struct span value)
{
    draft_begin(d);
    object_set(&d->action, name, value);
}

const char *draft_set_text(struct draft *d, const char *name, struct span text)
{
    struct buf v = {0};
    if (!text_valid(text.p, text.n))
        return "not UTF-8";
    json_quote(&v, text.p, text.n);
    draft_set(d, name, buf_as_span(&v));
    buf_free(&v);
    return NULL;
}

/* Splits a pair: *key is a copy of KEY, which the caller frees; *value is the text after the '='. */
static const char *pair_cut(const char *pair, char **key, struct span *value)
{
    const char *eq = strchr(pair, '=');
    *key = NULL;
    if (!eq || eq == pair)
        return "not KEY=VALUE";
    if (!text_valid(pair, strlen(pair)))
        return "not UTF-8";
    *key = xstrndup(pair, (size_t)(eq - pair));
    *value = span_of(eq + 1);
    return NULL;
}

const char *draft_pair_text(struct draft *d, const char *pair)
{
    char *key;
    struct span value;
    const char *why = pair_cut(pair, &key, &value);
    if (!why)
        why = draft_set_text(d, key, value);
    free(key);
    return why;
}

const char *draft_pair_json(struct draft *d, const char *pair)
{
    char *key;
    struct span value;
    struct json_error e;
    struct buf flat = {0};
    const char *why = pair_cut(pair, &key, &value);
    if (!why && !json_valid(value.p, value.n, &e))
        why = e.reason;
    if (!why) {
        json_compact(&flat, value);
        draft_set(d, key, buf_as_span(&flat));
    }
    buf_free(&flat);
    free(key);
    return why;
}

const char *draft_pair_metadata(struct draft *d, const char *pair)
{
    char *key;
    struct span value, old = draft_get(d, "metadata");
    struct buf metadata = {0}, v = {0};
    const char *why = pair_cut(pair, &key, &value);
    if (!why && old.p && !json_is_object(old))
        why = "metadata is not an object";
    if (!why) {
        buf_span(&metadata, old);
        json_quote(&v, value.p, value.n);
        object_set(&metadata, key, buf_as_span(&v));
        draft_set(d, "metadata", buf_as_span(&metadata));
    }
    buf_free(&metadata);
    buf_free(&v);
    free(key);
    return why;
}

bool draft_check(struct draft *d, bool with_text, struct buf *why)
{
    struct json_members members = {0};
    struct json_error e;
    draft_begin(d);
    struct span name = draft_get(d, "op");
    const struct op *op = op_find(name);
    d->member = op ? op->text : "content";
    d->needs_text = op && op->text && op_needs(op, op->text);
    buf_str(why, "op ");
    buf_span(why, name);
    buf_str(why, ": ");
    if (draft_get(d, "type").p)
        buf_str(why, "an action has no type");
    else if (!json_is_string(name))
        buf_str(why, "not a string");
    else if (with_text && !d->member)
        buf_str(why, "takes no TEXT");
    else if (!with_text && d->needs_text && !draft_get(d, d->member).p)
        buf_str(why, "needs TEXT, or - for stdin");
    else {
        if (with_text)
            draft_set_text(d, d->member, span_of("")); /* until the text is known */
        if (json_scan(&members, d->action.p, d->action.len, &e) &&
            outbound_lift(&(struct outbound){0}, &members, why) && action_check(why, op, &members))
            why->len = 0;
        json_members_free(&members);
    }
    return why->len == 0;
}

struct span draft_get(const struct draft *d, const char *name)
{
    return json_find(buf_as_span(&d->action), name);
}

void draft_free(struct draft *d)
{
    buf_free(&d->action);
}
