/* SPDX-License-Identifier: MIT */
/* The prompts that running COMMANDs have asked, to find the one that waits for a press (protocol §4, §9). No
 * I/O.
 *
 * A prompt is known by its platform, chat and prompt_id; if several COMMANDs asked the same, by the id of its
 * message, too. A passthrough goes to every live gateway of a tenant, so prompt ids made here are NONCE.N,
 * with a nonce of this process: a press with another nonce belongs to another gateway. For a message that
 * came through a queue, the nonce is that of its gateway, because another process may get the press, and N is
 * a hash of the delivery and of how many it asked before: a run again gives the same ids.
 *
 * All zero is empty; call prompts_free() at the end. */
#ifndef RELAY_RUN_PROMPTS_H
#define RELAY_RUN_PROMPTS_H

#include <stdint.h>

#include "run/turn.h"

enum { PROMPTS_MAX = 4096 }; /* prompts kept; beyond that the oldest is forgotten */

struct prompts {
    struct buf nonce;
    uint64_t made; /* ids made so far */
    int64_t asked; /* prompts asked so far */
    struct prompt *list;
    size_t count;
};

/* Gives a prompt action of a turn an id of ours, if it has no prompt_id. Other actions stay as they are. */
void prompts_name(struct prompts *p, struct turn *t, struct buf *action);
/* Notes that a turn's COMMAND asks with this action, which has the address where it goes. Returns the
 * prompt's number, or 0 if the action is not a prompt. */
int64_t prompts_ask(struct prompts *p, struct turn *t, struct span action);
/* The prompt with that number was not sent after all. */
void prompts_retract(struct prompts *p, int64_t number);
/* The prompt with that number is the message with that id (a result's message_id, JSON text). */
void prompts_shown(struct prompts *p, int64_t number, struct span message_id);
/* The turn whose COMMAND asked what this message answers. NULL: it is not a press, or nobody waits for it. */
struct turn *prompts_find(const struct prompts *p, struct turn *press);
/* Whether the message is a press for another gateway. */
bool prompts_foreign(const struct prompts *p, const struct turn *press);
/* Forgets the prompts of a turn, because its COMMAND has ended. */
void prompts_forget(struct prompts *p, const struct turn *t);
void prompts_free(struct prompts *p);

#endif
