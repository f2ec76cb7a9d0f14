/* SPDX-License-Identifier: MIT */
/* Frames as lines for reading: text for people, tab-separated columns for cut(1) and awk(1). No byte of a
 * frame is written that could move a terminal's cursor or break a line. */
#ifndef RELAY_DECODE_VIEW_H
#define RELAY_DECODE_VIEW_H

#include "decode/summary.h"

enum view_format { VIEW_TEXT, VIEW_TSV };

enum { VIEW_PENDING = 256, VIEW_ID = 40 };

/* Set format and color, everything else zero; call view_free() at the end. */
struct view {
    enum view_format format;
    bool color;
    struct summary summary;
    struct {
        char id[VIEW_ID];
        size_t size; /* 0: free */
        int64_t us;
    } pending[VIEW_PENDING]; /* the latest requests, to show the latency of their results */
    size_t next;
};

/* Appends the frame's line, without '\n'. dir: which way it went, FRAME_UNKNOWN if only its type says so;
 * us: when, in microseconds since 1970, or negative if that is not known. */
void view_frame(struct view *v, struct buf *out, const struct frame *f, enum frame_dir dir, int64_t us);
void view_free(struct view *v);

#endif
