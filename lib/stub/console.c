/* SPDX-License-Identifier: MIT */
/* A chat in a terminal. */
#include <string.h>

#include "base/text.h"
#include "stub/console.h"
#include "json/write.h"

/* The option with that id (plain text) of the last prompt, or {NULL, 0}. */
static struct span find_option(const struct console *c, struct span id)
{
    struct json_iter it = {json_find(buf_as_span(&c->prompt), "options"), false};
    struct span option, none = {NULL, 0};
    struct buf text = {0};
    bool found = false;
    if (!c->prompt.len || !json_is_array(it.rest))
        return none;
    while (!found && json_next(&it, NULL, &option)) {
        struct span own = json_find(option, "id");
        text.len = 0;
        if (json_is_string(own))
            json_decode(&text, own);
        found = text.len && span_same(buf_as_span(&text), id);
    }
    buf_free(&text);
    return found ? option : none;
}

static void add_response(struct console *c, struct buf *out, struct span option)
{
    json_key(out, "prompt_response");
    json_begin(out, '{');
    json_add(out, "option_id", json_find(option, "id"));
    json_add(out, "prompt_id", json_find(buf_as_span(&c->prompt), "prompt_id"));
    json_add(out, "label", json_find(option, "label"));
    json_end(out, '}');
    buf_free(&c->prompt);
}

static void add_source(struct buf *out, const char *platform)
{
    json_key(out, "source");
    json_begin(out, '{');
    json_add_str(out, "platform", platform);
    json_add_str(out, "chat_id", "console");
    json_add_str(out, "chat_type", "dm");
    json_add_str(out, "user_id", "you");
    json_add_str(out, "user_name", "you");
    json_end(out, '}');
}

void console_say(struct console *c, struct buf *out, const char *platform, struct span text)
{
    bool command = text.n > 1 && text.p[0] == '/';
    struct span option = {NULL, 0};
    if (command)
        option = find_option(c, (struct span){text.p + 1, text.n - 1});
    json_begin(out, '{');
    json_add_str(out, "type", "inbound");
    json_key(out, "event");
    json_begin(out, '{');
    json_add_text(out, "text", text);
    json_add_str(out, "message_type", command ? "command" : "text");
    json_key(out, "message_id");
    buf_printf(out, "\"u%llu\"", (unsigned long long)++c->said);
    add_source(out, platform);
    if (option.p)
        add_response(c, out, option);
    json_end(out, '}');
    json_end(out, '}');
}

void console_lines(struct buf *out, const char *who, struct span text)
{
    size_t indent = strlen(who);
    for (size_t from = 0, n; from <= text.n; from += n + 1) {
        const char *nl = from < text.n ? memchr(text.p + from, '\n', text.n - from) : NULL;
        n = nl ? (size_t)(nl - text.p) - from : text.n - from;
        if (from)
            buf_printf(out, "%*s", (int)indent, "");
        else
            buf_str(out, who);
        if (n)
            text_escape(out, text.p + from, n);
        buf_ch(out, '\n');
    }
}

/* Appends the lines of a member that is text; nothing if it is not. */
static void view_text(struct buf *out, const char *who, struct span value)
{
    struct buf text = {0};
    if (!json_is_string(value))
        return;
    json_decode(&text, value);
    console_lines(out, who, buf_as_span(&text));
    buf_free(&text);
}

static void view_options(struct buf *out, struct span options)
{
    struct json_iter it = {options, false};
    struct span option;
    struct buf text = {0};
    if (!json_is_array(options))
        return;
    while (json_next(&it, NULL, &option)) {
        struct span id = json_find(option, "id"), label = json_find(option, "label");
        text.len = 0;
        buf_ch(&text, '/');
        if (json_is_string(id))
            json_decode(&text, id);
        buf_str(&text, "  ");
        if (json_is_string(label))
            json_decode(&text, label);
        console_lines(out, "       ", buf_as_span(&text));
    }
    buf_free(&text);
}

/* The ops that are shown in one line: the verb, and the members that follow it. */
static const struct {
    const char *op, *verb, *first, *second;
} deeds[] = {
    {"edit", "edits", "message_id", "content"},
    {"delete", "deletes", "message_id", NULL},
    {"typing", "is typing", "content", NULL},
    {"react", "reacts to", "message_id", "emoji"},
    {"send_media", "shows", "media_kind", "source_url"},
    {"thread_create", "opens thread", "thread_name", NULL},
    {"thread_rename", "renames thread to", "thread_name", NULL},
};

static void add_word(struct buf *out, struct span value)
{
    struct buf text = {0};
    if (!json_is_string(value))
        return;
    json_decode(&text, value);
    if (text.len) {
        buf_ch(out, ' ');
        text_escape(out, text.p, text.len);
    }
    buf_free(&text);
}

static bool view_deed(struct buf *out, struct span action, struct span op)
{
    size_t i = 0, n = sizeof deeds / sizeof *deeds;
    while (i < n && !json_eq(op, deeds[i].op))
        i++;
    if (i == n)
        return false;
    bool taken_back = json_is_true(json_find(action, "remove"));
    buf_printf(out, "agent %s", taken_back ? "takes back from" : deeds[i].verb);
    add_word(out, json_find(action, deeds[i].first));
    if (deeds[i].second)
        add_word(out, json_find(action, deeds[i].second));
    buf_ch(out, '\n');
    return true;
}

static void view_action(struct console *c, struct buf *out, struct span action)
{
    struct span op = json_find(action, "op");
    bool deed = view_deed(out, action, op);
    if (!deed || json_eq(op, "send_media"))
        view_text(out, "agent: ", json_find(action, "content"));
    if (json_eq(op, "prompt")) {
        view_options(out, json_find(action, "options"));
        c->prompt.len = 0;
        buf_span(&c->prompt, action);
    }
}

void console_view(struct console *c, struct buf *out, const struct frame *f)
{
    struct span action = frame_get(f, "action");
    if (f->type == FRAME_OUTBOUND && json_is_object(action))
        view_action(c, out, action);
    else if (f->type == FRAME_INTERRUPT)
        buf_str(out, "agent interrupts its turn\n");
    else if (f->type == FRAME_GOING_IDLE)
        buf_str(out, "agent goes idle\n");
}

void console_free(struct console *c)
{
    buf_free(&c->prompt);
}
