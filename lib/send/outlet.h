/* SPDX-License-Identifier: MIT */
/* Where relay-send's frames leave: at once, or, in a ring, in the order of each chat (send/order), with the
 * waiting frames counted in work frames. The filter's callbacks call these functions; one outlet belongs to
 * one filter. */
#ifndef RELAY_SEND_OUTLET_H
#define RELAY_SEND_OUTLET_H

#include "relay/filter.h"
#include "relay/work.h"
#include "send/order.h"
#include "send/sender.h"
#include "send/streams.h"

struct outlet {
    struct filter *f;
    struct sender *sender;
    struct order *order; /* NULL: no results come by, so everything leaves at once */
    struct streams streams;
    bool comes_down; /* relay-dial's frames come by, so results will; until then nothing is ordered */
    struct work work;
    struct buf line, chat, whole; /* work space */
};

/* ordered: this is a stage of a ring and reads the ring's stream. outlet_close() frees everything. */
void outlet_open(struct outlet *t, struct filter *f, const struct sender_options *o, bool ordered);
void outlet_close(struct outlet *t);

/* Sends an action. */
void outlet_action(struct outlet *t, struct frame *action);
/* Another frame comes by. True: pass it on. */
bool outlet_frame(struct outlet *t, const struct frame *fr);

/* Whether the input must wait, because parts are still to be made. */
bool outlet_full(const struct outlet *t);
/* Whether something has not left yet. */
bool outlet_busy(const struct outlet *t);
void outlet_prepare(struct outlet *t, struct pollset *ps);
void outlet_ready(struct outlet *t);
/* The input has ended: no further result will come. */
void outlet_end(struct outlet *t);
/* The output has lost its reader: reports what is lost. */
void outlet_gone(const struct outlet *t);

#endif
