/* SPDX-License-Identifier: MIT */
/* The session key. */
#include <stdbool.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "relay/session.h"

static void add_part(struct buf *out, struct span part)
{
    if (!part.n)
        return;
    buf_ch(out, ':');
    buf_span(out, part);
}

static struct span cut_at(struct span s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (struct span){s.p, (size_t)(at - s.p)} : s;
}

/* WhatsApp writes one number in several ways: +N, N:DEVICE@HOST, N@HOST. */
static struct span canonical(struct span id)
{
    id = text_trim(id);
    if (id.n && *id.p == '+')
        id = (struct span){id.p + 1, id.n - 1};
    return cut_at(cut_at(id, ':'), '@');
}

static void add_namespace(struct buf *out, struct span profile)
{
    if (!profile.n || span_eq(profile, "default"))
        buf_str(out, "main");
    else
        buf_span(out, profile);
    if (span_eq(profile, "main"))
        buf_ch(out, '~');
}

/* Whether the key ends with the user, outside a dm. */
static bool is_personal(const struct session_rule *rule, bool thread)
{
    return !rule->groups_shared && (!thread || rule->threads_by_user);
}

void session_key(struct buf *out, const struct session *s, const struct session_rule *rule)
{
    bool dm = span_eq(s->chat_type, "dm");
    struct span chat = s->chat_id, who = s->user_id_alt.n ? s->user_id_alt : s->user_id;
    struct span thread = s->thread_id, slot = s->chat_type;
    if (!dm && !thread.n && s->prospective_thread_id.n) {
        thread = s->prospective_thread_id;
        slot = span_of("thread");
    }
    if (span_eq(s->platform, "whatsapp")) {
        chat = dm ? canonical(chat) : chat;
        who = canonical(who);
    }
    buf_str(out, "agent:");
    add_namespace(out, s->profile);
    add_part(out, s->platform);
    add_part(out, slot);
    if (span_eq(s->platform, "slack"))
        add_part(out, s->scope_id);
    add_part(out, chat);
    if (dm && !chat.n)
        add_part(out, who);
    add_part(out, thread);
    if (!dm && is_personal(rule, thread.n > 0))
        add_part(out, who);
}

void session_id(struct buf *out, struct span key)
{
    sha256_hex(out, key);
}
