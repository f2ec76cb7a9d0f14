/* SPDX-License-Identifier: MIT */
/* What --help and --version print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/usage.h"

enum { SCREEN = 80, LEFT = 30, LEFT_BRIEF = 27, LEFT_MOST = 128, EXAMPLES_BRIEF = 2 };

static int make_left(char left[LEFT_MOST], const struct opt *o)
{
    int k = o->letter ? snprintf(left, LEFT_MOST, "-%c, ", o->letter) : snprintf(left, LEFT_MOST, "    ");
    return k + snprintf(left + k, (size_t)(LEFT_MOST - k), "--%s%s%s", o->name, o->arg ? " " : "",
                        o->arg ? o->arg : "");
}

static void print_option(const struct opt *o)
{
    char left[LEFT_MOST];
    make_left(left, o);
    printf("  %-*s  %s\n", LEFT, left, o->help);
}

/* Prints a row within the screen: the help begins beside the option, or below a long one, and continues below
 * itself. */
static void print_brief_option(const struct opt *o, int width)
{
    char left[LEFT_MOST];
    int n = make_left(left, o), room = SCREEN - width - 4;
    printf("  %-*s", width, left);
    if (n > width)
        printf("\n  %*s", width, "");
    const char *p = o->help;
    while ((int)strlen(p) > room) {
        int cut = room;
        while (cut && p[cut] != ' ')
            cut--;
        printf("  %.*s\n  %*s", cut, p, width, "");
        p += cut + (p[cut] == ' ');
        if (!cut)
            break;
    }
    printf("  %s\n", p);
}

static void print_synopsis(const struct tool *t)
{
    const char *lead = "Usage:";
    for (const char *p = t->synopsis, *end; *p; p = *end ? end + 1 : end, lead = "      ") {
        end = p + strcspn(p, "\n");
        printf("%s %s %.*s\n", lead, diag_name(), (int)(end - p), p);
    }
}

_Noreturn static void end_output(void)
{
    if (fflush(stdout) || ferror(stdout))
        die(EX_IOERR, "write stdout:");
    exit(EX_OK);
}

void usage_print(const struct tool *t, const struct opt *const *rows, size_t count)
{
    print_synopsis(t);
    printf("%s\n\nOptions:\n", t->purpose);
    for (size_t i = 0; i < count; i++)
        print_option(rows[i]);
    printf("\nExit status:\n");
    for (const int *e = t->exits; *e >= 0; e++)
        printf("  %-3d  %s\n", *e, exit_meaning(*e));
    printf("\nExamples:\n%s", t->examples);
    end_output();
}

static const struct opt *row_of(const struct opt *const *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i]->name, name) == 0)
            return rows[i];
    die(EX_SOFTWARE, "--help: no option --%s", name);
}

/* The row of a line of tool.brief, or without one the option of that number; NULL: a heading. */
static const struct opt *brief_row(const struct tool *t, size_t i, const struct opt *const *rows,
                                   size_t count)
{
    if (!t->brief)
        return &t->opts[i];
    return strchr(t->brief[i], ':') ? NULL : row_of(rows, count, t->brief[i]);
}

static void print_brief_options(const struct tool *t, const struct opt *const *rows, size_t count)
{
    char left[LEFT_MOST];
    size_t n = t->count;
    int width = 0;
    if (t->brief)
        for (n = 0; t->brief[n];)
            n++;
    for (size_t i = 0; i < n; i++) {
        const struct opt *o = brief_row(t, i, rows, count);
        int k = o ? make_left(left, o) : 0;
        width = k > width && k <= LEFT_BRIEF ? k : width;
    }
    printf("\n%s", t->brief ? "" : "Options:\n");
    for (size_t i = 0; i < n; i++) {
        const struct opt *o = brief_row(t, i, rows, count);
        if (o)
            print_brief_option(o, width);
        else
            puts(t->brief[i]);
    }
}

static void print_brief_exits(const struct tool *t)
{
    char item[32];
    int column = printf("Exit status:");
    for (const int *e = t->exits; *e >= 0; e++) {
        int n = snprintf(item, sizeof item, " %d %s%s", *e, exit_word(*e), e[1] >= 0 ? "," : "");
        if (column + n > SCREEN)
            column = printf("\n            ") - 1;
        column += n;
        fputs(item, stdout);
    }
    putchar('\n');
}

void usage_print_brief(const struct tool *t, const struct opt *const *rows, size_t count)
{
    const char *end = t->examples;
    print_synopsis(t);
    printf("%s\n", t->purpose);
    print_brief_options(t, rows, count);
    printf("Every option: %s --help=all. The manual: man %s.\n\n", diag_name(), diag_name());
    print_brief_exits(t);
    for (int i = 0; i < EXAMPLES_BRIEF && *end; i++)
        end += strcspn(end, "\n") + 1;
    printf("Examples:\n%.*s", (int)(end - t->examples), t->examples);
    end_output();
}

void usage_version(void)
{
    printf("%s %s\n", diag_name(), RELAY_VERSION);
    end_output();
}
