/* SPDX-License-Identifier: MIT */
/* The environment of a COMMAND that runs for a message. */
#ifndef RELAY_RUN_ENV_H
#define RELAY_RUN_ENV_H

#include "relay/descriptor.h"
#include "run/turn.h"

enum {
    ENVIRONMENT_TEXT = 64 * 1024, /* longest RELAY_TEXT, _REPLY_TO_TEXT and _MEDIA_URLS in bytes */
    ENVIRONMENT_VALUE = 8 * 1024, /* longest value of the other variables */
};

/* Removes GATEWAY_RELAY_SECRET, RELAY_DIAL_PID and all variables of environment_make() from the environment
 * of this process: every COMMAND inherits the rest. Call it after filter_init(), which needs RELAY_DIAL_PID.
 */
void environment_clean(void);
/* The environment for the turn's COMMAND: ours and the variables for the message. p: the platform of the
 * message, or NULL; state: the session's directory, or NULL. A value that is absent, is over its maximum or
 * contains a NUL is left out. Free with environment_free(), before our environment changes. */
char **environment_make(const struct turn *t, const struct platform *p, const char *state);
void environment_free(char **vars);

#endif
