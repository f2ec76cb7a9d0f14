/* SPDX-License-Identifier: MIT */
/* Options. */
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/opt.h"
#include "base/usage.h"

/* The rows of the tool, then those of filters, then those of all tools; and getopt_long's two tables, made
 * from them: longs[i] is rows[i]. */
static const struct opt *rows[OPT_MOST];
static size_t count;
static struct option longs[OPT_MOST + 1];
static char shorts[2 * OPT_MOST + 3];

static void on_help(struct opts *o)
{
    if (!o->arg)
        usage_print_brief(o->tool, rows, count);
    if (strcmp(o->arg, "all") != 0)
        opt_wrong("option --help: takes no argument but all");
    usage_print(o->tool, rows, count);
}

static void on_version(struct opts *o)
{
    (void)o;
    usage_version();
}

static void on_quiet(struct opts *o)
{
    (void)o;
    diag_quieter();
}

static void on_verbose(struct opts *o)
{
    (void)o;
    diag_louder();
}

static void on_strict(struct opts *o)
{
    o->strict = true;
}

void opt_wrong(const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    complain("%s", buf_cstr(&m));
    die(EX_USAGE, "try '%s --help'", diag_name());
}

void opt_refuse(const struct opts *o, const char *fmt, ...)
{
    struct buf why = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&why, fmt, ap);
    va_end(ap);
    opt_wrong("read --%s '%s': %s", o->name, o->arg, buf_cstr(&why));
}

int64_t opt_number(const struct opts *o, int64_t min, int64_t max)
{
    int64_t v;
    if (!number_parse(o->arg, min, max, &v))
        opt_refuse(o, "not a whole number from %lld to %lld", (long long)min, (long long)max);
    return v;
}

static int64_t read_time(const struct opts *o, int64_t min)
{
    int64_t ms;
    if (!duration_parse(o->arg, &ms))
        opt_refuse(o, "not seconds or a number with ms, s, m or h, up to a year");
    if (ms < min)
        opt_refuse(o, "less than %lld ms", (long long)min);
    return ms;
}

static int64_t read_size(const struct opts *o, int64_t min, int64_t max)
{
    int64_t v;
    if (!size_parse(o->arg, min, max, &v))
        opt_refuse(o, "not a number of bytes, K, M or G from %lld to %lld", (long long)min, (long long)max);
    return v;
}

/* The index of the argument in "alpha|beta|gamma". */
static int read_word(const struct opts *o, const char *words)
{
    size_t n = strlen(o->arg);
    int i = 0;
    for (const char *w = words; *w; w += strcspn(w, "|"), w += *w == '|', i++)
        if (strcspn(w, "|") == n && strncmp(w, o->arg, n) == 0)
            return i;
    opt_refuse(o, "not one of %s", words);
}

static void on_max_frame(struct opts *o)
{
    o->max_frame = read_size(o, 64, 1 << 30);
}

static bool ignored;

static const struct opt of_filters[] = {
    OPT_CALL(0, "strict", NULL, on_strict, "stop at the first bad line"),
    OPT_CALL(0, "max-frame", "SIZE", on_max_frame, "longest line, with K, M or G (default 16M)"),
    OPT_FLAG('u', "unbuffered", &ignored, "no effect: output never waits"),
    OPT_FLAG(0, "line-buffered", &ignored, "no effect: output never waits"),
};

static const struct opt of_all[] = {
    {OPT_ROW('h', "help", NULL, "print the usual options and exit (=all: every one)", OPT_IS_CALL),
     .to.call = on_help, .maybe = true},
    OPT_CALL('V', "version", NULL, on_version, "print the version and exit"),
    OPT_CALL('q', "quiet", NULL, on_quiet, "print errors and losses only"),
    OPT_CALL('v', "verbose", NULL, on_verbose, "say more (repeatable)"),
};

static void add_rows(const struct opt *o, size_t n)
{
    size_t s = strlen(shorts);
    for (size_t i = 0; i < n; i++, count++) {
        if (count == OPT_MOST)
            die(EX_SOFTWARE, "too many options");
        rows[count] = &o[i];
        int takes = o[i].arg ? required_argument : o[i].maybe ? optional_argument : no_argument;
        longs[count] = (struct option){o[i].name, takes, NULL, 0};
        if (o[i].letter)
            shorts[s++] = o[i].letter;
        if (o[i].letter && o[i].arg)
            shorts[s++] = ':';
    }
}

static void start(struct opts *o, const struct tool *tool, int argc, char **argv)
{
    diag_init(argv[0]);
    *o = (struct opts){.tool = tool, .argc = argc, .argv = argv, .max_frame = 16 << 20};
    count = 0;
    memset(shorts, 0, sizeof shorts);
    memcpy(shorts, "+:", 3); /* stop at the first operand; recognise a missing argument */
    add_rows(tool->opts, tool->count);
    if (tool->filter)
        add_rows(of_filters, sizeof of_filters / sizeof *of_filters);
    add_rows(of_all, sizeof of_all / sizeof *of_all);
    opterr = 0;
}

static size_t row_named(const char *name, size_t n)
{
    size_t i = 0;
    while (i < count && !(strlen(rows[i]->name) == n && strncmp(rows[i]->name, name, n) == 0))
        i++;
    return i;
}

static size_t row_lettered(int letter)
{
    size_t i = 0;
    while (i < count && rows[i]->letter != letter)
        i++;
    return i;
}

/* The word is a long option that does not exist, is abbreviated, has a value it does not take or lacks one it
 * needs. The text after its "=" is not printed: it could be a secret. */
_Noreturn static void refuse_long(const char *word)
{
    size_t n = strcspn(word, "=");
    const char *why = row_named(word + 2, n - 2) == count ? "unknown"
                      : word[n]                           ? "takes no argument"
                                                          : "needs an argument";
    opt_wrong("option %.*s: %s", (int)n, word, why);
}

/* Whether the word is an option that stands alone: "-x", "--name" or "--name=value". */
static bool is_exact(const char *word)
{
    const char *name = word + 2;
    if (word[0] != '-' || !word[1] || strcmp(word, "--") == 0)
        return true; /* an operand, or the end of the options */
    size_t row = word[1] == '-' ? row_named(name, strcspn(name, "=")) : *name ? count : row_lettered(word[1]);
    return row < count && rows[row]->to.call != on_help && rows[row]->to.call != on_version;
}

/* The next option's row; `count` after the last. */
static size_t next_row(const struct opts *o)
{
    const char *word = o->argv[optind < o->argc ? optind : o->argc]; /* NULL after the last */
    int row = 0;
    if (o->exact && word && !is_exact(word))
        return count;
    int key = getopt_long(o->argc, o->argv, shorts, longs, &row);
    if (key == -1)
        return count;
    bool is_long = strncmp(word, "--", 2) == 0;
    if (is_long && (key || strcspn(word, "=") - 2 != strlen(longs[row].name)))
        refuse_long(word);
    if (key == ':' || key == '?')
        opt_wrong("option -%c: %s", optopt, key == ':' ? "needs an argument" : "unknown");
    return is_long ? (size_t)row : row_lettered(key);
}

static void store(struct opts *o, const struct opt *row)
{
    if (row->arg && !*o->arg && row->kind != OPT_IS_TEXT_OR_EMPTY)
        opt_refuse(o, "empty");
    switch (row->kind) {
    case OPT_IS_FLAG:
        *row->to.flag = true;
        break;
    case OPT_IS_TEXT:
    case OPT_IS_TEXT_OR_EMPTY:
        *row->to.text = o->arg;
        break;
    case OPT_IS_NUMBER:
        *row->to.number = opt_number(o, row->min, row->max);
        break;
    case OPT_IS_TIME:
        *row->to.number = read_time(o, row->min);
        break;
    case OPT_IS_SIZE:
        *row->to.number = read_size(o, row->min, row->max);
        break;
    case OPT_IS_WORD:
        *row->to.word = read_word(o, row->arg);
        break;
    case OPT_IS_CALL:
        row->to.call(o);
        break;
    }
}

static void read_options(struct opts *o)
{
    for (size_t i; (i = next_row(o)) < count;) {
        o->name = rows[i]->name;
        o->arg = optarg;
        o->given[i] = true;
        store(o, rows[i]);
    }
    o->operands = optind;
}

void opt_read(struct opts *o, const struct tool *tool, int argc, char **argv)
{
    start(o, tool, argc, argv);
    read_options(o);
    if (tool->operands != OPT_ANY)
        opt_operands(o, tool->operands);
}

const char *opt_verb(struct opts *o)
{
    const char *verb = o->argv[o->operands];
    if (!verb)
        return NULL;
    optind = ++o->operands;
    read_options(o);
    return verb;
}

void opt_operands(const struct opts *o, int most)
{
    if (o->argc - o->operands > most)
        opt_wrong("unexpected operand '%s'", o->argv[o->operands + most]);
}

bool opt_given(const struct opts *o, const char *name)
{
    size_t i = row_named(name, strlen(name));
    return i < count && o->given[i];
}

void opt_exclusive(const struct opts *o, const char *a, const char *b)
{
    if (opt_given(o, a) && opt_given(o, b))
        die(EX_CONFIG, "--%s and --%s: give one of them", a, b);
}

void opt_needs(const struct opts *o, const char *name, const char *other)
{
    if (opt_given(o, name) && !opt_given(o, other))
        die(EX_CONFIG, "--%s: needs --%s", name, other);
}
