/* SPDX-License-Identifier: MIT */
/* make_inbox FILE STATE…: an inbox with a message in each of these states, numbered from 1: message mN,
 * buffered as bN, of session s1 (odd) or s2 (even), said by ada in chat N of discord. A STATE may be
 * STATE=FRAME, for a frame of one's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox/store.h"

static struct store *box;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "make_inbox: %s\n", what);
    exit(1);
}

static void move(int64_t id, enum turn_event event, const char *reason)
{
    struct store_move m = {.id = id, .event = event, .next_try = INT64_C(4102444800000)};
    if (reason)
        m.reason = span_of(reason);
    if (!store_move(box, &m) || !m.moved)
        fail(store_problem(box));
}

static int64_t take(int n, const char *frame)
{
    char text[512], buffer[16], message[16];
    int64_t id = 0;
    snprintf(text, sizeof text,
             "{\"type\":\"inbound\",\"event\":{\"text\":\"hello "
             "%d\",\"message_id\":\"m%d\",\"source\":{\"platform\":"
             "\"discord\",\"chat_id\":\"%d\",\"user_id\":\"u1\",\"user_name\":\"ada\"}}}",
             n, n, n);
    snprintf(buffer, sizeof buffer, "b%d", n);
    snprintf(message, sizeof message, "m%d", n);
    struct store_turn t = {.buffer = span_of(buffer),
                           .session = span_of(n % 2 ? "s1" : "s2"),
                           .message = span_of(message),
                           .frame = span_of(frame ? frame : text)};
    struct span keys[2] = {span_of(buffer), span_of(message)};
    if (!store_begin(box) || !store_take(box, &t, keys, &id) || !store_commit(box))
        fail(store_problem(box));
    return id;
}

static void act(int64_t id, bool settled)
{
    char request[40];
    snprintf(request, sizeof request, "%032d", (int)id);
    struct store_action a = {.turn = id,
                             .request = span_of(request),
                             .frame = span_of("{\"op\":\"send\",\"content\":\"an answer\"}"),
                             .content = true};
    if (!store_add_action(box, &a) ||
        (settled && !store_settle(box, id, a.request, ACTION_DONE,
                                  span_of("{\"type\":\"outbound_result\",\"result\":{\"success\":true}}"))))
        fail(store_problem(box));
}

static void bring(int64_t id, enum turn_state state)
{
    if (state == TURN_INTERRUPTED)
        move(id, EVENT_INTERRUPT, NULL);
    if (state == TURN_WAITING || state == TURN_INTERRUPTED)
        return;
    move(id, EVENT_START, NULL);
    if (state == TURN_RETRYING)
        move(id, EVENT_FAIL, "exit status 1");
    if (state == TURN_DEAD)
        move(id, EVENT_GIVE_UP, "exit status 65");
    if (state != TURN_ANSWERED && state != TURN_DONE && state != TURN_AMBIGUOUS)
        return;
    act(id, state == TURN_DONE);
    move(id, EVENT_ANSWER, NULL);
    if (state != TURN_ANSWERED)
        move(id, state == TURN_DONE ? EVENT_SETTLE : EVENT_DOUBT, state == TURN_DONE ? NULL : "no result");
}

int main(int argc, char **argv)
{
    int status;
    struct buf why = {0};
    if (argc < 2 || !(box = store_open(argv[1], STORE_RING, &status, &why)))
        fail(argc < 2 ? "no FILE" : buf_cstr(&why));
    for (int i = 2; i < argc; i++) {
        const char *frame = strchr(argv[i], '=');
        struct span word = {argv[i], frame ? (size_t)(frame - argv[i]) : strlen(argv[i])};
        enum turn_state state = turn_state_of(word);
        if (state == TURN_STATES)
            fail("no such state");
        bring(take(i - 1, frame ? frame + 1 : NULL), state);
    }
    store_close(box);
    buf_free(&why);
    return 0;
}
