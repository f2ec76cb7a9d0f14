/* SPDX-License-Identifier: MIT */
/* The frames that actions become. */
#include <string.h>

#include "send/outbound.h"
#include "json/write.h"

/* Takes a member that belongs to the frame. null counts as absent, and so does "", except for requestId. */
static bool lift(struct span *to, struct span v, const char *name, struct buf *why)
{
    if (!v.p || json_is_null(v))
        return true;
    if (!json_is_string(v))
        buf_printf(why, "%s is not a string", name);
    else if (v.n > OUTBOUND_NAME_MAX)
        buf_printf(why, "%s is longer than %d bytes", name, OUTBOUND_NAME_MAX);
    else
        *to = v;
    return json_is_string(v) && v.n <= OUTBOUND_NAME_MAX;
}

bool outbound_lift(struct outbound *o, const struct json_members *action, struct buf *why)
{
    struct span id, platform, bot, addressed;
    JSON_PICK_MEMBERS(action, {"requestId", &id}, {"platform", &platform}, {"botId", &bot},
                      {"addressed", &addressed}, {"delivery", &o->delivery});
    o->lift = id.p || platform.p || bot.p || addressed.p || o->delivery.p;
    return !o->lift || (lift(&o->id, id, "requestId", why) && lift(&o->platform, platform, "platform", why) &&
                        lift(&o->bot, bot, "botId", why));
}

/* Appends the action for the frame: byte for byte, unless something is lifted, replaced or left out. */
static void action_build(struct buf *out, const struct outbound *o)
{
    static const char *const lifted[] = {"requestId", "platform", "botId", "addressed", "delivery"};
    enum { LIFTED = sizeof lifted / sizeof *lifted };
    struct json_edit edits[LIFTED + 2];
    size_t n = 0;
    for (size_t i = 0; o->lift && i < LIFTED; i++)
        edits[n++] = (struct json_edit){lifted[i], {NULL, 0}};
    if (o->content.p)
        edits[n++] = (struct json_edit){"content", o->content};
    if (o->no_reply_to)
        edits[n++] = (struct json_edit){"reply_to", {NULL, 0}};
    if (n)
        json_edit(out, o->action, edits, n);
    else
        buf_span(out, o->action);
}

/* The length of a Unicode line end at p that JSON allows unescaped in a string, and its escape; 0: there is
 * none. */
static size_t line_sign(const char *p, const char *end, const char **escape)
{
    if (end - p >= 3 && p[0] == '\xe2' && p[1] == '\x80' && (p[2] == '\xa8' || p[2] == '\xa9')) {
        *escape = p[2] == '\xa8' ? "\\u2028" : "\\u2029";
        return 3;
    }
    *escape = "\\u0085";
    return end - p >= 2 && p[0] == '\xc2' && p[1] == '\x85' ? 2 : 0;
}

/* Escapes U+2028, U+2029 and U+0085 from `from` on: a peer that takes them for line ends would cut the frame.
 */
static void escape_lines(struct buf *out, size_t from)
{
    size_t n = out->len - from;
    if (!memchr(out->p + from, 0xe2, n) && !memchr(out->p + from, 0xc2, n))
        return;
    struct buf rest = {0};
    const char *escape;
    buf_add(&rest, out->p + from, n);
    out->len = from;
    const char *done = rest.p, *end = rest.p + rest.len;
    for (const char *p = rest.p; p < end; p++) {
        size_t k = line_sign(p, end, &escape);
        if (!k)
            continue;
        buf_add(out, done, (size_t)(p - done));
        buf_str(out, escape);
        done = p + k;
    }
    buf_add(out, done, (size_t)(end - done));
    buf_free(&rest);
}

void outbound_id(struct buf *out, const struct outbound *o)
{
    buf_span(out, o->id);
    if (o->part > 1) {
        out->len--; /* before the closing quote */
        buf_printf(out, "/%lu\"", o->part);
    }
}

void outbound_build(struct buf *out, const struct outbound *o)
{
    size_t from = out->len;
    json_begin(out, '{');
    json_add_str(out, "type", "outbound");
    json_key(out, "requestId");
    outbound_id(out, o);
    json_key(out, "action");
    action_build(out, o);
    json_add(out, "platform", o->platform);
    json_add(out, "botId", o->bot);
    json_add(out, "delivery", o->delivery);
    if (o->refused.p)
        json_add_text(out, "refused", o->refused);
    json_end(out, '}');
    escape_lines(out, from);
}

void interrupt_build(struct buf *out, struct span action)
{
    struct span reason = json_find(action, "reason");
    size_t from = out->len;
    struct json_edit edits[] = {
        {"op", {NULL, 0}},
        {"requestId", {NULL, 0}},
        {"addressed", {NULL, 0}},
        {"reason", json_is_string(reason) ? reason : span_of("null")},
    };
    struct buf rest = {0};
    json_edit(&rest, action, edits, sizeof edits / sizeof *edits);
    buf_str(out, "{\"type\":\"interrupt\",");
    buf_add(out, rest.p + 1, rest.len - 1);
    buf_free(&rest);
    escape_lines(out, from);
}
