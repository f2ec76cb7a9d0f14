/* SPDX-License-Identifier: MIT */
/* The stub: a connector between stdin, stdout and the WebSocket server. It is a filter (relay/filter.h) that
 * passes nothing through: its input lines are delivered to the gateways, and their frames are its output. */
#ifndef RELAY_STUB_STUB_H
#define RELAY_STUB_STUB_H

#include "relay/filter.h"
#include "stub/connector.h"
#include "stub/console.h"
#include "stub/expect.h"
#include "stub/wake.h"

struct stub {
    struct connector connector;
    struct server_options server;
    struct wake wake;
    struct expect expected;
    struct jsonl replay;
    bool console, strict, background;
    bool mortal;          /* it has a max_life */
    int64_t max_life;     /* ms */
    const char *url_file; /* NULL: none, or it has been written */
    const char *buffer;   /* the file of the spool; NULL: none */

    /* For the loop only. */
    struct server *listener;
    struct filter filter;
    struct console chat;
    char *platform;       /* on which the user of the console writes; NULL: no gateway has come yet */
    bool prompted, typed; /* the terminal shows a prompt; stdin is a terminal */
    size_t replayed;      /* lines of the recording that are done */
    size_t unread;        /* lines of stdin that were read but not taken */
    int64_t end_at;       /* clock_ms() of the end of its life, or INT64_MAX */
    int signals, slot;
    bool due;    /* its life is over: stdin is read once more */
    bool ending; /* the links are being closed */
};

/* Listens and announces the URL; with `background`, continues in a child. */
void stub_listen(struct stub *s);
/* Serves until a signal comes or its life or purpose is over. Returns the exit status. */
int stub_run(struct stub *s);

#endif
