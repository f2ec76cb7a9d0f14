/* SPDX-License-Identifier: MIT */
/* What a run has counted. */
#include "dial/tally.h"

uint64_t tally_reconnects(const struct tally *t)
{
    return t->opens ? t->opens - 1 : 0;
}

const char *tally_result_name(enum tally_result r)
{
    static const char *const names[] = {"ok", "refused", "synthetic"};
    return names[r];
}
