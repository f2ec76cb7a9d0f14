/* SPDX-License-Identifier: MIT */
/* Writing JSON into a buffer: commas and quotes are added automatically.
 *
 *     json_begin(&b, '{');
 *     json_add_str(&b, "op", "send");
 *     json_key(&b, "metadata"), json_begin(&b, '{'), json_end(&b, '}');
 *     json_end(&b, '}');
 *
 * A value is appended to the buffer: with a comma if the buffer ends with a value, without one if it ends
 * with '{', '[', ':' or white space. So separate several texts in one buffer with a line end. */
#ifndef RELAY_JSON_WRITE_H
#define RELAY_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* bracket: '{' or '[' to begin; '}' or ']' to end. */
void json_begin(struct buf *out, char bracket);
void json_end(struct buf *out, char bracket);
/* The name of the member whose value comes next. */
void json_key(struct buf *out, const char *name);

/* Each appends a value: JSON text unchanged; UTF-8 text as a string; an integer. */
void json_put(struct buf *out, struct span json);
void json_put_text(struct buf *out, struct span text);
void json_put_str(struct buf *out, const char *text);
void json_put_int(struct buf *out, int64_t n);

/* Each appends a member: its name and such a value. json_add() leaves out a member whose value is {NULL, 0}.
 */
void json_add(struct buf *out, const char *name, struct span json);
void json_add_text(struct buf *out, const char *name, struct span text);
void json_add_str(struct buf *out, const char *name, const char *text);
void json_add_int(struct buf *out, const char *name, int64_t n);
void json_add_bool(struct buf *out, const char *name, bool yes);

#endif
