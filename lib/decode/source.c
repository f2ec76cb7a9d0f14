/* SPDX-License-Identifier: MIT */
/* Normalising an event's source. */
#include "decode/source.h"
#include "relay/identifier.h"

/* The members that matter, as JSON text. */
struct members {
    struct span platform, chat_id, chat_type, chat_name, chat_topic, thread_id;
    struct span user_id, user_name, user_display_name, user_handle;
    struct span scope_id, guild_id, user_id_alt, chat_id_alt, parent_chat_id, prospective_thread_id;
    struct span message_id, profile;
};

static void read_members(const struct json_members *o, struct members *m)
{
    JSON_PICK_MEMBERS(
        o, {"platform", &m->platform}, {"chat_id", &m->chat_id}, {"chat_type", &m->chat_type},
        {"chat_name", &m->chat_name}, {"chat_topic", &m->chat_topic}, {"thread_id", &m->thread_id},
        {"user_id", &m->user_id}, {"user_name", &m->user_name}, {"user_display_name", &m->user_display_name},
        {"user_handle", &m->user_handle}, {"scope_id", &m->scope_id}, {"guild_id", &m->guild_id},
        {"user_id_alt", &m->user_id_alt}, {"chat_id_alt", &m->chat_id_alt},
        {"parent_chat_id", &m->parent_chat_id}, {"prospective_thread_id", &m->prospective_thread_id},
        {"message_id", &m->message_id}, {"profile", &m->profile});
}

static struct span scope_of(const struct members *m)
{
    return identifier_is(m->scope_id) ? m->scope_id : m->guild_id;
}

/* scope_id and guild_id are two names for the same thing. */
static void mirror_scope(struct patch *p, const struct members *m)
{
    struct span scope = scope_of(m);
    if (json_has_text(scope)) {
        patch_string(p, "scope_id", m->scope_id, scope);
        patch_string(p, "guild_id", m->guild_id, scope);
    } else {
        bool number = json_is_number(scope);
        patch_identifier(p, "scope_id", number ? scope : m->scope_id, NULL);
        patch_identifier(p, "guild_id", number ? scope : m->guild_id, NULL);
    }
}

static void fix_platform(struct source *w, const struct members *m, struct session *s)
{
    bool named = platform_decode(&w->text, m->platform);
    s->platform = named ? arena_take(w->patch.arena, &w->text) : span_of("relay");
    w->text.len = 0;
    patch_text(&w->patch, "platform", m->platform, s->platform);
}

static void fix_user_name(struct patch *p, const struct members *m)
{
    const struct span best[] = {m->user_display_name, m->user_name, m->user_handle};
    for (size_t i = 0; i < sizeof best / sizeof *best; i++)
        if (json_has_text(best[i])) {
            patch_string(p, "user_name", m->user_name, best[i]);
            return;
        }
    if (!json_is_null(m->user_name))
        patch_set(p, "user_name", span_of("null"));
}

static void fix_chat(struct patch *p, const struct members *m)
{
    patch_identifier(p, "chat_id", m->chat_id, "\"\"");
    if (!json_has_text(m->chat_type))
        patch_set(p, "chat_type", span_of("\"dm\""));
    if (!m->chat_name.p)
        patch_set(p, "chat_name", span_of("null"));
    if (!m->chat_topic.p)
        patch_set(p, "chat_topic", span_of("null"));
}

/* If they are not identifiers, two of them become null and the others are dropped. */
static void fix_identifiers(struct patch *p, const struct members *m)
{
    patch_identifier(p, "user_id", m->user_id, "null");
    patch_identifier(p, "thread_id", m->thread_id, "null");
    patch_identifier(p, "user_id_alt", m->user_id_alt, NULL);
    patch_identifier(p, "chat_id_alt", m->chat_id_alt, NULL);
    patch_identifier(p, "parent_chat_id", m->parent_chat_id, NULL);
    patch_identifier(p, "prospective_thread_id", m->prospective_thread_id, NULL);
    patch_identifier(p, "message_id", m->message_id, NULL);
}

/* A part of the session key. */
static struct span part(struct arena *a, struct span v)
{
    if (json_is_number(v))
        return v;
    return json_has_text(v) ? json_text(a, v) : (struct span){NULL, 0};
}

static void find_session(struct arena *a, const struct members *m, struct session *s)
{
    s->profile = json_is_string(m->profile) ? part(a, m->profile) : (struct span){NULL, 0};
    s->chat_type = json_has_text(m->chat_type) ? part(a, m->chat_type) : span_of("dm");
    s->chat_id = part(a, m->chat_id);
    s->scope_id = part(a, scope_of(m));
    s->user_id = part(a, m->user_id);
    s->user_id_alt = part(a, m->user_id_alt);
    s->thread_id = part(a, m->thread_id);
    s->prospective_thread_id = part(a, m->prospective_thread_id);
}

void source_normalise(struct source *w, struct buf *out, struct span source, struct session *s)
{
    struct patch *p = &w->patch;
    struct members m;
    json_list(&w->members, source);
    read_members(&w->members, &m);
    patch_begin(p);
    fix_platform(w, &m, s);
    fix_chat(p, &m);
    fix_identifiers(p, &m);
    fix_user_name(p, &m);
    mirror_scope(p, &m);
    find_session(p->arena, &m, s);
    patch_apply(p, out, source, &w->members);
}

void source_free(struct source *w)
{
    patch_free(&w->patch);
    json_members_free(&w->members);
    buf_free(&w->text);
}
