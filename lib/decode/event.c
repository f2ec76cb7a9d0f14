/* SPDX-License-Identifier: MIT */
/* Normalising an inbound frame. */
#include <string.h>

#include "base/text.h"
#include "decode/event.h"

/* The members that matter, as JSON text. */
struct members {
    struct span text, message_type, source, message_id, reply_to_message_id;
    struct span media_urls, media, media_types, context, channel_context, prompt_response;
};

static void read_members(const struct json_members *o, struct members *m)
{
    JSON_PICK_MEMBERS(o, {"text", &m->text}, {"message_type", &m->message_type}, {"source", &m->source},
                      {"message_id", &m->message_id}, {"reply_to_message_id", &m->reply_to_message_id},
                      {"media_urls", &m->media_urls}, {"media", &m->media}, {"media_types", &m->media_types},
                      {"context", &m->context}, {"channel_context", &m->channel_context},
                      {"prompt_response", &m->prompt_response});
}

static bool is_known_type(struct span v)
{
    static const char *const types[] = {"text",  "location", "photo",   "video",  "audio",
                                        "voice", "document", "sticker", "command"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (json_eq(v, types[i]))
            return true;
    return false;
}

static bool begins(struct span v, const char *with)
{
    size_t n = strlen(with);
    return v.n >= n && memcmp(v.p, with, n) == 0;
}

/* Whether one of the message's media is an image, by its type or by what the connector says. */
static bool has_image(const struct members *m)
{
    struct json_iter of_types = {m->media_types, false}, of_media = {m->media, false};
    struct span x;
    while (json_is_array(m->media_types) && json_next(&of_types, NULL, &x))
        if (begins(x, "\"image/"))
            return true;
    while (json_is_array(m->media) && json_next(&of_media, NULL, &x))
        if (begins(json_find(x, "mime"), "\"image/") || json_eq(json_find(x, "kind"), "image"))
            return true;
    return false;
}

/* Some connectors say "image": that becomes a photo if there is one. */
static void fix_message_type(struct patch *p, const struct members *m)
{
    if (json_eq(m->message_type, "image") && has_image(m))
        patch_set(p, "message_type", span_of("\"photo\""));
    else if (!is_known_type(m->message_type))
        patch_set(p, "message_type", span_of("\"text\""));
}

/* Whether two lists hold the same strings. */
static bool is_same_list(struct patch *p, struct span v, struct span other)
{
    struct json_iter a = {v, false}, b = {other, false};
    struct span x, y;
    if (!json_is_array(v))
        return false;
    for (;;) {
        bool more = json_next(&a, NULL, &x);
        if (more != json_next(&b, NULL, &y))
            return false;
        if (!more || !patch_same(p, x, y))
            return !more;
    }
}

/* The types come from the list `media`; without it, from the list that the connector sent. */
static void fix_media(struct event *e, const struct members *m)
{
    struct patch *p = &e->patch;
    if (!json_is_array(m->media_urls))
        patch_set(p, "media_urls", span_of("[]"));
    e->text.len = 0;
    if (json_is_absent(m->media))
        media_types_kept(&e->text, m->media_urls, m->media_types);
    else
        media_types(&e->arena, &e->text, m->media_urls, m->media);
    if (!is_same_list(p, m->media_types, buf_as_span(&e->text)))
        patch_set(p, "media_types", arena_take(&e->arena, &e->text));
}

/* Appends the flattened text of a string or identifier. False if that is empty. */
static bool add_flat(struct buf *out, struct span v, struct buf *scratch)
{
    size_t from = out->len;
    scratch->len = 0;
    if (identifier_decode(scratch, v))
        text_flatten(out, scratch->p, scratch->len);
    return out->len > from;
}

static bool add_author(struct buf *out, struct span source, struct buf *scratch)
{
    struct span name, id;
    JSON_PICK(source, {"user_name", &name}, {"user_id", &id});
    return (json_is_string(name) && add_flat(out, name, scratch)) || add_flat(out, id, scratch);
}

/* One line "author: text" for each usable entry of the list, joined by '\n'; nothing if there is none. Each
 * author and text is flattened to one line, because it is not trusted. */
static void context_lines(struct buf *out, struct span context, struct buf *scratch)
{
    struct span entry, text, source;
    struct json_iter it = {context, false};
    size_t start = out->len;
    if (!json_is_array(context))
        return;
    while (json_next(&it, NULL, &entry)) {
        size_t from = out->len;
        JSON_PICK(entry, {"text", &text}, {"source", &source});
        if (from > start)
            buf_ch(out, '\n');
        if (add_author(out, source, scratch))
            buf_str(out, ": ");
        if (!json_is_string(text) || !add_flat(out, text, scratch))
            out->len = from;
    }
}

/* The lines come from the list `context`; without it, the connector's text stays. */
static void fix_context(struct event *e, const struct members *m)
{
    if (json_is_absent(m->context) && json_has_text(m->channel_context))
        return;
    e->text.len = 0;
    context_lines(&e->text, m->context, &e->scratch);
    if (e->text.len)
        patch_text(&e->patch, "channel_context", m->channel_context, buf_as_span(&e->text));
    else
        patch_drop(&e->patch, "channel_context", m->channel_context);
}

/* Normalises the event; its source is normalised already. */
static void fix_event(struct event *e, struct span event, const struct members *m)
{
    struct patch *p = &e->patch;
    patch_begin(p);
    if (!json_is_string(m->text))
        patch_set(p, "text", span_of("\"\""));
    fix_message_type(p, m);
    if (e->source.len)
        patch_set(p, "source", buf_as_span(&e->source));
    patch_identifier(p, "message_id", m->message_id, "null");
    patch_identifier(p, "reply_to_message_id", m->reply_to_message_id, "null");
    fix_media(e, m);
    fix_context(e, m);
    if (!json_is_object(m->prompt_response))
        patch_drop(p, "prompt_response", m->prompt_response);
    patch_apply(p, &e->event, event, &e->members);
}

static void fix_frame(struct event *e, struct buf *out, const struct frame *f, const struct session *s)
{
    struct patch *p = &e->patch;
    struct span id = frame_get(f, "bufferId");
    patch_begin(p);
    if (e->event.len)
        patch_set(p, "event", buf_as_span(&e->event));
    if (id.p)
        patch_identifier(p, "bufferId", id, "null");
    e->text.len = 0;
    session_key(&e->text, s, &e->rule);
    patch_text(p, "session_key", frame_get(f, "session_key"), buf_as_span(&e->text));
    patch_apply(p, out, f->line, &f->top);
}

const char *event_normalise(struct event *e, struct buf *out, const struct frame *f)
{
    struct span event = frame_get(f, "event");
    struct members m;
    struct session s;
    if (!json_is_object(event))
        return "event is not an object";
    json_list(&e->members, event);
    read_members(&e->members, &m);
    if (m.source.p && !json_is_null(m.source) && !json_is_object(m.source))
        return "source is not an object";
    e->source.len = e->event.len = 0;
    arena_reset(&e->arena);
    e->patch.arena = e->sourced.patch.arena = &e->arena;
    source_normalise(&e->sourced, &e->source, json_is_object(m.source) ? m.source : span_of("{}"), &s);
    fix_event(e, event, &m);
    fix_frame(e, out, f, &s);
    return NULL;
}

void event_free(struct event *e)
{
    struct buf *all[] = {&e->source, &e->event, &e->text, &e->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    patch_free(&e->patch);
    json_members_free(&e->members);
    source_free(&e->sourced);
    arena_free(&e->arena);
}
