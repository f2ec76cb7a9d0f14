/* SPDX-License-Identifier: MIT */
/* Frames. */
#include <string.h>

#include "relay/frame.h"
#include "base/text.h"

static const struct {
    const char *name;
    enum frame_dir dir;
} types[] = {
    [FRAME_OTHER] = {NULL, FRAME_UNKNOWN},
    [FRAME_HELLO] = {"hello", FRAME_UP},
    [FRAME_OUTBOUND] = {"outbound", FRAME_UP},
    [FRAME_INTERRUPT] = {"interrupt", FRAME_UP},
    [FRAME_GOING_IDLE] = {"going_idle", FRAME_UP},
    [FRAME_INBOUND_ACK] = {"inbound_ack", FRAME_UP},
    [FRAME_DESCRIPTOR] = {"descriptor", FRAME_DOWN},
    [FRAME_INBOUND] = {"inbound", FRAME_DOWN},
    [FRAME_OUTBOUND_RESULT] = {"outbound_result", FRAME_DOWN},
    [FRAME_INTERRUPT_INBOUND] = {"interrupt_inbound", FRAME_DOWN},
    [FRAME_GOING_IDLE_ACK] = {"going_idle_ack", FRAME_DOWN},
    [FRAME_PASSTHROUGH_FORWARD] = {"passthrough_forward", FRAME_DOWN},
    [FRAME_LINK] = {"link", FRAME_LOCAL},
    [FRAME_WORK] = {"work", FRAME_LOCAL},
    [FRAME_ACTION] = {NULL, FRAME_UNKNOWN},
};

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
    if (f->type == FRAME_ACTION)
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].name && json_eq(f->name, types[i].name))
            f->type = (enum frame_type)i;
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

struct span frame_get(const struct frame *f, const char *member)
{
    return json_get(&f->top, member);
}

bool identifier_decode(struct buf *out, struct span v)
{
    if (json_is_number(v)) {
        buf_span(out, v);
        return true;
    }
    if (!json_is_string(v) || v.n == 2)
        return false;
    json_decode(out, v);
    return true;
}

struct span identifier_text(struct buf *text, struct span v)
{
    if (json_is_string(v) && v.n > 2)
        return v;
    if (!json_is_number(v))
        return (struct span){NULL, 0};
    text->len = 0;
    buf_ch(text, '"');
    buf_span(text, v);
    buf_ch(text, '"');
    return buf_as_span(text);
}

bool platform_decode(struct buf *out, struct span v)
{
    if (!json_is_string(v))
        return false;
    size_t from = out->len;
    json_decode(out, v);
    if (out->len == from)
        return false;
    struct span name = text_trim((struct span){out->p + from, out->len - from});
    memmove(out->p + from, name.p, name.n);
    text_lower(out->p + from, name.n);
    out->len = from + name.n;
    return name.n > 0;
}

bool frame_buffered(const struct frame *f)
{
    struct span id = frame_get(f, "bufferId");
    return (f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD) &&
           (json_is_number(id) || (json_is_string(id) && id.n > 2));
}

void frame_ack_of(struct buf *out, struct span buffer_id)
{
    bool number = json_is_number(buffer_id);
    buf_str(out, "{\"type\":\"inbound_ack\",\"bufferId\":");
    if (number)
        buf_ch(out, '"');
    buf_span(out, buffer_id);
    buf_str(out, number ? "\"}" : "}");
}

void frame_ack(struct buf *out, const struct frame *f)
{
    frame_ack_of(out, frame_get(f, "bufferId"));
}

bool line_blank(struct span line)
{
    size_t i = 0;
    while (i < line.n && strchr(" \t\r\v\f", line.p[i]) && line.p[i])
        i++;
    return i == line.n;
}
