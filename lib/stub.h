/* SPDX-License-Identifier: MIT */
/* The loop of the stub: stdin, stdout, signals and the server. */
#ifndef RELAY_STUB_H
#define RELAY_STUB_H

#include "connector.h"

struct stub {
    struct connector connector;
    struct server_options server;
    int64_t max_life; /* ms; 0: for ever */
    bool strict;
    const char *url_file;

    /* The loop's own. */
    struct server *listener;
    struct reader in;
    struct writer out;
    int64_t end_at; /* clock_ms() of the end of its life, or INT64_MAX */
    int signals;
    int status;
    uintmax_t bad;     /* lines of stdin */
    bool ending, gone; /* links are being closed; nobody reads stdout */
};

/* Listens and tells the URL: on stderr and in the file. */
void stub_listen(struct stub *s);
/* Serves until a signal or the end of its life. Returns the exit status. */
int stub_run(struct stub *s);

#endif
