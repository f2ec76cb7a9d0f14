/* SPDX-License-Identifier: MIT */
/* What there is to see of a frame. */
#include <string.h>

#include "decode/summary.h"

/* The decoded text of a string, or a scalar's JSON text; of anything else nothing. The store has room for all
 * of the frame, so that nothing in it moves. */
static struct span take(struct summary *s, struct span v)
{
    if (!v.p || json_is_null(v) || json_is_object(v) || json_is_array(v))
        return (struct span){"", 0};
    if (!json_is_string(v))
        return v;
    if (!memchr(v.p, '\\', v.n))
        return (struct span){v.p + 1, v.n - 2};
    size_t from = s->store.len;
    json_decode(&s->store, v);
    return (struct span){s->store.p + from, s->store.len - from};
}

static bool is_absent(struct span v)
{
    return !v.p || json_is_null(v) || (json_is_string(v) && v.n == 2);
}

/* The first of two values that says something. */
static struct span take_either(struct summary *s, struct span a, struct span b)
{
    return take(s, is_absent(a) ? b : a);
}

static void add_value(struct buf *out, struct span v)
{
    if (json_is_string(v))
        json_decode(out, v);
    else if (v.p)
        json_compact(out, v);
}

/* Appends " name=value" for each member of an object but those of a list ended by NULL. */
static void add_members(struct buf *out, struct span object, const char *const *but)
{
    struct json_iter it = {object, false};
    struct span key, value;
    while (json_next(&it, &key, &value) && key.p) {
        const char *const *b = but;
        while (*b && !json_eq(key, *b))
            b++;
        if (*b)
            continue;
        buf_str(out, out->len ? " " : "");
        json_decode(out, key);
        buf_ch(out, '=');
        add_value(out, value);
    }
}

static void of_inbound(struct summary *s, const struct frame *f)
{
    static const char *const of_event[] = {"source", "text", "message_type", "message_id"};
    static const char *const of_source[] = {"platform", "scope_id",  "guild_id",
                                            "chat_id",  "user_name", "user_id"};
    struct span e[4], v[6];
    json_pick(frame_get(f, "event"), of_event, e, 4);
    json_pick(e[0], of_source, v, 6);
    s->platform = take(s, v[0]);
    s->scope = take_either(s, v[1], v[2]);
    s->chat = take(s, v[3]);
    s->user = take_either(s, v[4], v[5]);
    s->text = take(s, e[1]);
    s->kind = json_eq(e[2], "text") ? s->kind : take(s, e[2]);
    s->message_id = take(s, e[3]);
}

static void of_outbound(struct summary *s, const struct frame *f)
{
    static const char *const of_action[] = {"op",    "chat_id",     "message_id", "content",     "source_url",
                                            "emoji", "thread_name", "metadata",   "session_key", "kind"};
    struct span v[10], refused = frame_get(f, "refused");
    json_pick(f->type == FRAME_ACTION ? f->line : frame_get(f, "action"), of_action, v, 10);
    s->platform = take(s, frame_get(f, "platform"));
    s->scope = take_either(s, json_find(v[7], "scope_id"), json_find(v[7], "guild_id"));
    s->chat = take(s, v[1]);
    s->kind = take(s, v[0]);
    s->message_id = take(s, v[2]);
    for (int i = 3; i < 7 && !s->text.n; i++)
        s->text = take(s, v[i]);
    if (!is_absent(v[8]))
        s->session_key = take(s, v[8]);
    if (is_absent(refused))
        return;
    s->outcome = OUTCOME_FAILURE;
    buf_str(&s->made, "refused: ");
    add_value(&s->made, refused);
    s->text = buf_as_span(&s->made);
}

bool summary_success(const struct frame *f)
{
    static const char *const names[] = {"success", "error", "chat_info", "name"};
    struct span v[4];
    json_pick(frame_get(f, "result"), names, v, 4);
    if (v[0].p)
        return json_is_true(v[0]);
    return !v[1].p && (json_is_object(v[2]) || json_is_string(v[3]));
}

static void of_result(struct summary *s, const struct frame *f)
{
    static const char *const names[] = {"message_id", "error", "ambiguous", "code", "chat_info"};
    struct span v[5];
    json_pick(frame_get(f, "result"), names, v, 5);
    s->outcome = summary_success(f) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
    s->message_id = take(s, v[0]);
    s->text = take(s, v[1]);
    if (json_is_true(v[2]))
        s->kind = span_of("ambiguous");
    else if (!is_absent(v[3]))
        s->kind = take(s, v[3]);
    if (json_is_object(v[4])) {
        add_members(&s->made, v[4], (const char *const[]){NULL});
        s->text = buf_as_span(&s->made);
    }
}

static void of_descriptor(struct summary *s, const struct frame *f)
{
    static const char *const names[] = {"platform",         "label",        "max_message_length", "len_unit",
                                        "markdown_dialect", "supported_ops"};
    struct span v[6], op;
    json_pick(frame_get(f, "descriptor"), names, v, 6);
    s->platform = take(s, v[0]);
    for (int i = 1; i < 5; i++) {
        static const char *const before[] = {"", "", ", at most ", " ", ", markdown "};
        buf_str(&s->made, v[i].p ? before[i] : "");
        add_value(&s->made, v[i]);
    }
    struct json_iter it = {v[5], false};
    for (bool more = false; json_is_array(v[5]) && json_next(&it, NULL, &op); more = true) {
        buf_str(&s->made, more ? " " : ", ops ");
        add_value(&s->made, op);
    }
    s->text = buf_as_span(&s->made);
}

static void of_forward(struct summary *s, const struct frame *f)
{
    static const char *const names[] = {"platform", "method", "path"};
    struct span v[3];
    json_pick(frame_get(f, "forward"), names, v, 3);
    s->platform = take(s, v[0]);
    s->kind = take(s, v[1]);
    s->text = take(s, v[2]);
}

static void of_hello(struct summary *s, const struct frame *f)
{
    s->platform = take(s, frame_get(f, "platform"));
    add_members(&s->made, f->line, (const char *const[]){"type", "platform", "command_manifest", NULL});
    s->text = buf_as_span(&s->made);
}

/* The rest: the state and the reason, and every member that has no place of its own. */
static void of_other(struct summary *s, const struct frame *f)
{
    static const char *const known[] = {"type",     "state",     "session_key", "chat_id",
                                        "bufferId", "requestId", "reason",      NULL};
    struct span reason = frame_get(f, "reason");
    add_value(&s->made, frame_get(f, "state"));
    if (!is_absent(reason)) {
        buf_str(&s->made, s->made.len ? ": " : "");
        add_value(&s->made, reason);
    }
    add_members(&s->made, f->line, known);
    s->chat = take(s, frame_get(f, "chat_id"));
    s->text = buf_as_span(&s->made);
}

void summary_make(struct summary *s, const struct frame *f)
{
    struct buf store = s->store, made = s->made;
    *s = (struct summary){.store = store, .made = made};
    s->store.len = s->made.len = 0;
    buf_room(&s->store, 2 * f->line.n + 1); /* an op is taken twice */
    s->type = take(s, f->name);
    s->session_key = take(s, frame_get(f, "session_key"));
    s->buffer_id = take(s, frame_get(f, "bufferId"));
    s->request_id = take(s, frame_get(f, "requestId"));
    switch (f->type) {
    case FRAME_INBOUND:
        of_inbound(s, f);
        break;
    case FRAME_ACTION:
    case FRAME_OUTBOUND:
        of_outbound(s, f);
        break;
    case FRAME_OUTBOUND_RESULT:
        of_result(s, f);
        break;
    case FRAME_DESCRIPTOR:
        of_descriptor(s, f);
        break;
    case FRAME_PASSTHROUGH_FORWARD:
        of_forward(s, f);
        break;
    case FRAME_HELLO:
        of_hello(s, f);
        break;
    default:
        of_other(s, f);
    }
}

void summary_free(struct summary *s)
{
    buf_free(&s->store);
    buf_free(&s->made);
}
