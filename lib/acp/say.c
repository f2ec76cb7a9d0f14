/* SPDX-License-Identifier: MIT */
/* What chats and the user of the program are told. */
#include "acp/say.h"
#include "base/diag.h"
#include "base/random.h"
#include "run/address.h"

enum { REQUEST = 16 }; /* random bytes of a requestId */

void say_report(const struct client *c, const struct talk *k, const char *what)
{
    struct buf name = {0};
    turn_name(&name, k->turn);
    complain("run %s for %s: %s", c->agent.argv[0], buf_cstr(&name), what);
    buf_free(&name);
}

void say_note(struct filter *f, const struct turn *t, const char *text)
{
    struct buf action = {0};
    address_reply(&action, t, span_of(text), false);
    filter_emit_buf(f, &action);
    buf_free(&action);
}

/* Makes the action that answers one that shows a text while it grows (relay-frames(5)). */
static void make_growing(struct buf *action, const struct talk *k, bool more)
{
    struct buf out = {0};
    struct json_edit edits[] = {{"op", span_of("\"stream\"")},
                                {"requestId", buf_as_span(&k->stream)},
                                {"more", more ? span_of("true") : (struct span){NULL, 0}}};
    json_edit(&out, buf_as_span(action), edits, sizeof edits / sizeof *edits);
    buf_free(action);
    *action = out;
}

static void emit(struct client *c, struct filter *f, struct talk *k, bool more)
{
    struct span text = answer_text(&k->answer);
    struct buf action = {0};
    if (!text.n)
        return;
    address_reply(&action, k->turn, text, c->reply_to && !k->answered);
    if (k->stream.len)
        make_growing(&action, k, more);
    filter_emit_buf(f, &action);
    buf_free(&action);
}

void say_growing(struct client *c, struct filter *f, struct talk *k)
{
    k->stream_at = INT64_MAX;
    if (!k->stream.len) {
        buf_ch(&k->stream, '"');
        random_hex(&k->stream, REQUEST);
        buf_ch(&k->stream, '"');
    }
    emit(c, f, k, true);
}

void say_answer(struct client *c, struct filter *f, struct talk *k)
{
    emit(c, f, k, false);
    k->answered = k->answered || answer_text(&k->answer).n;
    k->stream.len = 0;
    k->stream_at = INT64_MAX;
    answer_part(&k->answer);
}
