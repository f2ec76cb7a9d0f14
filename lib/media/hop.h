/* SPDX-License-Identifier: MIT */
/* One request of a transfer and its answer. Private to lib/media/. */
#ifndef RELAY_MEDIA_HOP_H
#define RELAY_MEDIA_HOP_H

#include "media/transfer.h"

struct hop {
    CURL *easy;
    const struct job *job;
    void (*progress)(int64_t done, int64_t all);
    int64_t until;  /* clock_ms() at which the transfer is given up */
    bool connector; /* the URL is the connector's */
    bool own;       /* … and the request carries the bearer */
    bool checks;    /* the address of the server is checked */

    int64_t done;    /* bytes of the file that have passed */
    struct buf body; /* of an answer that is not the file: its beginning */
    int refused;     /* an exit status other than EX_OK: we ended it, because of `why` */
    struct buf why;
    char error[CURL_ERROR_SIZE];
};

/* Prepares the request; left: ms. The lists stay the caller's until the request is over. */
void hop_set(struct hop *h, const struct transfer_options *o, CURLU *url, struct curl_slist *headers,
             int64_t left);
/* After the request: its outcome. A redirect counts as success. */
void hop_judge(struct hop *h, CURLcode r, struct outcome *out);

#endif
