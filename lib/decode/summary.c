/* SPDX-License-Identifier: MIT */
/* The gist of a frame. */
#include "decode/summary.h"

/* The text of a string, or a scalar's JSON text; for anything else, nothing. */
static struct span take(struct summary *s, struct span v)
{
    if (!v.p || json_is_null(v) || json_is_object(v) || json_is_array(v))
        return (struct span){"", 0};
    return json_is_string(v) ? json_text(&s->arena, v) : v;
}

/* The first of two values that is not empty. */
static struct span take_either(struct summary *s, struct span a, struct span b)
{
    return take(s, json_is_empty(a) ? b : a);
}

static void add_value(struct buf *out, struct span v)
{
    if (json_is_string(v))
        json_decode(out, v);
    else if (v.p)
        json_compact(out, v);
}

/* Appends " name=value" for each member of an object except those named in a list that ends with NULL. */
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
    struct span source, text, type, id, platform, scope, guild, chat, name, user;
    JSON_PICK(frame_get(f, "event"), {"source", &source}, {"text", &text}, {"message_type", &type},
              {"message_id", &id});
    JSON_PICK(source, {"platform", &platform}, {"scope_id", &scope}, {"guild_id", &guild}, {"chat_id", &chat},
              {"user_name", &name}, {"user_id", &user});
    s->platform = take(s, platform);
    s->scope = take_either(s, scope, guild);
    s->chat = take(s, chat);
    s->user = take_either(s, name, user);
    s->text = take(s, text);
    s->kind = json_eq(type, "text") ? s->kind : take(s, type);
    s->message_id = take(s, id);
}

static void refused(struct summary *s, struct span why)
{
    s->outcome = OUTCOME_FAILURE;
    buf_str(&s->made, "refused: ");
    add_value(&s->made, why);
    s->text = buf_as_span(&s->made);
}

static void of_outbound(struct summary *s, const struct frame *f)
{
    struct span op, chat, id, content, url, emoji, thread, metadata, session, why = frame_get(f, "refused");
    JSON_PICK(f->type == FRAME_ACTION ? f->line : frame_get(f, "action"), {"op", &op}, {"chat_id", &chat},
              {"message_id", &id}, {"content", &content}, {"source_url", &url}, {"emoji", &emoji},
              {"thread_name", &thread}, {"metadata", &metadata}, {"session_key", &session});
    s->platform = take(s, frame_get(f, "platform"));
    s->scope = take_either(s, json_find(metadata, "scope_id"), json_find(metadata, "guild_id"));
    s->chat = take(s, chat);
    s->kind = take(s, op);
    s->message_id = take(s, id);
    const struct span texts[] = {content, url, emoji, thread};
    for (int i = 0; i < 4 && !s->text.n; i++)
        s->text = take(s, texts[i]);
    if (!json_is_empty(session))
        s->session_key = take(s, session);
    if (!json_is_empty(why))
        refused(s, why);
}

bool summary_success(const struct frame *f)
{
    struct span success, error, chat, name;
    JSON_PICK(frame_get(f, "result"), {"success", &success}, {"error", &error}, {"chat_info", &chat},
              {"name", &name});
    if (success.p)
        return json_is_true(success);
    return !error.p && (json_is_object(chat) || json_is_string(name));
}

static void of_result(struct summary *s, const struct frame *f)
{
    struct span id, error, ambiguous, code, chat;
    JSON_PICK(frame_get(f, "result"), {"message_id", &id}, {"error", &error}, {"ambiguous", &ambiguous},
              {"code", &code}, {"chat_info", &chat});
    s->outcome = summary_success(f)        ? OUTCOME_SUCCESS
                 : json_is_true(ambiguous) ? OUTCOME_AMBIGUOUS
                                           : OUTCOME_FAILURE;
    s->message_id = take(s, id);
    s->text = take(s, error);
    if (!json_is_empty(code))
        s->kind = take(s, code);
    if (json_is_object(chat)) {
        add_members(&s->made, chat, (const char *const[]){NULL});
        s->text = buf_as_span(&s->made);
    }
}

static void add_part(struct buf *out, const char *before, struct span v)
{
    if (!v.p)
        return;
    buf_str(out, before);
    add_value(out, v);
}

static void of_descriptor(struct summary *s, const struct frame *f)
{
    struct span platform, label, most, unit, dialect, ops, op;
    JSON_PICK(frame_get(f, "descriptor"), {"platform", &platform}, {"label", &label},
              {"max_message_length", &most}, {"len_unit", &unit}, {"markdown_dialect", &dialect},
              {"supported_ops", &ops});
    s->platform = take(s, platform);
    add_part(&s->made, "", label);
    add_part(&s->made, ", at most ", most);
    add_part(&s->made, " ", unit);
    add_part(&s->made, ", markdown ", dialect);
    struct json_iter it = {ops, false};
    for (bool more = false; json_is_array(ops) && json_next(&it, NULL, &op); more = true)
        add_part(&s->made, more ? " " : ", ops ", op);
    s->text = buf_as_span(&s->made);
}

static void of_forward(struct summary *s, const struct frame *f)
{
    struct span platform, method, path;
    JSON_PICK(frame_get(f, "forward"), {"platform", &platform}, {"method", &method}, {"path", &path});
    s->platform = take(s, platform);
    s->kind = take(s, method);
    s->text = take(s, path);
}

static void of_hello(struct summary *s, const struct frame *f)
{
    s->platform = take(s, frame_get(f, "platform"));
    add_members(&s->made, f->line, (const char *const[]){"type", "platform", "command_manifest", NULL});
    s->text = buf_as_span(&s->made);
}

/* All other types: the state and the reason, and every member that is not shown elsewhere. */
static void of_other(struct summary *s, const struct frame *f)
{
    static const char *const known[] = {"type",     "state",     "session_key", "chat_id",
                                        "bufferId", "requestId", "reason",      NULL};
    struct span reason = frame_get(f, "reason");
    add_value(&s->made, frame_get(f, "state"));
    if (f->type == FRAME_LINK && json_eq(frame_get(f, "state"), "lost"))
        s->outcome = OUTCOME_LOST;
    if (!json_is_empty(reason)) {
        buf_str(&s->made, s->made.len ? ": " : "");
        add_value(&s->made, reason);
    }
    add_members(&s->made, f->line, known);
    s->chat = take(s, frame_get(f, "chat_id"));
    s->text = buf_as_span(&s->made);
}

void summary_make(struct summary *s, const struct frame *f)
{
    struct arena arena = s->arena;
    struct buf made = s->made;
    *s = (struct summary){.arena = arena, .made = made};
    s->made.len = 0;
    arena_reset(&s->arena);
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
    arena_free(&s->arena);
    buf_free(&s->made);
}
