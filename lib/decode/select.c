/* SPDX-License-Identifier: MIT */
/* Choosing frames. */
#include <string.h>

#include "decode/select.h"

bool selection_is_on(const struct selection *s)
{
    return s->since || s->until || s->chat || s->count;
}

static bool is_in_time(const struct selection *s, int64_t us)
{
    if (!s->since && !s->until)
        return true;
    return us >= 0 && us >= s->since && (!s->until || us < s->until);
}

/* Whether "CHAT" or "PLATFORM/CHAT" is that chat. An id may itself hold a '/'. */
static bool is_chat(const char *want, struct span platform, struct span chat)
{
    size_t n = platform.n;
    if (!chat.n)
        return false;
    if (span_eq(chat, want))
        return true;
    return n && strncmp(want, platform.p, n) == 0 && want[n] == '/' && span_eq(chat, want + n + 1);
}

static bool is_about(const struct selection *s, const struct view *v)
{
    const struct summary *m = &v->summary;
    if (!s->chat || is_chat(s->chat, m->platform, m->chat))
        return true;
    return v->asked && is_chat(s->chat, v->asked->platform, v->asked->chat);
}

static bool has_type(const struct selection *s, const struct view *v)
{
    bool up = v->frame->type == FRAME_OUTBOUND, result = v->frame->type == FRAME_OUTBOUND_RESULT;
    for (size_t i = 0; i < s->count; i++)
        if (span_eq(v->summary.type, s->types[i]) || (up && span_eq(v->summary.kind, s->types[i])) ||
            (result && v->asked && span_eq(v->asked->op, s->types[i])))
            return true;
    return !s->count;
}

bool selection_takes(const struct selection *s, const struct view *v)
{
    return is_in_time(s, v->us) && is_about(s, v) && has_type(s, v);
}
