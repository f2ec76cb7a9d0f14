/* SPDX-License-Identifier: MIT */
/* uthash and utlist as the toolkit uses them: a table that cannot grow ends the process, like any other lack
 * of memory. */
#ifndef RELAY_BASE_TABLE_H
#define RELAY_BASE_TABLE_H

#include "base/buf.h"

#define uthash_malloc(size) xmalloc(size)

#include <uthash.h>
#include <utlist.h>

#endif
