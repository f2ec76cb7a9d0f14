/* SPDX-License-Identifier: MIT */
/* relay-control: lets others speak through a running ring. */
#include "base/diag.h"
#include "control/control.h"
#include "control/send.h"

static struct relay_control {
    struct control_send send;
    bool sends;
} self = {.send.wait = 60000};

static const struct opt options[] = {
    OPT_FLAG('s', "send", &self.sends, "send the actions on stdin to the ring, print their results"),
    OPT_TIME('w', "wait", &self.send.wait, 0, "--send: wait for the results (default 60s)"),
};

static const struct tool tool = {
    .purpose = "A stage of a ring that takes actions from a socket or FIFO; or, with --send, who\n"
               "brings them there.",
    .synopsis = "FILE\n--send [-w DURATION] FILE",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = 1,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_CONFIG, -1},
    .examples = "  relay-control control.sock <frames.ndjson\n",
    .filter = true,
};

static int run_stage(const char *path, const struct opts *o)
{
    struct filter f = {0};
    struct control c;
    control_open(&c, path);
    control_init(&c, &f);
    filter_init(&f, o);
    int status = filter_run(&f);
    control_close(&c);
    return status;
}

static int run_send(const char *path, const struct opts *o)
{
    struct filter f;
    control_send_open(&self.send, path);
    control_send_init(&self.send, &f);
    filter_init(&f, o);
    int status = filter_run(&f);
    control_send_close(&self.send);
    return status;
}

int main(int argc, char **argv)
{
    struct opts o;
    opt_read(&o, &tool, argc, argv);
    const char *path = argv[o.operands];
    if (!path)
        opt_wrong("FILE missing");
    opt_needs(&o, "wait", "send");
    return self.sends ? run_send(path, &o) : run_stage(path, &o);
}
