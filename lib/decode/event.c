/* SPDX-License-Identifier: MIT */
/* Normalising an inbound frame. */
#include <string.h>

#include "base/text.h"
#include "decode/event.h"

/* The members of an event that are looked at. */
struct parts {
    struct span text, message_type, source, message_id, reply_to_message_id;
    struct span media_urls, media, media_types, context, channel_context, prompt_response;
};

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

/* Whether one of the message's media is an image, by its type or by the connector's word. */
static bool has_image(const struct parts *v)
{
    struct json_iter of_types = {v->media_types, false}, of_media = {v->media, false};
    struct span x;
    while (json_is_array(v->media_types) && json_next(&of_types, NULL, &x))
        if (begins(x, "\"image/"))
            return true;
    while (json_is_array(v->media) && json_next(&of_media, NULL, &x))
        if (begins(json_find(x, "mime"), "\"image/") || json_eq(json_find(x, "kind"), "image"))
            return true;
    return false;
}

/* What some connectors call an image is a photo, if there is one. */
static void fix_message_type(struct patch *p, const struct parts *v)
{
    if (json_eq(v->message_type, "image") && has_image(v))
        patch_set(p, "message_type", span_of("\"photo\""));
    else if (!is_known_type(v->message_type))
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

static bool is_absent(struct span v)
{
    return !v.p || json_is_null(v);
}

/* The types come from the list `media`; without it they are those that the connector named itself. */
static void fix_media(struct event *e, const struct parts *v)
{
    struct patch *p = &e->patch;
    if (!json_is_array(v->media_urls))
        patch_set(p, "media_urls", span_of("[]"));
    size_t from = p->made.len;
    if (is_absent(v->media))
        media_types_kept(&p->made, v->media_urls, v->media_types);
    else
        media_types(&e->media, &p->made, v->media_urls, v->media);
    if (is_same_list(p, v->media_types, (struct span){p->made.p + from, p->made.len - from}))
        p->made.len = from;
    else
        patch_made(p, "media_types", from);
}

/* Appends the flattened text of a string or identifier. False where nothing came of it. */
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
 * author and text is flattened to one line, as nobody has vouched for it. */
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

/* The lines come from the list `context`; without it the connector's own text stays. */
static void fix_context(struct event *e, const struct parts *v)
{
    if (is_absent(v->context) && json_has_text(v->channel_context))
        return;
    e->text.len = 0;
    context_lines(&e->text, v->context, &e->scratch);
    if (e->text.len)
        patch_text(&e->patch, "channel_context", v->channel_context, buf_as_span(&e->text));
    else
        patch_drop(&e->patch, "channel_context", v->channel_context);
}

/* Normalises the event, whose source is done. */
static void fix_event(struct event *e, struct span event, const struct parts *v)
{
    struct patch *p = &e->patch;
    patch_begin(p);
    if (!json_is_string(v->text))
        patch_set(p, "text", span_of("\"\""));
    fix_message_type(p, v);
    if (e->source.len)
        patch_set(p, "source", buf_as_span(&e->source));
    patch_identifier(p, "message_id", v->message_id, "null");
    patch_identifier(p, "reply_to_message_id", v->reply_to_message_id, "null");
    fix_media(e, v);
    fix_context(e, v);
    if (!json_is_object(v->prompt_response))
        patch_drop(p, "prompt_response", v->prompt_response);
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
    session_key(&e->text, s);
    patch_text(p, "session_key", frame_get(f, "session_key"), buf_as_span(&e->text));
    patch_apply(p, out, f->line, &f->top);
}

static void read_parts(struct parts *v, const struct json_members *event)
{
    JSON_PICK_MEMBERS(event, {"text", &v->text}, {"message_type", &v->message_type}, {"source", &v->source},
                      {"message_id", &v->message_id}, {"reply_to_message_id", &v->reply_to_message_id},
                      {"media_urls", &v->media_urls}, {"media", &v->media}, {"media_types", &v->media_types},
                      {"context", &v->context}, {"channel_context", &v->channel_context},
                      {"prompt_response", &v->prompt_response});
}

const char *event_normalise(struct event *e, struct buf *out, const struct frame *f)
{
    struct span event = frame_get(f, "event");
    struct parts v;
    struct session s;
    if (!json_is_object(event))
        return "event is not an object";
    json_list(&e->members, event);
    read_parts(&v, &e->members);
    if (v.source.p && !json_is_null(v.source) && !json_is_object(v.source))
        return "source is not an object";
    e->source.len = e->event.len = 0;
    source_normalise(&e->sourced, &e->source, json_is_object(v.source) ? v.source : span_of("{}"), &s);
    fix_event(e, event, &v);
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
    media_free(&e->media);
}
