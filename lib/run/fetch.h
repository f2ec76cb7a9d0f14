/* SPDX-License-Identifier: MIT */
/* The files of a message, fetched by relay-media before its COMMAND runs (design: relay-run --media).
 *
 * relay-media gets the frame on its stdin, finds out itself who has the secret (RELAY_MEDIA_SOCKET), and
 * prints the path of each file. The files are in a directory of their own, mode 0700, that is removed with
 * fetch_end(). What cannot be fetched is reported and left out: COMMAND runs all the same. */
#ifndef RELAY_RUN_FETCH_H
#define RELAY_RUN_FETCH_H

#include "run/process.h"
#include "run/turn.h"

enum { FETCH_MOST = 60000 }; /* ms for all files of a message; then COMMAND runs without the rest */

struct fetch {
    bool on;        /* relay-media runs */
    bool late;      /* it took too long and was ended */
    int64_t until;  /* clock_ms() at which it takes too long */
    struct buf dir; /* of this message, or empty */
};

/* Makes the directory if need be, and takes it for this process; removes what an earlier one left behind.
 * Ends the process with EX_NOINPUT if that fails or another process has it, with EX_CONFIG if it is open to
 * others. Call it once. Returns the absolute path, so that COMMAND may change its directory; the caller frees
 * it. */
char *fetch_open(const char *media);

/* Whether the message names files. */
bool fetch_wanted(const struct turn *t);
/* Starts relay-media as *p, for a message in a directory of its own below `media`. Returns 0 or the errno of
 * what failed; then there is nothing to wait for. */
int fetch_start(struct fetch *w, struct process *p, const char *media, const struct turn *t, int64_t grace,
                size_t max);
/* Call it after each process_ready(): ends relay-media if it takes too long. True: it is over. */
bool fetch_over(struct fetch *w, struct process *p);
/* Takes the paths that it printed into t->files. Returns its exit status; 124 if it took too long. */
int fetch_take(struct fetch *w, struct process *p, struct turn *t);
/* Removes the files. t may be NULL. */
void fetch_end(struct fetch *w, struct turn *t);

#endif
