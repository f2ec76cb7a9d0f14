/* SPDX-License-Identifier: MIT */
/* Frames. */
#include <string.h>

#include "relay/frame.h"
#include "json/write.h"

#define TYPE(id, text, dir) [FRAME_##id] = {text, sizeof(text) - 1, FRAME_##dir},

static const struct {
    const char *name;
    size_t n;
    enum frame_dir dir;
} types[] = {
    [FRAME_OTHER] = {NULL, 0, FRAME_UNKNOWN},
    FRAME_TYPES(TYPE)[FRAME_ACTION] = {NULL, 0, FRAME_UNKNOWN},
};

enum { TYPES = sizeof types / sizeof *types };

/* Length and first letter are enough to tell most names apart. */
static enum frame_type type_of(struct span text)
{
    for (int i = FRAME_OTHER + 1; i < TYPES; i++)
        if (types[i].n == text.n && types[i].name[0] == text.p[0] &&
            memcmp(types[i].name, text.p, text.n) == 0)
            return (enum frame_type)i;
    return FRAME_OTHER;
}

/* The same for a name that is written with escapes. */
static enum frame_type type_of_escaped(struct span name)
{
    struct buf text = {0};
    json_decode(&text, name);
    enum frame_type type = text.len ? type_of(buf_as_span(&text)) : FRAME_OTHER;
    buf_free(&text);
    return type;
}

static enum frame_type find_type(struct span name)
{
    struct span text = {name.p + 1, name.n - 2};
    if (!text.n)
        return FRAME_OTHER;
    enum frame_type type = type_of(text);
    return type == FRAME_OTHER && memchr(text.p, '\\', text.n) ? type_of_escaped(name) : type;
}

bool frame_parse(struct frame *f, struct span line, struct json_error *e)
{
    f->line = line;
    f->type = FRAME_OTHER;
    if (!json_scan(&f->top, line.p, line.n, e))
        return false;
    f->name = json_get(&f->top, "type");
    if (!f->name.p) {
        f->name = json_get(&f->top, "op");
        f->type = FRAME_ACTION;
    }
    if (!json_is_string(f->name)) {
        *e = (struct json_error){"no string \"type\"", 0};
        return false;
    }
    if (f->type != FRAME_ACTION)
        f->type = find_type(f->name);
    return true;
}

void frame_free(struct frame *f)
{
    json_members_free(&f->top);
}

enum frame_dir frame_dir(const struct frame *f)
{
    return types[f->type].dir;
}

const char *frame_type_name(enum frame_type type)
{
    return types[type].name ? types[type].name : "other";
}

struct span frame_get(const struct frame *f, const char *member)
{
    return json_get(&f->top, member);
}

bool frame_buffered(const struct frame *f)
{
    return (f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD) &&
           identifier_is(frame_get(f, "bufferId"));
}

static void begin_about(struct buf *out, const char *type, struct span buffer_id)
{
    json_begin(out, '{');
    json_add_str(out, "type", type);
    json_key(out, "bufferId");
    identifier_add(out, buffer_id);
}

void frame_ack_of(struct buf *out, struct span buffer_id)
{
    begin_about(out, "inbound_ack", buffer_id);
    json_end(out, '}');
}

void frame_nack_of(struct buf *out, struct span buffer_id, int status)
{
    begin_about(out, "inbound_nack", buffer_id);
    json_add_int(out, "status", status);
    json_end(out, '}');
}

void frame_ack(struct buf *out, const struct frame *f)
{
    frame_ack_of(out, frame_get(f, "bufferId"));
}

bool line_blank(struct span line)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t' || line.p[i] == '\r' || line.p[i] == '\v' ||
                          line.p[i] == '\f'))
        i++;
    return i == line.n;
}
