/* SPDX-License-Identifier: MIT */
/* The text of an interaction. */
#include <string.h>

#include "base/text.h"
#include "decode/interaction_text.h"
#include "relay/action.h"
#include "json/json.h"
#include "json/write.h"

/* Appends a scalar's text, if it is not empty, with a separator in front. */
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

/* Depth first: a sub-command or group (type 1, 2) gives its name and its options, any other option its value.
 */
static void add_options(struct interaction_data *w, struct span options)
{
    struct json_iter it = {options, false};
    struct span option, type, name, value, inner;
    while (json_is_array(options) && json_next(&it, NULL, &option)) {
        JSON_PICK(option, {"type", &type}, {"name", &name}, {"value", &value}, {"options", &inner});
        if (span_eq(type, "1") || span_eq(type, "2")) {
            if (json_is_string(name))
                add_word(w, ' ', name);
            add_options(w, inner);
        } else {
            add_word(w, ' ', value);
        }
    }
}

static void read_command(struct interaction_data *w, struct span data)
{
    struct span name, options;
    JSON_PICK(data, {"name", &name}, {"options", &options});
    if (json_is_string(name))
        add_word(w, '/', name);
    if (!w->text.len)
        return;
    w->message_type = "command";
    add_options(w, options);
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

/* Adds a member of the press or form, unchanged except for white space between tokens. */
static void add_exact(struct buf *out, const char *name, struct span v)
{
    if (!v.p)
        return;
    json_key(out, name);
    json_compact(out, v); /* a body may contain line ends */
}

static void read_component(struct interaction_data *w, struct span data)
{
    struct span id, values;
    JSON_PICK(data, {"custom_id", &id}, {"values", &values});
    w->token.len = 0;
    if (json_is_string(id)) {
        json_begin(&w->exact, '{');
        add_exact(&w->exact, "custom_id", id);
        if (json_is_array(values))
            add_exact(&w->exact, "values", values);
        json_end(&w->exact, '}');
        json_decode(&w->token, id);
    }
    if (!read_token(w, buf_as_span(&w->token))) {
        w->prompt_id.p = NULL;
        buf_span(&w->text, buf_as_span(&w->token));
        return;
    }
    w->message_type = "command";
    buf_ch(&w->text, '/');
    buf_span(&w->text, w->option_id);
}

/* Appends a field's value: text, number or truth value, or the chosen values of a list, joined by ','. */
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

static void add_field(struct interaction_data *w, struct span id, struct span value, struct span values)
{
    struct span said = json_is_array(values) ? values : value;
    if (value.p || values.p) {
        json_begin(&w->fields, '{');
        add_exact(&w->fields, "custom_id", id);
        add_exact(&w->fields, "value", value);
        add_exact(&w->fields, "values", values);
        json_end(&w->fields, '}');
    }
    if (!said.p || json_is_null(said))
        return;
    if (w->text.len)
        buf_ch(&w->text, '\n');
    json_decode(&w->text, id);
    buf_ch(&w->text, '=');
    add_value(w, said);
}

/* The fields of a form: each component that has an id and a value, including those inside rows and labels. */
static void add_fields(struct interaction_data *w, struct span node)
{
    struct span id, value, values, components, component, child;
    JSON_PICK(node, {"custom_id", &id}, {"value", &value}, {"values", &values}, {"components", &components},
              {"component", &component});
    if (json_is_string(id))
        add_field(w, id, value, values);
    struct json_iter it = {components, false};
    while (json_is_array(components) && json_next(&it, NULL, &child))
        add_fields(w, child);
    if (json_is_object(component))
        add_fields(w, component);
}

static void read_form(struct interaction_data *w, struct span data)
{
    struct span id = json_find(data, "custom_id");
    w->fields.len = 0;
    json_begin(&w->fields, '[');
    add_fields(w, data);
    json_end(&w->fields, ']');
    if (!json_is_string(id))
        return;
    json_begin(&w->exact, '{');
    add_exact(&w->exact, "custom_id", id);
    json_add(&w->exact, "fields", buf_as_span(&w->fields));
    json_end(&w->exact, '}');
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

/* Under the first contract, the text is the name or the id, unchanged. */
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
