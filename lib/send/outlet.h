/* SPDX-License-Identifier: MIT */
/* Where relay-send's frames leave: at once, or, in a ring, in the order of each chat (send/order), with what
 * waits counted in work frames. The filter's callbacks call these; all belongs to one filter. */
#ifndef RELAY_SEND_OUTLET_H
#define RELAY_SEND_OUTLET_H

#include "relay/filter.h"
#include "relay/work.h"
#include "send/order.h"
#include "send/sender.h"

struct outlet {
    struct filter *f;
    struct sender *sender;
    struct order *order; /* NULL: no results come by, everything leaves at once */
    bool comes_down;     /* what relay-dial writes comes by, so results will; until then nothing is ordered */
    struct work work;
    struct buf line, chat, text; /* work space */
};

/* ordered: this is a stage of a ring, and reads it. outlet_close() frees all. */
void outlet_open(struct outlet *t, struct filter *f, const struct sender_options *o, bool ordered);
void outlet_close(struct outlet *t);

/* Sends an action. */
void outlet_action(struct outlet *t, struct frame *action);
/* Another frame comes by. True: it passes. */
bool outlet_frame(struct outlet *t, const struct frame *fr);

/* Parts that are still to be made keep the input waiting. */
bool outlet_full(const struct outlet *t);
/* Something has not left yet. */
bool outlet_busy(const struct outlet *t);
void outlet_prepare(struct outlet *t, struct pollset *ps);
void outlet_ready(struct outlet *t);
/* The input has ended: no further result will come. */
void outlet_end(struct outlet *t);
/* Nobody takes the output any more: reports what is lost. */
void outlet_gone(const struct outlet *t);

#endif
