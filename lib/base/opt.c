/* SPDX-License-Identifier: MIT */
/* Options. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/opt.h"

#ifndef RELAY_VERSION
#define RELAY_VERSION "0.1.0"
#endif

enum { KEY_STRICT = OPT_LONG + 1000, KEY_MAX_FRAME, KEY_LINE_BUFFERED };

static const struct opt common[] = {
    {'h', "help", NULL, "print this help and exit"},
    {'V', "version", NULL, "print the version and exit"},
    {'q', "quiet", NULL, "print errors and losses only"},
    {'v', "verbose", NULL, "say more (repeatable)"},
};

static const struct opt of_filters[] = {
    {KEY_STRICT, "strict", NULL, "stop at the first bad line"},
    {KEY_MAX_FRAME, "max-frame", "SIZE", "longest line, with K, M or G (default 16M)"},
    {'u', "unbuffered", NULL, "no effect: output never waits"},
    {KEY_LINE_BUFFERED, "line-buffered", NULL, "no effect: output never waits"},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void print_options(const struct opt *o, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char left[64];
        int k = o[i].key < OPT_LONG ? snprintf(left, sizeof left, "-%c, ", o[i].key)
                                    : snprintf(left, sizeof left, "    ");
        snprintf(left + k, sizeof left - (size_t)k, "--%s%s%s", o[i].name, o[i].arg ? " " : "",
                 o[i].arg ? o[i].arg : "");
        printf("  %-30s  %s\n", left, o[i].help);
    }
}

static void print_synopsis(const struct tool *t)
{
    const char *lead = "Usage:";
    for (const char *p = t->synopsis, *end; *p; p = *end ? end + 1 : end, lead = "      ") {
        end = p + strcspn(p, "\n");
        printf("%s %s %.*s\n", lead, diag_name(), (int)(end - p), p);
    }
}

_Noreturn static void help(const struct tool *t)
{
    print_synopsis(t);
    printf("%s\n\nOptions:\n", t->purpose);
    print_options(t->opts, t->count);
    if (t->filter)
        print_options(of_filters, COUNT(of_filters));
    print_options(common, COUNT(common));
    printf("\nExit status:\n");
    for (const int *e = t->exits; *e >= 0; e++)
        printf("  %-3d  %s\n", *e, exit_meaning(*e));
    printf("\nExamples:\n%s", t->examples);
    if (fflush(stdout) || ferror(stdout))
        die(EX_IOERR, "write stdout:");
    exit(EX_OK);
}

_Noreturn static void version(void)
{
    printf("%s %s\n", diag_name(), RELAY_VERSION);
    if (fflush(stdout) || ferror(stdout))
        die(EX_IOERR, "write stdout:");
    exit(EX_OK);
}

_Noreturn static void point_to_help(void)
{
    die(EX_USAGE, "try '%s --help'", diag_name());
}

void opt_wrong(const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    complain("%s", buf_cstr(&m));
    point_to_help();
}

/* getopt_long's two tables, made from ours. */
static struct option longs[96];
static char shorts[192];

static void add_tables(const struct opt *o, size_t n)
{
    size_t l = 0, s = strlen(shorts);
    while (longs[l].name)
        l++;
    for (size_t i = 0; i < n; i++) {
        if (l + 1 >= COUNT(longs) || s + 3 >= COUNT(shorts))
            die(EX_SOFTWARE, "too many options");
        longs[l++] = (struct option){o[i].name, o[i].arg ? required_argument : no_argument, NULL, o[i].key};
        if (o[i].key < OPT_LONG) {
            shorts[s++] = (char)o[i].key;
            if (o[i].arg)
                shorts[s++] = ':';
        }
    }
}

static void start(struct opts *o, const struct tool *tool, int argc, char **argv)
{
    diag_init(argv[0]);
    *o = (struct opts){.tool = tool, .argc = argc, .argv = argv, .max_frame = 16 << 20};
    strcpy(shorts, "+:"); /* stop at the first operand; tell a missing argument apart */
    add_tables(tool->opts, tool->count);
    if (tool->filter)
        add_tables(of_filters, COUNT(of_filters));
    add_tables(common, COUNT(common));
    opterr = 0;
}

static bool handle_common(struct opts *o, int key)
{
    switch (key) {
    case 'h':
        help(o->tool);
    case 'V':
        version();
    case 'q':
        diag_quieter();
        return true;
    case 'v':
        diag_louder();
        return true;
    case KEY_STRICT:
        o->strict = true;
        return true;
    case KEY_MAX_FRAME:
        o->max_frame = opt_size(o, 64, 1 << 30);
        return true;
    case KEY_LINE_BUFFERED:
        return true;
    case 'u':
        return o->tool->filter;
    default:
        return false;
    }
}

static const char *name_of(int key)
{
    const struct option *l = longs;
    while (l->name && l->val != key)
        l++;
    return l->name;
}

int opt_next(struct opts *o, const struct tool *tool, int argc, char **argv)
{
    if (!o->tool)
        start(o, tool, argc, argv);
    for (;;) {
        int at = optind;
        int key = getopt_long(argc, argv, shorts, longs, NULL);
        o->arg = optarg;
        if (key == -1) {
            o->operands = optind;
            return -1;
        }
        if (key == ':') {
            complain("option %s: needs an argument", argv[at < argc ? at : argc - 1]);
            point_to_help();
        }
        if (key == '?') {
            if (optopt && optopt < OPT_LONG && strncmp(argv[at], "--", 2) != 0)
                complain("option -%c: unknown", optopt);
            else if (optopt)
                complain("option %s: takes no argument", argv[at]);
            else
                complain("option %s: unknown or ambiguous", argv[at]);
            point_to_help();
        }
        o->name = name_of(key);
        if (!handle_common(o, key))
            return key;
    }
}

int64_t opt_number(const struct opts *o, int64_t min, int64_t max)
{
    int64_t v;
    if (!number_parse(o->arg, min, max, &v))
        opt_wrong("read --%s '%s': not a whole number from %lld to %lld", o->name, o->arg, (long long)min,
                  (long long)max);
    return v;
}

int64_t opt_duration(const struct opts *o)
{
    int64_t v;
    if (!duration_parse(o->arg, &v))
        opt_wrong("read --%s '%s': not seconds or a number with ms, s, m or h", o->name, o->arg);
    return v;
}

int64_t opt_size(const struct opts *o, int64_t min, int64_t max)
{
    int64_t v;
    if (!size_parse(o->arg, min, max, &v))
        opt_wrong("read --%s '%s': not a number of bytes, K, M or G from %lld to %lld", o->name, o->arg,
                  (long long)min, (long long)max);
    return v;
}

int opt_word(const struct opts *o, const char *const *words)
{
    struct buf all = {0};
    for (int i = 0; words[i]; i++)
        if (strcmp(o->arg, words[i]) == 0)
            return i;
    for (int i = 0; words[i]; i++)
        buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
    opt_wrong("read --%s '%s': not one of %s", o->name, o->arg, buf_cstr(&all));
}
