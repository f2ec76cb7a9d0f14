/* SPDX-License-Identifier: MIT */
/* The states of a message in an inbox: every cell of the table, what results mean, what is found at start. */
#include "check.h"
#include "inbox/state.h"

/* One row per state, one letter per event, in the order of enum turn_event (start, unstarted, answer, end,
 * settle, doubt, fail, give up, interrupt, lost, again, retry, drop): the first letter of the state that
 * follows (R retrying, a answered, A ambiguous, D dead), '.' for an event that cannot happen. */
static const struct {
    enum turn_state state;
    const char *next;
} rows[] = {
    {TURN_WAITING, "r.......i...i"},   {TURN_RUNNING, ".wad..RDiAw.."},     {TURN_RETRYING, "r.......i..wi"},
    {TURN_ANSWERED, "....dA......."},  {TURN_DONE, "............."},        {TURN_DEAD, "...........wi"},
    {TURN_AMBIGUOUS, "...........wi"}, {TURN_INTERRUPTED, "...........w."},
};
static const char letters[] = "wrRadDAi.";

static void every_cell(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(strlen(rows[i].next) == TURN_EVENTS);
        for (int e = 0; e < TURN_EVENTS; e++)
            CHECK_THAT(letters[turn_next(rows[i].state, (enum turn_event)e)] == rows[i].next[e],
                       "state %s, event %d", turn_state_word(rows[i].state), e);
    }
}

/* No event leads from an end to another state, except one that an operator causes. */
static void ends(void)
{
    static const enum turn_state final[] = {TURN_DONE, TURN_DEAD, TURN_AMBIGUOUS, TURN_INTERRUPTED};
    for (size_t i = 0; i < sizeof final / sizeof *final; i++)
        for (int e = 0; e < EVENT_RETRY; e++)
            CHECK_THAT(turn_next(final[i], (enum turn_event)e) == TURN_STATES, "state %zu, event %d", i, e);
    CHECK(turn_state_ended(TURN_DONE) && turn_state_ended(TURN_INTERRUPTED) && !turn_state_ended(TURN_DEAD) &&
          !turn_state_ended(TURN_AMBIGUOUS) && !turn_state_ended(TURN_ANSWERED));
}

static void words(void)
{
    for (int i = 0; i < TURN_STATES; i++)
        CHECK(turn_state_of(span_of(turn_state_word((enum turn_state)i))) == (enum turn_state)i);
    for (int i = 0; i < ACTION_STATES; i++)
        CHECK(action_state_of(span_of(action_state_word((enum action_state)i))) == (enum action_state)i);
    CHECK(turn_state_of(span_of("wait")) == TURN_STATES && action_state_of(span_of("")) == ACTION_STATES);
}

/* owed, done, refused, ambiguous, unsent; what it means while it runs on; found running; found answered */
static const struct {
    struct answers a;
    enum turn_event now, running, answered;
} answers[] = {
    {{{0, 0, 0, 0, 0}}, EVENT_SETTLE, EVENT_AGAIN, EVENT_SETTLE},
    {{{1, 0, 0, 0, 0}}, TURN_EVENTS, EVENT_LOST, EVENT_DOUBT},
    {{{0, 1, 0, 0, 0}}, EVENT_SETTLE, EVENT_LOST, EVENT_SETTLE},
    {{{0, 0, 1, 0, 0}}, EVENT_SETTLE, EVENT_LOST, EVENT_SETTLE},
    {{{0, 0, 0, 1, 0}}, EVENT_DOUBT, EVENT_LOST, EVENT_DOUBT},
    {{{0, 0, 0, 0, 1}}, TURN_EVENTS, EVENT_AGAIN, TURN_EVENTS},
    {{{1, 0, 0, 1, 0}}, TURN_EVENTS, EVENT_LOST, EVENT_DOUBT},
    {{{0, 1, 0, 1, 0}}, EVENT_DOUBT, EVENT_LOST, EVENT_DOUBT},
    {{{0, 2, 0, 0, 1}}, TURN_EVENTS, EVENT_LOST, TURN_EVENTS},
    {{{0, 0, 0, 1, 1}}, EVENT_DOUBT, EVENT_LOST, EVENT_DOUBT},
    {{{1, 0, 0, 0, 1}}, TURN_EVENTS, EVENT_LOST, EVENT_DOUBT},
};

static void results(void)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        CHECK_THAT(turn_settled(&answers[i].a) == answers[i].now, "row %zu", i);
        CHECK_THAT(turn_found(TURN_RUNNING, &answers[i].a) == answers[i].running, "row %zu", i);
        CHECK_THAT(turn_found(TURN_ANSWERED, &answers[i].a) == answers[i].answered, "row %zu", i);
    }
}

int main(void)
{
    every_cell();
    ends();
    words();
    results();
    return failures > 0;
}
