/* SPDX-License-Identifier: MIT */
/* The phases a run goes through, as one pure function of the current facts. A run never goes back. */
#ifndef RELAY_DIAL_PHASE_H
#define RELAY_DIAL_PHASE_H

#include <stdbool.h>

enum phase {
    SERVING,
    DRAINING,  /* ring: `link draining` goes round, the flip is awaited; everything is served as before */
    RESTING,   /* ring: flipped, or no flip to wait for, or no link: until no turn is in hand and nothing is
                  owed */
    FINISHING, /* ring: the head is closed, COMMAND finishes its work */
    SETTLING,  /* no more input: owed replies are awaited */
    CLOSING,   /* our close frame is on its way */
    DONE,
};

struct facts {
    bool signalled; /* a signal asks for the end in order */
    bool over;      /* no more is wanted: --count or --max-time is reached */
    bool flipped; /* the going_idle that this connection carried is acked, and --stay does not outweigh it */
    bool no_flip; /* no flip is to be awaited: it was not asked for, or the ack did not come in time */
    bool rest;    /* no turn is in hand, nothing is owed and nothing is on its way */
    bool no_work; /* no turn is in hand */
    bool no_link; /* no connection, and none will be dialled */
    bool input_over;   /* pipe: stdin has ended and that ends the run; ring: COMMAND has left */
    bool command_over; /* ring: no process of COMMAND is left; pipe: no line that was read is left */
    bool reader_gone;  /* pipe: what comes down has no reader */
    bool settled;      /* nothing is awaited, and nothing waits to go up */
    bool link_down;    /* no connection now */
    bool late;         /* the current phase has lasted too long */
};

/* The phase that follows; `now` itself if the time has not come. ring: with COMMAND. */
enum phase next_phase(enum phase now, bool ring, const struct facts *f);

const char *phase_name(enum phase p);

#endif
