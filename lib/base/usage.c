/* SPDX-License-Identifier: MIT */
/* What --help and --version print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/usage.h"

static void print_option(const struct opt *o)
{
    char left[128];
    int k = o->letter ? snprintf(left, sizeof left, "-%c, ", o->letter) : snprintf(left, sizeof left, "    ");
    snprintf(left + k, sizeof left - (size_t)k, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
    printf("  %-30s  %s\n", left, o->help);
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

void usage_version(void)
{
    printf("%s %s\n", diag_name(), RELAY_VERSION);
    end_output();
}
