/* SPDX-License-Identifier: MIT */
/* The line of a frame for people, as relay-decode(1), Text, describes it. */
#ifndef RELAY_DECODE_VIEW_TEXT_H
#define RELAY_DECODE_VIEW_TEXT_H

#include "decode/view.h"

/* Appends the line of the frame that the view has read, after a line for the day when that changes; without
 * the last '\n'. */
void view_text(struct view *v, struct buf *out);

#endif
