/* SPDX-License-Identifier: MIT */
/* relay-work: the worker's side of a pool. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/diag.h"
#include "base/opt.h"
#include "queue/connect.h"
#include "queue/work.h"
#include "run/env.h"

static struct relay_work {
    struct work_options o;
    struct connect engine;
    const char *url; /* NULL: not given */
} self = {.o = {.parallel = 4, .attempts = 5, .kill_after = 60000}, .engine = CONNECT_DEFAULTS};

static const struct opt options[] = {
    OPT_NUMBER('P', "parallel", &self.o.parallel, 1, WORK_PARALLEL_MAX, "sessions at once (default 4)"),
    OPT_NUMBER(0, "attempts", &self.o.attempts, 1, WORK_ATTEMPTS_MAX,
               "run a message that fails at most N times (default 5)"),
    OPT_TEXT(0, "on-failure", "TEXT", &self.o.on_failure, "answer with TEXT when a message is given up"),
    OPT_TIME(0, "kill-after", &self.o.kill_after, 0, "end at most this long after a signal (default 60s)"),
    CONNECT_OPTIONS(self.engine),
};

static const char *const brief[] = {"Turns:",      "parallel", "attempts", "on-failure", "kill-after",
                                    "The server:", "pool",     "creds",    "cacert",     NULL};

static const struct tool tool = {
    .purpose = "Take sessions out of a pool and run COMMAND for their messages.",
    .synopsis = "[options] [URL] -- COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_CONFIG, -1},
    .examples = "  relay-work -P 8 -- relay-run -P 8 ./reply.sh &\n"
                "  relay-work --pool test --on-failure sorry -- relay-run ./reply.sh &\n",
    .brief = brief,
    .filter = true,
};

/* [URL] -- COMMAND [ARG…]: a "--" that ended the options means that the URL was left out. */
static void read_operands(const struct opts *o)
{
    char **at = o->argv + o->operands;
    bool ended = o->operands > 1 && strcmp(at[-1], "--") == 0;
    if (!ended && *at) {
        self.url = *at++;
        if (*at && strcmp(*at, "--") != 0)
            opt_wrong("read operand '%s': COMMAND needs '--' before it, options go before the URL", *at);
        at += *at != NULL;
    }
    if (!*at)
        opt_wrong("COMMAND missing");
    self.o.argv = at;
}

/* A mistyped COMMAND ends the process before anything is opened. */
static void check_command(const char *name)
{
    int error = child_find(name);
    if (error)
        die(child_start_status(error), "run %s: %s", name, strerror(error));
}

/* To the stages of COMMAND this process is the relay-dial of their ring: it ends them. */
static void set_environment(void)
{
    char pid[24];
    environment_clean();
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    if (setenv("RELAY_DIAL_PID", pid, 1))
        die(EX_OSERR, "set RELAY_DIAL_PID:");
}

int main(int argc, char **argv)
{
    struct opts o;
    opt_read(&o, &tool, argc, argv);
    read_operands(&o);
    check_command(self.o.argv[0]);
    self.o.max = (size_t)o.max_frame;
    self.o.strict = o.strict;
    connect_open(&self.engine, &o, self.url, POOL_WORKER, "relay-work");
    set_environment();
    int status = work_run(&self.engine.pool, &self.o);
    connect_close(&self.engine);
    return status;
}
