/* SPDX-License-Identifier: MIT */
/* What an interaction says. */
#include <string.h>

#include "base/text.h"
#include "decode/interaction_text.h"
#include "relay/action.h"
#include "json/json.h"

/* Appends a scalar's text with a separator in front, where anything is left of it. */
static void add_word(struct interaction_data *w, char separator, struct span v)
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
static void add_options(struct interaction_data *w, struct span options)
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

static void read_command(struct interaction_data *w, struct span data)
{
    static const char *const names[] = {"name", "options"};
    struct span v[2];
    json_pick(data, names, v, 2);
    if (json_is_string(v[0]))
        add_word(w, '/', v[0]);
    if (!w->text.len)
        return;
    w->message_type = "command";
    add_options(w, v[1]);
}

/* hp1:<prompt_id>:<option_id>, exactly. */
static bool read_token(struct interaction_data *w, struct span token)
{
    if (token.n < 4 || memcmp(token.p, "hp1:", 4) != 0)
        return false;
    const char *from = token.p + 4, *end = token.p + token.n;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    if (!colon)
        return false;
    w->prompt_id = (struct span){from, (size_t)(colon - from)};
    w->option_id = (struct span){colon + 1, (size_t)(end - colon - 1)};
    return prompt_id_valid(w->prompt_id.p, w->prompt_id.n) && prompt_id_valid(w->option_id.p, w->option_id.n);
}

static void add_exact(struct buf *out, const char *name, struct span v)
{
    if (!v.p)
        return;
    buf_printf(out, "%s\"%s\":", out->len && out->p[out->len - 1] != '{' ? "," : "", name);
    json_compact(out, v); /* a body may be laid out in lines */
}

/* What was pressed or filled in, as it was sent: by the id it has a name for whoever made it. */
static void begin_exact(struct interaction_data *w, struct span custom_id)
{
    buf_ch(&w->exact, '{');
    add_exact(&w->exact, "custom_id", custom_id);
}

static void read_component(struct interaction_data *w, struct span data)
{
    struct span id = json_find(data, "custom_id"), values = json_find(data, "values");
    if (json_is_string(id)) {
        begin_exact(w, id);
        add_exact(&w->exact, "values", json_is_array(values) ? values : (struct span){NULL, 0});
        buf_ch(&w->exact, '}');
    }
    w->token.len = 0;
    if (json_is_string(id))
        json_decode(&w->token, id);
    if (!read_token(w, buf_as_span(&w->token))) {
        w->prompt_id.p = NULL;
        buf_span(&w->text, buf_as_span(&w->token));
        return;
    }
    w->message_type = "command";
    buf_ch(&w->text, '/');
    buf_span(&w->text, w->option_id);
}

/* Appends a field's value: text, number or truth value, or the chosen ones of a list joined by ','. */
static void add_value(struct interaction_data *w, struct span value)
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
static void add_fields(struct interaction_data *w, struct span node)
{
    static const char *const names[] = {"custom_id", "value", "values", "components", "component"};
    struct span v[5], child;
    json_pick(node, names, v, 5);
    struct span value = json_is_array(v[2]) ? v[2] : v[1];
    if (json_is_string(v[0]) && (v[1].p || v[2].p)) {
        buf_str(&w->fields, w->fields.len ? ",{" : "{");
        for (int i = 0; i < 3; i++)
            add_exact(&w->fields, names[i], v[i]);
        buf_ch(&w->fields, '}');
    }
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

static void read_form(struct interaction_data *w, struct span data)
{
    struct span id = json_find(data, "custom_id");
    w->fields.len = 0;
    add_fields(w, data);
    if (!json_is_string(id))
        return;
    begin_exact(w, id);
    buf_str(&w->exact, ",\"fields\":[");
    buf_span(&w->exact, buf_as_span(&w->fields));
    buf_str(&w->exact, "]}");
}

static void read_current(struct interaction_data *w, struct span type, struct span data)
{
    if (span_eq(type, "2"))
        read_command(w, data);
    else if (span_eq(type, "3"))
        read_component(w, data);
    else if (span_eq(type, "5"))
        read_form(w, data);
}

/* Under the first contract it is the name or the id as it stands. */
static void read_v1(struct interaction_data *w, struct span type, struct span data)
{
    struct span v = {NULL, 0};
    if (span_eq(type, "2"))
        v = json_find(data, "name");
    else if (span_eq(type, "3"))
        v = json_find(data, "custom_id");
    if (json_is_string(v))
        json_decode(&w->text, v);
}

void interaction_data_read(struct interaction_data *w, struct span type, struct span data,
                           enum interaction_contract contract)
{
    w->text.len = w->exact.len = 0;
    w->message_type = "text";
    w->prompt_id = w->option_id = (struct span){NULL, 0};
    if (contract == INTERACTION_V1)
        read_v1(w, type, data);
    else
        read_current(w, type, data);
}

void interaction_data_free(struct interaction_data *w)
{
    buf_free(&w->text);
    buf_free(&w->exact);
    buf_free(&w->token);
    buf_free(&w->fields);
    buf_free(&w->scratch);
}
