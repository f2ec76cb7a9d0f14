/* SPDX-License-Identifier: MIT */
/* The agent's process: its start and restarts, the handshake (initialize, authenticate), lines to it and from
 * it.
 *
 * It is started when there is work and none runs; after an end that nobody asked for, not before
 * fate_backoff(). Moments are those of clock_ms(). Set the members up to kill_after, everything else zero. */
#ifndef RELAY_ACP_AGENT_H
#define RELAY_ACP_AGENT_H

#include "acp/rpc.h"
#include "run/process.h"

enum {
    AGENT_VERSION = 1,    /* of the protocol */
    AGENT_STABLE = 60000, /* ms that an agent has to live for its failures to be forgotten */
};

enum agent_state {
    AGENT_DOWN,
    AGENT_STARTING, /* the handshake is not over */
    AGENT_READY,
    AGENT_LEAVING, /* it has been told to end */
};

struct agent {
    char **argv;
    const char *auth;   /* the method to authenticate with, or NULL */
    size_t max;         /* longest line in bytes */
    int attempts;       /* starts in a row that may fail */
    int64_t patience;   /* ms for an answer to anything but a prompt */
    int64_t kill_after; /* ms */

    struct process process;
    enum agent_state state;
    bool load, resume, close; /* what it can do with sessions */
    bool images;              /* it takes images in a prompt */
    int64_t id;               /* of our latest request */
    int64_t handshake;        /* … of the handshake's request that waits for its answer */
    int64_t start_at, started_at, bound_at;
    int failures; /* ends that nobody asked for, in a row */
    int unready;  /* … before the handshake was over */
    bool stopped; /* we ended it */
    struct buf line;
};

/* Starts it if it is down and the moment has come. False: that failed too often, and it must not be tried
 * again. */
bool agent_run(struct agent *a, int64_t now);
/* Call these before a wait and after it; room: whether what it prints can be taken; ended: SIGCHLD arrived.
 */
void agent_prepare(struct agent *a, struct pollset *ps, bool room);
void agent_ready(struct agent *a, const struct pollset *ps, bool ended, bool room);
/* Whether more lines may be taken from it: it reads what it is answered. */
bool agent_reads(const struct agent *a);
/* Whether the process runs, and whether it is over: then call agent_over(). */
bool agent_runs(const struct agent *a);
bool agent_is_over(const struct agent *a);
/* Frees what the process had, and appends how it ended, in words. Returns false if it must not be started
 * again: it failed too often before it was ready. */
bool agent_over(struct agent *a, struct buf *how, int64_t now);

/* Sends a request, and returns its id. */
int64_t agent_request(struct agent *a, const char *method, struct span params);
void agent_notify(struct agent *a, const char *method, struct span params);
void agent_result(struct agent *a, struct span id, struct span result);
void agent_error(struct agent *a, struct span id, int code, const char *message);

/* Takes the response to a request of the handshake. NULL: it goes on, or the agent is ready now. Otherwise
 * why it cannot be used (static text, or what is appended to *text); it is ended. */
const char *agent_handshake(struct agent *a, const struct rpc *m, struct buf *text);

/* Makes it end: closes its stdin; or, if it has to be forced, with TERM and then KILL. */
void agent_leave(struct agent *a, int64_t now);
void agent_stop(struct agent *a);
void agent_free(struct agent *a);

#endif
