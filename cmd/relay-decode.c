/* SPDX-License-Identifier: MIT */
/* relay-decode: turns the connector's deliveries into messages, for programs and for people. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/moment.h"
#include "decode/event.h"
#include "decode/interaction.h"
#include "decode/recorded.h"
#include "decode/select.h"
#include "relay/filter.h"

enum { FORMAT_JSON, FORMAT_VIEW }; /* the views follow, in the order of enum view_format */
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum { CONTRACT_CURRENT, CONTRACT_V1 };
enum { NARROW = 80 }; /* columns of -f text if there is no terminal */

static struct relay_decode {
    struct filter filter;
    bool check, ack, keep_forwards, terminal;
    int format, contract, color; /* indices of the options' words */
    int64_t width;               /* columns of -f text; 0: not cut; -1: those of the terminal */
    struct selection selection;
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

static int columns(const struct relay_decode *d)
{
    struct winsize size;
    if (d->width >= 0)
        return (int)d->width;
    return d->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : NARROW;
}

/* With -f json, a chosen line of a recording stays as it is, and a frame goes the way of every frame. */
static void pass_on(struct relay_decode *d, struct span line, bool record)
{
    if (record || on_frame(&d->filter, &d->seen))
        filter_emit(&d->filter, line);
}

static void show(struct relay_decode *d)
{
    d->view.width = columns(d);
    view_write(&d->view, &d->answer);
    if (d->answer.len)
        filter_emit_buf(&d->filter, &d->answer);
}

/* With a view, and to choose lines: a line is a frame or a record of one. */
static void on_line(struct filter *filter, struct span line)
{
    struct relay_decode *d = filter->ctx;
    struct json_error e, ignore;
    enum frame_dir dir = FRAME_UNKNOWN;
    int64_t us = -1;
    struct span message;
    bool record = false;
    if (line_blank(line))
        return;
    if (frame_parse(&d->seen, line, &e)) {
        us = clock_wall_us();
    } else if (!(record = recorded_read(&d->seen, &d->record, line, &dir, &us))) {
        filter_bad(filter, "%s at byte %zu", e.reason, e.at + 1);
        return;
    }
    const struct frame *f = &d->seen;
    bool delivery = f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD;
    if (delivery && !make_message(d, f, &message) && frame_parse(&d->shown, message, &ignore))
        f = &d->shown;
    view_read(&d->view, f, d->seen.line, dir, us);
    if (!selection_takes(&d->selection, &d->view))
        return;
    if (record || d->format != FORMAT_JSON)
        count_result(d, &d->seen);
    if (d->format == FORMAT_JSON)
        pass_on(d, line, record);
    else
        show(d);
}

static void on_end(struct filter *filter)
{
    struct relay_decode *d = filter->ctx;
    if (d->format != FORMAT_JSON)
        view_end(&d->view, &d->answer);
    if (d->answer.len)
        filter_emit_buf(filter, &d->answer);
    if (d->check && (!d->results || d->failures))
        filter_fail(filter, EX_NO);
}

static bool wants_color(int color)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (color != COLOR_AUTO)
        return color == COLOR_ALWAYS;
    return self.terminal && !(none && *none) && term && strcmp(term, "dumb") != 0;
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

static int64_t read_moment(const struct opts *o)
{
    int64_t us;
    if (!moment_parse(o->arg, clock_wall_us(), &us))
        opt_refuse(o, "not a moment like 2026-11-28T14:05, 14:05 or, for that long ago, 10m");
    return us < 1 ? 1 : us;
}

static void on_since(struct opts *o)
{
    self.selection.since = read_moment(o);
}

static void on_until(struct opts *o)
{
    self.selection.until = read_moment(o);
}

static void on_type(struct opts *o)
{
    if (self.selection.count == SELECT_TYPES)
        opt_refuse(o, "more than %d types", SELECT_TYPES);
    self.selection.types[self.selection.count++] = o->arg;
}

static const struct opt options[] = {
    OPT_FLAG('e', "exit-status", &self.check, "exit 1 if a result was a failure, or none came"),
    OPT_FLAG(0, "ack", &self.ack, "acknowledge a buffered delivery once it is written"),
    OPT_WORD('f', "format", "json|text|tsv|summary|har|mermaid", &self.format,
             "what to write (default json: frames)"),
    OPT_CALL(0, "since", "MOMENT", on_since, "only frames from then on: 14:05, 10m (ago), a date"),
    OPT_CALL(0, "until", "MOMENT", on_until, "only frames before then"),
    OPT_TEXT(0, "chat", "[PLATFORM/]CHAT", &self.selection.chat, "only this chat, and the results in it"),
    OPT_CALL(0, "type", "TYPE", on_type, "only frames of this type or op (repeatable)"),
    OPT_WORD(0, "interactions", "current|v1", &self.contract, "contract version for Discord interactions"),
    OPT_FLAG(0, "keep-forwards", &self.keep_forwards, "pass on a passthrough_forward that is not a message"),
    OPT_NUMBER(0, "width", &self.width, 0, 10000, "columns of -f text; 0: all (default: the screen's)"),
    OPT_WORD(0, "group-sessions-per-user", "yes|no", &self.event.rule.groups_shared,
             "one session per user in a group (default), or one for all"),
    OPT_WORD(0, "thread-sessions-per-user", "no|yes", &self.event.rule.threads_by_user,
             "one session for all in a thread (default), or one per user"),
    OPT_WORD(0, "color", "auto|always|never", &self.color, "color of -f text (default: on a terminal)"),
};

static const char *const brief[] = {
    "Show:",       "format", "width", "Choose:", "since", "until", "chat", "type", "Judge and acknowledge:",
    "exit-status", "ack",    NULL};

static const struct tool tool = {
    .purpose = "Turn deliveries into messages, or show frames: as text, columns, a summary.",
    .synopsis = "[-e] [--ack] [-f FORMAT] [--since MOMENT] [--until MOMENT]\n"
                "[--chat [PLATFORM/]CHAT] [--type TYPE]... [FILE...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_CONFIG, -1},
    .examples =
        "  relay-decode -f text frames.ndjson\n"
        "  relay-decode frames.ndjson\n"
        "  relay-decode -f summary --since 10m frames.ndjson\n"
        "  { relay-handshake -n -p discord; relay-send -n -c 42 -- hello; } | relay-dial | relay-decode -e\n",
    .brief = brief,
    .filter = true,
};

static void prepare_view(struct relay_decode *d)
{
    d->terminal = isatty(STDOUT_FILENO);
    d->view.format = d->format == FORMAT_JSON ? VIEW_TEXT : (enum view_format)(d->format - FORMAT_VIEW);
    d->view.color = wants_color(d->color);
    d->view.day = view_day(clock_wall_us());
}

int main(int argc, char **argv)
{
    struct opts o;
    struct relay_decode *d = &self;
    d->width = -1;
    opt_read(&o, &tool, argc, argv);
    if (d->ack && d->format != FORMAT_JSON)
        die(EX_CONFIG, "--ack: needs -f json, an acknowledgement is a frame");
    d->filter = (struct filter){.ctx = d, .frame = on_frame, .line = on_line, .end = on_end};
    d->filter.raw_input = d->format != FORMAT_JSON || selection_is_on(&d->selection);
    d->filter.files = argv[o.operands] ? argv + o.operands : NULL;
    prepare_view(d);
    filter_init(&d->filter, &o);
    int status = filter_run(&d->filter);
    clean_up(d);
    return status;
}
