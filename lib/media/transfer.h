/* SPDX-License-Identifier: MIT */
/* The HTTP of media (protocol §9), by libcurl. */
#ifndef RELAY_MEDIA_TRANSFER_H
#define RELAY_MEDIA_TRANSFER_H

#include "http/trust.h"
#include "media/job.h"
#include "media/origin.h"

enum { MEDIA_REDIRECTS = 5 }; /* most redirects that are followed */

/* The connector, and how to reach it and other servers. */
struct transfer_options {
    struct origin origin; /* of the connector; scheme NULL: none is known */
    const char *id;       /* the gateway's; NULL: no bearer is sent */
    struct span secret;
    int64_t token_ttl; /* s */
    const char *
        *headers; /* further ones for the connector, "Name: value"; the list ends with NULL; or NULL */
    struct http_trust trust;
    bool private; /* other servers may have addresses of this machine and of private networks */
};

/* Fetches or sends one file, in at most j->time. Only the first request to the connector's media carries the
 * bearer: a redirect never does. progress, if not NULL, is called now and then with the bytes done and the
 * bytes in all (0: not known). */
void transfer(const struct transfer_options *o, const struct job *j, struct outcome *out,
              void (*progress)(int64_t done, int64_t all));

#endif
