/* SPDX-License-Identifier: MIT */
/* What a connector refuses. */
#include "stub/strict.h"
#include "base/text.h"
#include "relay/action.h"

void strict_learn(struct strict *s, const struct frame *delivery)
{
    bool too_long;
    if (delivery->type != FRAME_INBOUND)
        return;
    if (!s->scopes)
        s->scopes = scope_new(SCOPE_CHATS);
    scope_learn(s->scopes, delivery, &too_long);
}

/* Appends a JSON value for people: a string's text, or otherwise the JSON text. */
static void add_value(struct buf *out, struct span v)
{
    if (json_is_string(v))
        json_decode(out, v);
    else
        buf_span(out, v);
}

/* `relay`, which a gateway sends when it does not name a platform, matches all of them. */
static bool wrong_platform(struct buf *why, const struct identities *hellos, struct span platform)
{
    struct buf text = {0};
    struct span name = identity_platform(&text, platform);
    bool known = json_is_empty(platform) || identity_find(hellos, span_of("\"relay\"")) ||
                 (name.p && identity_find(hellos, name));
    if (!known) {
        buf_str(why, "no hello for platform ");
        add_value(why, platform);
    }
    buf_free(&text);
    return !known;
}

static bool listed(struct span ops, struct span op)
{
    struct json_iter it = {ops, false};
    struct buf name = {0};
    struct span value;
    bool found = false;
    add_value(&name, op);
    while (!found && json_is_array(ops) && json_next(&it, NULL, &value))
        found = json_eq(value, buf_cstr(&name));
    buf_free(&name);
    return found;
}

static bool wrong_op(struct buf *why, const struct platform *p, const struct op *op, struct span name)
{
    bool good = op ? op_supported(op, buf_as_span(&p->ops)) : listed(buf_as_span(&p->ops), name);
    if (!good) {
        buf_str(why, "unsupported op ");
        add_value(why, name);
        buf_str(why, ": the descriptor does not name it");
    }
    return !good;
}

/* An op's text may be required, optional or absent. */
static bool wrong_content(struct buf *why, const struct platform *p, const struct op *op, struct span action)
{
    if (!op || !op->text || op->over == LONG_PASS)
        return false;
    struct span content = json_find(action, op->text);
    struct buf text = {0};
    if (json_is_string(content))
        json_decode(&text, content);
    size_t n = p->utf16 ? text_utf16(text.p, text.len) : text_chars(text.p, text.len);
    bool empty = op_needs(op, op->text) && !text_trim(buf_as_span(&text)).n, longer = n > p->max;
    if (empty)
        buf_str(why, "empty content");
    else if (longer)
        buf_printf(why, "content of %zu %s is over the limit of %zu", n,
                   p->utf16 ? "UTF-16 units" : "characters", p->max);
    buf_free(&text);
    return empty || longer;
}

static struct span scope_of(struct span action)
{
    struct span metadata = json_find(action, "metadata"), scope = json_find(metadata, "scope_id");
    return json_is_empty(scope) ? json_find(metadata, "guild_id") : scope;
}

/* Whether the scope that relay-scope would have added is missing. */
static bool wrong_scope(const struct strict *s, struct buf *why, const struct frame *outbound)
{
    struct buf stamped = {0};
    bool lacks = false;
    if (s->scopes && json_is_empty(scope_of(frame_get(outbound, "action"))) &&
        scope_apply(s->scopes, &stamped, outbound))
        lacks = !json_is_empty(scope_of(json_find(buf_as_span(&stamped), "action")));
    if (lacks)
        buf_str(why, "no scope_id in the metadata, and the chat has one");
    buf_free(&stamped);
    return lacks;
}

static const struct platform *platform_of(const struct platforms *platforms, const struct frame *outbound)
{
    struct span platform = frame_get(outbound, "platform");
    struct buf plain = {0};
    if (json_is_string(platform))
        json_decode(&plain, platform);
    const struct platform *p = platforms_find(platforms, buf_as_span(&plain));
    buf_free(&plain);
    return p;
}

bool strict_offers(const struct platforms *platforms, const struct frame *outbound)
{
    const struct platform *p = platform_of(platforms, outbound);
    return p && listed(buf_as_span(&p->ops), json_find(frame_get(outbound, "action"), "op"));
}

bool strict_refuses(const struct strict *s, struct buf *why, const struct frame *outbound,
                    const struct identities *hellos, const struct platforms *platforms)
{
    struct span action = frame_get(outbound, "action"), name = json_find(action, "op");
    const struct op *op = op_find(name);
    const struct platform *p = platform_of(platforms, outbound);
    return wrong_platform(why, hellos, frame_get(outbound, "platform")) ||
           (p && wrong_op(why, p, op, name)) || (p && wrong_content(why, p, op, action)) ||
           wrong_scope(s, why, outbound);
}

void strict_free(struct strict *s)
{
    if (s->scopes)
        scope_free(s->scopes);
}
