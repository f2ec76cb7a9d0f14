/* SPDX-License-Identifier: MIT */
/* An inbound message on its way into the pool. */
#include <stdlib.h>

#include "base/text.h"
#include "queue/message.h"
#include "queue/pool.h"
#include "relay/session.h"
#include "json/write.h"

/* A part of the derived key. */
static struct span part(struct arena *a, struct span v)
{
    if (json_is_number(v))
        return v;
    return json_has_text(v) ? json_text(a, v) : (struct span){NULL, 0};
}

/* The key of an event that relay-decode has not seen. */
static void derive_key(struct buf *out, struct span source)
{
    struct span platform, profile, type, chat, scope, guild, user, alt, thread, prospective;
    struct arena a = {0};
    struct buf name = {0};
    struct session_rule rule = {0};
    JSON_PICK(source, {"platform", &platform}, {"profile", &profile}, {"chat_type", &type},
              {"chat_id", &chat}, {"scope_id", &scope}, {"guild_id", &guild}, {"user_id", &user},
              {"user_id_alt", &alt}, {"thread_id", &thread}, {"prospective_thread_id", &prospective});
    struct session s = {
        .profile = json_is_string(profile) ? part(&a, profile) : (struct span){NULL, 0},
        .platform = platform_decode(&name, platform) ? buf_as_span(&name) : span_of("relay"),
        .chat_type = json_has_text(type) ? part(&a, type) : span_of("dm"),
        .chat_id = part(&a, chat),
        .scope_id = part(&a, identifier_is(scope) ? scope : guild),
        .user_id = part(&a, user),
        .user_id_alt = part(&a, alt),
        .thread_id = part(&a, thread),
        .prospective_thread_id = part(&a, prospective),
    };
    session_key(out, &s, &rule);
    buf_free(&name);
    arena_free(&a);
}

void message_key(struct buf *out, const struct frame *inbound)
{
    struct span key = frame_get(inbound, "session_key");
    if (json_has_text(key))
        json_decode(out, key);
    else
        derive_key(out, json_find(frame_get(inbound, "event"), "source"));
}

/* A part of an id that others follow: without a '/', too, so that no two lists of parts give one id. */
static void add_part(struct buf *id, struct span token)
{
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] == '/')
            buf_str(id, "%2F");
        else
            buf_ch(id, token.p[i]);
    }
    buf_ch(id, '/');
}

static bool is_edit(struct span event)
{
    return json_is_true(json_find(event, "message_is_edit")) ||
           json_is_true(json_find(json_find(event, "source"), "message_is_edit"));
}

static void identify(struct message *m, const struct frame *fr, const struct link_name *l, const char *nonce,
                     uint64_t *n)
{
    struct buf own = {0}, buffer = {0};
    struct span event = frame_get(fr, "event");
    if (identifier_decode(&own, json_find(event, "message_id")) && !is_edit(event)) {
        add_part(&m->twin, buf_as_span(&l->token));
        buf_str(&m->twin, "m/");
        add_part(&m->twin, buf_as_span(&m->session));
        pool_token(&m->twin, buf_as_span(&own));
    }
    if (frame_buffered(fr)) {
        identifier_decode(&buffer, frame_get(fr, "bufferId"));
        frame_ack(&m->ack, fr);
        add_part(&m->id, buf_as_span(&l->token));
        buf_str(&m->id, "b/");
        pool_token(&m->id, buf_as_span(&buffer));
    } else if (m->twin.len) {
        buf_span(&m->id, buf_as_span(&m->twin));
    } else {
        add_part(&m->id, buf_as_span(&l->token));
        buf_printf(&m->id, "r/%s/%ju", nonce, (uintmax_t)++ * n);
    }
    if (own.len || buffer.len)
        buf_printf(&m->name, "message %.*s of ", MESSAGE_NAME_MAX, buf_cstr(own.len ? &own : &buffer));
    else
        buf_str(&m->name, "message without an id of ");
    buf_free(&own);
    buf_free(&buffer);
}

struct message *message_new(const struct frame *inbound, const struct link_name *l, const char *nonce,
                            uint64_t *n)
{
    struct message *m = xcalloc(1, sizeof *m);
    struct buf key = {0};
    struct json_edit gateway = {"gateway", buf_as_span(&l->json)};
    message_key(&key, inbound);
    pool_token(&m->session, buf_as_span(&key));
    json_edit_members(&m->line, inbound->line, &inbound->top, &gateway, 1);
    identify(m, inbound, l, nonce, n);
    m->press = json_is_object(json_find(frame_get(inbound, "event"), "prompt_response"));
    buf_printf(&m->name, "%.*s", MESSAGE_NAME_MAX, buf_cstr(&key));
    buf_free(&key);
    return m;
}

void message_free(struct message *m)
{
    buf_free(&m->session);
    buf_free(&m->line);
    buf_free(&m->id);
    buf_free(&m->twin);
    buf_free(&m->ack);
    buf_free(&m->aside);
    buf_free(&m->name);
    free(m);
}

/* Adds a member if it is not too long. */
static void add_short(struct buf *out, const char *name, struct span value, size_t most)
{
    if (value.n <= most)
        json_add(out, name, value);
}

/* The beginning of a text, at most that many bytes of it. */
static void add_beginning(struct buf *out, struct span text, size_t most)
{
    struct buf t = {0};
    size_t n = 0;
    uint32_t cp;
    json_decode(&t, text);
    for (size_t step; n < t.len && (step = text_decode(t.p + n, t.len - n, &cp)) && n + step <= most;)
        n += step;
    json_add_text(out, "text", (struct span){t.p, n});
    buf_free(&t);
}

void message_shorten(struct buf *out, struct span line, size_t most)
{
    static const char *const top[] = {"type", "session_key", "botId", "bufferId", "gateway"};
    static const char *const inner[] = {"message_id", "message_type", "source"};
    struct span event = json_find(line, "event"), text = json_find(event, "text");
    size_t each = most / 16; /* eight members of that length are half of it; a text grows six times at most */
    json_begin(out, '{');
    for (size_t i = 0; i < sizeof top / sizeof *top; i++)
        add_short(out, top[i], json_find(line, top[i]), each);
    json_key(out, "event"), json_begin(out, '{');
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        add_short(out, inner[i], json_find(event, inner[i]), each);
    if (json_is_string(text))
        add_beginning(out, text, each);
    json_end(out, '}');
    json_add_bool(out, "cut", true);
    json_end(out, '}');
}
