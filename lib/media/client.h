/* SPDX-License-Identifier: MIT */
/* relay-media get and put: files, one after another. */
#ifndef RELAY_MEDIA_CLIENT_H
#define RELAY_MEDIA_CLIENT_H

#include "media/transfer.h"

struct client {
    struct transfer_options o; /* if there is no socket */
    const char *socket;        /* of the relay-media that does the transfers, or NULL */
    int64_t time;              /* ms for each file */
    bool quiet, json;
    const char *type; /* get: the types accepted; put: the type of the files; or NULL */

    /* get */
    const char *output;    /* the file to write, "-": stdout; NULL: a file in the directory */
    const char *directory; /* … which is this one */
    bool over;             /* replace files */

    /* put */
    const char *name;    /* what the file is called, or NULL */
    const char *caption; /* of the action, or NULL */
    const char *chat;    /* of the action, or NULL */
    bool action;         /* print a send_media action instead of the URL */

    int status; /* the gravest of all files */
};

/* A connection that breaks, and a file that may not grow, are errors from now on, not signals. */
void client_signals(void);
/* Fetches a URL, and prints the file's path. name: what the message calls the file, {NULL, 0}: nothing;
 * types: the content types that fit, if the user gave none. */
void client_get(struct client *c, struct span url, struct span name, const char *types);
/* Fetches what an inbound frame on stdin names. max: the longest frame in bytes. */
void client_get_event(struct client *c, size_t max);
/* Sends a file ("-": stdin), and prints its URL. */
void client_put(struct client *c, const char *path);

/* One line on stderr for a file that failed, and the exit status. what: the file or URL, untrusted. */
void client_failed(struct client *c, const char *verb, struct span what, int status, const char *why);
/* Does a job one way or the other. */
void client_do(struct client *c, struct job *j, struct outcome *out);
/* Prints a line. */
void client_print(struct buf *line);

#endif
