/* SPDX-License-Identifier: MIT */
/* What is done on an answer of the engine. */
#include "queue/step.h"

enum step step_of(enum pool_fate fate, bool aside)
{
    switch (fate) {
    case POOL_DONE:
        return aside ? STEP_ASIDE : STEP_STORED;
    case POOL_REFUSED:
        return STEP_REFUSED;
    case POOL_AGAIN:
    case POOL_NONE: /* no answer to a put */
    case POOL_FULL: /* a limit that the operator has set: it passes when workers work */
        break;
    }
    return STEP_AGAIN;
}

size_t step_longest(size_t max_payload)
{
    return max_payload > STEP_HEADERS ? max_payload - STEP_HEADERS : 0;
}

int64_t step_backoff(int tries)
{
    int64_t wait = STEP_FIRST_WAIT;
    while (--tries > 0 && wait < STEP_TOP_WAIT)
        wait *= 2;
    return wait < STEP_TOP_WAIT ? wait : STEP_TOP_WAIT;
}
