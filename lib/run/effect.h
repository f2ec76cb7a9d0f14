/* SPDX-License-Identifier: MIT */
/* What follows from an entry of the journal, once it is written. */
#ifndef RELAY_RUN_EFFECT_H
#define RELAY_RUN_EFFECT_H

#include "run/durable.h"

struct effects {
    struct runner *r;
    struct filter *f;
};

/* Both for struct journal; ctx: a struct effects. */
void effect_tell(void *ctx, const struct entry *e);
void effect_written(void *ctx, struct entry *e);
/* The turn is answered: it leaves its session, and is kept until its results have come, if they can. */
void effect_answered(struct runner *r, struct turn *t);
/* Sends an action that is written, and was never sent, under the id that it has. */
void effect_resend(struct runner *r, struct filter *f, struct turn *t, struct buf *action);
/* Reports a turn whose answer may have arrived or not. */
void effect_ambiguous(struct runner *r, struct filter *f, const struct turn *t);
#endif
