/* SPDX-License-Identifier: MIT */
/* One file to fetch or to send, and what became of it; as JSON on the way between relay-media and the one
 * that has the secret. */
#ifndef RELAY_MEDIA_JOB_H
#define RELAY_MEDIA_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    MEDIA_MOST = 25 << 20,  /* most bytes of a file (protocol §9) */
    MEDIA_TIME = 30000,     /* ms for one file (protocol §9) */
    MEDIA_LINE = 64 * 1024, /* longest job or outcome as JSON */
};

struct job {
    bool put;         /* false: get */
    struct buf url;   /* get: from where */
    struct buf types; /* get: the content types accepted (type_wanted()); empty: all */
    struct buf type;  /* put: the content type */
    struct buf name;  /* put: the name, as it is */
    int64_t size;     /* put: the number of bytes */
    int64_t time;     /* ms */
    int fd;           /* get: a file that is written from its start; put: one that is read */
};

/* status: an exit status. error: why it is not EX_OK, untrusted text. The type and the name are what the
 * server says: untrusted. */
struct outcome {
    int status;
    struct buf error;
    struct buf url; /* put: the file's URL */
    struct buf type, name;
    int64_t size;
};

/* Each appends one line of JSON, without '\n'. */
void job_write(struct buf *out, const struct job *j);
void outcome_write(struct buf *out, const struct outcome *o);
/* Reads such a line into members that are all zero; fd is left alone. False: it is not one. */
bool job_read(struct job *j, struct span line);
bool outcome_read(struct outcome *o, struct span line);
void job_free(struct job *j);
void outcome_free(struct outcome *o);

#endif
