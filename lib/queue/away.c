/* SPDX-License-Identifier: MIT */
/* When the engine is away. */
#include "queue/away.h"

enum away_news away_look(struct away *a, bool there, int64_t now)
{
    if (there) {
        enum away_news news = a->told ? AWAY_BACK : AWAY_NOTHING;
        *a = (struct away){.lasted = now - a->since};
        return news;
    }
    if (!a->since)
        a->since = now;
    if (a->told || now - a->since < AWAY_PATIENCE)
        return AWAY_NOTHING;
    a->told = true;
    return AWAY_GONE;
}

int64_t away_until(const struct away *a)
{
    return a->since && !a->told ? a->since + AWAY_PATIENCE : INT64_MAX;
}
