/* SPDX-License-Identifier: MIT */
/* Frames for reading: lines of text for people, tab-separated columns for cut(1) and awk(1), a summary, a
 * sequence diagram for Mermaid, an HTTP archive for a browser. No byte of a frame is written that could move
 * a terminal's cursor or break a line. */
#ifndef RELAY_DECODE_VIEW_H
#define RELAY_DECODE_VIEW_H

#include "decode/asked.h"
#include "decode/har.h"
#include "decode/tally.h"

enum view_format { VIEW_TEXT, VIEW_TSV, VIEW_SUMMARY, VIEW_HAR, VIEW_MERMAID };

/* Set format, color, width and day, everything else zero; call view_free() at the end. */
struct view {
    enum view_format format;
    bool color;
    int width; /* columns of a line of text; 0: as long as it is */
    int day;   /* the day, as view_day() counts, that the text needs not name */

    /* Of the frame that view_read() took. */
    struct span line; /* as it came, before it was made a message */
    const struct frame *frame;
    enum frame_dir dir;
    int64_t us, took; /* took: microseconds since what it answers; negative: not known */
    struct summary summary;
    const struct asked *asked; /* what it answers; NULL: nothing, or not known */

    struct asked_table table;
    struct tally tally;
    struct har har;
    struct buf part, text, tail; /* scratch */
    bool begun;
};

/* Takes a frame, for view_write() and for whoever chooses frames by what they are about. line: the frame as
 * it came; dir: which way it went, FRAME_UNKNOWN if only its type says so; us: when, in microseconds since
 * 1970, or negative if that is not known. */
void view_read(struct view *v, const struct frame *f, struct span line, enum frame_dir dir, int64_t us);
/* Appends the lines of the frame taken last, without the last '\n'; nothing for a view that comes at the end.
 */
void view_write(struct view *v, struct buf *out);
/* Appends what comes after the last frame, in the same way. */
void view_end(struct view *v, struct buf *out);
void view_free(struct view *v);

/* A number for the local day of a moment that no other day has; 0 if the moment is negative. */
int view_day(int64_t us);

#endif
