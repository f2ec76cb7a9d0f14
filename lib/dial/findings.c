/* SPDX-License-Identifier: MIT */
/* What a check has found. */
#include <stdio.h>

#include "base/diag.h"
#include "base/text.h"
#include "dial/findings.h"

void findings_open(struct findings *f, bool monitor)
{
    *f = (struct findings){.monitor = monitor, .status = EX_OK};
}

/* Appends text for one line; '|' would begin a monitor's numbers. */
static void add_text(struct buf *out, const char *text)
{
    size_t from = out->len;
    text_escape(out, text, span_of(text).n);
    for (size_t i = from; i < out->len; i++)
        if (out->p[i] == '|')
            out->p[i] = '/';
}

void finding(struct findings *f, int status, const char *step, const char *text)
{
    struct buf line = {0}, *part = status == EX_OK ? &f->good : &f->bad;
    exit_raise(&f->status, status);
    if (f->monitor) {
        buf_str(part, part->len ? ", " : "");
        buf_printf(part, "%s: ", step);
        add_text(part, text);
        return;
    }
    text_escape(&line, text, span_of(text).n);
    printf("%s  %-10s  %s\n", status == EX_OK ? "ok" : "no", step, buf_cstr(&line));
    fflush(stdout);
    buf_free(&line);
}

void finding_number(struct findings *f, const char *name, double value, const char *unit)
{
    buf_printf(&f->numbers, " %s=%.6f%s", name, value, unit);
}

static int monitor_status(const struct findings *f)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL"};
    int status = f->status == EX_OK ? 0 : f->status == EX_NO ? 1 : 2;
    struct span text = buf_as_span(f->bad.len ? &f->bad : &f->good);
    printf("RELAY %s - %.*s", words[status], (int)text.n, text.p ? text.p : "");
    if (f->numbers.len)
        printf(" |%.*s", (int)f->numbers.len, f->numbers.p);
    putchar('\n');
    return status;
}

int findings_close(struct findings *f)
{
    int status = f->monitor ? monitor_status(f) : f->status;
    buf_free(&f->good);
    buf_free(&f->bad);
    buf_free(&f->numbers);
    if (fflush(stdout) || ferror(stdout))
        die(EX_IOERR, "write stdout:");
    return status;
}
