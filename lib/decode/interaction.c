/* SPDX-License-Identifier: MIT */
/* Discord interactions. */
#include "decode/interaction.h"
#include "base/base64.h"
#include "base/text.h"

const char interaction_foreign[] = "its platform is not discord";
const char interaction_autocomplete[] = "an autocomplete request";

enum { TYPE, ID, CHANNEL_ID, GUILD_ID, DATA, MEMBER, USER, CHANNEL, MESSAGE, PARTS };

static const char *const part_names[PARTS] = {
    [TYPE] = "type",         [ID] = "id",           [CHANNEL_ID] = "channel_id",
    [GUILD_ID] = "guild_id", [DATA] = "data",       [MEMBER] = "member",
    [USER] = "user",         [CHANNEL] = "channel", [MESSAGE] = "message",
};

static bool is_identifier(struct span v)
{
    return json_is_number(v) || (json_is_string(v) && v.n > 2);
}

static void add_member(struct buf *out, const char *name, struct span value)
{
    if (!value.p)
        return;
    if (out->p[out->len - 1] != '{')
        buf_ch(out, ',');
    json_quote_str(out, name);
    buf_ch(out, ':');
    buf_span(out, value);
}

/* The first of the values that is a non-empty string. */
static struct span first_name(const struct span *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json_is_string(v[i]) && v[i].n > 2)
            return v[i];
    return (struct span){NULL, 0};
}

/* Who acted: in a guild a member, who has a user; else a user. */
static void add_user(struct buf *out, const struct span *part, bool guild, enum interaction_contract contract)
{
    static const char *const of_member[] = {"user", "nick"}, *const of_user[] = {"id", "global_name",
                                                                                 "username"};
    struct span member[2], inner[3], outer[3];
    json_pick(part[MEMBER], of_member, member, 2);
    json_pick(member[0], of_user, inner, 3);
    json_pick(part[USER], of_user, outer, 3);
    add_member(out, "user_id", is_identifier(inner[0]) ? inner[0] : outer[0]);
    struct span none = {NULL, 0};
    bool v1 = contract == INTERACTION_V1;
    struct span best[] = {guild && !v1 ? member[1] : none, v1 ? none : inner[1], inner[2],
                          v1 ? none : outer[1], outer[2]};
    add_member(out, "user_name", first_name(best, sizeof best / sizeof *best));
}

/* The source under the present contract. */
static void add_place(struct buf *out, const struct span *part, bool guild, struct span profile)
{
    static const char *const names[] = {"type", "parent_id"};
    struct span channel[2];
    json_pick(part[CHANNEL], names, channel, 2);
    struct span type = channel[0];
    bool thread = guild && (span_eq(type, "10") || span_eq(type, "11") || span_eq(type, "12"));
    buf_str(out, "{\"platform\":\"discord\"");
    add_member(out, "chat_type", span_of(thread ? "\"thread\"" : guild ? "\"group\"" : "\"dm\""));
    if (thread) {
        add_member(out, "thread_id", part[CHANNEL_ID]);
        add_member(out, "parent_chat_id", channel[1]);
    }
    if (json_is_string(profile) && profile.n > 2)
        add_member(out, "profile", profile);
}

static void add_source(struct buf *out, const struct span *part, struct span profile,
                       enum interaction_contract contract)
{
    bool guild = is_identifier(part[GUILD_ID]);
    if (contract == INTERACTION_V1) {
        buf_str(out, "{\"platform\":\"relay\"");
        add_member(out, "chat_type", span_of(guild ? "\"channel\"" : "\"dm\""));
    } else {
        add_place(out, part, guild, profile);
    }
    add_member(out, "chat_id", part[CHANNEL_ID]);
    add_user(out, part, guild, contract);
    add_member(out, "scope_id", part[GUILD_ID]);
    add_member(out, "message_id", part[ID]);
    buf_ch(out, '}');
}

static void add_prompt(struct buf *out, const struct span *part, const struct interaction_data *d)
{
    struct span id = json_find(part[MESSAGE], "id");
    buf_str(out, ",\"prompt_response\":{\"prompt_id\":");
    json_quote(out, d->prompt_id.p, d->prompt_id.n);
    buf_str(out, ",\"option_id\":");
    json_quote(out, d->option_id.p, d->option_id.n);
    buf_str(out, ",\"prompt_message_id\":");
    if (json_is_number(id))
        json_quote(out, id.p, id.n);
    else
        buf_span(out, is_identifier(id) ? id : span_of("null"));
    buf_ch(out, '}');
}

/* Makes the event of an interaction's body. False: it is not a message. */
static bool make_event(struct interaction *w, struct span body, struct span profile,
                       enum interaction_contract contract)
{
    const struct interaction_data *d = &w->data;
    struct span part[PARTS];
    json_pick(body, part_names, part, PARTS);
    if (contract == INTERACTION_CURRENT && span_eq(part[TYPE], "4"))
        return false;
    interaction_data_read(&w->data, part[TYPE], part[DATA], contract);
    w->event.len = 0;
    buf_str(&w->event, "{\"text\":");
    json_quote(&w->event, buf_as_span(&d->text).p, d->text.len);
    buf_printf(&w->event, ",\"message_type\":\"%s\"", d->message_type);
    if (d->prompt_id.p)
        add_prompt(&w->event, part, d);
    if (d->exact.len)
        add_member(&w->event, "interaction", buf_as_span(&d->exact));
    buf_str(&w->event, ",\"source\":");
    add_source(&w->event, part, profile, contract);
    buf_ch(&w->event, '}');
    return true;
}

const char *interaction_decode(struct interaction *w, struct buf *out, const struct frame *f,
                               enum interaction_contract contract)
{
    static const char *const names[] = {"platform", "bodyB64", "profile", "botId"};
    struct span forward = frame_get(f, "forward"), v[4];
    struct json_error e;
    w->platform.len = w->base64.len = w->body.len = 0;
    if (!json_is_object(forward))
        return "forward is not an object";
    json_pick(forward, names, v, 4);
    if (!platform_decode(&w->platform, v[0]) || !span_eq(buf_as_span(&w->platform), "discord"))
        return interaction_foreign;
    if (!json_is_string(v[1]))
        return "no bodyB64";
    json_decode(&w->base64, v[1]);
    if (!base64_decode(&w->body, buf_as_span(&w->base64)))
        return "bodyB64 is not base64";
    struct span body = buf_as_span(&w->body);
    if (!json_valid(body.p, body.n, &e))
        return "its body is not JSON";
    body = text_trim(body); /* a body may have blanks around its object */
    if (!json_is_object(body))
        return "its body is not a JSON object";
    if (!make_event(w, body, v[2], contract))
        return interaction_autocomplete;
    struct json_edit edits[4] = {
        {"type", span_of("\"inbound\"")}, {"forward", {NULL, 0}}, {"event", buf_as_span(&w->event)}};
    size_t n = 3;
    if (contract == INTERACTION_CURRENT && is_identifier(v[3]))
        edits[n++] = (struct json_edit){"botId", identifier_text(&w->base64, v[3])};
    json_edit_members(out, f->line, &f->top, edits, n);
    return NULL;
}

void interaction_free(struct interaction *w)
{
    struct buf *all[] = {&w->base64, &w->body, &w->platform, &w->event};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    interaction_data_free(&w->data);
}
