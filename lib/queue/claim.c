/* SPDX-License-Identifier: MIT */
/* The states of a claim. */
#include "queue/claim.h"

/* One more than the state, so that what is left out means that the event cannot happen. */
#define TO(state) CLAIM_##state + 1
static const unsigned char table[CLAIM_STATES][CLAIM_EVENTS] = {
    [CLAIM_MARKING] = {[CLAIM_YES] = TO(TAKING),
                       [CLAIM_AGAIN] = TO(MARKING),
                       [CLAIM_STOP] = TO(CLEARING),
                       [CLAIM_LEAVE] = TO(OVER)},
    [CLAIM_TAKING] = {[CLAIM_YES] = TO(READY), [CLAIM_NO] = TO(CLEARING), [CLAIM_AGAIN] = TO(LOOKING)},
    [CLAIM_LOOKING] = {[CLAIM_YES] = TO(RETAKING), [CLAIM_NO] = TO(WHOSE), [CLAIM_AGAIN] = TO(LOOKING)},
    [CLAIM_RETAKING] = {[CLAIM_YES] = TO(READY), [CLAIM_NO] = TO(WHOSE), [CLAIM_AGAIN] = TO(LOOKING)},
    [CLAIM_WHOSE] = {[CLAIM_YES] = TO(ASIDE),
                     [CLAIM_NO] = TO(READY),
                     [CLAIM_AGAIN] = TO(WHOSE),
                     [CLAIM_LEAVE] = TO(OVER)},
    [CLAIM_READY] = {[CLAIM_SENT] = TO(OWED), [CLAIM_MUTE] = TO(CLEARING), [CLAIM_UNSENT] = TO(RETURNING)},
    [CLAIM_OWED] = {[CLAIM_TOLD] = TO(CLEARING), [CLAIM_UNSENT] = TO(RETURNING)},
    [CLAIM_RETURNING] = {[CLAIM_YES] = TO(CLEARING), [CLAIM_AGAIN] = TO(RETURNING)},
    [CLAIM_CLEARING] = {[CLAIM_YES] = TO(OVER), [CLAIM_NO] = TO(OVER), [CLAIM_AGAIN] = TO(CLEARING)},
    [CLAIM_ASIDE] = {[CLAIM_YES] = TO(CLEARING), [CLAIM_AGAIN] = TO(ASIDE)},
    [CLAIM_OWNER] = {[CLAIM_YES] = TO(OVER), [CLAIM_NO] = TO(SEEKING), [CLAIM_AGAIN] = TO(OWNER)},
    [CLAIM_SEEKING] = {[CLAIM_YES] = TO(CLEARING), [CLAIM_NO] = TO(ASIDE), [CLAIM_AGAIN] = TO(SEEKING)},
    [CLAIM_REMARKING] = {[CLAIM_YES] = TO(UNMARKING), [CLAIM_AGAIN] = TO(REMARKING)},
    [CLAIM_UNMARKING] = {[CLAIM_YES] = TO(READY), [CLAIM_NO] = TO(CLEARING), [CLAIM_AGAIN] = TO(REUNMARKING)},
    [CLAIM_REUNMARKING] = {[CLAIM_YES] = TO(READY), [CLAIM_NO] = TO(ASIDE), [CLAIM_AGAIN] = TO(REUNMARKING)},
    [CLAIM_SHELVING] = {[CLAIM_YES] = TO(DROPPING), [CLAIM_AGAIN] = TO(SHELVING)},
    [CLAIM_DROPPING] = {[CLAIM_YES] = TO(OVER), [CLAIM_NO] = TO(OVER), [CLAIM_AGAIN] = TO(DROPPING)},
};
#undef TO

enum claim_state claim_next(enum claim_state state, enum claim_event event, bool resend)
{
    unsigned to = state < CLAIM_STATES && event < CLAIM_EVENTS ? table[state][event] : 0;
    if (to != CLAIM_ASIDE + 1 || state == CLAIM_ASIDE || !resend)
        return to ? (enum claim_state)(to - 1) : CLAIM_STATES;
    return state == CLAIM_SEEKING ? CLAIM_REMARKING : CLAIM_READY; /* it has its mark */
}

bool claim_leads(enum claim_state state)
{
    return state <= CLAIM_READY;
}

bool claim_waits(enum claim_state state)
{
    return state <= CLAIM_READY || state == CLAIM_SHELVING || state == CLAIM_DROPPING;
}

bool claim_is_found(enum claim_state state)
{
    return state >= CLAIM_OWNER && state <= CLAIM_REUNMARKING;
}
