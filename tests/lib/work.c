/* SPDX-License-Identifier: MIT */
/* When a work frame is due, in a ring and outside one. */
#include "relay/work.h"
#include "check.h"

static struct buf out;

/* Whether the frame written at that moment with that load has the wanted numbers; "": none is written. */
static bool says(struct work *w, int running, int waiting, bool ended, int64_t at, const char *want)
{
    struct load l = {.running = running, .waiting = waiting};
    out.len = 0;
    if (work_due(w, l, ended, at))
        work_build(w, &out, l, at);
    if (!*want)
        return reads(&out, "");
    struct buf frame = {0};
    buf_printf(&frame, "{\"type\":\"work\",\"running\":%c,\"waiting\":%c}", want[0], want[2]);
    bool same = holds(&out, buf_as_span(&frame));
    buf_free(&frame);
    return same;
}

static void in_ring(void)
{
    struct work w = {.ring = true};
    CHECK(says(&w, 0, 0, false, 100, ""));
    CHECK(says(&w, 1, 0, false, 200, "1 0"));
    CHECK(says(&w, 1, 0, false, 5000, ""));
    CHECK(says(&w, 1, 2, false, 5001, "1 2"));
    CHECK(says(&w, 2, 2, false, 5500, "")); /* at most once a second */
    CHECK(work_until(&w, (struct load){.running = 2, .waiting = 2}, false) == 6001);
    CHECK(says(&w, 2, 2, false, 6001, "2 2"));
    CHECK(says(&w, 0, 0, false, 6002, "0 0")); /* at rest: at once */
    CHECK(says(&w, 0, 0, false, 9000, "") && work_until(&w, (struct load){0}, false) == INT64_MAX);
    CHECK(says(&w, 0, 1, false, 9001, "0 1")); /* busy: at once */
    CHECK(says(&w, 0, 0, true, 9002, "0 0"));  /* after the end of input, too */
}

static void outside(void)
{
    struct work w = {0};
    CHECK(says(&w, 1, 0, false, 1000, "")); /* not for short work */
    CHECK(work_until(&w, (struct load){.running = 1}, false) == 1000 + WORK_PATIENCE);
    CHECK(says(&w, 0, 0, false, 1050, ""));
    CHECK(says(&w, 1, 0, false, 2000, "") && says(&w, 1, 0, false, 2000 + WORK_PATIENCE, "1 0"));
    CHECK(says(&w, 0, 0, false, 3000, "0 0"));
    CHECK(says(&w, 1, 0, false, 4000, "") && says(&w, 1, 0, false, 4200, "1 0"));
    CHECK(says(&w, 0, 0, true, 5000, "")); /* the input has ended */
}

static void learn(struct work *w, const char *line)
{
    struct frame fr = {0};
    struct json_error e;
    CHECK(frame_parse(&fr, span_of(line), &e));
    work_learn(w, &fr);
    frame_free(&fr);
}

static void added_up(void)
{
    struct work w = {.ring = true};
    learn(&w, "{\"type\":\"work\",\"running\":2,\"waiting\":1}");
    CHECK(says(&w, 0, 0, false, 1, "")); /* their frame has said it */
    CHECK(says(&w, 1, 0, false, 2, "3 1"));
    learn(&w, "{\"type\":\"work\",\"running\":0,\"waiting\":0}");
    CHECK(says(&w, 1, 0, false, 3, "1 0")); /* the latest frame is complete again */
    CHECK(says(&w, 0, 0, false, 4, "0 0"));
    learn(&w, "{\"type\":\"work\",\"running\":-5,\"waiting\":\"x\"}");
    CHECK(says(&w, 1, 1, false, 5, "1 1"));
}

int main(void)
{
    in_ring();
    outside();
    added_up();
    buf_free(&out);
    return failures > 0;
}
