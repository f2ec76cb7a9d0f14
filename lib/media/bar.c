/* SPDX-License-Identifier: MIT */
/* A progress bar. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "media/bar.h"

enum { WIDTH = 30, NAME_WIDTH = 24, EVERY = 100 };

static struct {
    struct buf name;
    bool on, shown;
    int64_t next;
} bar;

static void add_size(struct buf *out, int64_t n)
{
    if (n < 1 << 20)
        buf_printf(out, "%lld KiB", (long long)(n / 1024));
    else
        buf_printf(out, "%lld.%lld MiB", (long long)(n >> 20), (long long)((n & ((1 << 20) - 1)) * 10 >> 20));
}

void bar_line(struct buf *out, struct span name, int64_t done, int64_t all)
{
    struct buf eyes = {0};
    text_escape(&eyes, name.p, name.n);
    size_t n = eyes.len;
    while (n && (n > NAME_WIDTH || (n < eyes.len && ((unsigned char)eyes.p[n] & 0xc0) == 0x80)))
        n--;
    buf_printf(out, "%.*s ", (int)n, n ? eyes.p : "");
    buf_free(&eyes);
    if (all > 0) {
        int full = (int)(done * WIDTH / all);
        full = full < 0 ? 0 : full > WIDTH ? WIDTH : full;
        buf_printf(out, "[%.*s%*s] %3lld%% ", full, "##############################", WIDTH - full, "",
                   (long long)(done * 100 / all));
    }
    add_size(out, done);
}

void bar_start(struct span name, bool quiet)
{
    bar.name.len = 0;
    buf_span(&bar.name, name);
    bar.on = !quiet && isatty(STDERR_FILENO);
    bar.next = clock_ms() + EVERY;
}

/* What cannot be written is not worth a word. */
static void put(const struct buf *b)
{
    if (write(STDERR_FILENO, b->p, b->len) < 0)
        bar.on = false;
}

void bar_show(int64_t done, int64_t all)
{
    struct buf line = {0};
    if (!bar.on || clock_ms() < bar.next)
        return;
    bar.next = clock_ms() + EVERY;
    buf_str(&line, "\r");
    bar_line(&line, buf_as_span(&bar.name), done, all);
    buf_str(&line, "\033[K");
    put(&line);
    bar.shown = true;
    buf_free(&line);
}

void bar_end(void)
{
    struct buf line = {0};
    if (bar.shown) {
        buf_str(&line, "\r\033[K");
        put(&line);
    }
    bar.shown = false;
    buf_free(&line);
    buf_free(&bar.name);
}
