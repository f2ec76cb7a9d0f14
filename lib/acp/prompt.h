/* SPDX-License-Identifier: MIT */
/* A message of the relay as a prompt for an agent (session/prompt). Reads the message's files, and nothing
 * else. */
#ifndef RELAY_ACP_PROMPT_H
#define RELAY_ACP_PROMPT_H

#include "run/turn.h"

enum { PROMPT_IMAGE = 4 << 20 };

/* Appends the params of session/prompt: the agent's id of the session (JSON text), and the message's content
 * blocks: what the message replies to and the lines around it, its text, a resource_link for each of its
 * media. False, with nothing appended, if the message has neither text nor media. */
bool prompt_build(struct buf *out, struct span session, const struct turn *t, bool images);

#endif
