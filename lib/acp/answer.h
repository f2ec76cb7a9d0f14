/* SPDX-License-Identifier: MIT */
/* The answer of one turn: the updates of an agent (session/update) as the text that a chat sees. Pure.
 *
 * The text only ever grows, white space at its end apart, so that it can be shown while it grows: what the
 * agent says, a line when a tool call begins ("⚙ make"), completed when it ends ("⚙ make ✓"; on a line of its
 * own if other text has come since), the plan, and later the entries of the plan that have changed. All zero
 * is empty; call answer_free() at the end. */
#ifndef RELAY_ACP_ANSWER_H
#define RELAY_ACP_ANSWER_H

#include "json/json.h"

enum {
    ANSWER_MAX = 1 << 20, /* bytes of an answer; what goes beyond is left out */
    ANSWER_CALLS = 4096,  /* tool calls of a turn, and entries of its plan */
    ANSWER_DETAIL_LINES = 24,
    ANSWER_DETAIL_CHARS = 1500,
};

enum answer_tools {
    TOOLS_QUIET, /* what the agent says, and nothing else */
    TOOLS_BRIEF, /* a line for each tool call, the plan */
    TOOLS_FULL,  /* … with places, commands, output and changes */
};

enum answer_tail { TAIL_NONE, TAIL_TEXT, TAIL_CALL, TAIL_LINES };

struct answer {
    enum answer_tools tools;
    struct buf text;
    enum answer_tail tail; /* what the text ends with */
    struct buf message;    /* TAIL_TEXT: the messageId, JSON text; empty: none was given */
    struct call *call;     /* TAIL_CALL: which, without its end */
    struct call *calls;    /* the tool calls of this turn, those of earlier parts of the answer too */
    struct entry *plan;    /* the entries as they were shown last */
    size_t n_calls, n_plan;
    bool cut; /* something was left out */
};

/* Takes the update object (JSON text) of a session/update. Returns whether the text has changed. */
bool answer_update(struct answer *a, struct span update);
/* Appends a paragraph of ours, plain text. */
void answer_note(struct answer *a, const char *text);
/* The text, UTF-8, without white space at its ends; valid until the next call. */
struct span answer_text(const struct answer *a);
/* Begins another part of the answer: the text is empty again; the tool calls and the plan stay known. */
void answer_part(struct answer *a);
/* Forgets everything except `tools`, for another turn. */
void answer_free(struct answer *a);

/* Appends a tool call (JSON text: of a tool_call, a tool_call_update or a permission request) in words: its
 * title, places, command, output and changes. title: what to call it if it has none. */
void answer_call(struct buf *out, struct span call, struct span title);
/* The title of a tool call that the turn knows (id: JSON string); {NULL, 0} if it does not. */
struct span answer_title(const struct answer *a, struct span id);

#endif
