/* SPDX-License-Identifier: MIT */
/* Discord interactions. */
#include "decode/interaction.h"
#include "base/base64.h"
#include "base/text.h"
#include "json/write.h"

const char interaction_foreign[] = "its platform is not discord";
const char interaction_autocomplete[] = "an autocomplete request";

/* The members of an interaction that are used. */
struct parts {
    struct span type, id, channel_id, guild_id, data, member, user, channel, message;
};

/* The first of the values that is a non-empty string. */
static struct span first_name(const struct span *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json_has_text(v[i]))
            return v[i];
    return (struct span){NULL, 0};
}

/* The acting user: in a guild, the user of the member; otherwise the user. */
static void add_user(struct buf *out, const struct parts *v, bool guild, enum interaction_contract contract)
{
    struct span nick, of_member, id, global, name, user_id, user_global, user_name, none = {NULL, 0};
    bool v1 = contract == INTERACTION_V1;
    JSON_PICK(v->member, {"user", &of_member}, {"nick", &nick});
    JSON_PICK(of_member, {"id", &id}, {"global_name", &global}, {"username", &name});
    JSON_PICK(v->user, {"id", &user_id}, {"global_name", &user_global}, {"username", &user_name});
    json_add(out, "user_id", identifier_is(id) ? id : user_id);
    struct span best[] = {guild && !v1 ? nick : none, v1 ? none : global, name, v1 ? none : user_global,
                          user_name};
    json_add(out, "user_name", first_name(best, sizeof best / sizeof *best));
}

/* The source under the current contract. */
static void add_place(struct buf *out, const struct parts *v, bool guild, struct span profile)
{
    struct span type, parent;
    JSON_PICK(v->channel, {"type", &type}, {"parent_id", &parent});
    bool thread = guild && (span_eq(type, "10") || span_eq(type, "11") || span_eq(type, "12"));
    json_add_str(out, "platform", "discord");
    json_add_str(out, "chat_type", thread ? "thread" : guild ? "group" : "dm");
    if (thread) {
        json_add(out, "thread_id", v->channel_id);
        json_add(out, "parent_chat_id", parent);
    }
    if (json_has_text(profile))
        json_add(out, "profile", profile);
}

static void add_source(struct buf *out, const struct parts *v, struct span profile,
                       enum interaction_contract contract)
{
    bool guild = identifier_is(v->guild_id);
    json_key(out, "source");
    json_begin(out, '{');
    if (contract == INTERACTION_V1) {
        json_add_str(out, "platform", "relay");
        json_add_str(out, "chat_type", guild ? "channel" : "dm");
    } else {
        add_place(out, v, guild, profile);
    }
    json_add(out, "chat_id", v->channel_id);
    add_user(out, v, guild, contract);
    json_add(out, "scope_id", v->guild_id);
    json_add(out, "message_id", v->id);
    json_end(out, '}');
}

static void add_prompt(struct buf *out, const struct parts *v, const struct interaction_data *d)
{
    struct span id = json_find(v->message, "id");
    json_key(out, "prompt_response");
    json_begin(out, '{');
    json_add_text(out, "prompt_id", d->prompt_id);
    json_add_text(out, "option_id", d->option_id);
    json_key(out, "prompt_message_id");
    if (!identifier_add(out, id))
        json_put(out, span_of("null"));
    json_end(out, '}');
}

/* Makes the event from an interaction's body. False: it is not a message. */
static bool make_event(struct interaction *w, struct span body, struct span profile,
                       enum interaction_contract contract)
{
    const struct interaction_data *d = &w->data;
    struct buf *out = &w->event;
    struct parts v;
    JSON_PICK(body, {"type", &v.type}, {"id", &v.id}, {"channel_id", &v.channel_id},
              {"guild_id", &v.guild_id}, {"data", &v.data}, {"member", &v.member}, {"user", &v.user},
              {"channel", &v.channel}, {"message", &v.message});
    if (contract == INTERACTION_CURRENT && span_eq(v.type, "4"))
        return false;
    interaction_data_read(&w->data, v.type, v.data, contract);
    out->len = 0;
    json_begin(out, '{');
    json_add_text(out, "text", buf_as_span(&d->text));
    json_add_str(out, "message_type", d->message_type);
    if (d->prompt_id.p)
        add_prompt(out, &v, d);
    if (d->exact.len)
        json_add(out, "interaction", buf_as_span(&d->exact));
    add_source(out, &v, profile, contract);
    json_end(out, '}');
    return true;
}

/* Decodes the body of a forward into w->body; *body is the JSON object in it. NULL, or what is wrong. */
static const char *read_body(struct interaction *w, struct span base64, struct span *body)
{
    struct json_error e;
    w->base64.len = w->body.len = 0;
    if (!json_is_string(base64))
        return "no bodyB64";
    json_decode(&w->base64, base64);
    if (!base64_decode(&w->body, buf_as_span(&w->base64)))
        return "bodyB64 is not base64";
    *body = buf_as_span(&w->body);
    if (!json_valid(body->p, body->n, &e))
        return "its body is not JSON";
    *body = text_trim(*body); /* there may be blanks around the object */
    return json_is_object(*body) ? NULL : "its body is not a JSON object";
}

const char *interaction_decode(struct interaction *w, struct buf *out, const struct frame *f,
                               enum interaction_contract contract)
{
    struct span forward = frame_get(f, "forward"), platform, base64, profile, bot, body;
    if (!json_is_object(forward))
        return "forward is not an object";
    JSON_PICK(forward, {"platform", &platform}, {"bodyB64", &base64}, {"profile", &profile}, {"botId", &bot});
    w->platform.len = 0;
    if (!platform_decode(&w->platform, platform) || !span_eq(buf_as_span(&w->platform), "discord"))
        return interaction_foreign;
    const char *wrong = read_body(w, base64, &body);
    if (wrong)
        return wrong;
    if (!make_event(w, body, profile, contract))
        return interaction_autocomplete;
    struct json_edit edits[4] = {
        {"type", span_of("\"inbound\"")}, {"forward", {NULL, 0}}, {"event", buf_as_span(&w->event)}};
    size_t n = 3;
    if (contract == INTERACTION_CURRENT && identifier_is(bot))
        edits[n++] = (struct json_edit){"botId", identifier_text(&w->base64, bot)};
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
