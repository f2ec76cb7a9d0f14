/* SPDX-License-Identifier: MIT */
/* Discord interactions. */
#include <string.h>

#include "base64.h"
#include "interaction.h"
#include "text.h"

enum { TYPE, ID, CHANNEL_ID, GUILD_ID, DATA, MEMBER, USER, CHANNEL, MESSAGE, PARTS };

static const char *const part_names[PARTS] = {
    [TYPE] = "type",         [ID] = "id",           [CHANNEL_ID] = "channel_id",
    [GUILD_ID] = "guild_id", [DATA] = "data",       [MEMBER] = "member",
    [USER] = "user",         [CHANNEL] = "channel", [MESSAGE] = "message",
};

/* What the interaction's data say, besides the text. */
struct reading {
    const char *message_type;
    struct span prompt_id, option_id; /* of a prompt's button: parts of interaction.token */
};

static bool is_identifier(struct span v)
{
    return json_is_number(v) || (json_is_string(v) && v.n > 2);
}

/* Appends a scalar's text with a separator in front, where anything is left of it. */
static void add_word(struct interaction *w, char separator, struct span v)
{
    struct span word = v;
    if (json_is_string(v)) {
        w->scratch.len = 0;
        json_decode(&w->scratch, v);
        word = text_trim(buf_as_span(&w->scratch));
    } else if (!json_is_number(v) && !json_is_bool(v)) {
        return;
    }
    if (!word.n)
        return;
    buf_ch(&w->text, separator);
    buf_span(&w->text, word);
}

/* Depth first: a sub-command or group (type 1, 2) gives its name and its own options, any other its value. */
static void add_options(struct interaction *w, struct span options)
{
    static const char *const names[] = {"type", "name", "value", "options"};
    struct json_iter it = {options, false};
    struct span option, v[4];
    while (json_is_array(options) && json_next(&it, NULL, &option)) {
        json_pick(option, names, v, 4);
        if (span_eq(v[0], "1") || span_eq(v[0], "2")) {
            if (json_is_string(v[1]))
                add_word(w, ' ', v[1]);
            add_options(w, v[3]);
        } else {
            add_word(w, ' ', v[2]);
        }
    }
}

static void read_command(struct interaction *w, struct span data, struct reading *r)
{
    static const char *const names[] = {"name", "options"};
    struct span v[2];
    json_pick(data, names, v, 2);
    if (json_is_string(v[0]))
        add_word(w, '/', v[0]);
    if (!w->text.len)
        return;
    r->message_type = "command";
    add_options(w, v[1]);
}

/* A prompt's or option's id (protocol §4). */
static bool is_prompt_id(struct span s)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = 0;
    while (n < s.n && s.p[n] && strchr(letters, s.p[n]))
        n++;
    return n == s.n && n >= 1 && n <= 32;
}

/* hp1:<prompt_id>:<option_id>, exactly. */
static bool read_token(struct span token, struct reading *r)
{
    if (token.n < 4 || memcmp(token.p, "hp1:", 4) != 0)
        return false;
    const char *from = token.p + 4, *end = token.p + token.n;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    if (!colon)
        return false;
    r->prompt_id = (struct span){from, (size_t)(colon - from)};
    r->option_id = (struct span){colon + 1, (size_t)(end - colon - 1)};
    return is_prompt_id(r->prompt_id) && is_prompt_id(r->option_id);
}

static void read_component(struct interaction *w, struct span data, struct reading *r)
{
    struct span id = json_find(data, "custom_id");
    w->token.len = 0;
    if (json_is_string(id))
        json_decode(&w->token, id);
    if (!read_token(buf_as_span(&w->token), r)) {
        r->prompt_id.p = NULL;
        buf_span(&w->text, buf_as_span(&w->token));
        return;
    }
    r->message_type = "command";
    buf_ch(&w->text, '/');
    buf_span(&w->text, r->option_id);
}

/* Appends a field's value: text, number or truth value, or the chosen ones of a list joined by ','. */
static void add_value(struct interaction *w, struct span value)
{
    struct json_iter it = {value, false};
    struct span one;
    if (json_is_string(value))
        json_decode(&w->text, value);
    else if (json_is_number(value) || json_is_bool(value))
        buf_span(&w->text, value);
    for (bool more = false; json_is_array(value) && json_next(&it, NULL, &one); more = true) {
        if (more)
            buf_ch(&w->text, ',');
        if (!json_is_array(one))
            add_value(w, one);
    }
}

/* The fields of a modal: each component that has an id and a value, and those inside of rows and labels. */
static void add_fields(struct interaction *w, struct span node)
{
    static const char *const names[] = {"custom_id", "value", "values", "components", "component"};
    struct span v[5], child;
    json_pick(node, names, v, 5);
    struct span value = json_is_array(v[2]) ? v[2] : v[1];
    if (json_is_string(v[0]) && value.p && !json_is_null(value)) {
        if (w->text.len)
            buf_ch(&w->text, '\n');
        json_decode(&w->text, v[0]);
        buf_ch(&w->text, '=');
        add_value(w, value);
    }
    struct json_iter it = {v[3], false};
    while (json_is_array(v[3]) && json_next(&it, NULL, &child))
        add_fields(w, child);
    if (json_is_object(v[4]))
        add_fields(w, v[4]);
}

static void read_data(struct interaction *w, const struct span *part, struct reading *r)
{
    if (span_eq(part[TYPE], "2"))
        read_command(w, part[DATA], r);
    else if (span_eq(part[TYPE], "3"))
        read_component(w, part[DATA], r);
    else if (span_eq(part[TYPE], "5"))
        add_fields(w, part[DATA]);
}

/* Under the first contract it is the name or the id as it stands. */
static void read_data_v1(struct interaction *w, const struct span *part)
{
    bool command = span_eq(part[TYPE], "2"), component = span_eq(part[TYPE], "3");
    struct span v = {NULL, 0};
    if (command || component)
        v = json_find(part[DATA], command ? "name" : "custom_id");
    if (json_is_string(v))
        json_decode(&w->text, v);
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

static void add_prompt(struct buf *out, const struct span *part, const struct reading *r)
{
    struct span id = json_find(part[MESSAGE], "id");
    buf_str(out, ",\"prompt_response\":{\"prompt_id\":");
    json_quote(out, r->prompt_id.p, r->prompt_id.n);
    buf_str(out, ",\"option_id\":");
    json_quote(out, r->option_id.p, r->option_id.n);
    buf_str(out, ",\"prompt_message_id\":");
    if (json_is_number(id))
        json_quote(out, id.p, id.n);
    else
        buf_span(out, is_identifier(id) ? id : span_of("null"));
    buf_ch(out, '}');
}

/* Makes the event of an interaction's body. */
static void make_event(struct interaction *w, struct span body, struct span profile,
                       enum interaction_contract contract)
{
    struct span part[PARTS];
    struct reading r = {.message_type = "text"};
    json_pick(body, part_names, part, PARTS);
    w->text.len = w->event.len = 0;
    if (contract == INTERACTION_V1)
        read_data_v1(w, part);
    else
        read_data(w, part, &r);
    buf_str(&w->event, "{\"text\":");
    json_quote(&w->event, buf_as_span(&w->text).p, w->text.len);
    buf_printf(&w->event, ",\"message_type\":\"%s\"", r.message_type);
    if (r.prompt_id.p)
        add_prompt(&w->event, part, &r);
    buf_str(&w->event, ",\"source\":");
    add_source(&w->event, part, profile, contract);
    buf_ch(&w->event, '}');
}

const char *interaction_decode(struct interaction *w, struct buf *out, const struct frame *f,
                               enum interaction_contract contract)
{
    static const char *const names[] = {"platform", "bodyB64", "profile"};
    struct span forward = frame_get(f, "forward"), v[3];
    struct json_error e;
    w->scratch.len = w->base64.len = w->body.len = 0;
    if (!json_is_object(forward))
        return "forward is not an object";
    json_pick(forward, names, v, 3);
    if (!platform_decode(&w->scratch, v[0]) || !span_eq(buf_as_span(&w->scratch), "discord"))
        return "its platform is not discord";
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
    make_event(w, body, v[2], contract);
    const struct json_edit edits[] = {
        {"type", span_of("\"inbound\"")}, {"forward", {NULL, 0}}, {"event", buf_as_span(&w->event)}};
    json_edit(out, f->line, edits, sizeof edits / sizeof *edits);
    return NULL;
}

void interaction_free(struct interaction *w)
{
    struct buf *all[] = {&w->base64, &w->body, &w->text, &w->token, &w->scratch, &w->event};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}
