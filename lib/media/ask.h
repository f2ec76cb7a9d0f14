/* SPDX-License-Identifier: MIT */
/* A transfer by the relay-media that has the secret and serves a socket (media/serve.h): the job goes there
 * together with the open file, the outcome comes back. */
#ifndef RELAY_MEDIA_ASK_H
#define RELAY_MEDIA_ASK_H

#include "media/job.h"

/* Like transfer(), through the socket at that path. */
void ask(const char *path, const struct job *j, struct outcome *out,
         void (*progress)(int64_t done, int64_t all));

/* Both sides: sends a line, with a descriptor unless fd is negative. False: errno. */
bool ask_send(int socket, struct span line, int fd);
/* Reads one line of at most MEDIA_LINE bytes, without its '\n', and the descriptor that came with it (*fd,
 * closed in children; -1: none; NULL: it is not wanted), by that moment of clock_ms(). False: errno;
 * ETIMEDOUT: the time is over; EPROTO: the peer closed, or the line is too long. tick, if not NULL, is called
 * now and then. */
bool ask_receive(int socket, struct buf *line, int *fd, int64_t until, void (*tick)(void *), void *arg);

#endif
