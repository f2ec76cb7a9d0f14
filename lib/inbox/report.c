/* SPDX-License-Identifier: MIT */
/* What an inbox holds, for programs and for people. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "inbox/gist.h"
#include "inbox/report.h"
#include "json/json.h"
#include "json/write.h"

void report_moment(struct buf *out, int64_t ms)
{
    const int64_t year_10000 = 253402300800000;
    struct buf stamp = {0};
    if (ms >= 0 && ms < year_10000) {
        clock_format(&stamp, ms * 1000);
        stamp.len = strlen("2026-01-01T00:00:00");
        buf_ch(&stamp, 'Z');
        buf_span(out, buf_as_span(&stamp));
    } else {
        buf_printf(out, "%jd", (intmax_t)ms);
    }
    buf_free(&stamp);
}

static void add_moment(struct buf *out, const char *name, int64_t ms)
{
    struct buf stamp = {0};
    report_moment(&stamp, ms);
    json_add_text(out, name, buf_as_span(&stamp));
    buf_free(&stamp);
}

static void add_optional(struct buf *out, const char *name, struct span text)
{
    if (text.p)
        json_add_text(out, name, text);
}

static const char *wish_word(enum store_wish wish)
{
    return wish == WISH_RETRY ? "retry" : "drop";
}

static void json_gist(struct buf *out, const struct gist *g)
{
    struct buf text = {0};
    json_add(out, "platform", g->platform);
    json_add(out, "chat_id", g->chat);
    json_add(out, "user_id", g->user);
    json_add(out, "user_name", g->name);
    gist_text(&text, g);
    if (text.len)
        json_add_text(out, "text", buf_as_span(&text));
    if (g->damage)
        json_add_str(out, "damaged", g->damage);
    buf_free(&text);
}

/* The members about a message, without the end of the object. */
static void json_turn(struct buf *out, const struct store_turn *t, const struct gist *g)
{
    json_begin(out, '{');
    json_add_int(out, "id", t->id);
    json_add_str(out, "state", turn_state_word(t->state));
    if (t->wish)
        json_add_str(out, "wish", wish_word(t->wish));
    json_add_int(out, "attempts", t->attempts);
    add_optional(out, "reason", t->reason);
    add_moment(out, "taken", t->taken);
    add_moment(out, "changed", t->changed);
    if (t->state == TURN_RETRYING)
        add_moment(out, "next_try", t->next_try);
    add_optional(out, "gateway", t->gateway);
    add_optional(out, "session_key", t->session);
    add_optional(out, "message_id", t->message);
    add_optional(out, "bufferId", t->buffer);
    json_gist(out, g);
}

static void escaped(struct buf *out, struct span s)
{
    text_escape(out, s.p ? s.p : "", s.n);
}

/* Fills up with blanks what has been appended since `from`, to so many columns and at least one. */
static void pad(struct buf *out, size_t from, size_t columns)
{
    size_t has = text_chars(out->p + from, out->len - from);
    do
        buf_ch(out, ' ');
    while (++has < columns);
}

/* Text of others in so many columns at least, and in not many more. */
static void column(struct buf *out, struct span text, size_t columns)
{
    size_t from = out->len;
    bool more = gist_cut(&text, 2 * columns);
    escaped(out, text);
    buf_str(out, more ? "\xe2\x80\xa6" : "");
    pad(out, from, columns);
}

static void text_place(struct buf *out, const struct gist *g)
{
    struct buf part = {0};
    gist_decode(&part, g->platform);
    buf_ch(&part, '/');
    gist_decode(&part, g->chat);
    column(out, buf_as_span(&part), 20);
    part.len = 0;
    gist_decode(&part, json_has_text(g->name) ? g->name : g->user);
    column(out, buf_as_span(&part), 12);
    buf_free(&part);
}

static void text_said(struct buf *out, const struct gist *g, struct span gateway)
{
    struct buf text = {0}, flat = {0};
    if (gateway.p)
        column(out, gateway, 10);
    if (g->damage) {
        buf_printf(out, "frame damaged: %s", g->damage);
        return;
    }
    text_place(out, g);
    gist_text(&text, g);
    text_flatten(&flat, text.p ? text.p : "", text.len);
    escaped(out, buf_as_span(&flat));
    buf_free(&text);
    buf_free(&flat);
}

static void text_turn(struct buf *out, const struct store_turn *t, const struct gist *g)
{
    size_t from = out->len;
    buf_printf(out, "%6jd  %s", (intmax_t)t->id, turn_state_word(t->state));
    if (t->wish)
        buf_printf(out, ", %s", wish_word(t->wish));
    pad(out, from, 21);
    report_moment(out, t->changed);
    buf_printf(out, "  %d %s  ", t->attempts, t->attempts == 1 ? "run " : "runs");
    text_said(out, g, t->gateway);
    if (t->reason.p) {
        buf_str(out, " [");
        escaped(out, t->reason);
        buf_ch(out, ']');
    }
    buf_ch(out, '\n');
}

bool report_turn(struct buf *out, enum report_format format, const struct store_turn *t)
{
    struct gist g = gist_of(t->frame);
    if (format == REPORT_TEXT) {
        text_turn(out, t, &g);
    } else {
        json_turn(out, t, &g);
        json_end(out, '}');
        buf_ch(out, '\n');
    }
    return !g.damage;
}

/* The name of a detail, and blanks up to where its value begins. */
static void detail(struct buf *out, const char *name)
{
    size_t from = out->len;
    buf_printf(out, "        %s", name);
    pad(out, from, 17);
}

static void detail_text(struct buf *out, const char *name, struct span text)
{
    if (!text.p)
        return;
    detail(out, name);
    escaped(out, text);
    buf_ch(out, '\n');
}

static void text_details(struct buf *out, const struct store_turn *t)
{
    detail(out, "taken");
    report_moment(out, t->taken);
    buf_ch(out, '\n');
    if (t->state == TURN_RETRYING) {
        detail(out, "next try");
        report_moment(out, t->next_try);
        buf_ch(out, '\n');
    }
    detail_text(out, "session", t->session);
    detail_text(out, "message", t->message);
    detail_text(out, "buffered as", t->buffer);
    detail_text(out, "frame", t->frame);
}

/* A frame as a member: damaged text, if it is not JSON, as a string; one that was pruned not at all. */
static bool add_frame(struct buf *out, const char *name, struct span frame)
{
    struct json_error e;
    if (!frame.n)
        return true;
    bool whole = json_valid(frame.p, frame.n, &e);
    if (whole && !memchr(frame.p, '\n', frame.n)) {
        json_add(out, name, text_trim(frame)); /* a blank at its end would hide that a comma is needed */
    } else if (whole) {
        json_key(out, name);
        json_compact(out, frame);
    } else {
        add_optional(out, name, frame);
    }
    return whole;
}

bool report_begin(struct buf *out, enum report_format format, const struct store_turn *t)
{
    struct gist g = gist_of(t->frame);
    if (format == REPORT_TEXT) {
        text_turn(out, t, &g);
        text_details(out, t);
    } else {
        json_turn(out, t, &g);
        add_frame(out, "frame", t->frame);
        json_key(out, "actions");
        json_begin(out, '[');
    }
    return !g.damage;
}

static void text_action(struct buf *out, const struct store_action *a)
{
    detail(out, "action");
    buf_printf(out, "%s, run %d, request ", action_state_word(a->state), a->attempt);
    escaped(out, a->request);
    buf_str(out, ": ");
    escaped(out, a->frame);
    buf_ch(out, '\n');
    detail_text(out, "result", a->result);
}

bool report_action(struct buf *out, enum report_format format, const struct store_action *a)
{
    struct json_error e;
    bool whole = a->frame.p && json_valid(a->frame.p, a->frame.n, &e);
    if (format == REPORT_TEXT) {
        text_action(out, a);
        return whole;
    }
    json_begin(out, '{');
    json_add_str(out, "state", action_state_word(a->state));
    json_add_int(out, "attempt", a->attempt);
    json_add_text(out, "requestId", a->request);
    json_add_bool(out, "content", a->content);
    add_frame(out, "frame", a->frame);
    whole = (!a->result.p || add_frame(out, "result", a->result)) && whole;
    json_end(out, '}');
    return whole;
}

void report_end(struct buf *out, enum report_format format)
{
    if (format == REPORT_JSON)
        buf_str(out, "]}\n");
}
