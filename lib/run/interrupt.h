/* SPDX-License-Identifier: MIT */
/* An interrupt of a session: its COMMAND is made to end, and what waits in it is dropped (protocol §3). */
#ifndef RELAY_RUN_INTERRUPT_H
#define RELAY_RUN_INTERRUPT_H

#include "run/each.h"

/* Takes an interrupt_inbound frame. One for a session that is not known is reported. */
void interrupt_take(struct runner *r, struct filter *f, const struct frame *fr);
/* A message came. True if its text is one of the stop words and its session was interrupted by it: then it is
 * acknowledged and freed. If nothing runs or waits in the session, it is a message like others. */
bool interrupt_word(struct runner *r, struct filter *f, struct turn *t);
/* Whether the text, without the white space at its ends, is one of the words (separated by commas), in upper
 * or lower case. A word that begins with '/' may be followed by "@NAME", as in a group chat of several bots.
 */
bool stop_word_is(const char *words, struct span text);

/* Reports an interrupt: whether a turn of the session was stopped, and how many deliveries that waited were
 * dropped. */
void interrupt_tell(const struct runner *r, const struct buf *key, bool stopped, size_t dropped);

#endif
