/* SPDX-License-Identifier: MIT */
/* The status of a run, in JSON, for people and as metrics. */

#include "base/clock.h"
#include "check.h"
#include "dial/stats.h"
#include "json/json.h"

static struct tally nothing;

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
    .dead = -1,
    .ping = -1,
    .tally = &nothing,
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
    CHECK(span_eq(json_find(all, "dead"), "null") && span_eq(json_find(all, "ping_us"), "null"));
    CHECK(span_eq(json_find(json_find(all, "results"), "p50_us"), "null"));
    buf_free(&b);
}

static void test_text(void)
{
    struct buf b = {0};
    struct status s = {.phase = "draining",
                       .link = "down",
                       .url = "ws://h/relay",
                       .peer = "",
                       .flipped = true,
                       .tally = &nothing};
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

/* What was counted, in JSON, for people and as metrics. */
static void test_tally(void)
{
    struct buf b = {0};
    struct tally t = {.dials = 3, .opens = 2};
    struct status s = open_status;
    s.tally = &t;
    s.dead = 4;
    s.stored = 9;
    s.ping = 1500;
    s.url = "ws://h/\"\\\n";
    t.up[FRAME_OUTBOUND] = 7;
    t.down[FRAME_OTHER] = 1;
    t.results[TALLY_OK] = 1;
    latency_add(&t.latency, 2000, clock_ms());
    buf_ch(&b, '{');
    status_members(&b, &s);
    buf_ch(&b, '}');
    struct span all = buf_as_span(&b), results = json_find(all, "results");
    CHECK(span_eq(json_find(all, "reconnects"), "1") && span_eq(json_find(all, "dials"), "3"));
    CHECK(span_eq(json_find(json_find(all, "up"), "outbound"), "7"));
    CHECK(span_eq(json_find(json_find(all, "down"), "other"), "1"));
    CHECK(span_eq(json_find(results, "ok"), "1") && span_eq(json_find(results, "p99_us"), "2000"));
    CHECK(span_eq(json_find(all, "dead"), "4") && span_eq(json_find(all, "stored"), "9"));
    b.len = 0;
    status_text(&b, &s, 1700000010000);
    CHECK(strstr(buf_cstr(&b),
                 ", stored 9, dead 4, reconnects 1, half of the results in 2.0 ms, 99 % in 2.0 ms"));
    b.len = 0;
    stats_text(&b, &s, "1.0");
    static const char *const lines[] = {
        "relay_info{version=\"1.0\",url=\"ws://h/\\\"\\\\\\n\"} 1\n",
        "\nrelay_up 1\n",
        "\nrelay_link_state{state=\"open\"} 1\n",
        "\nrelay_ping_seconds 0.001500\n",
        "\nrelay_owed{type=\"outbound\"} 3\n",
        "\nrelay_messages{state=\"stored\"} 9\n",
        "\nrelay_dead_letters 4\n",
        "\nrelay_frames_total{dir=\"up\",type=\"outbound\"} 7\n",
        "\nrelay_result_seconds{quantile=\"0.99\"} 0.002000\n",
        "\nrelay_result_seconds_sum 0.002000\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_THAT(strstr(buf_cstr(&b), lines[i]), "%s", lines[i]);
    buf_free(&b);
}

/* A clock that was set back makes no moment lie in the future. */
static void test_clock_back(void)
{
    struct buf b = {0};
    struct status s = open_status;
    s.last_out = 1700000009999;
    status_text(&b, &s, 1600000000000);
    CHECK(reads(&b,
                "serving, link open for 0.0 s, attempt 2, ws://h/relay at 127.0.0.1:80, last byte in 0.0 s "
                "ago, out 0.0 s ago, owed hello 0 outbound 3 (oldest 0.0 s ago) going_idle 0, queued 5 up "
                "7 down, not flipped, running 1, waiting 2"));
    buf_free(&b);
}

int main(void)
{
    test_clock_back();
    test_members();
    test_text();
    test_tally();
    return failures != 0;
}
