/* SPDX-License-Identifier: MIT */
/* The files that a connector keeps (protocol §9), in memory. */
#ifndef RELAY_STUB_SHELF_H
#define RELAY_STUB_SHELF_H

#include "base/buf.h"

enum {
    SHELF_FILE = 25 << 20, /* largest file in bytes */
    SHELF_ALL = 256 << 20, /* bytes of all files: the oldest are dropped */
};

struct shelf_file {
    struct shelf_file *next; /* the one before it */
    char *id, *type, *name;  /* name: as it came, or NULL */
    struct buf content;
};

/* All zero is empty; call shelf_free() at the end. */
struct shelf {
    struct shelf_file *newest;
    size_t bytes;
};

/* Keeps a file under a new id that cannot be guessed. Takes over the content; copies the texts. Valid until
 * the next call. */
const struct shelf_file *shelf_add(struct shelf *s, struct buf *content, const char *type, const char *name);
/* The file with that id, or NULL. */
const struct shelf_file *shelf_find(const struct shelf *s, const char *id);
void shelf_free(struct shelf *s);

#endif
