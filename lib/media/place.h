/* SPDX-License-Identifier: MIT */
/* Where a fetched file goes: it appears under its name with its whole content, or not at all. */
#ifndef RELAY_MEDIA_PLACE_H
#define RELAY_MEDIA_PLACE_H

#include <stdbool.h>

#include "base/buf.h"

/* A file of mode 0600 under a temporary name, which a signal that ends the process removes; or without any
 * name. */
struct place {
    int fd;
    struct buf temp; /* its path; empty: it has none */
};

/* Makes one in a directory, or (NULL) one without a name, of any content. False: errno. */
bool place_open(struct place *p, const char *dir);
/* Gives it its name. over: it may replace a file; otherwise an existing one, also a link, stays (EEXIST).
 * False: errno. */
bool place_name(struct place *p, const char *path, bool over);
/* Gives it a name in the directory: that one, or, if there is a file of that name, one with a number
 * ("a.png", "a-2.png" …); with over, that one. Appends its path. False: errno. */
bool place_name_in(struct place *p, const char *dir, struct span name, bool over, struct buf *path);
/* Copies the content to a descriptor. False: errno. */
bool place_copy(const struct place *p, int to);
/* Removes the file if it has not got its name, and closes it. */
void place_close(struct place *p);

#endif
