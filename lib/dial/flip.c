/* SPDX-License-Identifier: MIT */
/* The flip to buffered-only. */
#include "dial/flip.h"

void flip_opened(struct flip *f)
{
    f->carried = f->asked = f->acked = f->ack_back = false;
}

void flip_drain(struct flip *f, bool silent, int64_t now)
{
    f->draining = true;
    f->failed = false;
    f->draining_back = silent;
    f->ask_at = silent ? INT64_MAX : now + FLIP_ASK_MS;
}

bool flip_wanted(struct flip *f)
{
    if (f->asked || (f->acked && f->draining))
        return false;
    f->ask_at = INT64_MAX;
    return true;
}

void flip_sent(struct flip *f)
{
    f->carried = true;
}

void flip_ask(struct flip *f)
{
    f->asked = f->carried = true;
    f->ask_at = INT64_MAX;
}

void flip_ack(struct flip *f)
{
    f->acked |= f->carried;
}

void flip_late(struct flip *f)
{
    f->failed = true;
    f->asked = false;
}

void flip_round(struct flip *f, bool ack)
{
    if (ack)
        f->ack_back = true;
    else
        f->draining_back = true;
    f->ask_at = INT64_MAX;
}

bool flip_off(const struct flip *f, bool awaited)
{
    return f->failed || (f->draining_back && !awaited);
}

bool flip_passed(const struct flip *f)
{
    return f->acked ? f->ack_back : f->draining_back;
}
