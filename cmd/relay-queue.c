/* SPDX-License-Identifier: MIT */
/* relay-queue: the place of the agent in a ring whose messages are handled by workers elsewhere. */
#include <stdlib.h>

#include "base/diag.h"
#include "queue/connect.h"
#include "queue/gate.h"

static struct relay_queue {
    struct connect connect;
    const char *gateway;
    struct replies_options replies;
    bool set_up;
} self = {.connect = CONNECT_DEFAULTS};

static const struct opt options[] = {
    OPT_TEXT('g', "gateway", "ID", &self.gateway, "the link's name in the pool (default $GATEWAY_RELAY_ID)"),
    OPT_FLAG(0, "resend", &self.replies.resend, "send again what a ring that died may have sent"),
    OPT_FLAG(0, "set-up", &self.set_up, "make the pool, and end"),
    CONNECT_OPTIONS(self.connect),
};

static const char *const brief[] = {"gateway", "pool", "resend", "creds", "set-up", NULL};

static const struct tool tool = {
    .purpose = "Hand messages to a pool of workers, and their answers to the link.",
    .synopsis = "[-g ID] [--pool NAME] [--resend] [OPTION]... [URL]\n--set-up [OPTION]... [URL]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = 1,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_CONFIG, -1},
    .examples = "  relay-queue -g app1 <frames.ndjson\n"
                "  relay-queue --set-up --pool other\n",
    .brief = brief,
    .filter = true,
};

static int serve(struct filter *f)
{
    struct pool *pool = &self.connect.pool;
    struct link_name name = {0};
    struct buf why = {0};
    int status;
    link_name_init(&name, self.gateway);
    struct gate gate = {.pool = pool, .link = &name};
    gate.replies = replies_open(pool, f, &name, &self.replies, &status, &why);
    if (!gate.replies)
        die(status, "use pool %s: %s", pool->name, buf_cstr(&why));
    gate_open(&gate, f);
    status = filter_run(f);
    gate_close(&gate);
    replies_close(gate.replies);
    connect_close(&self.connect);
    link_name_free(&name);
    gate_leave(&gate);
    return status;
}

int main(int argc, char **argv)
{
    struct opts o;
    struct filter f = {0};
    opt_read(&o, &tool, argc, argv);
    opt_exclusive(&o, "set-up", "gateway");
    opt_exclusive(&o, "set-up", "resend");
    if (!self.gateway)
        self.gateway = getenv("GATEWAY_RELAY_ID");
    if (!self.set_up && (!self.gateway || !*self.gateway))
        opt_wrong("the link has no name: give --gateway or GATEWAY_RELAY_ID");
    connect_open(&self.connect, &o, argv[o.operands], self.set_up ? POOL_MAKER : POOL_RING, "relay-queue");
    if (self.set_up) {
        connect_close(&self.connect);
        return EX_OK;
    }
    filter_init(&f, &o);
    return serve(&f);
}
