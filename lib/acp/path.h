/* SPDX-License-Identifier: MIT */
/* Paths that an agent names, and the files behind them: only those of its session's directory. */
#ifndef RELAY_ACP_PATH_H
#define RELAY_ACP_PATH_H

#include <stdint.h>

#include "base/buf.h"

enum { PATH_FILE_MAX = 8 << 20 }; /* bytes of a file that is read or written */

/* Makes an absolute path relative to the absolute directory `root`, without "." and empty parts. NULL on
 * success; otherwise why it is refused (static text): not absolute, outside of root, with ".." or a NUL in
 * it. Pure. */
const char *path_inside(struct buf *relative, struct span root, struct span path);

/* Both name a file relative to an open directory, as path_inside() makes it, and never follow a symbolic
 * link, in no part of the path; anything but a regular file of at most PATH_FILE_MAX bytes is refused. NULL
 * on success; otherwise the reason in words (static text). */

/* Appends the file's content, which must be UTF-8. */
const char *path_read(struct buf *out, int dir, const struct buf *relative);
/* Makes the text the file's whole content, at once or not at all. Directories and a file that do not exist
 * are made; a file that does keeps its mode. */
const char *path_write(int dir, const struct buf *relative, struct span text);

/* The part of a text from line number `from` (1 for the first; 0 counts as 1) on, at most `most` lines. Pure.
 */
struct span path_lines(struct span text, int64_t from, int64_t most);

#endif
