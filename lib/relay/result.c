/* SPDX-License-Identifier: MIT */
/* The result of an outbound. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "relay/result.h"
#include "json/write.h"

static const struct {
    const char *name;
    unsigned mark;
} marks_by_name[] = {{"more", RESULT_MORE}, {"again", RESULT_AGAIN}};
enum { MARKS = sizeof marks_by_name / sizeof *marks_by_name };

unsigned result_marks(const struct frame *f)
{
    unsigned marks = 0;
    for (size_t i = 0; i < MARKS; i++)
        if (json_is_true(frame_get(f, marks_by_name[i].name)))
            marks |= marks_by_name[i].mark;
    return marks;
}

bool result_is_marked(const struct frame *f)
{
    for (size_t i = 0; i < MARKS; i++)
        if (frame_get(f, marks_by_name[i].name).p)
            return true;
    return false;
}

void result_mark(struct buf *out, const struct frame *f, unsigned marks)
{
    struct json_edit edits[MARKS];
    for (size_t i = 0; i < MARKS; i++)
        edits[i] = (struct json_edit){
            marks_by_name[i].name, marks & marks_by_name[i].mark ? span_of("true") : (struct span){NULL, 0}};
    json_edit_members(out, f->line, &f->top, edits, MARKS);
}

struct span result_whole_id(struct span id)
{
    size_t n = id.n;
    while (n && id.p[n - 1] >= '0' && id.p[n - 1] <= '9')
        n--;
    if (n && n < id.n && id.p[n - 1] == '/')
        id.n = n - 1;
    return id;
}

bool result_unmark(struct buf *out, const struct frame *f)
{
    struct json_edit edits[MARKS + 1] = {{"delivery", {NULL, 0}}};
    if (!result_is_marked(f) && !frame_get(f, "delivery").p)
        return false;
    for (size_t i = 0; i < MARKS; i++)
        edits[i + 1] = (struct json_edit){marks_by_name[i].name, {NULL, 0}};
    json_edit_members(out, f->line, &f->top, edits, MARKS + 1);
    return true;
}

void result_build(struct buf *out, struct span id, struct span result)
{
    json_begin(out, '{');
    json_add_str(out, "type", "outbound_result");
    json_add(out, "requestId", id);
    json_add(out, "result", result);
    json_add_bool(out, "synthetic", true);
    json_end(out, '}');
}

/* A number of seconds, in ms; -1: it is not a number, or not a plausible one. */
static int64_t seconds(struct span v)
{
    char text[32];
    int64_t ms;
    if (!json_is_number(v) || v.n >= sizeof text)
        return -1;
    snprintf(text, sizeof text, "%.*s", (int)v.n, v.p);
    return duration_parse(text, &ms) ? ms : -1;
}

/* protocol §3: egress decline. */
static bool is_declined(struct span code, struct span error)
{
    struct buf text = {0};
    if (json_eq(code, "egress_declined"))
        return true;
    if (!json_is_string(error))
        return false;
    json_decode(&text, error);
    text_lower(text.p, text.len);
    bool declined = strstr(buf_cstr(&text), "egress declined:") != NULL;
    buf_free(&text);
    return declined;
}

void result_read(struct result *r, const struct frame *f)
{
    struct span success, ambiguous, code, after;
    *r = (struct result){.id = frame_get(f, "requestId"),
                         .result = frame_get(f, "result"),
                         .retry_after = -1,
                         .marks = result_marks(f)};
    JSON_PICK(r->result, {"success", &success}, {"ambiguous", &ambiguous}, {"error", &r->error},
              {"code", &code}, {"retry_after", &after});
    r->success = json_is_true(success);
    r->ambiguous = !r->success && json_is_true(ambiguous);
    if (r->success || r->ambiguous)
        return;
    r->declined = is_declined(code, r->error);
    r->retry_after = seconds(after);
}

bool result_invites(const struct result *r)
{
    return !r->success && !r->ambiguous && !r->declined && r->retry_after >= 0 &&
           r->retry_after <= RESULT_PATIENCE;
}

bool result_repeats(const struct result *r)
{
    return (r->marks & RESULT_AGAIN) && result_invites(r);
}

bool result_is_last(const struct result *r)
{
    if (r->success || r->ambiguous)
        return !(r->marks & RESULT_MORE);
    return !result_repeats(r);
}
