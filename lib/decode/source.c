/* SPDX-License-Identifier: MIT */
/* Normalising an event's source. */
#include <string.h>

#include "decode/source.h"
#include "relay/frame.h"

/* The members of a source that are looked at. */
struct parts {
    struct span platform, profile, scope_id, guild_id;
    struct span chat_id, chat_type, chat_name, chat_topic, thread_id, prospective_thread_id;
    struct span user_id, user_id_alt, user_name, user_display_name, user_handle;
    struct span chat_id_alt, parent_chat_id, message_id;
};

/* scope_id and guild_id are two names of one thing; this is its value. */
static struct span scope_of(const struct parts *v)
{
    return identifier_is(v->scope_id) ? v->scope_id : v->guild_id;
}

static void mirror(struct patch *p, const char *name, struct span have, struct span scope)
{
    if (json_has_text(scope))
        patch_string(p, name, have, scope);
    else
        patch_identifier(p, name, json_is_number(scope) ? scope : have, NULL);
}

static void mirror_scope(struct patch *p, const struct parts *v)
{
    struct span scope = scope_of(v);
    mirror(p, "scope_id", v->scope_id, scope);
    mirror(p, "guild_id", v->guild_id, scope);
}

static void fix_platform(struct source *w, struct span have, struct session *s)
{
    size_t from = w->text.len;
    bool named = platform_decode(&w->text, have);
    s->platform = named ? (struct span){w->text.p + from, w->text.len - from} : span_of("relay");
    patch_text(&w->patch, "platform", have, s->platform);
}

static void fix_user_name(struct patch *p, const struct parts *v)
{
    const struct span best[] = {v->user_display_name, v->user_name, v->user_handle};
    for (size_t i = 0; i < sizeof best / sizeof *best; i++)
        if (json_has_text(best[i])) {
            patch_string(p, "user_name", v->user_name, best[i]);
            return;
        }
    if (!json_is_null(v->user_name))
        patch_set(p, "user_name", span_of("null"));
}

static void fix_chat(struct patch *p, const struct parts *v)
{
    patch_identifier(p, "chat_id", v->chat_id, "\"\"");
    if (!json_has_text(v->chat_type))
        patch_set(p, "chat_type", span_of("\"dm\""));
    if (!v->chat_name.p)
        patch_set(p, "chat_name", span_of("null"));
    if (!v->chat_topic.p)
        patch_set(p, "chat_topic", span_of("null"));
}

/* A part of the session key. What has to be decoded stays in place: there is room for all of the source. */
static struct span part(struct source *w, struct span v)
{
    if (json_is_number(v))
        return v;
    if (!json_has_text(v))
        return (struct span){NULL, 0};
    if (!memchr(v.p, '\\', v.n))
        return (struct span){v.p + 1, v.n - 2};
    size_t from = w->text.len;
    json_decode(&w->text, v);
    return (struct span){w->text.p + from, w->text.len - from};
}

static void find_session(struct source *w, const struct parts *v, struct session *s)
{
    s->profile = json_is_string(v->profile) ? part(w, v->profile) : (struct span){NULL, 0};
    s->chat_type = json_has_text(v->chat_type) ? part(w, v->chat_type) : span_of("dm");
    s->chat_id = part(w, v->chat_id);
    s->scope_id = part(w, scope_of(v));
    s->user_id = part(w, v->user_id);
    s->user_id_alt = part(w, v->user_id_alt);
    s->thread_id = part(w, v->thread_id);
    s->prospective_thread_id = part(w, v->prospective_thread_id);
}

static void read_parts(struct parts *v, const struct json_members *source)
{
    JSON_PICK_MEMBERS(source, {"platform", &v->platform}, {"chat_id", &v->chat_id},
                      {"chat_type", &v->chat_type}, {"chat_name", &v->chat_name},
                      {"chat_topic", &v->chat_topic}, {"user_id", &v->user_id}, {"thread_id", &v->thread_id},
                      {"user_name", &v->user_name}, {"user_display_name", &v->user_display_name},
                      {"user_handle", &v->user_handle}, {"scope_id", &v->scope_id},
                      {"guild_id", &v->guild_id}, {"user_id_alt", &v->user_id_alt},
                      {"chat_id_alt", &v->chat_id_alt}, {"parent_chat_id", &v->parent_chat_id},
                      {"prospective_thread_id", &v->prospective_thread_id}, {"message_id", &v->message_id},
                      {"profile", &v->profile});
}

void source_normalise(struct source *w, struct buf *out, struct span source, struct session *s)
{
    struct patch *p = &w->patch;
    struct parts v;
    json_list(&w->members, source);
    read_parts(&v, &w->members);
    patch_begin(p);
    w->text.len = 0;
    buf_room(&w->text, source.n + 1);
    fix_platform(w, v.platform, s);
    fix_chat(p, &v);
    patch_identifier(p, "user_id", v.user_id, "null");
    patch_identifier(p, "thread_id", v.thread_id, "null");
    patch_identifier(p, "user_id_alt", v.user_id_alt, NULL);
    patch_identifier(p, "chat_id_alt", v.chat_id_alt, NULL);
    patch_identifier(p, "parent_chat_id", v.parent_chat_id, NULL);
    patch_identifier(p, "prospective_thread_id", v.prospective_thread_id, NULL);
    patch_identifier(p, "message_id", v.message_id, NULL);
    fix_user_name(p, &v);
    mirror_scope(p, &v);
    find_session(w, &v, s);
    patch_apply(p, out, source, &w->members);
}

void source_free(struct source *w)
{
    patch_free(&w->patch);
    json_members_free(&w->members);
    buf_free(&w->text);
}
