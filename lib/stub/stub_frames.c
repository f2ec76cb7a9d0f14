/* SPDX-License-Identifier: MIT */
/* The frames of the stub: those to deliver, and those that came. */
#include <stdarg.h>
#include <string.h>

#include "base/diag.h"
#include "json/match.h"
#include "stub/stub.h"

static void deliver(struct stub *s, const struct frame *f)
{
    if (delivery_take(&s->connector.delivery, f))
        wake_call(&s->wake);
}

__attribute__((format(printf, 2, 3))) static void bad_line(struct stub *s, const char *fmt, ...)
{
    struct buf reason = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&reason, fmt, ap);
    va_end(ap);
    warn("skip line %ju: %s", s->in.line, buf_cstr(&reason));
    buf_free(&reason);
    stub_fail(s, EX_DATAERR);
    if (s->strict)
        stub_finish(s);
}

static void take_frame(struct stub *s, struct frame *f, struct span line)
{
    struct json_error e;
    if (!frame_parse(f, line, &e))
        bad_line(s, "%s at byte %zu", e.reason, e.at + 1);
    else if (f->type == FRAME_ACTION)
        bad_line(s, "no string \"type\"");
    else
        deliver(s, f);
}

/* What the user types; a terminal shows it already. */
static void take_words(struct stub *s, struct frame *f, struct span line)
{
    struct buf frame = {0};
    struct json_error e;
    s->prompted = false;
    console_say(&s->chat, &frame, s->platform, line);
    if (frame_parse(f, buf_as_span(&frame), &e))
        deliver(s, f);
    else
        bad_line(s, "%s", e.reason);
    if (!s->typed)
        console_lines(&s->out.q, "you: ", line);
    buf_free(&frame);
}

/* The console waits for a gateway: what a user says before would be for nobody in particular. */
bool stub_full(const struct stub *s)
{
    return s->ending || delivery_full(&s->connector.delivery) || (s->console && !s->platform);
}

/* The frames of a recording (relay-dial --record) that came down are delivered live, to the byte. */
static void take_recorded(struct stub *s, struct frame *f)
{
    struct delivery *d = &s->connector.delivery;
    struct json_error e;
    while (s->replayed < s->replay.n && !s->ending && delivery_live(d) && !delivery_full(d)) {
        struct span entry = s->replay.line[s->replayed++], frame = json_find(entry, "frame");
        if (!json_eq(json_find(entry, "dir"), "down") || !json_is_object(frame) || !frame_parse(f, frame, &e))
            continue;
        if (f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD ||
            f->type == FRAME_INTERRUPT_INBOUND)
            deliver(s, f);
    }
}

void stub_take_lines(struct stub *s)
{
    struct frame f = {0};
    struct span line;
    enum reader_got got;
    take_recorded(s, &f);
    while (!stub_full(s) && (got = reader_next(&s->in, &line)) != READER_MORE) {
        if (got == READER_LONG)
            bad_line(s, "longer than %zu bytes", s->in.max);
        else if (line_blank(line))
            continue;
        else if (s->console)
            take_words(s, &f, line);
        else
            take_frame(s, &f, line);
    }
    frame_free(&f);
    delivery_flush(&s->connector.delivery);
}

static void show(struct stub *s, const struct frame *f)
{
    struct buf view = {0};
    console_view(&s->chat, &view, f);
    if (view.len && s->prompted)
        buf_str(&s->out.q, "\r\033[K");
    if (view.len)
        s->prompted = false;
    buf_span(&s->out.q, buf_as_span(&view));
    buf_free(&view);
}

void stub_prompt(struct stub *s)
{
    const char *platform = connector_platform(&s->connector);
    if (s->console && platform && !s->platform)
        s->platform = xstrdup(platform);
    if (s->typed && s->platform && !s->prompted && !s->in.eof && !s->ending) {
        buf_str(&s->out.q, "you: ");
        s->prompted = true;
    }
}

bool stub_satisfied(const struct stub *s)
{
    return s->met == s->expected.n;
}

void stub_heard(void *ctx, const struct frame *f)
{
    struct stub *s = ctx;
    if (s->console)
        show(s, f);
    else
        writer_line(&s->out, f->line);
    if (!stub_satisfied(s) && json_match(s->expected.line[s->met], f->line))
        s->met++;
}
