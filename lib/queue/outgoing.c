/* SPDX-License-Identifier: MIT */
/* What is stored for a link. */
#include <string.h>

#include "base/text.h"
#include "queue/outgoing.h"
#include "relay/action.h"

/* The id of what has a result. */
static void name(struct outgoing *o, const struct frame *f, bool stored, enum outgoing_kind kind)
{
    struct span id = frame_get(f, "requestId");
    o->kind = kind;
    if (json_is_absent(id) && !stored)
        o->kind = OUTGOING_MUTE;
    else if (json_is_absent(id))
        o->why = "it has no requestId";
    else if (!json_is_string(id))
        o->why = "its requestId is not a string";
    else if (id.n > OUTGOING_ID_MAX)
        o->why = "its requestId is too long";
    else
        json_decode(&o->id, id);
}

static void judge_action(struct outgoing *o, const struct frame *f, bool stored)
{
    bool grows = op_is_stream(f->name) && json_is_true(frame_get(f, "more"));
    if (op_is_interrupt(op_find(f->name)) || grows)
        o->kind = OUTGOING_MUTE;
    else
        name(o, f, stored, OUTGOING_OWES);
}

static void judge(struct outgoing *o, const struct frame *f, bool stored)
{
    if (f->type == FRAME_ACTION)
        judge_action(o, f, stored);
    else if (f->type == FRAME_OUTBOUND)
        name(o, f, stored, OUTGOING_ONE);
    else if (f->type == FRAME_INTERRUPT || f->type == FRAME_OTHER)
        o->kind = OUTGOING_MUTE;
    else
        o->why = "a frame of this type is not a worker's to send";
}

void outgoing_read(struct outgoing *o, struct span data, bool stored, size_t max)
{
    struct frame f = {0};
    struct json_error e;
    data = text_trim(data);
    o->line.len = o->id.len = 0;
    o->why = NULL;
    if (data.n > max)
        o->why = "it is too long";
    else if (!frame_parse(&f, data, &e))
        o->why = e.reason;
    else
        judge(o, &f, stored);
    if (o->why)
        o->kind = OUTGOING_BAD;
    else if (memchr(data.p, '\n', data.n))
        json_compact(&o->line, data);
    else
        buf_span(&o->line, data);
    buf_cstr(&o->id); /* an empty id is an id, too */
    frame_free(&f);
}

void outgoing_free(struct outgoing *o)
{
    buf_free(&o->line);
    buf_free(&o->id);
}

bool outgoing_is_inbox(struct span subject)
{
    static const char prefix[] = "_INBOX.";
    const size_t n = sizeof prefix - 1;
    if (!subject.p || subject.n <= n || subject.n > 255 || memcmp(subject.p, prefix, n) != 0)
        return false;
    for (size_t i = 0; i < subject.n; i++) {
        char c = subject.p[i];
        bool last = i + 1 == subject.n;
        if (c <= ' ' || c >= 0x7f || c == '*' || c == '>' || (c == '.' && (last || subject.p[i + 1] == '.')))
            return false;
    }
    return true;
}
