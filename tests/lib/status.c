/* SPDX-License-Identifier: MIT */
/* The status of a run, in JSON and for people. */
#include "dial/status.h"
#include "check.h"
#include "json/json.h"

static const struct status open_status = {
    .phase = "serving",
    .link = "open",
    .since = 1700000000000,
    .attempt = 2,
    .url = "ws://h/relay",
    .peer = "127.0.0.1:80",
    .last_in = 1700000009500,
    .owed = {[STATUS_OUTBOUND] = {3, 1700000004000}},
    .queued_up = 5,
    .queued_down = 7,
    .running = 1,
    .waiting = 2,
};

static void test_members(void)
{
    struct buf b = {0};
    struct json_error e;
    buf_ch(&b, '{');
    status_members(&b, &open_status);
    buf_ch(&b, '}');
    struct span all = buf_as_span(&b), owed = json_find(all, "owed");
    CHECK(json_valid(b.p, b.len, &e));
    CHECK(span_eq(json_find(all, "link"), "\"open\""));
    CHECK(span_eq(json_find(all, "since"), "\"2023-11-14T22:13:20.000000Z\""));
    CHECK(span_eq(json_find(all, "last_out"), "null"));
    CHECK(span_eq(json_find(json_find(owed, "outbound"), "n"), "3"));
    CHECK(span_eq(json_find(json_find(owed, "hello"), "oldest"), "null"));
    CHECK(span_eq(json_find(all, "flipped"), "false"));
    buf_free(&b);
}

static void test_text(void)
{
    struct buf b = {0};
    struct status s = {
        .phase = "draining", .link = "down", .url = "ws://h/relay", .peer = "", .flipped = true};
    status_text(&b, &open_status, 1700000010000);
    CHECK(reads(
        &b,
        "serving, link open for 10.0 s, attempt 2, ws://h/relay at 127.0.0.1:80, last byte in 0.5 s ago, out "
        "never, owed hello 0 outbound 3 (oldest 6.0 s ago) going_idle 0, queued 5 up 7 down, not flipped, "
        "running 1, waiting 2"));
    status_text(&b, &s, 0);
    CHECK(reads(
        &b,
        "draining, link down for 0.0 s, attempt 0, ws://h/relay, last byte in never, out never, owed hello 0 "
        "outbound 0 going_idle 0, queued 0 up 0 down, flipped, running 0, waiting 0"));
    buf_free(&b);
}

int main(void)
{
    test_members();
    test_text();
    return failures != 0;
}
