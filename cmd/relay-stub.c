/* SPDX-License-Identifier: MIT */
/* relay-stub: a connector for your desk. */
#include <string.h>
#include <unistd.h>

#include "stub/replies.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/opt.h"
#include "stub/stub.h"

enum {
    KEY_URL_FILE = OPT_LONG,
    KEY_SECRET,
    KEY_CERT,
    KEY_KEY,
    KEY_DESCRIPTOR,
    KEY_RESULT,
    KEY_BUFFER,
    KEY_WAKE_URL,
    KEY_WAKE_COOLDOWN,
    KEY_REPLAY,
    KEY_EXPECT,
    KEY_MAX_LIFE,
    KEY_CLOSE,
    KEY_DROP_AFTER,
    KEY_HTTP_STATUS,
    KEY_HALF_OPEN,
    KEY_EVERY,
    KEY_DELAY,
    KEY_NO_RESULT,
    KEY_NO_ACK,
    KEY_FRAGMENT,
    KEY_COALESCE,
    KEY_DUPLICATE,
    KEY_GARBAGE,
    KEY_SLOW_READ,
    KEY_SEED,
};

static const struct opt options[] = {
    {'p', "port", "N", "listen on this port of 127.0.0.1 (default: any free one)"},
    {KEY_URL_FILE, "url-file", "FILE", "write the URL there as well"},
    {'b', "background", NULL, "return once it listens; print the URL and the pid"},
    {KEY_MAX_LIFE, "max-life", "DURATION", "end by itself after that time"},
    {KEY_SECRET, "secret", "ID=FILE", "a gateway's secret (repeatable); without a good token: 4401"},
    {KEY_CERT, "cert", "FILE", "serve TLS with this certificate (PEM)"},
    {KEY_KEY, "key", "FILE", "the certificate's key (PEM)"},
    {KEY_DESCRIPTOR, "descriptor", "FILE", "descriptors to hand out instead of the built-in ones"},
    {KEY_RESULT, "result", "FILE", "rules for what is answered to an outbound"},
    {KEY_BUFFER, "buffer", "FILE", "keep what is buffered in this file"},
    {KEY_WAKE_URL, "wake-url", "URL", "http:// address to call when something waits for a sleeper"},
    {KEY_WAKE_COOLDOWN, "wake-cooldown", "DURATION", "shortest time between two calls (default 60s)"},
    {'c', "console", NULL, "chat: type as a user, read what the agent says"},
    {KEY_REPLAY, "replay", "FILE", "deliver what came down in this recording"},
    {KEY_EXPECT, "expect", "FILE", "exit 1 unless these frames come, in order"},
    {KEY_CLOSE, "close", "CODE[:REASON]@N", "fault: close the connection after N frames"},
    {KEY_DROP_AFTER, "drop-after", "N", "fault: cut the connection after N frames"},
    {KEY_HTTP_STATUS, "http-status", "N", "fault: refuse the connection with this status"},
    {KEY_HALF_OPEN, "half-open", NULL, "fault: fall silent after the first descriptor"},
    {KEY_EVERY, "every", NULL, "the last of those four is for all later connections, too"},
    {KEY_DELAY, "delay", "DURATION", "fault: give every answer that much later"},
    {KEY_NO_RESULT, "no-result", NULL, "fault: answer no outbound"},
    {KEY_NO_ACK, "no-ack", NULL, "fault: answer no going_idle"},
    {KEY_FRAGMENT, "fragment", NULL, "fault: cut messages into fragments, frames into messages"},
    {KEY_COALESCE, "coalesce", NULL, "fault: put several frames into a message"},
    {KEY_DUPLICATE, "duplicate", NULL, "fault: send every delivery twice"},
    {KEY_GARBAGE, "garbage", NULL, "fault: send bad lines between the frames"},
    {KEY_SLOW_READ, "slow-read", "SIZE", "fault: read that many bytes a second"},
    {KEY_SEED, "seed", "N", "replay the random choices of an earlier run"},
};

static const struct tool tool = {
    .purpose = "Plays the connector for gateways on this machine: stdin has the frames to deliver,\n"
               "stdout the frames received.",
    .synopsis = "[OPTION]...",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_CONFIG, -1},
    .examples = "  relay-stub --max-life 200ms --url-file url </dev/null\n"
                "  relay-stub --max-life 200ms --close 4401:revoked@2 --seed 7 --garbage </dev/null\n"
                "  relay-stub --background --max-life 1s --secret demo=secret\n",
    .filter = true,
};

/* One of the faults that befall single connections. */
static bool take_fault(struct faults *all, int key, const struct opts *o)
{
    switch (key) {
    case KEY_CLOSE:
        if (!fault_add_close(all, o->arg))
            opt_wrong("read fault '%s': not CODE[:REASON]@N with a code from 1000 to 4999", o->arg);
        return true;
    case KEY_DROP_AFTER:
        fault_add(all, FAULT_DROP, 0, (uintmax_t)opt_number(o, 0, INT32_MAX));
        return true;
    case KEY_HTTP_STATUS:
        fault_add(all, FAULT_STATUS, (int)opt_number(o, 200, 599), 0);
        return true;
    case KEY_HALF_OPEN:
        fault_add(all, FAULT_HALF_OPEN, 0, 0);
        return true;
    default:
        return false;
    }
}

/* An option without an argument; NULL: it has one. */
static bool *find_switch(struct stub *s, int key)
{
    struct connector_options *c = &s->connector.o;
    const struct {
        int key;
        bool *on;
    } switches[] = {
        {'b', &s->background},
        {'c', &s->console},
        {KEY_EVERY, &c->faults.every},
        {KEY_NO_RESULT, &c->no_result},
        {KEY_NO_ACK, &c->no_ack},
        {KEY_FRAGMENT, &s->server.mangle->fragment},
        {KEY_COALESCE, &s->server.mangle->coalesce},
        {KEY_GARBAGE, &s->server.mangle->garbage},
        {KEY_DUPLICATE, &s->connector.delivery.duplicate},
    };
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (switches[i].key == key)
            return switches[i].on;
    return NULL;
}

/* An option that names a file or an address. */
static bool take_name(struct stub *s, int key, const struct opts *o)
{
    struct connector_options *c = &s->connector.o;
    switch (key) {
    case KEY_URL_FILE:
        s->url_file = o->arg;
        return true;
    case KEY_CERT:
        s->server.cert = o->arg;
        return true;
    case KEY_KEY:
        s->server.key = o->arg;
        return true;
    case KEY_BUFFER:
        s->buffer = o->arg;
        return true;
    case KEY_DESCRIPTOR:
        jsonl_read(&c->descriptors, o->arg);
        if (catalog_check(&c->descriptors))
            die(EX_DATAERR, "read %s: descriptor %zu names no platform", o->arg,
                catalog_check(&c->descriptors));
        return true;
    case KEY_RESULT:
        jsonl_read(&c->rules, o->arg);
        return true;
    case KEY_REPLAY:
        jsonl_read(&s->replay, o->arg);
        return true;
    case KEY_EXPECT:
        jsonl_read(&s->expected, o->arg);
        s->expecting = true;
        return true;
    case KEY_SECRET:
        if (!keyring_add(&c->keys, o->arg))
            opt_wrong("read secret '%s': not ID=FILE", o->arg);
        return true;
    case KEY_WAKE_URL:
        if (!wake_url(&s->wake, o->arg))
            opt_wrong("read URL '%s': not http://HOST[:PORT][/PATH]", o->arg);
        return true;
    default:
        return false;
    }
}

static void take_option(struct stub *s, int key, const struct opts *o, int64_t *seed)
{
    bool *on = find_switch(s, key);
    if (on)
        *on = true;
    if (on || take_fault(&s->connector.o.faults, key, o) || take_name(s, key, o))
        return;
    switch (key) {
    case 'p':
        s->server.port = (int)opt_number(o, 0, 65535);
        break;
    case KEY_MAX_LIFE:
        s->max_life = opt_duration(o);
        s->mortal = true;
        break;
    case KEY_WAKE_COOLDOWN:
        s->wake.cooldown = opt_duration(o);
        break;
    case KEY_DELAY:
        s->connector.o.delay = opt_duration(o);
        break;
    case KEY_SLOW_READ:
        s->server.slow_read = opt_size(o, 1, 1 << 30);
        break;
    case KEY_SEED:
        *seed = opt_number(o, 0, INT64_MAX);
        break;
    default:
        break;
    }
}

static void tell_faults(const struct mangle *m, int64_t seed)
{
    if (m->fragment || m->coalesce || m->garbage)
        warn("faults%s%s%s: seed %lld", m->fragment ? " fragment" : "", m->coalesce ? " coalesce" : "",
             m->garbage ? " garbage" : "", (long long)seed);
}

int main(int argc, char **argv)
{
    static struct mangle mangle;
    static struct stub stub = {.server = {.address = "127.0.0.1", .mangle = &mangle}, .wake.cooldown = 60000};
    struct opts o = {0};
    int64_t seed = clock_wall_ms() % 1000000 * 1000 + getpid() % 1000;
    int key;
    while ((key = opt_next(&o, &tool, argc, argv)) != -1)
        take_option(&stub, key, &o, &seed);
    if (o.operands < argc)
        opt_wrong("operand '%s': none is taken", argv[o.operands]);
    if (!stub.server.cert != !stub.server.key)
        opt_wrong("--cert and --key: one needs the other");
    stub.strict = o.strict;
    stub.connector.o.max_frame = (size_t)o.max_frame;
    mangle_seed(&mangle, (uint64_t)seed);
    tell_faults(&mangle, seed);
    stub_listen(&stub);
    return stub_run(&stub);
}
