/* SPDX-License-Identifier: MIT */
/* What get and put share. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/sig.h"
#include "media/ask.h"
#include "media/bar.h"
#include "media/client.h"
#include "json/write.h"

enum { SHOWN_MOST = 1000 }; /* bytes of a name or URL that a message shows */

void client_signals(void)
{
    sig_ignore_pipe();
    signal(SIGXFSZ, SIG_IGN);
}

void client_print(struct buf *line)
{
    struct writer w;
    writer_open(&w, STDOUT_FILENO);
    writer_line(&w, buf_as_span(line));
    if (!writer_drain(&w) && errno == EPIPE)
        sig_pipe();
    if (writer_pending(&w))
        die(EX_IOERR, "write stdout:");
    if (w.own >= 0)
        close(w.own);
    buf_free(&w.q);
    line->len = 0;
}

static void print_failure(const char *verb, struct span what, int status, const char *why)
{
    struct buf line = {0};
    json_begin(&line, '{');
    json_add_text(&line, verb[0] == 'g' ? "url" : "file", what);
    json_add_str(&line, "error", why);
    json_add_int(&line, "status", status);
    json_end(&line, '}');
    client_print(&line);
    buf_free(&line);
}

void client_failed(struct client *c, const char *verb, struct span what, int status, const char *why)
{
    bool cut = what.n > SHOWN_MOST;
    complain("%s %.*s%s: %s", verb, (int)(cut ? SHOWN_MOST : what.n), what.p, cut ? "…" : "", why);
    exit_raise(&c->status, status);
    if (c->json)
        print_failure(verb, what, status, why);
}

void client_do(struct client *c, struct job *j, struct outcome *out)
{
    j->time = c->time;
    bar_start(buf_as_span(j->put ? &j->name : &j->url), c->quiet);
    if (c->socket)
        ask(c->socket, j, out, bar_show);
    else
        transfer(&c->o, j, out, bar_show);
    bar_end();
}
