/* SPDX-License-Identifier: MIT */
/* How long a token is ours. */
#include "queue/lease.h"

enum { AGAIN = 500 /* ms */ };

void lease_begin(struct lease *l, int64_t wait, int64_t since)
{
    *l = (struct lease){.wait = wait, .until = since + wait, .next = since};
}

bool lease_due(const struct lease *l, int64_t now)
{
    return !l->let_go && !l->sent && now >= l->next;
}

void lease_sent(struct lease *l, int64_t now)
{
    l->sent = now;
}

int64_t lease_patience(const struct lease *l)
{
    return l->wait / 4;
}

void lease_heard(struct lease *l, int64_t now, bool answered)
{
    if (answered && l->sent + l->wait > l->until)
        l->until = l->sent + l->wait;
    l->next = answered ? l->sent + l->wait / 4 : now + (l->wait / 8 < AGAIN ? l->wait / 8 : AGAIN);
    l->sent = 0;
}

bool lease_over(const struct lease *l, int64_t now)
{
    return !l->let_go && now >= l->until;
}

void lease_end(struct lease *l)
{
    l->let_go = true;
}

int64_t lease_until(const struct lease *l)
{
    if (l->let_go)
        return INT64_MAX;
    return l->sent || l->until < l->next ? l->until : l->next;
}
