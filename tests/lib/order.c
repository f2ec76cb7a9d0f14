/* SPDX-License-Identifier: MIT */
/* The order of frames in a chat: small cases by hand, and 200 random orders of adding and answering, each
 * judged by what a reader of the chat would see. */
#include <stdlib.h>

#include "check.h"
#include "send/order.h"

static int64_t now;

static bool add(struct order *o, const char *id, const char *chat, bool part, bool more)
{
    struct order_frame f = {
        .line = span_of(id), .id = span_of(id), .chat = span_of(chat), .part = part, .more = more};
    return order_add(o, &f);
}

/* The frames that leave now, joined by blanks. */
static const char *leaving(struct order *o)
{
    static struct buf b;
    struct order_frame f;
    for (b.len = 0; order_next(o, now, &f);) {
        if (b.len)
            buf_ch(&b, ' ');
        buf_span(&b, f.line);
    }
    return buf_cstr(&b);
}

static bool leaves(struct order *o, const char *want)
{
    const char *have = leaving(o);
    if (strcmp(have, want) != 0)
        printf("leaves: %s\nwant:   %s\n", have, want);
    return strcmp(have, want) == 0;
}

static size_t answer(struct order *o, const char *id, enum order_result r, int64_t after)
{
    return order_settle(o, span_of(id), r, after, now);
}

static void test_parts(void)
{
    struct order *o = order_new();
    CHECK(add(o, "a", "1", false, true));
    CHECK(!add(o, "a/2", "1", true, true));
    CHECK(!add(o, "a/3", "1", true, false));
    CHECK(!add(o, "b", "1", false, false)); /* behind a waiting one */
    CHECK(add(o, "c", "2", false, false));  /* another chat */
    CHECK(add(o, "d", "", false, false));   /* no chat */
    CHECK(order_waiting(o) == 3 && leaves(o, ""));
    answer(o, "c", ORDER_GOOD, 0);
    CHECK(leaves(o, ""));
    answer(o, "a", ORDER_GOOD, 0);
    struct order_frame second;
    CHECK(order_next(o, now, &second) && span_eq(second.line, "a/2") && second.more);
    CHECK(leaves(o, "") && order_waiting(o) == 2);
    answer(o, "a", ORDER_GOOD, 0); /* a second answer */
    CHECK(leaves(o, ""));
    answer(o, "a/2", ORDER_GOOD, 0);
    CHECK(leaves(o, "a/3 b") && order_waiting(o) == 0);
    CHECK(add(o, "e", "1", false, false));
    order_free(o);
}

static void test_refused(void)
{
    struct order *o = order_new();
    add(o, "a", "1", false, true);
    add(o, "a/2", "1", true, true);
    add(o, "a/3", "1", true, true);
    add(o, "a/4", "1", true, false);
    add(o, "b", "1", false, true);
    add(o, "b/2", "1", true, false);
    CHECK(answer(o, "a", ORDER_GOOD, 0) == 0 && leaves(o, "a/2"));
    CHECK(answer(o, "a/2", ORDER_BAD, 0) == 2);
    CHECK(leaves(o, "b") && order_waiting(o) == 1);
    order_release(o);
    CHECK(leaves(o, "b/2") && order_waiting(o) == 0);
    CHECK(add(o, "c", "1", false, true) && add(o, "c/2", "1", true, false));
    order_free(o);
}

static void test_later(void)
{
    struct order *o = order_new();
    now = 1000;
    add(o, "a", "1", false, false);
    add(o, "b", "1", false, false);
    CHECK(order_repeats(o, span_of("a"), 500) && !order_repeats(o, span_of("a"), -1));
    CHECK(!order_repeats(o, span_of("a"), -1) && !order_repeats(o, span_of("x"), 1));
    answer(o, "b", ORDER_LATER, 100);
    answer(o, "a", ORDER_LATER, 500);
    CHECK(!add(o, "c", "1", false, false));
    CHECK(order_waiting(o) == 3 && leaves(o, "") && order_due(o) == 1500);
    now = 1200; /* b is due, but behind a */
    CHECK(leaves(o, ""));
    now = 1500;
    CHECK(leaves(o, "a") && order_due(o) == INT64_MAX);
    answer(o, "a", ORDER_GOOD, 0);
    CHECK(leaves(o, "b"));
    for (int i = 1; i < ORDER_TRIES; i++) {
        answer(o, "b", ORDER_LATER, 10);
        CHECK(leaves(o, ""));
        now += 10;
        CHECK(leaves(o, "b"));
    }
    CHECK(!order_repeats(o, span_of("b"), 10));
    answer(o, "b", ORDER_LATER, 10);
    CHECK(leaves(o, "c") && order_waiting(o) == 0);
    order_free(o);
}

/* A frame that waits is neither sent again nor settled, whatever comes under its id. */
static void test_waiting(void)
{
    struct order *o = order_new();
    now = 0;
    add(o, "a", "1", false, true);
    add(o, "a/2", "1", true, false);
    CHECK(!order_repeats(o, span_of("a/2"), 0));
    CHECK(answer(o, "a/2", ORDER_GOOD, 0) == 0 && answer(o, "x", ORDER_BAD, 0) == 0);
    CHECK(order_waiting(o) == 1 && leaves(o, ""));
    CHECK(add(o, "a/2", "1", false, false)); /* an id that is known: it leaves at once, and is not kept */
    CHECK(order_waiting(o) == 1);
    answer(o, "a", ORDER_GOOD, 0);
    CHECK(leaves(o, "a/2") && order_repeats(o, span_of("a/2"), 0));
    order_release(o);
    CHECK(!order_repeats(o, span_of("a/2"), 0));
    CHECK(answer(o, "a/2", ORDER_LATER, 10) == 0 && order_due(o) == INT64_MAX);
    order_free(o);
}

/* Beyond ORDER_BYTES a frame leaves at once, and is not sent again. */
static void test_bytes(void)
{
    struct order *o = order_new();
    size_t n = ORDER_BYTES / 2 + 1;
    char *text = xcalloc(1, n);
    struct order_frame f = {.line = {text, n}, .id = span_of("a"), .chat = span_of("1"), .more = true};
    CHECK(order_add(o, &f) && order_repeats(o, f.id, 0));
    f.id = span_of("a/2");
    f.part = true;
    f.more = false;
    CHECK(order_add(o, &f) && !order_repeats(o, f.id, 0) && order_waiting(o) == 0);
    CHECK(!add(o, "b", "1", false, false)); /* a short one still fits */
    answer(o, "a", ORDER_GOOD, 0);
    CHECK(leaves(o, "b"));
    f.part = false;
    CHECK(order_add(o, &f) && order_repeats(o, f.id, 0)); /* there is room again */
    free(text);
    order_free(o);
}

/* ---- random orders ---- */

enum { FRAMES = 120, CHATS = 3 };

static struct {
    int chat, text, tries;
    bool more, left, under_way, done, refused;
    int64_t at; /* it must not leave before this moment */
    char id[16];
} frames[FRAMES];
static int n_frames;

static uint64_t state;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

/* Checks that a frame may leave now. */
static void judge(int k)
{
    CHECK_THAT(now >= frames[k].at, "%s", frames[k].id);
    CHECK_THAT(!frames[k].under_way && !frames[k].done, "%s", frames[k].id);
    for (int i = 0; i < k; i++) {
        if (frames[i].chat != frames[k].chat)
            continue;
        CHECK_THAT(frames[i].left || frames[i].done, "%s before %s", frames[k].id, frames[i].id);
        if (frames[i].text == frames[k].text)
            CHECK_THAT(frames[i].done && !frames[i].refused, "%s before the result of %s", frames[k].id,
                       frames[i].id);
        if (frames[i].tries)
            CHECK_THAT(frames[i].done, "%s before %s, which is sent again", frames[k].id, frames[i].id);
    }
    frames[k].left = frames[k].under_way = true;
}

static void add_text(struct order *o)
{
    int chat = (int)below(CHATS), parts = below(3) ? 1 : 1 + (int)below(6), text = n_frames;
    for (int p = 0; p < parts && n_frames < FRAMES; p++, n_frames++) {
        int k = n_frames;
        char name[8];
        snprintf(name, sizeof name, "c%d", chat);
        snprintf(frames[k].id, sizeof frames[k].id, "f%d", k);
        frames[k].chat = chat;
        frames[k].text = text;
        frames[k].more = p + 1 < parts && k + 1 < FRAMES;
        if (add(o, frames[k].id, name, p > 0, frames[k].more))
            judge(k);
    }
}

static void let_go(struct order *o)
{
    struct order_frame f;
    while (order_next(o, now, &f)) {
        char id[16];
        snprintf(id, sizeof id, "%.*s", (int)f.line.n, f.line.p);
        CHECK(span_same(f.line, f.id));
        judge(atoi(id + 1));
    }
}

static void refuse(struct order *o, int k)
{
    size_t rest = 0;
    frames[k].done = frames[k].refused = true;
    for (int i = k + 1; i < n_frames; i++)
        if (frames[i].text == frames[k].text) {
            rest++;
            frames[i].done = frames[i].refused = true;
        }
    CHECK(answer(o, frames[k].id, ORDER_BAD, 0) == rest);
}

/* Answers a random one of the frames under way. False: there is none. */
static bool answer_one(struct order *o)
{
    int k = (int)below(FRAMES);
    for (int i = 0; i < FRAMES && !frames[k].under_way; i++)
        k = (k + 1) % FRAMES;
    if (!frames[k].under_way)
        return false;
    frames[k].under_way = false;
    unsigned how = below(10);
    int64_t after = 1 + (int64_t)below(500);
    if (how == 0 || (how == 1 && !order_repeats(o, span_of(frames[k].id), after))) {
        CHECK(how == 0 || frames[k].tries == ORDER_TRIES);
        refuse(o, k);
    } else if (how == 1) {
        frames[k].at = now + after;
        frames[k].tries++;
        frames[k].left = false;
        answer(o, frames[k].id, ORDER_LATER, after);
    } else {
        frames[k].done = true;
        CHECK(answer(o, frames[k].id, ORDER_GOOD, 0) == 0);
    }
    return true;
}

static void test_random(unsigned seed)
{
    struct order *o = order_new();
    memset(frames, 0, sizeof frames);
    n_frames = 0;
    state = seed;
    now = 0;
    for (int idle = 0; idle < 2;) {
        if (n_frames < FRAMES && below(3) == 0)
            add_text(o);
        idle = answer_one(o) || n_frames < FRAMES ? 0 : idle + 1;
        let_go(o);
        if (order_due(o) != INT64_MAX && (idle || below(4) == 0)) {
            now = order_due(o);
            idle = 0;
            let_go(o);
        }
    }
    CHECK(order_waiting(o) == 0);
    for (int k = 0; k < FRAMES; k++)
        CHECK_THAT(frames[k].done, "seed %u: %s", seed, frames[k].id);
    order_free(o);
}

int main(int argc, char **argv)
{
    int runs = argc > 1 && *argv[1] ? atoi(argv[1]) : 200;
    test_parts();
    test_refused();
    test_later();
    test_waiting();
    test_bytes();
    for (int i = 1; i <= runs && !failures; i++)
        test_random((unsigned)i);
    printf("%d random orders\n", runs);
    return failures != 0;
}
