/* SPDX-License-Identifier: MIT */
/* relay-queue: the place of the agent in a ring whose messages are handled by workers elsewhere. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "queue/connect.h"
#include "queue/dead.h"
#include "queue/gate.h"
#include "queue/status.h"

static struct relay_queue {
    struct connect connect;
    const char *gateway;
    struct replies_options replies;
    bool set_up, status, dead;
    int format; /* enum report_format */
    struct dead_options which;
} self = {.connect = CONNECT_DEFAULTS, .which = {.older = -1}};

static void on_state(struct opts *o)
{
    bool dead = strcmp(o->arg, "dead") == 0;
    if (!dead && strcmp(o->arg, "ambiguous") != 0)
        opt_refuse(o, "not dead, and not ambiguous");
    self.which.states |= 1U << (dead ? TURN_DEAD : TURN_AMBIGUOUS);
}

static const struct opt options[] = {
    OPT_TEXT('g', "gateway", "ID", &self.gateway, "the link's name in the pool (default $GATEWAY_RELAY_ID)"),
    OPT_FLAG(0, "resend", &self.replies.resend, "send again what a ring that died may have sent"),
    OPT_FLAG(0, "set-up", &self.set_up, "make the pool, and end"),
    OPT_FLAG(0, "status", &self.status, "print what is in the pool, and end"),
    OPT_FLAG(0, "dead", &self.dead, "list, show, retry or drop what was put aside in the pool"),
    OPT_WORD('f', "format", "json|text", &self.format,
             "of the status or the dead: JSON, the default, or lines for people"),
    OPT_TEXT(0, "session", "KEY", &self.which.session, "of the dead: only those of this session"),
    OPT_CALL(0, "state", "dead|ambiguous", on_state, "of the dead: only those in this state (repeatable)"),
    OPT_TIME(0, "older", &self.which.older, 0, "of the dead: only those put aside that long ago"),
    CONNECT_OPTIONS(self.connect),
};

static const char *const brief[] = {"gateway", "pool", "resend", "creds", "set-up", "status", "dead", NULL};

static const struct tool tool = {
    .purpose = "Hand messages to a pool of workers, and their answers to the link.",
    .synopsis = "[-g ID] [--pool NAME] [--resend] [OPTION]... [URL]\n--set-up [OPTION]... [URL]\n"
                "--status [-f json|text] [OPTION]... [URL]\n"
                "--dead [OPTION]... [URL] [list|show|retry|drop] [ID]...",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_CONFIG, -1},
    .examples = "  relay-queue -g app1 <frames.ndjson\n"
                "  relay-queue --set-up --pool other\n"
                "  relay-queue --status\n"
                "  relay-queue --dead | jq .reason\n",
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

static void print(struct buf *out)
{
    errno = 0;
    if (fwrite(out->p, 1, out->len, stdout) != out->len || fflush(stdout) || fclose(stdout))
        die(EX_IOERR, "write stdout:");
    buf_free(out);
}

/* The operator's verbs: they need no name of a link. */
static int look_after(const struct opts *o, char **operand)
{
    const char *url = *operand && dead_verb_of(*operand) == DEAD_VERBS ? *operand++ : NULL;
    enum dead_verb verb = dead_verb_of(*operand);
    struct pool_status s;
    struct buf out = {0};
    int status = EX_OK;
    if (self.dead && verb == DEAD_VERBS)
        opt_wrong("no such verb: list, show, retry and drop are");
    connect_open(&self.connect, o, url, self.set_up ? POOL_MAKER : POOL_READER, "relay-queue");
    if (self.dead) {
        self.which.format = (enum report_format)self.format;
        self.which.gateway = self.gateway;
        status = dead_run(&self.connect.pool, &self.which, verb, *operand ? operand + 1 : operand);
    } else if (self.status) {
        status_read(&s, &self.connect.pool);
        status_report(&out, &s, self.format == REPORT_TEXT);
        status = s.dead || s.ambiguous ? EX_NO : EX_OK;
        print(&out);
    }
    connect_close(&self.connect);
    return status;
}

/* What goes together. */
static void check(const struct opts *o)
{
    static const char *const apart[][2] = {{"set-up", "gateway"}, {"set-up", "resend"}, {"set-up", "status"},
                                           {"set-up", "dead"},    {"status", "dead"},   {"status", "gateway"},
                                           {"status", "resend"},  {"dead", "resend"}};
    static const char *const of_dead[] = {"session", "state", "older"};
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        opt_exclusive(o, apart[i][0], apart[i][1]);
    for (size_t i = 0; i < sizeof of_dead / sizeof *of_dead; i++)
        if (opt_given(o, of_dead[i]) && !self.dead)
            opt_wrong("--%s is for --dead", of_dead[i]);
    if (opt_given(o, "format") && !self.dead && !self.status)
        opt_wrong("--format is for --status and --dead");
    if (!self.dead)
        opt_operands(o, 1);
}

int main(int argc, char **argv)
{
    struct opts o;
    struct filter f = {0};
    opt_read(&o, &tool, argc, argv);
    check(&o);
    if (self.dead || self.status || self.set_up)
        return look_after(&o, argv + o.operands);
    if (!self.gateway)
        self.gateway = getenv("GATEWAY_RELAY_ID");
    if (!self.gateway || !*self.gateway)
        opt_wrong("the link has no name: give --gateway or GATEWAY_RELAY_ID");
    connect_open(&self.connect, &o, argv[o.operands], POOL_RING, "relay-queue");
    filter_init(&f, &o);
    return serve(&f);
}
