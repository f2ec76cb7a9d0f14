/* SPDX-License-Identifier: MIT */
/* Parts of an answer as text. */
#include "acp/internal.h"
#include "acp/words.h"

enum {
    PLACES_MAX = 5,
    CONTENTS_MAX = 8, /* pieces of a tool call's content that are looked at */
    URI_MAX = 500,
};

enum state show_state(struct span status)
{
    if (json_eq(status, "completed"))
        return STATE_DONE;
    if (json_eq(status, "failed"))
        return STATE_FAILED;
    return json_eq(status, "in_progress") ? STATE_RUNS : STATE_WAITS;
}

/* A name and an address, each optional, as one line in brackets. */
static void show_named(struct buf *out, const char *what, struct span name, struct span uri)
{
    buf_printf(out, "[%s", what);
    if (json_has_text(name)) {
        buf_ch(out, ' ');
        words_line(out, name, TITLE_MAX);
    }
    if (json_has_text(uri)) {
        buf_ch(out, ' ');
        words_line(out, uri, URI_MAX);
    }
    buf_ch(out, ']');
}

void show_content(struct buf *out, struct span content)
{
    struct span type = json_find(content, "type"), none = {NULL, 0};
    if (json_eq(type, "resource_link"))
        show_named(out, "file", json_find(content, "name"), json_find(content, "uri"));
    else if (json_eq(type, "resource"))
        show_named(out, "file", none, json_find(json_find(content, "resource"), "uri"));
    else if (json_eq(type, "image") || json_eq(type, "audio"))
        show_named(out, json_eq(type, "image") ? "image" : "audio", none, json_find(content, "uri"));
}

static void next_line(struct buf *out, size_t start)
{
    if (out->len > start)
        buf_ch(out, '\n');
}

static void show_places(struct buf *out, struct span places, size_t start)
{
    struct json_iter it = {.rest = places};
    struct span place, line;
    for (int n = 0; n < PLACES_MAX && json_is_array(places) && json_next(&it, NULL, &place); n++) {
        next_line(out, start);
        words_line(out, json_find(place, "path"), TITLE_MAX);
        line = json_find(place, "line");
        if (json_is_integer(line) && line.n < 12)
            buf_printf(out, ":%.*s", (int)line.n, line.p);
    }
}

/* A changed file: its path and the text that is to be in it. */
static void show_diff(struct buf *out, struct span diff, size_t start)
{
    next_line(out, start);
    words_line(out, json_find(diff, "path"), TITLE_MAX);
    next_line(out, start);
    words_fence(out, json_find(diff, "newText"), "", ANSWER_DETAIL_LINES, ANSWER_DETAIL_CHARS);
}

static void show_contents(struct buf *out, struct span contents, size_t start)
{
    struct json_iter it = {.rest = contents};
    struct span c;
    for (int n = 0; n < CONTENTS_MAX && json_is_array(contents) && json_next(&it, NULL, &c); n++) {
        struct span inner = json_find(c, "content");
        if (json_eq(json_find(c, "type"), "diff")) {
            show_diff(out, c, start);
        } else if (json_is_object(inner)) {
            next_line(out, start);
            words_fence(out, json_find(inner, "text"), "", ANSWER_DETAIL_LINES, ANSWER_DETAIL_CHARS);
            show_content(out, inner);
        }
    }
}

void show_detail(struct buf *out, struct span call, int kind)
{
    if (kind == DETAIL_PLACES)
        show_places(out, json_find(call, "locations"), out->len);
    else if (kind == DETAIL_COMMAND)
        words_fence(out, json_find(json_find(call, "rawInput"), "command"), "sh", ANSWER_DETAIL_LINES,
                    ANSWER_DETAIL_CHARS);
    else
        show_contents(out, json_find(call, "content"), out->len);
}

void show_below(struct buf *out, const struct buf *details)
{
    for (int i = 0; i < DETAILS; i++) {
        if (!details[i].len)
            continue;
        buf_ch(out, '\n');
        buf_span(out, buf_as_span(&details[i]));
    }
}

void answer_call(struct buf *out, struct span call, struct span title)
{
    struct buf details[DETAILS] = {{0}};
    size_t start = out->len;
    words_line(out, json_find(call, "title"), TITLE_MAX);
    if (out->len == start)
        words_cut(out, title, TITLE_MAX);
    if (out->len == start)
        buf_str(out, "a tool");
    for (int i = 0; i < DETAILS; i++)
        show_detail(&details[i], call, i);
    show_below(out, details);
    for (int i = 0; i < DETAILS; i++)
        buf_free(&details[i]);
}
