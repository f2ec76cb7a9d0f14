/* SPDX-License-Identifier: MIT */
/* Which tenant a chat belongs to. */
#include <stdlib.h>
#include <string.h>

#include "relay/identity.h"
#include "relay/scope.h"
#include "json/write.h"

static const char *const value_names[SCOPE_VALUES] = {"platform", "scope_id", "user_id", "profile"};

struct scope {
    struct scope_table table;
    struct identities ids; /* those from hellos */
    struct buf id, platform, text, metadata, action;
};

static const struct span none = {NULL, 0};

struct scope *scope_new(size_t max_records)
{
    struct scope *s = xcalloc(1, sizeof *s);
    s->table.max = max_records;
    return s;
}

void scope_free(struct scope *s)
{
    struct buf *all[] = {&s->id, &s->platform, &s->text, &s->metadata, &s->action};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    scope_table_free(&s->table);
    identities_free(&s->ids);
    free(s);
}

/* A platform's name in the one form in which it is remembered, JSON text; {NULL, 0}: v names none. */
static struct span platform_text(struct scope *s, struct span v)
{
    struct span name = v.p ? identity_platform(&s->platform, v) : none;
    return span_eq(name, "\"relay\"") ? none : name;
}

/* The form in which a member's value is remembered, JSON text; {NULL, 0}: it is not. */
static struct span value_text(struct buf *text, enum scope_value which, struct span v)
{
    if (which == SCOPE_PROFILE && !json_is_string(v))
        return none;
    return identifier_text(text, v);
}

static bool fits(struct span text, bool *too_long)
{
    if (text.n > SCOPE_VALUE_MAX)
        *too_long = true;
    return text.p && text.n <= SCOPE_VALUE_MAX;
}

/* Learns a source's values for the record r, or for a new one as soon as there is something to remember. */
static const struct scope_record *learn_values(struct scope *s, struct scope_chat *c, struct scope_record *r,
                                               struct span platform, const struct span *source,
                                               bool *too_long)
{
    bool changed = r && scope_record_renew(r);
    if (!r && platform.p) {
        r = scope_table_add(&s->table, c, buf_as_span(&s->id), platform);
        changed = true;
    }
    for (enum scope_value i = SCOPE_SCOPE_ID; i < SCOPE_VALUES; i++) {
        struct span v = value_text(&s->text, i, source[i]);
        if (!fits(v, too_long))
            continue;
        if (!r)
            r = scope_table_add(&s->table, c, buf_as_span(&s->id), none);
        changed |= scope_record_set(r, i, v);
    }
    return changed ? r : NULL;
}

/* An identifier that is too long to be remembered has no record. A platform that is too long has none either,
 * so that another platform's record is not taken for it. */
static bool is_known(struct scope *s, struct span chat_id, struct span platform, bool *too_long)
{
    s->id.len = 0;
    return identifier_decode(&s->id, chat_id) && fits(chat_id, too_long) &&
           (!platform.p || fits(platform, too_long));
}

static const struct scope_record *learn_inbound(struct scope *s, const struct frame *f, bool *too_long)
{
    struct span v[SCOPE_VALUES], guild, chat;
    JSON_PICK(json_find(frame_get(f, "event"), "source"), {"platform", &v[SCOPE_PLATFORM]},
              {"scope_id", &v[SCOPE_SCOPE_ID]}, {"user_id", &v[SCOPE_USER_ID]},
              {"profile", &v[SCOPE_PROFILE]}, {"guild_id", &guild}, {"chat_id", &chat});
    if (!identifier_is(v[SCOPE_SCOPE_ID]))
        v[SCOPE_SCOPE_ID] = guild;
    struct span platform = platform_text(s, v[SCOPE_PLATFORM]);
    if (!is_known(s, chat, platform, too_long))
        return NULL;
    struct scope_chat *c = scope_table_use(&s->table, buf_as_span(&s->id));
    struct scope_record *r = platform.p ? scope_chat_record(c, platform) : scope_chat_newest(c);
    return learn_values(s, c, r, platform, v, too_long);
}

const struct scope_record *scope_learn(struct scope *s, const struct frame *f, bool *too_long)
{
    if (f->type == FRAME_INBOUND)
        return learn_inbound(s, f, too_long);
    if (f->type == FRAME_HELLO && !identity_learn(&s->ids, f))
        *too_long = true;
    return NULL;
}

/* The metadata with what the record adds, in s->metadata; {NULL, 0} if it adds nothing. */
static struct span add_metadata(struct scope *s, const struct scope_record *r, struct span metadata)
{
    struct span guild, has[SCOPE_VALUES];
    struct json_edit edits[4];
    size_t n = 0;
    if (!metadata.p || json_is_null(metadata))
        metadata = span_of("{}");
    if (!json_is_object(metadata))
        return none;
    JSON_PICK(metadata, {"scope_id", &has[SCOPE_SCOPE_ID]}, {"guild_id", &guild},
              {"user_id", &has[SCOPE_USER_ID]}, {"profile", &has[SCOPE_PROFILE]});
    for (enum scope_value i = SCOPE_SCOPE_ID; i < SCOPE_VALUES; i++) {
        if (!r->value[i] || !json_is_empty(has[i]) || (i == SCOPE_SCOPE_ID && !json_is_empty(guild)))
            continue;
        edits[n++] = (struct json_edit){value_names[i], span_of(r->value[i])};
        if (i == SCOPE_SCOPE_ID)
            edits[n++] = (struct json_edit){"guild_id", span_of(r->value[i])};
    }
    if (!n)
        return none;
    s->metadata.len = 0;
    json_edit(&s->metadata, metadata, edits, n);
    return buf_as_span(&s->metadata);
}

/* The record that applies to an action for the chat: that of the platform it names, or, if it names none, of
 * the chat's newest platform; failing that, the one without a platform. */
static const struct scope_record *record_for(struct scope *s, struct span chat_id, struct span platform)
{
    s->id.len = 0;
    if (!identifier_decode(&s->id, chat_id))
        return NULL;
    struct scope_chat *c = scope_table_use(&s->table, buf_as_span(&s->id));
    platform = platform_text(s, platform);
    if (!platform.p)
        return scope_chat_newest(c);
    const struct scope_record *r = scope_chat_record(c, platform);
    return r ? r : scope_chat_record(c, none);
}

/* What a line says about where it goes; the line is an action, alone or in its outbound frame. */
struct address {
    struct span op, chat_id, metadata, kind;
    struct span addressed;
    struct span platform, bot; /* members of the line itself */
    struct span action;        /* of an outbound frame; an action that is the line: {NULL, 0} */
};

struct stamp {
    struct json_edit edits[4]; /* of the members of the frame or of the bare action */
    size_t n;
};

static void add_edit(struct stamp *st, const char *name, struct span value)
{
    st->edits[st->n++] = (struct json_edit){name, value};
}

/* Adds the botId from the platform's hello, unless one is given. */
static void stamp_bot(struct scope *s, struct stamp *st, const struct address *a, struct span platform)
{
    struct span bot = platform.p && json_is_empty(a->bot) ? identity_bot(&s->ids, platform) : none;
    if (bot.p)
        add_edit(st, "botId", bot);
}

/* Makes a change to the line if it is a bare action, or else to the frame's action. */
static void stamp_action(struct scope *s, struct stamp *st, const struct address *a, const char *name,
                         struct span value)
{
    if (!a->action.p) {
        add_edit(st, name, value);
        return;
    }
    s->action.len = 0;
    json_edit(&s->action, a->action, &(struct json_edit){name, value}, 1);
    add_edit(st, "action", buf_as_span(&s->action));
}

/* Adds what the record of the action's chat has. Returns its platform; {NULL, 0}: none. */
static struct span stamp_chat(struct scope *s, struct stamp *st, const struct address *a)
{
    const struct scope_record *r = record_for(s, a->chat_id, a->platform);
    struct span metadata = r ? add_metadata(s, r, a->metadata) : none;
    if (metadata.p)
        stamp_action(s, st, a, "metadata", metadata);
    return r && r->value[SCOPE_PLATFORM] ? span_of(r->value[SCOPE_PLATFORM]) : none;
}

static void stamp(struct scope *s, struct stamp *st, const struct address *a)
{
    struct span tag = none, platform = a->platform;
    bool addressed = json_is_true(a->addressed);
    if (addressed)
        stamp_action(s, st, a, "addressed", none);
    if (json_eq(a->op, "follow_up"))
        tag = identity_of_kind(&s->ids, &s->platform, a->kind);
    else if (!addressed)
        tag = stamp_chat(s, st, a);
    if (tag.p && json_is_empty(platform))
        add_edit(st, "platform", platform = tag);
    stamp_bot(s, st, a, platform);
}

/* False: the frame does not hold an action. */
static bool read_address(struct address *a, const struct frame *f)
{
    a->action = none;
    if (f->type == FRAME_ACTION) {
        JSON_PICK_MEMBERS(&f->top, {"op", &a->op}, {"chat_id", &a->chat_id}, {"metadata", &a->metadata},
                          {"kind", &a->kind}, {"platform", &a->platform}, {"botId", &a->bot},
                          {"addressed", &a->addressed});
        return true;
    }
    if (f->type != FRAME_OUTBOUND)
        return false;
    JSON_PICK_MEMBERS(&f->top, {"platform", &a->platform}, {"botId", &a->bot}, {"action", &a->action});
    JSON_PICK(a->action, {"op", &a->op}, {"chat_id", &a->chat_id}, {"metadata", &a->metadata},
              {"kind", &a->kind}, {"addressed", &a->addressed});
    return json_is_object(a->action);
}

bool scope_apply(struct scope *s, struct buf *out, const struct frame *f)
{
    struct stamp st = {.n = 0};
    struct address a;
    if (!read_address(&a, f))
        return false;
    if (f->type == FRAME_OUTBOUND || !json_eq(a.op, "interrupt"))
        stamp(s, &st, &a);
    if (st.n)
        json_edit_members(out, f->line, &f->top, st.edits, st.n);
    return st.n > 0;
}

void scope_print(struct buf *out, const struct scope_record *r)
{
    struct span id = scope_record_chat(r);
    json_begin(out, '{');
    json_add_text(out, "chat_id", id);
    for (enum scope_value i = 0; i < SCOPE_VALUES; i++)
        if (r->value[i])
            json_add(out, value_names[i], span_of(r->value[i]));
    json_end(out, '}');
}

bool scope_restore(struct scope *s, struct span line)
{
    struct json_error e;
    struct span v[SCOPE_VALUES], chat;
    bool too_long = false;
    if (!json_valid(line.p, line.n, &e))
        return false;
    JSON_PICK(line, {"chat_id", &chat}, {"platform", &v[SCOPE_PLATFORM]}, {"scope_id", &v[SCOPE_SCOPE_ID]},
              {"user_id", &v[SCOPE_USER_ID]}, {"profile", &v[SCOPE_PROFILE]});
    if (!json_is_string(chat))
        return false;
    struct span platform = platform_text(s, v[SCOPE_PLATFORM]);
    if (is_known(s, chat, platform, &too_long)) {
        struct scope_chat *c = scope_table_use(&s->table, buf_as_span(&s->id));
        learn_values(s, c, scope_chat_record(c, platform), platform, v, &too_long);
    }
    return !too_long;
}

const struct scope_record *scope_next(const struct scope *s, const struct scope_record *r)
{
    return scope_table_next(&s->table, r);
}

size_t scope_count(const struct scope *s)
{
    return s->table.n;
}
