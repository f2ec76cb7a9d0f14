/* SPDX-License-Identifier: MIT */
/* What became of a text that was shown while it grew. */
#include "send/outcome.h"
#include "json/write.h"

static void add_messages(struct buf *out, const struct growing *g)
{
    struct span id = growing_message(g, 0);
    bool any = false;
    if (id.n)
        json_add_text(out, "message_id", id);
    for (size_t i = 1; (id = growing_message(g, i)).p; i++) {
        if (!id.n)
            continue;
        if (!any) {
            json_key(out, "continuation_message_ids");
            json_begin(out, '[');
        }
        json_put_text(out, id);
        any = true;
    }
    if (any)
        json_end(out, ']');
}

static const char *const errors[] = {
    [GROWING_DOUBT] = "it is not known whether all of the text is in the chat",
    [GROWING_REFUSED] = "the rest of the text was refused",
    [GROWING_NOTHING] = "the text was cut off before any of it was shown",
};

void outcome_build(struct buf *out, const struct growing *g, struct span error)
{
    enum growing_state state = growing_state(g);
    json_begin(out, '{');
    json_add_bool(out, "success", state == GROWING_SHOWN);
    if (state == GROWING_REFUSED && error.n && !growing_message(g, 0).p)
        json_add(out, "error", error);
    else if (state != GROWING_SHOWN)
        json_add_str(out, "error", errors[state]);
    if (state == GROWING_DOUBT)
        json_add_bool(out, "ambiguous", true);
    add_messages(out, g);
    json_end(out, '}');
}

const char *outcome_loss(const struct growing *g)
{
    enum growing_state state = growing_state(g);
    return state == GROWING_REFUSED || state == GROWING_DOUBT ? errors[state] : NULL;
}
