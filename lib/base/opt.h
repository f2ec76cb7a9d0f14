/* SPDX-License-Identifier: MIT */
/* Options: one table per tool is the source of the parser, of --help and (through --help) of the completions.
 *
 * Every tool has -h, -V, -q and -v; a filter (`filter` set) also --strict, --max-frame and -u. They are
 * handled here. Parsing stops at the first operand and at "--". */
#ifndef RELAY_BASE_OPT_H
#define RELAY_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPT_LONG = 256 }; /* keys of options without a letter count up from here */

struct opt {
    int key;          /* the short option's letter, or OPT_LONG + n */
    const char *name; /* the long option */
    const char *arg;  /* the name of its argument in --help; NULL: it takes none */
    const char *help; /* one line */
};

struct tool {
    const char *purpose;  /* one line */
    const char *synopsis; /* what follows the tool's name; further forms on lines of their own */
    const struct opt *opts;
    size_t count;
    const int *exits;     /* the statuses the tool can end with, ended by -1 */
    const char *examples; /* lines, each ended by '\n' */
    bool filter;
};

struct opts {
    const struct tool *tool;
    int argc;
    char **argv;
    const char *name;  /* the present option's long name */
    const char *arg;   /* … and argument */
    bool strict;       /* --strict was given */
    int64_t max_frame; /* bytes; 16 MiB unless --max-frame was given */
    int operands;      /* after the last option: index of the first operand */
};

/* Returns the key of the next option, or -1 after the last. Wrong usage ends the process with EX_USAGE,
 * --help and --version with 0. Calls diag_init() at the first call. */
int opt_next(struct opts *o, const struct tool *tool, int argc, char **argv);

/* Ends the process with EX_USAGE after the message and a line that points to --help. */
_Noreturn void opt_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The present option's argument as a number, duration (ms) or size; wrong usage where it is none. */
int64_t opt_number(const struct opts *o, int64_t min, int64_t max);
int64_t opt_duration(const struct opts *o);
int64_t opt_size(const struct opts *o, int64_t min, int64_t max);
/* The present option's argument as one of the words, a list ended by NULL; returns its index. */
int opt_word(const struct opts *o, const char *const *words);

#endif
