/* SPDX-License-Identifier: MIT */
/* Options: one table per tool is the source for the parser, --help and (through --help) the completions.
 *
 * A row says where the option's value goes; to add an option, add a row (and its lines in the manual). It is
 * shown by --help=all; --help shows those that tool.brief names.
 * Every tool has -h, -V, -q and -v; a filter (`filter` set) also has --strict, --max-frame and -u. They are
 * handled here. Parsing stops at the first operand and at "--". Long options cannot be abbreviated, and a
 * message never contains the value of an option that does not exist: it could be a secret. */
#ifndef RELAY_BASE_OPT_H
#define RELAY_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opts;

enum opt_kind {
    OPT_IS_FLAG,
    OPT_IS_TEXT,
    OPT_IS_TEXT_OR_EMPTY,
    OPT_IS_NUMBER,
    OPT_IS_TIME,
    OPT_IS_SIZE,
    OPT_IS_WORD,
    OPT_IS_CALL
};

struct opt {
    char letter;      /* the short option; 0: none */
    const char *name; /* the long option */
    const char *arg;  /* the name of its argument in --help; NULL: it takes none */
    const char *help; /* one line */
    enum opt_kind kind;
    union {
        bool *flag;        /* becomes true */
        const char **text; /* the argument itself, within argv */
        int64_t *number;   /* a number, milliseconds or bytes */
        int *word;         /* the index of the word in arg */
        void (*call)(struct opts *o);
    } to;
    int64_t min, max; /* bounds of a number */
    bool maybe;       /* a call: it may have an argument, "--name=ARG" */
};

/* The rows of a table. An empty argument is refused, except by OPT_TEXT_OR_EMPTY. */
/* clang-format off */
#define OPT_ROW(l, n, a, h, k) .letter = (l), .name = (n), .arg = (a), .help = (h), .kind = (k)
#define OPT_FLAG(l, n, to_, h) {OPT_ROW(l, n, NULL, h, OPT_IS_FLAG), .to.flag = (to_)}
#define OPT_TEXT(l, n, a, to_, h) {OPT_ROW(l, n, a, h, OPT_IS_TEXT), .to.text = (to_)}
#define OPT_TEXT_OR_EMPTY(l, n, a, to_, h) {OPT_ROW(l, n, a, h, OPT_IS_TEXT_OR_EMPTY), .to.text = (to_)}
#define OPT_FILE(l, n, to_, h) OPT_TEXT(l, n, "FILE", to_, h)
#define OPT_BOUND(l, n, a, k, to_, min_, max_, h) \
    {OPT_ROW(l, n, a, h, k), .to.number = (to_), .min = (min_), .max = (max_)}
#define OPT_NUMBER(l, n, to_, min_, max_, h) OPT_BOUND(l, n, "N", OPT_IS_NUMBER, to_, min_, max_, h)
/* Milliseconds; 365 days at most. */
#define OPT_TIME(l, n, to_, min_, h) OPT_BOUND(l, n, "DURATION", OPT_IS_TIME, to_, min_, 0, h)
/* Bytes. */
#define OPT_SIZE(l, n, to_, min_, max_, h) OPT_BOUND(l, n, "SIZE", OPT_IS_SIZE, to_, min_, max_, h)
/* One of the words, "alpha|beta|gamma". */
#define OPT_WORD(l, n, words, to_, h) {OPT_ROW(l, n, words, h, OPT_IS_WORD), .to.word = (to_)}
/* Calls a function of the tool, which finds the argument in o->arg; a: its name, NULL if it takes none. */
#define OPT_CALL(l, n, a, f, h) {OPT_ROW(l, n, a, h, OPT_IS_CALL), .to.call = (f)}
/* The same, and the argument may be left out: then o->arg is NULL. Long options only. */
#define OPT_MAYBE(n, f, h) {OPT_ROW(0, n, NULL, h, OPT_IS_CALL), .to.call = (f), .maybe = true}
/* clang-format on */

enum { OPT_ANY = -1 };  /* any number of operands */
enum { OPT_MOST = 96 }; /* options of a tool, the common ones included */

struct tool {
    const char *purpose;  /* one line */
    const char *synopsis; /* what follows the tool's name; each further form on a separate line */
    const struct opt *opts;
    size_t count;
    int operands;         /* the most it takes, or OPT_ANY */
    const int *exits;     /* the statuses the tool can end with; the list ends with -1 */
    const char *examples; /* lines, each ended by '\n'; --help shows the first two */
    /* What --help shows, on one screen of 24 rows and 80 columns: long names of options, and headings, which
     * end with ':'; the list ends with NULL. NULL: all of the tool's own options. --help=all shows every one.
     */
    const char *const *brief;
    bool filter;
};

struct opts {
    const struct tool *tool;
    int argc;
    char **argv;
    const char *name;     /* the current option's long name */
    const char *arg;      /* … and argument */
    bool given[OPT_MOST]; /* by row; see opt_given() */
    bool exact;           /* set by a tool: a word that is not exactly an option is the first operand */
    bool strict;          /* --strict was given */
    int64_t max_frame;    /* bytes; 16 MiB unless --max-frame was given */
    int operands;         /* after opt_read(): index of the first operand */
};

/* Reads all options and stores each value where its row says. Calls diag_init() first. Wrong usage ends the
 * process with EX_USAGE, --help and --version with 0. */
void opt_read(struct opts *o, const struct tool *tool, int argc, char **argv);
/* After opt_read(): takes the first operand, a verb, and reads the options after it. NULL: there is none. */
const char *opt_verb(struct opts *o);
/* Whether the option with this long name was given. */
bool opt_given(const struct opts *o, const char *name);

/* Ends the process with EX_USAGE after the message and a line that points to --help. */
_Noreturn void opt_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for the current option: "read --NAME 'ARG': reason". */
_Noreturn void opt_refuse(const struct opts *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Ends the process with EX_USAGE when there are more than `most` operands. */
void opt_operands(const struct opts *o, int most);

/* Contradictory settings end the process with EX_CONFIG: two options of which only one may be given; an
 * option that has no meaning without the other. */
void opt_exclusive(const struct opts *o, const char *a, const char *b);
void opt_needs(const struct opts *o, const char *name, const char *other);

/* The current option's argument as a number, for OPT_CALL. Ends the process with EX_USAGE if it is not one.
 */
int64_t opt_number(const struct opts *o, int64_t min, int64_t max);

#endif
