/* SPDX-License-Identifier: MIT */
/* relay-stub: a connector for your desk. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/opt.h"
#include "stub/stub.h"

static struct framing framing;
static struct stub stub = {.server = {.address = "127.0.0.1", .framing = &framing},
                           .wake.cooldown = 60000,
                           .connector.o = {.sessions = SESSIONS_MANY, .patience = 10000, .random = &framing}};
static int64_t port, seed = -1; /* seed -1: choose one for this run */

static void on_secret(struct opts *o)
{
    if (!keyring_add(&stub.connector.o.keys, o->arg))
        opt_wrong("read --secret: not ID=FILE"); /* do not print it: it may be the secret itself */
}

static void on_descriptor(struct opts *o)
{
    replies_read_descriptors(&stub.connector.replies, o->arg);
}

static void on_result(struct opts *o)
{
    replies_read_rules(&stub.connector.replies, o->arg);
}

static void on_replay(struct opts *o)
{
    jsonl_read_some(&stub.replay, o->arg);
}

static void on_expect(struct opts *o)
{
    expect_read(&stub.expected, o->arg);
}

static void on_wake_url(struct opts *o)
{
    const char *wrong = call_wrong(o->arg);
    if (wrong)
        opt_refuse(o, "%s", wrong);
    stub.wake.url = o->arg;
}

static void on_close(struct opts *o)
{
    if (!fault_add_close(&stub.connector.o.faults, o->arg))
        opt_refuse(o, "not CODE[:REASON]@N with a code from 1000 to 4999");
}

static void on_drop_after(struct opts *o)
{
    fault_add(&stub.connector.o.faults, FAULT_DROP, 0, (uintmax_t)opt_number(o, 0, INT32_MAX));
}

static void on_http_status(struct opts *o)
{
    fault_add(&stub.connector.o.faults, FAULT_STATUS, (int)opt_number(o, 200, 599), 0);
}

static void on_half_open(struct opts *o)
{
    (void)o;
    fault_add(&stub.connector.o.faults, FAULT_HALF_OPEN, 0, 0);
}

static const struct opt options[] = {
    OPT_NUMBER('p', "port", &port, 0, 65535, "listen on 127.0.0.1:N (default: any free port)"),
    OPT_FILE(0, "url-file", &stub.url_file, "write the URL to FILE as well"),
    OPT_FLAG('b', "background", &stub.background, "return once it listens; print URL and process id"),
    OPT_TIME(0, "max-life", &stub.max_life, 0, "end after that time"),
    OPT_CALL(0, "secret", "ID=FILE", on_secret, "a gateway's secret (repeatable)"),
    OPT_FILE(0, "cert", &stub.server.cert, "serve TLS with this certificate (PEM)"),
    OPT_FILE(0, "key", &stub.server.key, "the certificate's key (PEM)"),
    OPT_CALL(0, "descriptor", "FILE", on_descriptor, "descriptors to send instead of the built-in ones"),
    OPT_CALL(0, "result", "FILE", on_result, "rules for the answers to outbounds"),
    OPT_FILE(0, "buffer", &stub.buffer, "keep the buffer in FILE"),
    OPT_TEXT(0, "wake", "COMMAND", &stub.wake.command, "run this when a frame waits for a sleeping instance"),
    OPT_CALL(0, "wake-url", "URL", on_wake_url, "… or send a GET request to URL"),
    OPT_TIME(0, "wake-cooldown", &stub.wake.cooldown, 0, "shortest time between two wake-ups (default 60s)"),
    OPT_WORD(0, "sessions", "one|replace|many", &stub.connector.o.sessions,
             "on a second connection of a token id: refuse it, close the first, keep both"),
    OPT_FLAG(0, "lenient", &stub.connector.o.lenient, "do not refuse what real connectors refuse"),
    OPT_TIME(0, "ack-wait", &stub.connector.o.patience, 0,
             "report an inbound_ack that takes longer (default 10s)"),
    OPT_FLAG(0, "pushback", &stub.connector.delivery.measured, "report how fast each backlog is taken"),
    OPT_FLAG('c', "console", &stub.console, "chat: type as a user, read the agent's answers"),
    OPT_CALL(0, "replay", "FILE", on_replay, "deliver what came down in this recording"),
    OPT_CALL(0, "expect", "FILE", on_expect, "exit 1 unless these frames come, in order"),
    OPT_CALL(0, "close", "CODE[:REASON]@N", on_close, "fault: close the connection after N frames"),
    OPT_CALL(0, "drop-after", "N", on_drop_after, "fault: cut the connection after N frames"),
    OPT_CALL(0, "http-status", "N", on_http_status, "fault: refuse the connection with this status"),
    OPT_CALL(0, "half-open", NULL, on_half_open, "fault: fall silent after the first descriptor"),
    OPT_FLAG(0, "every", &stub.connector.o.faults.every,
             "the last of these four faults also applies to later connections"),
    OPT_TIME(0, "delay", &stub.connector.o.delay, 0, "fault: delay every answer by that time"),
    OPT_FLAG(0, "shuffle", &stub.connector.o.shuffle, "fault: answer outbounds in a random order"),
    OPT_FLAG(0, "no-result", &stub.connector.o.no_result, "fault: do not answer outbounds"),
    OPT_FLAG(0, "no-ack", &stub.connector.o.no_ack, "fault: do not answer going_idle"),
    OPT_FLAG(0, "fragment", &framing.fragment,
             "fault: cut messages into fragments, and frames into messages"),
    OPT_FLAG(0, "coalesce", &framing.coalesce, "fault: put several frames into one message"),
    OPT_FLAG(0, "duplicate", &stub.connector.delivery.duplicate, "fault: send every delivery twice"),
    OPT_FLAG(0, "garbage", &framing.garbage, "fault: send bad lines between the frames"),
    OPT_SIZE(0, "slow-read", &stub.server.slow_read, 1, 1 << 30, "fault: read only this many bytes a second"),
    OPT_NUMBER(0, "seed", &seed, 0, INT64_MAX, "replay the random choices of an earlier run"),
};

static const char *const brief[] = {"Serve:",
                                    "port",
                                    "url-file",
                                    "background",
                                    "secret",
                                    "buffer",
                                    "console",
                                    "replay",
                                    "expect",
                                    "result",
                                    "Faults (the others: --help=all):",
                                    "close",
                                    "drop-after",
                                    NULL};

static const struct tool tool = {
    .purpose = "Play the connector for gateways on this machine: deliver the frames of stdin,\n"
               "print those received.",
    .synopsis = "[OPTION]...",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_CONFIG, -1},
    .examples = "  relay-stub --max-life 200ms --url-file url </dev/null\n"
                "  relay-stub --max-life 200ms --close 4401:x@2 --seed 7 --garbage </dev/null\n"
                "  relay-stub --background --max-life 1s --secret demo=secret\n",
    .brief = brief,
    .filter = true,
};

/* Reports the seed if something depends on it. */
static void seed_faults(struct framing *m)
{
    if (seed < 0)
        seed = clock_wall_ms() % 1000000 * 1000 + getpid() % 1000;
    framing_seed(m, (uint64_t)seed);
    bool shuffle = stub.connector.o.shuffle;
    if (m->fragment || m->coalesce || m->garbage || shuffle)
        warn("faults%s%s%s%s: seed %lld", m->fragment ? " fragment" : "", m->coalesce ? " coalesce" : "",
             m->garbage ? " garbage" : "", shuffle ? " shuffle" : "", (long long)seed);
}

int main(int argc, char **argv)
{
    struct opts o;
    opt_read(&o, &tool, argc, argv);
    opt_needs(&o, "cert", "key");
    opt_needs(&o, "key", "cert");
    opt_exclusive(&o, "wake", "wake-url");
    stub.mortal = opt_given(&o, "max-life");
    stub.server.port = (int)port;
    stub.strict = o.strict;
    stub.connector.o.max_frame = (size_t)o.max_frame;
    seed_faults(&framing);
    stub_listen(&stub);
    return stub_run(&stub);
}
