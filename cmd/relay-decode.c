/* SPDX-License-Identifier: MIT */
/* relay-decode: turns the connector's deliveries into messages, for programs and for people. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "decode/event.h"
#include "decode/interaction.h"
#include "decode/view.h"
#include "relay/filter.h"

enum { FORMAT_JSON, FORMAT_TEXT, FORMAT_TSV };
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum { CONTRACT_CURRENT, CONTRACT_V1 };

static struct relay_decode {
    struct filter filter;
    bool check, ack, keep_forwards;
    int format, contract, color; /* indices of the options' words */
    uintmax_t results, failures;
    struct event event;
    struct interaction interaction;
    struct view view;
    struct frame opened;      /* the inbound frame made from a forward */
    struct frame seen, shown; /* for viewing a line: the frame in it, and the message made from that */
    struct json_members record;
    struct buf forward, line, answer;
} self;

/* Makes the message from a delivery: *line is its normalised frame, which is f's line if that needs no
 * change. Returns NULL, or the reason why it is not a message. */
static const char *make_message(struct relay_decode *d, const struct frame *f, struct span *line)
{
    struct json_error e;
    d->forward.len = d->line.len = 0;
    if (f->type == FRAME_PASSTHROUGH_FORWARD) {
        const char *reason = interaction_decode(&d->interaction, &d->forward, f,
                                                d->contract == CONTRACT_V1 ? INTERACTION_V1
                                                                           : INTERACTION_CURRENT);
        if (reason)
            return reason;
        if (!frame_parse(&d->opened, buf_as_span(&d->forward), &e))
            return e.reason;
        f = &d->opened;
    }
    const char *reason = event_normalise(&d->event, &d->line, f);
    *line = d->line.len ? buf_as_span(&d->line) : f->line;
    return reason;
}

static void count_result(struct relay_decode *d, const struct frame *f)
{
    if (f->type != FRAME_OUTBOUND_RESULT)
        return;
    d->results++;
    d->failures += !summary_success(f);
}

static void acknowledge(struct relay_decode *d, const struct frame *f)
{
    if (!frame_buffered(f))
        return;
    frame_ack(&d->answer, f);
    filter_emit_buf(&d->filter, &d->answer);
}

/* A delivery that is not a message would come back for ever if it were not acknowledged. A forward of another
 * platform or an autocomplete request is in order, but it does not hold a message. */
static void drop(struct relay_decode *d, const struct frame *f, const char *reason)
{
    const char *file = d->filter.source ? d->filter.source : "stdin";
    if (reason == interaction_autocomplete) {
        info(1, "drop passthrough_forward, %s line %ju: %s", file, d->filter.in.line, reason);
    } else if (reason == interaction_foreign) {
        warn("drop passthrough_forward, %s line %ju: %s", file, d->filter.in.line, reason);
    } else {
        const char *type = f->type == FRAME_INBOUND ? "inbound" : "passthrough_forward";
        complain("drop %s, %s line %ju: %s", type, file, d->filter.in.line, reason);
        filter_fail(&d->filter, EX_DATAERR);
    }
    acknowledge(d, f);
}

static bool on_frame(struct filter *filter, struct frame *f)
{
    struct relay_decode *d = filter->ctx;
    struct span line = f->line;
    count_result(d, f);
    if (f->type != FRAME_INBOUND && f->type != FRAME_PASSTHROUGH_FORWARD)
        return true;
    const char *reason = make_message(d, f, &line);
    if (reason && f->type == FRAME_PASSTHROUGH_FORWARD && d->keep_forwards)
        line = f->line;
    else if (reason) {
        drop(d, f, reason);
        return false;
    }
    filter_emit(filter, line);
    if (d->ack)
        acknowledge(d, f);
    return false;
}

/* A line of relay-dial --record: {"t":…,"dir":…,"frame":…}. */
static bool take_record(struct relay_decode *d, struct span line, enum frame_dir *dir, int64_t *us)
{
    struct json_error e;
    if (!json_scan(&d->record, line.p, line.n, &e) || json_get(&d->record, "type").p)
        return false;
    struct span frame = json_get(&d->record, "frame"), way = json_get(&d->record, "dir");
    struct span t = json_get(&d->record, "t");
    if (!json_is_object(frame) || !frame_parse(&d->seen, frame, &e))
        return false;
    *dir = json_eq(way, "up") ? FRAME_UP : json_eq(way, "down") ? FRAME_DOWN : FRAME_UNKNOWN;
    if (!json_is_string(t) || !clock_parse((struct span){t.p + 1, t.n - 2}, us))
        *us = -1;
    return true;
}

/* With -f text and tsv: every line is taken here, and no frames are passed on. */
static void on_line(struct filter *filter, struct span line)
{
    struct relay_decode *d = filter->ctx;
    struct json_error e;
    enum frame_dir dir = FRAME_UNKNOWN;
    int64_t us = -1;
    if (line_blank(line))
        return;
    if (frame_parse(&d->seen, line, &e)) {
        us = clock_wall_us();
    } else if (!take_record(d, line, &dir, &us)) {
        filter_bad(filter, "%s at byte %zu", e.reason, e.at + 1);
        return;
    }
    const struct frame *f = &d->seen;
    bool delivery = f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD;
    count_result(d, f);
    if (delivery && !make_message(d, f, &line) && frame_parse(&d->shown, line, &e))
        f = &d->shown;
    view_frame(&d->view, &d->answer, f, dir, us);
    filter_emit_buf(filter, &d->answer);
}

static void on_end(struct filter *filter)
{
    struct relay_decode *d = filter->ctx;
    if (d->check && (!d->results || d->failures))
        filter_fail(filter, EX_NO);
}

static bool wants_color(int color)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (color != COLOR_AUTO)
        return color == COLOR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

static void clean_up(struct relay_decode *d)
{
    buf_free(&d->forward);
    buf_free(&d->line);
    buf_free(&d->answer);
    frame_free(&d->opened);
    frame_free(&d->seen);
    frame_free(&d->shown);
    json_members_free(&d->record);
    event_free(&d->event);
    interaction_free(&d->interaction);
    view_free(&d->view);
}

static const struct opt options[] = {
    OPT_FLAG('e', "exit-status", &self.check, "exit 1 if a result was not a success, or none came"),
    OPT_FLAG(0, "ack", &self.ack, "acknowledge a buffered delivery once its line is written"),
    OPT_WORD('f', "format", "json|text|tsv", &self.format, "frames (default), readable text, or columns"),
    OPT_WORD(0, "interactions", "current|v1", &self.contract, "contract version for Discord interactions"),
    OPT_FLAG(0, "keep-forwards", &self.keep_forwards, "pass on a passthrough_forward that is not a message"),
    OPT_WORD(0, "color", "auto|always|never", &self.color, "color of -f text (default: on a terminal)"),
};

static const struct tool tool = {
    .purpose = "Turn deliveries into messages, or print frames as text or columns.",
    .synopsis = "[-e] [--ack] [-f json|text|tsv] [--interactions current|v1] [--keep-forwards]\n"
                "[--color auto|always|never] [FILE...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_CONFIG, -1},
    .examples =
        "  relay-decode frames.ndjson\n"
        "  relay-decode -f text frames.ndjson\n"
        "  { relay-handshake -n -p discord; relay-send -n -c 42 -- hello; } | relay-dial | relay-decode -e\n",
    .filter = true,
};

int main(int argc, char **argv)
{
    struct opts o;
    struct relay_decode *d = &self;
    opt_read(&o, &tool, argc, argv);
    if (d->ack && d->format != FORMAT_JSON)
        die(EX_CONFIG, "--ack: needs -f json, an acknowledgement is a frame");
    d->filter = (struct filter){.ctx = d, .frame = on_frame, .line = on_line, .end = on_end};
    d->filter.raw_input = d->format != FORMAT_JSON;
    d->filter.files = argv[o.operands] ? argv + o.operands : NULL;
    d->view.format = d->format == FORMAT_TSV ? VIEW_TSV : VIEW_TEXT;
    d->view.color = wants_color(d->color);
    filter_init(&d->filter, &o);
    int status = filter_run(&d->filter);
    clean_up(d);
    return status;
}
