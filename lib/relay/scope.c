/* SPDX-License-Identifier: MIT */
/* Which tenant a chat belongs to. */
#include <stdlib.h>
#include <string.h>

#include "relay/bots.h"
#include "base/diag.h"
#include "base/table.h"
#include "relay/scope.h"

enum { PLATFORM, SCOPE_ID, USER_ID, PROFILE, VALUES };

static const char *const value_names[VALUES] = {"platform", "scope_id", "user_id", "profile"};

struct scope_chat {
    UT_hash_handle hh;
    char *value[VALUES]; /* JSON text; NULL: not known */
    size_t n;
    char id[];
};

struct scope {
    struct scope_chat *chats; /* in the order of their last use */
    size_t max;
    struct bots bots;
    struct buf id, text, metadata, action;
};

struct scope *scope_new(size_t max_chats)
{
    struct scope *s = xcalloc(1, sizeof *s);
    s->max = max_chats;
    return s;
}

static void drop(struct scope *s, struct scope_chat *c)
{
    HASH_DELETE(hh, s->chats, c);
    for (size_t i = 0; i < VALUES; i++)
        free(c->value[i]);
    free(c);
}

void scope_free(struct scope *s)
{
    while (s->chats)
        drop(s, s->chats);
    bots_free(&s->bots);
    buf_free(&s->id);
    buf_free(&s->text);
    buf_free(&s->metadata);
    buf_free(&s->action);
    free(s);
}

/* The chat of that id, which becomes the last one used; NULL where there is none. */
static struct scope_chat *use(struct scope *s, struct span id)
{
    struct scope_chat *c;
    unsigned hash;
    HASH_VALUE(id.p, id.n, hash);
    HASH_FIND_BYHASHVALUE(hh, s->chats, id.p, id.n, hash, c);
    if (c && c->hh.next) {
        HASH_DELETE(hh, s->chats, c);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, s->chats, c->id, c->n, hash, c);
    }
    return c;
}

static struct scope_chat *add(struct scope *s, struct span id)
{
    struct scope_chat *c = xcalloc(1, sizeof *c + id.n);
    c->n = id.n;
    memcpy(c->id, id.p, id.n);
    HASH_ADD_KEYPTR(hh, s->chats, c->id, c->n, c);
    if (HASH_COUNT(s->chats) > s->max)
        drop(s, s->chats);
    return c;
}

static struct span platform_text(struct buf *text, struct span v)
{
    struct buf name = {0};
    bool known = platform_decode(&name, v) && !span_eq(buf_as_span(&name), "relay");
    text->len = 0;
    if (known)
        json_quote(text, name.p, name.len);
    buf_free(&name);
    return known ? buf_as_span(text) : (struct span){NULL, 0};
}

/* What is remembered of a member, as JSON text; {NULL, 0}: nothing. */
static struct span value_text(struct buf *text, int which, struct span v)
{
    if (which == PLATFORM)
        return platform_text(text, v);
    if (which == PROFILE && !json_is_string(v))
        return (struct span){NULL, 0};
    return identifier_text(text, v);
}

/* Overwrites a value of the chat. Whether that changed it. */
static bool remember(struct scope_chat *c, int which, struct span text)
{
    if (c->value[which] && span_eq(text, c->value[which]))
        return false;
    free(c->value[which]);
    c->value[which] = xstrndup(text.p, text.n);
    return true;
}

static bool fits(struct span text, bool *too_long)
{
    if (text.n > SCOPE_VALUE_MAX)
        *too_long = true;
    return text.p && text.n <= SCOPE_VALUE_MAX;
}

/* Learns the values, each the member of a source, of the chat. */
static const struct scope_chat *learn(struct scope *s, struct span chat_id, const struct span *source,
                                      bool *too_long)
{
    bool changed = false;
    s->id.len = 0;
    if (!identifier_decode(&s->id, chat_id) || !fits(chat_id, too_long))
        return NULL;
    struct scope_chat *c = use(s, buf_as_span(&s->id));
    for (int i = 0; i < VALUES; i++) {
        struct span v = value_text(&s->text, i, source[i]);
        if (!fits(v, too_long))
            continue;
        if (!c)
            c = add(s, buf_as_span(&s->id));
        changed |= remember(c, i, v);
    }
    return changed ? c : NULL;
}

static const struct scope_chat *learn_inbound(struct scope *s, const struct frame *f, bool *too_long)
{
    static const char *const wanted[] = {"platform", "scope_id", "user_id", "profile", "guild_id", "chat_id"};
    enum { GUILD_ID = VALUES, CHAT_ID, MEMBERS };
    struct span source[MEMBERS];
    json_pick(json_find(frame_get(f, "event"), "source"), wanted, source, MEMBERS);
    if (!identifier_text(&s->text, source[SCOPE_ID]).p)
        source[SCOPE_ID] = source[GUILD_ID];
    return learn(s, source[CHAT_ID], source, too_long);
}

const struct scope_chat *scope_learn(struct scope *s, const struct frame *f, bool *too_long)
{
    if (f->type == FRAME_INBOUND)
        return learn_inbound(s, f, too_long);
    if (f->type == FRAME_HELLO && !bots_learn(&s->bots, f))
        *too_long = true;
    return NULL;
}

/* Missing, null or an empty string. */
static bool lacks(struct span v)
{
    return !v.p || json_is_null(v) || (json_is_string(v) && v.n == 2);
}

/* Makes s->metadata the metadata with what the chat adds. False where it adds nothing. */
static bool add_metadata(struct scope *s, const struct scope_chat *c, struct span metadata)
{
    static const char *const wanted[] = {"scope_id", "user_id", "profile", "guild_id"};
    struct span has[4];
    struct json_edit edits[4];
    size_t n = 0;
    if (lacks(metadata) && !json_is_string(metadata))
        metadata = span_of("{}");
    if (!json_is_object(metadata))
        return false;
    json_pick(metadata, wanted, has, 4);
    if (c->value[SCOPE_ID] && lacks(has[0]) && lacks(has[3])) {
        edits[n++] = (struct json_edit){"scope_id", span_of(c->value[SCOPE_ID])};
        edits[n++] = (struct json_edit){"guild_id", span_of(c->value[SCOPE_ID])};
    }
    for (int i = USER_ID; i <= PROFILE; i++)
        if (c->value[i] && lacks(has[i - SCOPE_ID]))
            edits[n++] = (struct json_edit){value_names[i], span_of(c->value[i])};
    s->metadata.len = 0;
    if (n)
        json_edit(&s->metadata, metadata, edits, n);
    return n > 0;
}

/* The platform a follow_up names in its kind, as JSON text in s->text, where that was hello'd. */
static struct span platform_of_kind(struct scope *s, struct span kind)
{
    struct span known = {NULL, 0};
    struct buf name = {0};
    if (platform_decode(&name, kind)) {
        const char *dot = memchr(name.p, '.', name.len);
        name.len = dot ? (size_t)(dot - name.p) : name.len;
        if (bots_know(&s->bots, buf_as_span(&name))) {
            s->text.len = 0;
            json_quote(&s->text, name.p, name.len);
            known = buf_as_span(&s->text);
        }
    }
    buf_free(&name);
    return known;
}

bool scope_apply(struct scope *s, struct buf *out, const struct frame *f)
{
    static const char *const wanted[] = {"op", "chat_id", "metadata", "kind"};
    struct span action = frame_get(f, "action"), has[4], name = frame_get(f, "platform"), tag = {NULL, 0};
    struct json_edit edits[3];
    size_t n = 0;
    if (f->type != FRAME_OUTBOUND || !json_is_object(action))
        return false;
    json_pick(action, wanted, has, 4);
    s->id.len = 0;
    if (json_eq(has[0], "follow_up")) {
        tag = platform_of_kind(s, has[3]);
    } else if (identifier_decode(&s->id, has[1])) {
        const struct scope_chat *c = use(s, buf_as_span(&s->id));
        if (c && add_metadata(s, c, has[2])) {
            s->action.len = 0;
            json_edit(&s->action, action, &(struct json_edit){"metadata", buf_as_span(&s->metadata)}, 1);
            edits[n++] = (struct json_edit){"action", buf_as_span(&s->action)};
        }
        if (c && c->value[PLATFORM])
            tag = span_of(c->value[PLATFORM]);
    }
    if (lacks(name) && tag.p)
        edits[n++] = (struct json_edit){"platform", name = tag};
    struct span bot = bots_id(&s->bots, name);
    if (bot.p && lacks(frame_get(f, "botId")))
        edits[n++] = (struct json_edit){"botId", bot};
    if (n)
        json_edit_members(out, f->line, &f->top, edits, n);
    return n > 0;
}

struct span scope_platform(struct scope *s, struct span chat_id)
{
    s->id.len = 0;
    const struct scope_chat *c = identifier_decode(&s->id, chat_id) ? use(s, buf_as_span(&s->id)) : NULL;
    return c && c->value[PLATFORM] ? span_of(c->value[PLATFORM]) : (struct span){NULL, 0};
}

void scope_print(struct buf *out, const struct scope_chat *c)
{
    buf_str(out, "{\"chat_id\":");
    json_quote(out, c->id, c->n);
    for (int i = 0; i < VALUES; i++)
        if (c->value[i])
            buf_printf(out, ",\"%s\":%s", value_names[i], c->value[i]);
    buf_ch(out, '}');
}

bool scope_restore(struct scope *s, struct span line)
{
    struct json_error e;
    struct span values[VALUES];
    bool too_long = false;
    if (!json_valid(line.p, line.n, &e) || !json_is_string(json_find(line, "chat_id")))
        return false;
    json_pick(line, value_names, values, VALUES);
    learn(s, json_find(line, "chat_id"), values, &too_long);
    return !too_long;
}

const struct scope_chat *scope_next(const struct scope *s, const struct scope_chat *c)
{
    return c ? c->hh.next : s->chats;
}

size_t scope_count(const struct scope *s)
{
    return HASH_COUNT(s->chats);
}
