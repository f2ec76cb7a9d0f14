/* SPDX-License-Identifier: MIT */
/* The gist of a message. */
#include "inbox/gist.h"
#include "base/text.h"

enum { TEXT_MAX = 200 /* characters of a message's text that a line shows */ };

/* A value, if it is a string or a number. */
static struct span plain(struct span v)
{
    return json_is_string(v) || json_is_number(v) ? v : (struct span){NULL, 0};
}

/* An action, or the outbound that it has become. */
static void gist_of_action(struct gist *g, struct span frame)
{
    struct span action = json_find(frame, "action"), chat;
    JSON_PICK(json_is_object(action) ? action : frame, {"chat_id", &chat}, {"content", &g->text});
    g->platform = plain(json_find(frame, "platform"));
    g->chat = plain(chat);
    g->text = plain(g->text);
}

struct gist gist_of(struct span frame)
{
    struct gist g = {0};
    struct json_error e = {0};
    struct span event, source;
    if (!frame.n) /* pruned */
        return g;
    if (!json_valid(frame.p, frame.n, &e))
        g.damage = e.reason;
    else if (!json_is_object(frame))
        g.damage = "not an object";
    if (g.damage)
        return g;
    if (json_is_string(json_find(frame, "op")) || json_is_object(json_find(frame, "action"))) {
        gist_of_action(&g, frame);
        return g;
    }
    event = json_find(frame, "event");
    JSON_PICK(event, {"source", &source}, {"text", &g.text});
    JSON_PICK(source, {"platform", &g.platform}, {"chat_id", &g.chat}, {"user_id", &g.user},
              {"user_name", &g.name});
    g.platform = plain(g.platform), g.chat = plain(g.chat);
    g.user = plain(g.user), g.name = plain(g.name), g.text = plain(g.text);
    return g;
}

bool gist_cut(struct span *text, size_t most)
{
    size_t at = 0;
    uint32_t cp;
    for (size_t n = 0; n < most && at < text->n; n++) {
        size_t step = text_decode(text->p + at, text->n - at, &cp);
        at += step ? step : 1;
    }
    bool more = at < text->n;
    text->n = at;
    return more;
}

void gist_decode(struct buf *out, struct span v)
{
    if (json_is_string(v))
        json_decode(out, v);
    else if (v.p)
        buf_span(out, v);
}

void gist_text(struct buf *out, const struct gist *g)
{
    struct buf whole = {0};
    gist_decode(&whole, g->text);
    struct span s = buf_as_span(&whole);
    bool more = s.n && gist_cut(&s, TEXT_MAX);
    buf_span(out, s);
    if (more)
        buf_str(out, "\xe2\x80\xa6");
    buf_free(&whole);
}
