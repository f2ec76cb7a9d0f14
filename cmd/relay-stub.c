/* SPDX-License-Identifier: MIT */
/* relay-stub: a connector for your desk. */
#include <string.h>

#include "diag.h"
#include "opt.h"
#include "stub.h"

enum {
    KEY_URL_FILE = OPT_LONG,
    KEY_SECRET,
    KEY_DESCRIPTOR,
    KEY_RESULT,
    KEY_BUFFER,
    KEY_CERT,
    KEY_KEY,
    KEY_MAX_LIFE,
    KEY_CLOSE,
    KEY_DROP_AFTER,
    KEY_HTTP_STATUS,
    KEY_HALF_OPEN,
    KEY_EVERY,
    KEY_DELAY,
    KEY_NO_RESULT,
    KEY_NO_ACK,
};

static const struct opt options[] = {
    {'p', "port", "N", "listen on this port of 127.0.0.1 (default: any free one)"},
    {KEY_URL_FILE, "url-file", "FILE", "write the URL there, too"},
    {KEY_SECRET, "secret", "ID=FILE", "a gateway and its secret (repeatable); others get 4401"},
    {KEY_DESCRIPTOR, "descriptor", "FILE", "descriptors to hand out before the built-in ones"},
    {KEY_RESULT, "result", "FILE", "rules for the results of outbound frames"},
    {KEY_BUFFER, "buffer", "FILE", "keep the buffered deliveries there"},
    {KEY_CERT, "cert", "FILE", "serve TLS with this certificate (PEM)"},
    {KEY_KEY, "key", "FILE", "the certificate's key (PEM)"},
    {KEY_MAX_LIFE, "max-life", "DURATION", "end after this time"},
    {KEY_CLOSE, "close", "CODE[:REASON]@N", "fault: close after N frames"},
    {KEY_DROP_AFTER, "drop-after", "N", "fault: cut the connection after N frames"},
    {KEY_HTTP_STATUS, "http-status", "N", "fault: refuse the upgrade with this status"},
    {KEY_HALF_OPEN, "half-open", NULL, "fault: fall silent after the handshake"},
    {KEY_EVERY, "every", NULL, "the last of these faults is for all later connections, too"},
    {KEY_DELAY, "delay", "DURATION", "fault: answer late"},
    {KEY_NO_RESULT, "no-result", NULL, "fault: answer no outbound"},
    {KEY_NO_ACK, "no-ack", NULL, "fault: answer no going_idle"},
};

static const struct tool tool = {
    .purpose =
        "Plays the connector for gateways on this machine: frames to deliver on stdin, frames received\n"
        "on stdout.",
    .synopsis = "[OPTION]...",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_NOPERM, -1},
    .examples = "  relay-stub --max-life 1s\n",
    .filter = true,
};

static bool take_fault(struct stub *s, int key, const struct opts *o)
{
    struct faults *all = &s->connector.o.faults;
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
    case KEY_EVERY:
        all->every = true;
        return true;
    case KEY_DELAY:
        s->connector.o.delay = opt_duration(o);
        return true;
    case KEY_NO_RESULT:
        s->connector.o.no_result = true;
        return true;
    case KEY_NO_ACK:
        s->connector.o.no_ack = true;
        return true;
    default:
        return false;
    }
}

static void take_option(struct stub *s, int key, const struct opts *o, const char **buffer)
{
    struct connector_options *c = &s->connector.o;
    if (take_fault(s, key, o))
        return;
    switch (key) {
    case 'p':
        s->server.port = (int)opt_number(o, 0, 65535);
        break;
    case KEY_URL_FILE:
        s->url_file = o->arg;
        break;
    case KEY_SECRET:
        if (!keyring_add(&c->keys, o->arg))
            opt_wrong("read secret '%s': not ID=FILE", o->arg);
        break;
    case KEY_DESCRIPTOR:
        jsonl_read(&c->descriptors, o->arg);
        break;
    case KEY_RESULT:
        jsonl_read(&c->rules, o->arg);
        break;
    case KEY_BUFFER:
        *buffer = o->arg;
        break;
    case KEY_CERT:
        s->server.cert = o->arg;
        break;
    case KEY_KEY:
        s->server.key = o->arg;
        break;
    case KEY_MAX_LIFE:
        s->max_life = opt_duration(o);
        break;
    default:
        break;
    }
}

int main(int argc, char **argv)
{
    static struct mangle mangle;
    static struct stub stub = {.server = {.address = "127.0.0.1", .mangle = &mangle}};
    struct opts o = {0};
    const char *buffer = NULL;
    int key;
    while ((key = opt_next(&o, &tool, argc, argv)) != -1)
        take_option(&stub, key, &o, &buffer);
    if (o.operands < argc)
        opt_wrong("operand '%s': none is taken", argv[o.operands]);
    if (!stub.server.cert != !stub.server.key)
        opt_wrong("--cert and --key: one needs the other");
    stub.strict = o.strict;
    stub.connector.o.max_frame = (size_t)o.max_frame;
    spool_open(&stub.connector.delivery.spool, buffer);
    stub_listen(&stub);
    return stub_run(&stub);
}
