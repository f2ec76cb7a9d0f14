/* SPDX-License-Identifier: MIT */
/* Emphasis in CommonMark (spec 0.31, 6.2): runs of * and _, and which of them belong together. */
#ifndef RELAY_SEND_EMPHASIS_H
#define RELAY_SEND_EMPHASIS_H

#include "send/marks.h"

struct run {
    uint32_t at, n, whole; /* offset and length of the rest of the run; its original length */
    char c;
    bool opens, closes;
};

/* The runs of a paragraph. All zero except `from`, where the paragraph begins; call runs_free() at the end.
 */
struct runs {
    size_t from;
    struct run *v;
    size_t n, cap;
    size_t *open, open_cap; /* work space */
};

/* Takes the run at i; returns its end. */
size_t runs_take(struct runs *r, struct span text, size_t i, size_t to);
/* Finds the pairs among the runs from index `first` on, adds them to the marks and drops these runs. */
void runs_pair(struct runs *r, struct marks *m, size_t first);
void runs_free(struct runs *r);

#endif
