/* SPDX-License-Identifier: MIT */
/* Frames as lines to look at: text for people, tab-separated columns for cut(1) and awk(1). No byte of a
 * frame gets out that could move a terminal's cursor or break a line. */
#ifndef RELAY_DECODE_VIEW_H
#define RELAY_DECODE_VIEW_H

#include "decode/summary.h"

enum view_format { VIEW_TEXT, VIEW_TSV };

enum { VIEW_PENDING = 256, VIEW_ID = 40 };

/* Set format and color, all else zero; view_free() at the end. */
struct view {
    enum view_format format;
    bool color;
    struct summary summary;
    struct {
        char id[VIEW_ID];
        size_t size; /* 0: free */
        int64_t us;
    } pending[VIEW_PENDING]; /* the latest requests, to tell the latency of their results */
    size_t next;
};

/* Appends the frame's line, without '\n'. dir: which way it went, FRAME_UNKNOWN where only its type tells;
 * us: when, in microseconds since 1970, or negative where nobody knows. */
void view_frame(struct view *v, struct buf *out, const struct frame *f, enum frame_dir dir, int64_t us);
void view_free(struct view *v);

#endif
