/* SPDX-License-Identifier: MIT */
/* What --help and --version print. */
#ifndef RELAY_BASE_USAGE_H
#define RELAY_BASE_USAGE_H

#include "base/opt.h"

/* All write to stdout and end the process: with 0, or with EX_IOERR if that cannot be written. */
/* The options of tool.brief, on one screen. */
_Noreturn void usage_print_brief(const struct tool *t, const struct opt *const *rows, size_t count);
/* Every option, and the exit statuses with their meanings. */
_Noreturn void usage_print(const struct tool *t, const struct opt *const *rows, size_t count);
_Noreturn void usage_version(void);

#endif
