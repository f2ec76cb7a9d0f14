/* SPDX-License-Identifier: MIT */
/* What answer.c and show.c share; private to lib/acp/. */
#ifndef RELAY_ACP_INTERNAL_H
#define RELAY_ACP_INTERNAL_H

#include "acp/answer.h"

enum { TITLE_MAX = 200 }; /* code points of a tool call's title, a plan's entry, a place */

enum { DETAIL_PLACES, DETAIL_COMMAND, DETAIL_CONTENTS, DETAILS };

enum state { STATE_WAITS, STATE_RUNS, STATE_DONE, STATE_FAILED };

struct call {
    struct call *next;
    struct buf id, title;        /* plain text; the title is one line */
    struct buf details[DETAILS]; /* with TOOLS_FULL: more lines, each kind by itself */
    enum state state;
};

struct entry {
    struct entry *next;
    struct buf text; /* one line */
    enum state state;
};

/* The state that a status (JSON value) of a tool call or of a plan's entry names. */
enum state show_state(struct span status);
/* Appends what a content block (JSON text) that is not text looks like in a chat. */
void show_content(struct buf *out, struct span content);
/* Appends one kind of detail of a tool call: its places, its command, its output and changes. */
void show_detail(struct buf *out, struct span call, int kind);
/* Appends details, each on lines of its own, below what is there. */
void show_below(struct buf *out, const struct buf *details);

#endif
