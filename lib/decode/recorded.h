/* SPDX-License-Identifier: MIT */
/* A line of a recording (relay-dial --record): {"t":…,"dir":…,"frame":…}. */
#ifndef RELAY_DECODE_RECORDED_H
#define RELAY_DECODE_RECORDED_H

#include <stdint.h>

#include "relay/frame.h"

/* Reads a line into its frame. work: work space. *us: when it was, Unix microseconds, or -1. False: it is not
 * such a line. */
bool recorded_read(struct frame *f, struct json_members *work, struct span line, enum frame_dir *dir,
                   int64_t *us);

#endif
