/* SPDX-License-Identifier: MIT */
/* The states of a message in an inbox. */
#include "inbox/state.h"

/* One more than the state, so that what is left out means that the event cannot happen. */
static const unsigned char table[TURN_STATES][TURN_EVENTS] = {
#define TO(state) TURN_##state + 1
    [TURN_WAITING] =
        {
            [EVENT_START] = TO(RUNNING),
            [EVENT_INTERRUPT] = TO(INTERRUPTED),
            [EVENT_DROP] = TO(INTERRUPTED),
        },
    [TURN_RUNNING] =
        {
            [EVENT_UNSTARTED] = TO(WAITING),
            [EVENT_ANSWER] = TO(ANSWERED),
            [EVENT_END] = TO(DONE),
            [EVENT_FAIL] = TO(RETRYING),
            [EVENT_GIVE_UP] = TO(DEAD),
            [EVENT_INTERRUPT] = TO(INTERRUPTED),
            [EVENT_LOST] = TO(AMBIGUOUS),
            [EVENT_AGAIN] = TO(WAITING),
        },
    [TURN_RETRYING] =
        {
            [EVENT_START] = TO(RUNNING),
            [EVENT_INTERRUPT] = TO(INTERRUPTED),
            [EVENT_RETRY] = TO(WAITING),
            [EVENT_DROP] = TO(INTERRUPTED),
        },
    [TURN_ANSWERED] =
        {
            [EVENT_SETTLE] = TO(DONE),
            [EVENT_DOUBT] = TO(AMBIGUOUS),
        },
    [TURN_DEAD] =
        {
            [EVENT_RETRY] = TO(WAITING),
            [EVENT_DROP] = TO(INTERRUPTED),
        },
    [TURN_AMBIGUOUS] =
        {
            [EVENT_RETRY] = TO(WAITING),
            [EVENT_DROP] = TO(INTERRUPTED),
        },
    [TURN_INTERRUPTED] =
        {
            [EVENT_RETRY] = TO(WAITING),
        },
#undef TO
};

enum turn_state turn_next(enum turn_state state, enum turn_event event)
{
    unsigned to = state < TURN_STATES && event < TURN_EVENTS ? table[state][event] : 0;
    return to ? (enum turn_state)(to - 1) : TURN_STATES;
}

static const char *const state_words[TURN_STATES] = {
    "waiting", "running", "retrying", "answered", "done", "dead", "ambiguous", "interrupted",
};
static const char *const action_words[ACTION_STATES] = {"owed", "done", "refused", "ambiguous", "unsent"};

/* The index of a word in a list; n: it is not in it. */
static int index_of(const char *const *words, int n, struct span word)
{
    int i = 0;
    while (i < n && !span_eq(word, words[i]))
        i++;
    return i;
}

const char *turn_state_word(enum turn_state state)
{
    return state < TURN_STATES ? state_words[state] : "unknown";
}

enum turn_state turn_state_of(struct span word)
{
    return (enum turn_state)index_of(state_words, TURN_STATES, word);
}

bool turn_state_ended(enum turn_state state)
{
    return state == TURN_DONE || state == TURN_INTERRUPTED;
}

const char *action_state_word(enum action_state state)
{
    return state < ACTION_STATES ? action_words[state] : "unknown";
}

enum action_state action_state_of(struct span word)
{
    return (enum action_state)index_of(action_words, ACTION_STATES, word);
}

enum turn_event turn_settled(const struct answers *a)
{
    if (a->count[ACTION_OWED])
        return TURN_EVENTS;
    if (a->count[ACTION_AMBIGUOUS])
        return EVENT_DOUBT;
    return a->count[ACTION_UNSENT] ? TURN_EVENTS : EVENT_SETTLE;
}

enum turn_event turn_found(enum turn_state state, const struct answers *a)
{
    bool may_have_arrived = a->count[ACTION_OWED] || a->count[ACTION_AMBIGUOUS] ||
                            (state == TURN_RUNNING && (a->count[ACTION_DONE] || a->count[ACTION_REFUSED]));
    if (state == TURN_RUNNING)
        return may_have_arrived ? EVENT_LOST : EVENT_AGAIN;
    if (may_have_arrived)
        return EVENT_DOUBT;
    return a->count[ACTION_UNSENT] ? TURN_EVENTS : EVENT_SETTLE;
}
