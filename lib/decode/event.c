/* SPDX-License-Identifier: MIT */
/* Normalising an inbound frame. */
#include "decode/event.h"
#include "decode/context.h"

enum {
    TEXT,
    MESSAGE_TYPE,
    SOURCE,
    MESSAGE_ID,
    REPLY_TO_MESSAGE_ID,
    MEDIA_URLS,
    MEDIA,
    MEDIA_TYPES,
    CONTEXT,
    CHANNEL_CONTEXT,
    PROMPT_RESPONSE,
    MEMBERS
};

static const char *const names[MEMBERS] = {
    [TEXT] = "text",
    [MESSAGE_TYPE] = "message_type",
    [SOURCE] = "source",
    [MESSAGE_ID] = "message_id",
    [REPLY_TO_MESSAGE_ID] = "reply_to_message_id",
    [MEDIA_URLS] = "media_urls",
    [MEDIA] = "media",
    [MEDIA_TYPES] = "media_types",
    [CONTEXT] = "context",
    [CHANNEL_CONTEXT] = "channel_context",
    [PROMPT_RESPONSE] = "prompt_response",
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

/* Whether two lists hold the same strings. */
static bool is_same_list(struct changes *c, struct span v, struct span other)
{
    struct json_iter a = {v, false}, b = {other, false};
    struct span x, y;
    if (!json_is_array(v))
        return false;
    for (;;) {
        bool more = json_next(&a, NULL, &x);
        if (more != json_next(&b, NULL, &y))
            return false;
        if (!more || !changes_same(c, x, y))
            return !more;
    }
}

static void fix_media(struct event *e, const struct span *v)
{
    struct changes *c = &e->changes;
    if (!json_is_array(v[MEDIA_URLS]))
        changes_set(c, "media_urls", span_of("[]"));
    size_t from = c->made.len;
    media_types(&e->media, &c->made, v[MEDIA_URLS], v[MEDIA]);
    if (is_same_list(c, v[MEDIA_TYPES], (struct span){c->made.p + from, c->made.len - from}))
        c->made.len = from;
    else
        changes_made(c, "media_types", from);
}

static void fix_context(struct event *e, const struct span *v)
{
    e->text.len = 0;
    context_lines(&e->text, v[CONTEXT], &e->scratch);
    if (e->text.len)
        changes_text(&e->changes, "channel_context", v[CHANNEL_CONTEXT], buf_as_span(&e->text));
    else
        changes_drop(&e->changes, "channel_context", v[CHANNEL_CONTEXT]);
}

/* Normalises the event, whose source is done. */
static void fix_event(struct event *e, struct span event, const struct span *v)
{
    struct changes *c = &e->changes;
    changes_begin(c);
    if (!json_is_string(v[TEXT]))
        changes_set(c, "text", span_of("\"\""));
    if (!is_known_type(v[MESSAGE_TYPE]))
        changes_set(c, "message_type", span_of("\"text\""));
    if (e->source.len)
        changes_set(c, "source", buf_as_span(&e->source));
    changes_identifier(c, "message_id", v[MESSAGE_ID], "null");
    changes_identifier(c, "reply_to_message_id", v[REPLY_TO_MESSAGE_ID], "null");
    fix_media(e, v);
    fix_context(e, v);
    if (!json_is_object(v[PROMPT_RESPONSE]))
        changes_drop(c, "prompt_response", v[PROMPT_RESPONSE]);
    changes_apply(c, &e->event, event, &e->members);
}

static void fix_frame(struct event *e, struct buf *out, const struct frame *f, const struct session *s)
{
    struct changes *c = &e->changes;
    struct span id = frame_get(f, "bufferId");
    changes_begin(c);
    if (e->event.len)
        changes_set(c, "event", buf_as_span(&e->event));
    if (id.p)
        changes_identifier(c, "bufferId", id, "null");
    e->text.len = 0;
    session_key(&e->text, s);
    changes_text(c, "session_key", frame_get(f, "session_key"), buf_as_span(&e->text));
    changes_apply(c, out, f->line, &f->top);
}

const char *event_normalise(struct event *e, struct buf *out, const struct frame *f)
{
    struct span event = frame_get(f, "event"), v[MEMBERS];
    struct session s;
    if (!json_is_object(event))
        return "event is not an object";
    json_list(&e->members, event);
    json_pick_members(&e->members, names, v, MEMBERS);
    if (v[SOURCE].p && !json_is_null(v[SOURCE]) && !json_is_object(v[SOURCE]))
        return "source is not an object";
    e->source.len = e->event.len = 0;
    source_normalise(&e->sourced, &e->source, json_is_object(v[SOURCE]) ? v[SOURCE] : span_of("{}"), &s);
    fix_event(e, event, v);
    fix_frame(e, out, f, &s);
    return NULL;
}

void event_free(struct event *e)
{
    struct buf *all[] = {&e->source, &e->event, &e->text, &e->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    changes_free(&e->changes);
    json_members_free(&e->members);
    source_free(&e->sourced);
    media_free(&e->media);
}
