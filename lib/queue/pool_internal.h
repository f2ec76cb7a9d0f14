/* SPDX-License-Identifier: MIT */
/* Shared by the files of the pool. */
#ifndef RELAY_QUEUE_POOL_INTERNAL_H
#define RELAY_QUEUE_POOL_INTERNAL_H

#include "queue/pool.h"

extern const char *const pool_kinds[POOL_STREAMS]; /* "in", "ready" … */
/* Appends POOL_KIND, the name of a stream. */
void pool_stream_name(struct buf *out, const struct pool *p, enum pool_stream s);

/* What was asked decides what an error means. */
enum pool_ask { POOL_ASK_PUT, POOL_ASK_GET, POOL_ASK_DELETE, POOL_ASK_PURGE, POOL_ASK_INFO };

/* Errors of JetStream that have a meaning here (err_code). */
enum pool_error {
    POOL_ERROR_NO_PEERS = 10005,
    POOL_ERROR_CONSUMER_EXISTS = 10013,
    POOL_ERROR_NO_CONSUMER = 10014,
    POOL_ERROR_NO_MESSAGE = 10037,
    POOL_ERROR_OFF_FOR_ACCOUNT = 10039,
    POOL_ERROR_NO_SEQUENCE = 10043,
    POOL_ERROR_TOO_LONG = 10054,
    POOL_ERROR_NOT_DELETED = 10057,
    POOL_ERROR_STREAM_DIFFERS = 10058,
    POOL_ERROR_NO_STREAM = 10059,
    POOL_ERROR_NO_CLUSTER = 10074,
    POOL_ERROR_OFF = 10076,
    POOL_ERROR_NOT_STORED = 10077,
    POOL_ERROR_SEALED = 10109,
    POOL_ERROR_CONSUMER_DIFFERS = 10148,
};

/* The error in an answer; code is 0 if there is none. text: its description, JSON text; p is NULL: none. */
struct pool_trouble {
    int code, err_code;
    struct span text;
};
/* Reads it; false if the answer is not a JSON object. */
bool pool_trouble_read(struct pool_trouble *t, struct span answer);
/* What it means for the one who asked. */
enum pool_fate pool_judge(enum pool_ask ask, const struct pool_trouble *t);
/* Appends it in words. */
void pool_trouble_say(struct buf *out, const struct pool_trouble *t);
/* Appends what a status without an answer means (a BUS_… that is not BUS_OK). */
void pool_status_say(struct buf *out, int status, struct span subject);

/* What an answer's spans point to. All zero at first. */
struct pool_words {
    struct buf why, subject, data, headers;
};
void pool_words_free(struct pool_words *w);
/* The consumer's ack_wait in what CONSUMER.INFO answers, in ms; 0: it is not there. */
int64_t pool_ack_wait(struct span answer);
/* Reads an answer; its spans are those of the message and of the words. Pure. */
void pool_answer_read(struct pool_answer *a, enum pool_ask ask, const struct bus_message *m,
                      struct pool_words *w);

#endif
