/* SPDX-License-Identifier: MIT */
/* relay-decode: makes messages of what the connector delivers, for programs and for people. */
#include "diag.h"
#include "event.h"
#include "filter.h"

enum { KEY_ACK = OPT_LONG };

struct decode {
    struct filter filter;
    bool check, ack;
    uintmax_t results, failures;
    struct event event;
    struct buf line, answer;
};

static void acknowledge(struct decode *d, const struct frame *fr)
{
    if (!frame_buffered(fr))
        return;
    frame_ack(&d->answer, fr);
    filter_emit_buf(&d->filter, &d->answer);
}

static bool take_inbound(struct decode *d, const struct frame *fr)
{
    const char *reason = event_normalise(&d->event, &d->line, fr);
    if (reason) {
        complain("drop inbound line %ju: %s", d->filter.in.line, reason);
        filter_fail(&d->filter, EX_DATAERR);
        acknowledge(d, fr);
        return false;
    }
    if (!d->line.len && !d->ack)
        return true;
    if (d->line.len)
        filter_emit_buf(&d->filter, &d->line);
    else
        filter_emit(&d->filter, fr->line);
    if (d->ack)
        acknowledge(d, fr);
    return false;
}

static void take_result(struct decode *d, const struct frame *fr)
{
    d->results++;
    if (!json_is_true(json_find(frame_get(fr, "result"), "success")))
        d->failures++;
}

static bool take_frame(struct filter *f, struct frame *fr)
{
    struct decode *d = f->ctx;
    if (fr->type == FRAME_INBOUND)
        return take_inbound(d, fr);
    if (fr->type == FRAME_OUTBOUND_RESULT)
        take_result(d, fr);
    return true;
}

static void finish(struct filter *f)
{
    struct decode *d = f->ctx;
    if (d->check && (!d->results || d->failures))
        filter_fail(f, EX_NO);
}

static const struct opt options[] = {
    {'e', "exit-status", NULL, "exit 1 when a result was not a success, or none came"},
    {KEY_ACK, "ack", NULL, "acknowledge a buffered delivery once its line is written"},
};

static const int exits[] = {EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_IOERR, -1};

static const struct tool tool = {
    .purpose = "Make messages of what the connector delivers.",
    .synopsis = "[-e] [--ack] [FILE...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = exits,
    .examples = "  relay-decode frames.ndjson\n",
    .filter = true,
};

int main(int argc, char **argv)
{
    struct decode d = {.filter = {.frame = take_frame, .end = finish}};
    struct opts o = {0};
    for (int key; (key = opt_next(&o, &tool, argc, argv)) != -1;)
        switch (key) {
        case 'e':
            d.check = true;
            break;
        case KEY_ACK:
            d.ack = true;
            break;
        }
    d.filter.ctx = &d;
    if (argv[o.operands])
        d.filter.files = argv + o.operands;
    filter_init(&d.filter, &o);
    int status = filter_run(&d.filter);
    event_free(&d.event);
    buf_free(&d.line);
    buf_free(&d.answer);
    return status;
}
