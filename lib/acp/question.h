/* SPDX-License-Identifier: MIT */
/* The questions of an agent (session/request_permission) that wait for an answer from a chat. No I/O.
 *
 * A question is asked with buttons (a prompt action), or, if the platform has none, as a text whose answer is
 * typed. Its prompt_id is "acp-<nonce>.<n>": the nonce, of this process, cannot be guessed, and relay-run
 * does not take it for that of another gateway, as it does with hexadecimal ones that are not its own. */
#ifndef RELAY_ACP_QUESTION_H
#define RELAY_ACP_QUESTION_H

#include "acp/talk.h"

enum {
    QUESTION_CHOICES = 24, /* the most answers of a question */
    QUESTION_LABEL = 80,   /* code points of an answer */
    QUESTIONS_OF_TALK = 8, /* the most that one session may have open */
};

struct choice {
    struct buf id;    /* the agent's id of it, JSON text */
    struct buf label; /* plain text, one line */
    bool reject;      /* it is a kind of refusal */
};

struct question {
    struct question *prev, *next;
    struct talk *talk;
    struct buf rpc;     /* the id of the agent's request, JSON text */
    struct buf prompt;  /* prompt_id */
    struct buf request; /* requestId of the action that asks */
    struct buf text;    /* what is asked */
    struct choice choices[QUESTION_CHOICES];
    size_t n;
    bool typed; /* it is asked as a text */
    bool told;  /* somebody who may not answer was told so */
};

/* All zero is empty; questions_free() at the end. */
struct questions {
    struct question *list;
    struct buf nonce;
    uint64_t count;
};

/* Makes a question from a request's id and params (JSON text), and lists it. what: the text of it. NULL: the
 * params lack options, or have too many; or the talk has too many questions. */
struct question *question_new(struct questions *all, struct talk *k, struct span id, struct span params,
                              struct span what);
/* Takes it out of the list and frees it. */
void question_free(struct questions *all, struct question *q);
void questions_free(struct questions *all);

/* Appends the action that asks, without an address (run/address.h): a prompt, or with q->typed a send. max:
 * the longest text in code points. */
void question_action(struct buf *out, const struct question *q, size_t max);
/* Appends the result of the agent's request: the choice of that index, or that it was cancelled (NULL). */
void question_result(struct buf *out, const struct choice *choice);

/* The question of a prompt_id or of a requestId (JSON strings); NULL: none. */
struct question *question_of_prompt(const struct questions *all, struct span prompt_id);
struct question *question_of_request(const struct questions *all, struct span request_id);
/* The first question of a talk. */
struct question *question_of_talk(const struct questions *all, const struct talk *k);
/* Whether a prompt_id was made by this process. */
bool question_is_ours(const struct questions *all, struct span prompt_id);
/* The choice that a button's option_id (JSON string) stands for, or that a typed text names by its number or
 * label; NULL: none. */
const struct choice *question_pressed(const struct question *q, struct span option_id);
const struct choice *question_typed(const struct question *q, struct span text);

#endif
