/* SPDX-License-Identifier: MIT */
/* Normalising an event's source. */
#include <string.h>

#include "decode/source.h"
#include "relay/frame.h"

enum {
    PLATFORM,
    CHAT_ID,
    CHAT_TYPE,
    CHAT_NAME,
    CHAT_TOPIC,
    USER_ID,
    THREAD_ID,
    USER_NAME,
    USER_DISPLAY_NAME,
    USER_HANDLE,
    SCOPE_ID,
    GUILD_ID,
    USER_ID_ALT,
    CHAT_ID_ALT,
    PARENT_CHAT_ID,
    PROSPECTIVE_THREAD_ID,
    MESSAGE_ID,
    PROFILE,
    MEMBERS
};

static const char *const names[MEMBERS] = {
    [PLATFORM] = "platform",
    [CHAT_ID] = "chat_id",
    [CHAT_TYPE] = "chat_type",
    [CHAT_NAME] = "chat_name",
    [CHAT_TOPIC] = "chat_topic",
    [USER_ID] = "user_id",
    [THREAD_ID] = "thread_id",
    [USER_NAME] = "user_name",
    [USER_DISPLAY_NAME] = "user_display_name",
    [USER_HANDLE] = "user_handle",
    [SCOPE_ID] = "scope_id",
    [GUILD_ID] = "guild_id",
    [USER_ID_ALT] = "user_id_alt",
    [CHAT_ID_ALT] = "chat_id_alt",
    [PARENT_CHAT_ID] = "parent_chat_id",
    [PROSPECTIVE_THREAD_ID] = "prospective_thread_id",
    [MESSAGE_ID] = "message_id",
    [PROFILE] = "profile",
};

static bool is_nonempty(struct span v)
{
    return json_is_string(v) && v.n > 2;
}

static struct span scope_of(const struct span *v)
{
    return is_nonempty(v[SCOPE_ID]) || json_is_number(v[SCOPE_ID]) ? v[SCOPE_ID] : v[GUILD_ID];
}

/* scope_id and guild_id are two names of one thing. */
static void mirror_scope(struct patch *p, const struct span *v)
{
    struct span scope = scope_of(v);
    for (int i = SCOPE_ID; i <= GUILD_ID; i++)
        if (is_nonempty(scope))
            patch_string(p, names[i], v[i], scope);
        else
            patch_identifier(p, names[i], json_is_number(scope) ? scope : v[i], NULL);
}

static void fix_platform(struct source *w, struct span have, struct session *s)
{
    size_t from = w->text.len;
    bool named = platform_decode(&w->text, have);
    s->platform = named ? (struct span){w->text.p + from, w->text.len - from} : span_of("relay");
    patch_text(&w->patch, "platform", have, s->platform);
}

static void fix_user_name(struct patch *p, const struct span *v)
{
    static const int best[] = {USER_DISPLAY_NAME, USER_NAME, USER_HANDLE};
    for (size_t i = 0; i < sizeof best / sizeof *best; i++)
        if (is_nonempty(v[best[i]])) {
            patch_string(p, "user_name", v[USER_NAME], v[best[i]]);
            return;
        }
    if (!json_is_null(v[USER_NAME]))
        patch_set(p, "user_name", span_of("null"));
}

static void fix_chat(struct patch *p, const struct span *v)
{
    patch_identifier(p, "chat_id", v[CHAT_ID], "\"\"");
    if (!is_nonempty(v[CHAT_TYPE]))
        patch_set(p, "chat_type", span_of("\"dm\""));
    if (!v[CHAT_NAME].p)
        patch_set(p, "chat_name", span_of("null"));
    if (!v[CHAT_TOPIC].p)
        patch_set(p, "chat_topic", span_of("null"));
}

/* A part of the session key. What has to be decoded stays in place: there is room for all of the source. */
static struct span part(struct source *w, struct span v)
{
    if (json_is_number(v))
        return v;
    if (!is_nonempty(v))
        return (struct span){NULL, 0};
    if (!memchr(v.p, '\\', v.n))
        return (struct span){v.p + 1, v.n - 2};
    size_t from = w->text.len;
    json_decode(&w->text, v);
    return (struct span){w->text.p + from, w->text.len - from};
}

static void find_session(struct source *w, const struct span *v, struct session *s)
{
    s->profile = json_is_string(v[PROFILE]) ? part(w, v[PROFILE]) : (struct span){NULL, 0};
    s->chat_type = is_nonempty(v[CHAT_TYPE]) ? part(w, v[CHAT_TYPE]) : span_of("dm");
    s->chat_id = part(w, v[CHAT_ID]);
    s->scope_id = part(w, scope_of(v));
    s->user_id = part(w, v[USER_ID]);
    s->user_id_alt = part(w, v[USER_ID_ALT]);
    s->thread_id = part(w, v[THREAD_ID]);
    s->prospective_thread_id = part(w, v[PROSPECTIVE_THREAD_ID]);
}

void source_normalise(struct source *w, struct buf *out, struct span source, struct session *s)
{
    static const int kept[] = {USER_ID, THREAD_ID};
    static const int dropped[] = {USER_ID_ALT, CHAT_ID_ALT, PARENT_CHAT_ID, PROSPECTIVE_THREAD_ID,
                                  MESSAGE_ID};
    struct patch *p = &w->patch;
    struct span v[MEMBERS];
    json_list(&w->members, source);
    json_pick_members(&w->members, names, v, MEMBERS);
    patch_begin(p);
    w->text.len = 0;
    buf_room(&w->text, source.n + 1);
    fix_platform(w, v[PLATFORM], s);
    fix_chat(p, v);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        patch_identifier(p, names[kept[i]], v[kept[i]], "null");
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        patch_identifier(p, names[dropped[i]], v[dropped[i]], NULL);
    fix_user_name(p, v);
    mirror_scope(p, v);
    find_session(w, v, s);
    patch_apply(p, out, source, &w->members);
}

void source_free(struct source *w)
{
    patch_free(&w->patch);
    json_members_free(&w->members);
    buf_free(&w->text);
}
