/* SPDX-License-Identifier: MIT */
/* Dead letters: messages that were given up, kept in a file for someone to look after them (design:
 * relay-run).
 *
 * Each is a line of a recording, with the reason and the number of attempts:
 *     {"t":"…","dir":"down","reason":"exit status 3","attempts":3,"frame":{…}}
 * so relay-decode -f text shows the file and relay-stub --replay delivers it again. A line is on the disk
 * before the message may be acknowledged. */
#ifndef RELAY_RUN_LETTERS_H
#define RELAY_RUN_LETTERS_H

#include "base/logfile.h"
#include "run/turn.h"

/* Opens the file and sets its mode to 0600. False: errno is set; EBUSY: another process has it. */
bool letters_open(struct logfile *l, const char *path);
/* Writes a message and all redeliveries held for it. False: errno is set, and nothing was written. */
bool letters_write(struct logfile *l, const struct turn *t, struct span reason);

#endif
