/* SPDX-License-Identifier: MIT */
/* Waking a sleeping instance. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "stub/wake.h"

enum {
    PATIENCE = 10000, /* ms for the whole command */
    REAP_WAIT = 50,   /* ms between checks of a command that has closed its stdout */
};

static void start_command(struct wake *w)
{
    const char *const shell[] = {"sh", "-c", w->command, NULL};
    unsetenv("GATEWAY_RELAY_SECRET");
    int error = child_start(&w->child, (char *const *)shell, NULL, SIGTERM);
    if (error) {
        warn("wake instance: start sh: %s", strerror(error));
        w->child.pid = 0;
        return;
    }
    close(w->child.in);
}

void wake_call(struct wake *w)
{
    int64_t now = clock_ms();
    if ((!w->command && !w->url) || w->child.pid || now < w->next)
        return;
    w->next = now + w->cooldown;
    w->deadline = now + PATIENCE;
    info(1, "wake instance: %s", w->command ? w->command : w->url);
    if (w->url && !w->call)
        w->call = call_new(w->url, PATIENCE);
    if (w->url)
        call_start(w->call);
    else
        start_command(w);
}

void wake_prepare(struct wake *w, struct pollset *ps)
{
    w->slot = -1;
    if (w->call)
        call_prepare(w->call, ps);
    if (!w->child.pid)
        return;
    w->slot = pollset_add(ps, w->child.out, POLLIN);
    pollset_until(ps, w->child.out < 0 ? clock_ms() + REAP_WAIT : w->deadline);
}

static void let_go(struct wake *w)
{
    if (w->child.out >= 0)
        close(w->child.out);
    w->child.out = -1;
}

/* Discards what the command prints; the end of its output may mean that it has ended. */
static void drain(struct wake *w)
{
    char b[4096];
    ssize_t n = read(w->child.out, b, sizeof b);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        let_go(w);
}

static void look_at_call(struct wake *w)
{
    struct buf outcome = {0};
    if (w->call && call_ready(w->call, &outcome))
        info(1, "wake instance: %s", buf_cstr(&outcome));
    buf_free(&outcome);
}

void wake_ready(struct wake *w, const struct pollset *ps)
{
    int status;
    look_at_call(w);
    if (!w->child.pid)
        return;
    if (pollset_got(ps, w->slot))
        drain(w);
    if (child_reap(&w->child, &status)) {
        info(1, "wake instance: status %d", status);
        let_go(w);
    } else if (clock_ms() >= w->deadline) {
        info(1, "wake instance: killed after %d s", PATIENCE / 1000);
        child_kill(&w->child, SIGKILL);
        w->deadline = clock_ms() + PATIENCE;
    }
}

void wake_free(struct wake *w)
{
    call_free(w->call);
    if (!w->child.pid)
        return;
    child_kill(&w->child, SIGTERM);
    let_go(w);
}
