/* SPDX-License-Identifier: MIT */
/* The gateway's end of the link: a pipe or a ring of filters, joined to the connector (design §1, §3;
 * protocol §1 to §3). Everything is served from one poll loop. */
#ifndef RELAY_DIAL_DIAL_H
#define RELAY_DIAL_DIAL_H

#include "link/link.h"

struct dial_options {
    struct link_options link;
    char **command; /* the ring's COMMAND; the list ends with NULL. NULL: pipe mode, with stdin and stdout */
    const char *id; /* our id at the connector; NULL: dial unauthenticated */
    struct span secret;
    int64_t token_ttl;  /* seconds */
    int64_t retry;      /* failures in a row that are followed by another dial; INT64_MAX: no limit */
    int64_t wait;       /* ms for owed replies after the end of input */
    int64_t kill_after; /* ms from the first signal to the exit */
    int64_t max_time;   /* ms for everything; 0: no limit */
    int64_t count;      /* end after that many frames have come down; 0: no limit */
    const char **up;    /* further frame types that a ring may send; the list ends with NULL */
    int ready_fd;       /* the first descriptor's line is written there; -1: none */
    const char *record; /* file; NULL: none */
    const char *status; /* file; NULL: none */
    const char *stats;  /* file; NULL: none */
    bool null_input, no_link, no_wait, stay, strict;
};

/* Runs until the link has ended for good and everything is settled. Returns the exit status. */
int dial_run(const struct dial_options *o);

#endif
