/* SPDX-License-Identifier: MIT */
/* The stub: a connector between stdin, stdout and the WebSocket server. */
#ifndef RELAY_STUB_STUB_H
#define RELAY_STUB_STUB_H

#include "stub/connector.h"
#include "stub/console.h"
#include "stub/wake.h"

struct stub {
    struct connector connector;
    struct server_options server;
    struct wake wake;
    struct jsonl replay, expected;
    bool expecting, console, strict, background;
    bool mortal;      /* it has a max_life */
    int64_t max_life; /* ms */
    const char *url_file, *buffer;

    /* The loop's own. */
    struct server *listener;
    struct reader in;
    struct writer out;
    struct console chat;
    char *platform;       /* that the user of the console writes on; NULL: no gateway has come yet */
    bool prompted, typed; /* the terminal shows a prompt; stdin is a terminal */
    size_t replayed, met; /* lines of replay and expected that are done */
    int64_t end_at;       /* clock_ms() of the end of its life, or INT64_MAX */
    int signals;
    int status;
    bool ending, gone; /* links are being closed; nobody reads stdout */
};

/* Listens and tells the URL; with `background`, goes on in a child. */
void stub_listen(struct stub *s);
/* Serves until a signal, the end of its life or of what it is for. Returns the exit status. */
int stub_run(struct stub *s);

/* Between the loop and the frames: */

/* Makes `status` the exit status unless an earlier one is set already. */
void stub_fail(struct stub *s, int status);
/* Begins to close every link in order; then the loop ends. */
void stub_finish(struct stub *s);
/* Whether to leave stdin alone for now. */
bool stub_full(const struct stub *s);
/* Works through the lines of stdin at hand, and the recording. */
void stub_take_lines(struct stub *s);
/* A frame came from a gateway. ctx: the struct stub. */
void stub_heard(void *ctx, const struct frame *f);
/* Whether every expected frame came; there may be none expected. */
bool stub_satisfied(const struct stub *s);
/* Shows the prompt of the console where one is due. */
void stub_prompt(struct stub *s);

#endif
