/* SPDX-License-Identifier: MIT */
/* Normalising an inbound frame. What is right already keeps its bytes; the rest is spliced in. */
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "event.h"
#include "session.h"
#include "text.h"

enum { MOST_CHANGES = 24 };

/* The changes to one object. A value made here is an offset into event.made, which may still move. */
struct changes {
    struct json_edit edits[MOST_CHANGES];
    size_t from[MOST_CHANGES], size[MOST_CHANGES];
    size_t n;
};

enum {
    PLATFORM,
    CHAT_ID,
    CHAT_TYPE,
    CHAT_NAME,
    CHAT_TOPIC,
    USER_ID,
    THREAD_ID,
    USER_NAME,
    DISPLAY_NAME,
    HANDLE,
    SCOPE_ID,
    GUILD_ID,
    USER_ID_ALT,
    CHAT_ID_ALT,
    PARENT_CHAT_ID,
    PROSPECTIVE_THREAD_ID,
    SOURCE_MESSAGE_ID,
    PROFILE,
    SOURCE_MEMBERS
};

static const char *const source_members[SOURCE_MEMBERS] = {
    "platform",          "chat_id",     "chat_type",      "chat_name",
    "chat_topic",        "user_id",     "thread_id",      "user_name",
    "user_display_name", "user_handle", "scope_id",       "guild_id",
    "user_id_alt",       "chat_id_alt", "parent_chat_id", "prospective_thread_id",
    "message_id",        "profile",
};

enum {
    TEXT,
    MESSAGE_TYPE,
    SOURCE,
    MESSAGE_ID,
    REPLY_TO,
    MEDIA_URLS,
    MEDIA,
    MEDIA_TYPES,
    CONTEXT,
    CHANNEL_CONTEXT,
    PROMPT_RESPONSE,
    EVENT_MEMBERS
};

static const char *const event_members[EVENT_MEMBERS] = {
    "text",  "message_type", "source",  "message_id",      "reply_to_message_id", "media_urls",
    "media", "media_types",  "context", "channel_context", "prompt_response",
};

static void set(struct changes *c, const char *name, struct span value)
{
    c->size[c->n] = 0;
    c->edits[c->n++] = (struct json_edit){name, value};
}

static void drop(struct changes *c, const char *name)
{
    set(c, name, (struct span){NULL, 0});
}

/* The value is what was appended to e->made since it was `from` bytes long. */
static void set_made(struct event *e, struct changes *c, const char *name, size_t from)
{
    c->from[c->n] = from;
    c->size[c->n] = e->made.len - from;
    c->edits[c->n++].name = name;
}

static void apply(struct event *e, struct buf *out, struct span object, struct changes *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->size[i])
            c->edits[i].value = (struct span){e->made.p + c->from[i], c->size[i]};
    json_edit(out, object, c->edits, c->n);
}

/* Whether v is a string of that text. */
static bool is_text(struct event *e, struct span v, struct span text)
{
    if (!json_is_string(v))
        return false;
    if (v.n == text.n + 2 && memcmp(v.p + 1, text.p, text.n) == 0 && !memchr(text.p, '\\', text.n))
        return true;
    if (!memchr(v.p, '\\', v.n))
        return false;
    e->scratch.len = 0;
    json_decode(&e->scratch, v);
    return e->scratch.len == text.n && memcmp(buf_as_span(&e->scratch).p, text.p, text.n) == 0;
}

/* Whether v is a string of the same text as `other`. */
static bool is_same(struct event *e, struct span v, struct span other)
{
    if (v.n == other.n && memcmp(v.p, other.p, v.n) == 0)
        return true;
    e->other.len = 0;
    json_decode(&e->other, other);
    return is_text(e, v, buf_as_span(&e->other));
}

static bool is_nonempty(struct span v)
{
    return json_is_string(v) && v.n > 2;
}

static bool is_identifier(struct span v)
{
    return is_nonempty(v) || json_is_number(v);
}

/* Sets an identifier that is a number to the string of its digits. */
static void set_digits(struct event *e, struct changes *c, const char *name, struct span v)
{
    size_t from = e->made.len;
    json_quote(&e->made, v.p, v.n);
    set_made(e, c, name, from);
}

/* An identifier. What is none becomes `other` (JSON text), or is dropped where that is NULL. */
static void fix_identifier(struct event *e, struct changes *c, const char *name, struct span v,
                           const char *other)
{
    if (json_is_number(v))
        set_digits(e, c, name, v);
    else if (!is_nonempty(v) && other && !span_eq(v, other))
        set(c, name, span_of(other));
    else if (!is_nonempty(v) && !other && v.p)
        drop(c, name);
}

/* scope_id and guild_id are two names of one thing. */
static void mirror_scope(struct event *e, struct changes *c, const struct span *v)
{
    static const int both[] = {SCOPE_ID, GUILD_ID};
    struct span scope = is_identifier(v[SCOPE_ID]) ? v[SCOPE_ID] : v[GUILD_ID];
    for (int i = 0; i < 2; i++) {
        struct span have = v[both[i]];
        const char *name = source_members[both[i]];
        if (json_is_number(scope)) {
            set_digits(e, c, name, scope);
        } else if (!is_nonempty(scope)) {
            if (have.p)
                drop(c, name);
        } else if (have.p != scope.p && !is_same(e, have, scope)) {
            set(c, name, scope);
        }
    }
}

static void fix_platform(struct event *e, struct changes *c, struct span v, struct session *s)
{
    size_t from = e->decoded.len;
    bool named = platform_decode(&e->decoded, v);
    s->platform = named ? (struct span){e->decoded.p + from, e->decoded.len - from} : span_of("relay");
    if (is_text(e, v, s->platform))
        return;
    from = e->made.len;
    json_quote(&e->made, s->platform.p, s->platform.n);
    set_made(e, c, "platform", from);
}

static void fix_user_name(struct event *e, struct changes *c, const struct span *v)
{
    static const int best[] = {DISPLAY_NAME, USER_NAME, HANDLE};
    struct span name = {NULL, 0};
    for (size_t i = 3; i--;)
        if (is_nonempty(v[best[i]]))
            name = v[best[i]];
    if (!name.p && !json_is_null(v[USER_NAME]))
        set(c, "user_name", span_of("null"));
    else if (name.p && name.p != v[USER_NAME].p && !is_same(e, v[USER_NAME], name))
        set(c, "user_name", name);
}

/* The text of a part of the session key. What is decoded stays in place: room for it is there. */
static struct span part(struct event *e, struct span v)
{
    if (json_is_number(v))
        return v;
    if (!is_nonempty(v))
        return (struct span){NULL, 0};
    if (!memchr(v.p, '\\', v.n))
        return (struct span){v.p + 1, v.n - 2};
    size_t from = e->decoded.len;
    json_decode(&e->decoded, v);
    return (struct span){e->decoded.p + from, e->decoded.len - from};
}

/* Normalises the source. Its new text is in e->source, which stays empty where nothing changes. */
static void fix_source(struct event *e, struct span source, struct session *s)
{
    static const int always[] = {USER_ID, THREAD_ID},
                     sometimes[] = {USER_ID_ALT, CHAT_ID_ALT, PARENT_CHAT_ID, PROSPECTIVE_THREAD_ID,
                                    SOURCE_MESSAGE_ID};
    struct span v[SOURCE_MEMBERS];
    struct changes c = {.n = 0};
    json_pick(source, source_members, v, SOURCE_MEMBERS);
    e->decoded.len = 0;
    buf_room(&e->decoded, source.n + 1);
    fix_platform(e, &c, v[PLATFORM], s);
    fix_identifier(e, &c, "chat_id", v[CHAT_ID], "\"\"");
    if (!is_nonempty(v[CHAT_TYPE]))
        set(&c, "chat_type", span_of("\"dm\""));
    if (!v[CHAT_NAME].p)
        set(&c, "chat_name", span_of("null"));
    if (!v[CHAT_TOPIC].p)
        set(&c, "chat_topic", span_of("null"));
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        fix_identifier(e, &c, source_members[always[i]], v[always[i]], "null");
    for (size_t i = 0; i < sizeof sometimes / sizeof *sometimes; i++)
        fix_identifier(e, &c, source_members[sometimes[i]], v[sometimes[i]], NULL);
    fix_user_name(e, &c, v);
    mirror_scope(e, &c, v);
    e->source.len = 0;
    if (c.n)
        apply(e, &e->source, source, &c);
    s->profile = json_is_string(v[PROFILE]) ? part(e, v[PROFILE]) : (struct span){NULL, 0};
    s->chat_type = is_nonempty(v[CHAT_TYPE]) ? part(e, v[CHAT_TYPE]) : span_of("dm");
    s->chat_id = part(e, v[CHAT_ID]);
    s->scope_id = part(e, is_identifier(v[SCOPE_ID]) ? v[SCOPE_ID] : v[GUILD_ID]);
    s->user_id = part(e, v[USER_ID]);
    s->user_id_alt = part(e, v[USER_ID_ALT]);
    s->thread_id = part(e, v[THREAD_ID]);
    s->prospective_thread_id = part(e, v[PROSPECTIVE_THREAD_ID]);
}

static void fix_type(struct changes *c, struct span v)
{
    static const char *const types[] = {"text",  "location", "photo",   "video",   "audio",
                                        "voice", "document", "sticker", "command", NULL};
    for (const char *const *t = types; *t; t++)
        if (json_eq(v, *t))
            return;
    set(c, "message_type", span_of("\"text\""));
}

/* Whether two lists hold the same strings. */
static bool is_same_list(struct event *e, struct span v, struct span other)
{
    struct json_iter a = {v, false}, b = {other, false};
    struct span x, y;
    if (!json_is_array(v))
        return false;
    for (;;) {
        bool more = json_next(&a, NULL, &x);
        if (more != json_next(&b, NULL, &y))
            return false;
        if (!more || !is_same(e, x, y))
            return !more;
    }
}

static void fix_media(struct event *e, struct changes *c, const struct span *v)
{
    if (!json_is_array(v[MEDIA_URLS]))
        set(c, "media_urls", span_of("[]"));
    size_t from = e->made.len;
    media_types(&e->media, &e->made, v[MEDIA_URLS], v[MEDIA]);
    if (is_same_list(e, v[MEDIA_TYPES], (struct span){e->made.p + from, e->made.len - from}))
        e->made.len = from;
    else
        set_made(e, c, "media_types", from);
}

static void fix_context(struct event *e, struct changes *c, const struct span *v)
{
    e->other.len = 0;
    context_lines(&e->other, v[CONTEXT], &e->scratch);
    if (!e->other.len) {
        if (v[CHANNEL_CONTEXT].p)
            drop(c, "channel_context");
    } else if (!is_text(e, v[CHANNEL_CONTEXT], buf_as_span(&e->other))) {
        size_t from = e->made.len;
        json_quote(&e->made, e->other.p, e->other.len);
        set_made(e, c, "channel_context", from);
    }
}

/* Normalises the event, whose source is done. Its new text is in e->event, or empty where nothing changes. */
static void fix_event(struct event *e, struct span event, const struct span *v)
{
    struct changes c = {.n = 0};
    if (!json_is_string(v[TEXT]))
        set(&c, "text", span_of("\"\""));
    fix_type(&c, v[MESSAGE_TYPE]);
    if (e->source.len)
        set(&c, "source", buf_as_span(&e->source));
    fix_identifier(e, &c, "message_id", v[MESSAGE_ID], "null");
    fix_identifier(e, &c, "reply_to_message_id", v[REPLY_TO], "null");
    fix_media(e, &c, v);
    fix_context(e, &c, v);
    if (v[PROMPT_RESPONSE].p && !json_is_object(v[PROMPT_RESPONSE]))
        drop(&c, "prompt_response");
    e->event.len = 0;
    if (c.n)
        apply(e, &e->event, event, &c);
}

static void fix_frame(struct event *e, struct buf *out, const struct frame *f, const struct session *s)
{
    struct span id = frame_get(f, "bufferId");
    struct changes c = {.n = 0};
    if (e->event.len)
        set(&c, "event", buf_as_span(&e->event));
    if (id.p)
        fix_identifier(e, &c, "bufferId", id, "null");
    e->key.len = 0;
    session_key(&e->key, s);
    if (!is_text(e, frame_get(f, "session_key"), buf_as_span(&e->key))) {
        size_t from = e->made.len;
        json_quote(&e->made, e->key.p, e->key.len);
        set_made(e, &c, "session_key", from);
    }
    if (c.n)
        apply(e, out, f->line, &c);
}

const char *event_normalise(struct event *e, struct buf *out, const struct frame *f)
{
    struct span event = frame_get(f, "event"), v[EVENT_MEMBERS];
    struct session s;
    if (!json_is_object(event))
        return event.p ? "event is not an object" : "no event";
    json_pick(event, event_members, v, EVENT_MEMBERS);
    if (v[SOURCE].p && !json_is_null(v[SOURCE]) && !json_is_object(v[SOURCE]))
        return "source is not an object";
    e->made.len = 0;
    fix_source(e, json_is_object(v[SOURCE]) ? v[SOURCE] : span_of("{}"), &s);
    fix_event(e, event, v);
    fix_frame(e, out, f, &s);
    return NULL;
}

void event_free(struct event *e)
{
    struct buf *all[] = {&e->decoded, &e->made, &e->source, &e->event, &e->key, &e->scratch, &e->other};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    media_free(&e->media);
}
