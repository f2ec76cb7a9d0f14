/* SPDX-License-Identifier: MIT */
/* The columns of a frame, as relay-decode(1), Columns, lists them. */
#ifndef RELAY_DECODE_VIEW_TSV_H
#define RELAY_DECODE_VIEW_TSV_H

#include "decode/view.h"

/* Appends the columns of the frame that the view has read, without '\n'. */
void view_tsv(const struct view *v, struct buf *out);

#endif
