/* SPDX-License-Identifier: MIT */
/* The frames that actions become. */
#include "send/outbound.h"

/* One of the frame's own members. Null, and for all but requestId the empty string, are as good as absent. */
static bool lift(struct span *to, const struct json_members *action, const char *name, struct buf *why)
{
    struct span v = json_get(action, name);
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
    static const char *const names[] = {"requestId", "platform", "botId"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        o->lift |= json_get(action, names[i]).p != NULL;
    return !o->lift || (lift(&o->id, action, names[0], why) && lift(&o->platform, action, names[1], why) &&
                        lift(&o->bot, action, names[2], why));
}

/* The action as it stands in the frame: to the byte, unless something is lifted, replaced or left out. */
static void action_build(struct buf *out, const struct outbound *o)
{
    struct json_edit edits[5];
    size_t n = 0;
    if (o->lift) {
        edits[n++] = (struct json_edit){"requestId", {NULL, 0}};
        edits[n++] = (struct json_edit){"platform", {NULL, 0}};
        edits[n++] = (struct json_edit){"botId", {NULL, 0}};
    }
    if (o->content.p)
        edits[n++] = (struct json_edit){"content", o->content};
    if (o->no_reply_to)
        edits[n++] = (struct json_edit){"reply_to", {NULL, 0}};
    if (n)
        json_edit(out, o->action, edits, n);
    else
        buf_span(out, o->action);
}

void outbound_build(struct buf *out, const struct outbound *o)
{
    buf_str(out, "{\"type\":\"outbound\",\"requestId\":");
    buf_span(out, o->id);
    if (o->part > 1) {
        out->len--; /* before the closing quote */
        buf_printf(out, "/%lu\"", o->part);
    }
    buf_str(out, ",\"action\":");
    action_build(out, o);
    if (o->platform.p) {
        buf_str(out, ",\"platform\":");
        buf_span(out, o->platform);
    }
    if (o->bot.p) {
        buf_str(out, ",\"botId\":");
        buf_span(out, o->bot);
    }
    if (o->refused.p) {
        buf_str(out, ",\"refused\":");
        json_quote(out, o->refused.p, o->refused.n);
    }
    buf_ch(out, '}');
}

void interrupt_build(struct buf *out, struct span action)
{
    struct span reason = json_find(action, "reason");
    struct json_edit edits[] = {
        {"op", {NULL, 0}},
        {"requestId", {NULL, 0}},
        {"reason", json_is_string(reason) ? reason : span_of("null")},
    };
    struct buf rest = {0};
    json_edit(&rest, action, edits, sizeof edits / sizeof *edits);
    buf_str(out, "{\"type\":\"interrupt\",");
    buf_add(out, rest.p + 1, rest.len - 1);
    buf_free(&rest);
}
