/* SPDX-License-Identifier: MIT */
/* relay-send: actions become outbound frames. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/sig.h"
#include "base/text.h"
#include "relay/action.h"
#include "relay/filter.h"
#include "send/draft.h"
#include "send/outlet.h"

/* Where the text for the action made by the options comes from. */
enum source { SOURCE_NONE, SOURCE_OPERANDS, SOURCE_STDIN, SOURCE_LINES };

static struct relay_send {
    struct filter f;
    enum source source;
    struct draft draft;   /* the action that the options make; empty: none */
    struct buf text;      /* the operands, or what was read from stdin so far */
    struct frame drafted; /* the draft as a frame */
    struct outlet outlet;
    struct sender_options limits;
    bool null_input, lines, action;
    int64_t max_length; /* 0: the descriptor's */
    int unit;           /* index of the word of --len-unit; -1: the descriptor's */
} self = {.unit = -1};

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct relay_send *s = f->ctx;
    if (fr->type != FRAME_ACTION)
        return outlet_frame(&s->outlet, fr);
    outlet_action(&s->outlet, fr);
    return false;
}

static bool on_full(struct filter *f)
{
    return outlet_full(&((struct relay_send *)f->ctx)->outlet);
}

static bool on_busy(struct filter *f)
{
    return outlet_busy(&((struct relay_send *)f->ctx)->outlet);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    outlet_prepare(&((struct relay_send *)f->ctx)->outlet, ps);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    (void)ps;
    outlet_ready(&((struct relay_send *)f->ctx)->outlet);
}

static bool on_gone(struct filter *f)
{
    outlet_gone(&((struct relay_send *)f->ctx)->outlet);
    return false;
}

static void on_end(struct filter *f)
{
    outlet_end(&((struct relay_send *)f->ctx)->outlet);
}

/* Sends the action made by the options, with this text. Returns NULL, or why it cannot. */
static const char *send_draft(struct relay_send *s, struct span text)
{
    struct json_error e;
    const char *why = s->source ? draft_set_text(&s->draft, s->draft.member, text) : NULL;
    if (why)
        return why;
    if (!frame_parse(&s->drafted, buf_as_span(&s->draft.action), &e))
        die(EX_SOFTWARE, "read own action: %s", e.reason);
    if (s->action)
        filter_emit(&s->f, buf_as_span(&s->draft.action));
    else
        outlet_action(&s->outlet, &s->drafted);
    return NULL;
}

static void on_start(struct filter *f)
{
    struct relay_send *s = f->ctx;
    if (s->draft.action.len && s->source <= SOURCE_OPERANDS)
        send_draft(s, buf_as_span(&s->text));
}

/* --lines: each line is a message, unless it is blank. */
static void on_line(struct filter *f, struct span line)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    const char *why = line_blank(line) ? NULL : send_draft(f->ctx, line);
    if (why)
        filter_bad(f, "%s", why);
}

/* "-": gathers the lines. */
static void on_text(struct filter *f, struct span line)
{
    struct relay_send *s = f->ctx;
    if (f->in.line > 1)
        buf_ch(&s->text, '\n');
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    buf_span(&s->text, line);
    if (s->text.len > s->limits.max_frame)
        filter_bad(f, "the text is longer than %zu bytes", s->limits.max_frame);
    if (f->bad)
        filter_stop(f);
}

static void on_text_end(struct filter *f)
{
    struct relay_send *s = f->ctx;
    const char *why = NULL;
    if (f->status)
        why = "it cannot be read whole";
    else if (s->draft.needs_text && !s->text.len)
        why = "it is empty";
    else
        why = send_draft(s, buf_as_span(&s->text));
    if (why) {
        complain("send stdin: %s", why);
        filter_fail(f, EX_DATAERR);
    }
}

static void send_free(struct relay_send *s)
{
    outlet_close(&s->outlet);
    draft_free(&s->draft);
    frame_free(&s->drafted);
    buf_free(&s->text);
}

/* Ends the process if the action could not take the option. why: the reason, or NULL. */
static void check_option(const struct opts *o, const char *why)
{
    if (why)
        opt_refuse(o, "%s", why);
}

static void on_member(struct opts *o)
{
    const char *member = strcmp(o->name, "reply-to") == 0 ? "reply_to" : o->name;
    check_option(o, draft_set_text(&self.draft, member, span_of(o->arg)));
}

/* From here on, TEXT may begin with a "-": a script's text must not be taken for an option. */
static void on_chat(struct opts *o)
{
    check_option(o, draft_set_text(&self.draft, "chat_id", span_of(o->arg)));
    o->exact = true;
}

static void on_metadata(struct opts *o)
{
    check_option(o, draft_pair_metadata(&self.draft, o->arg));
}

static void on_set(struct opts *o)
{
    check_option(o, draft_pair_text(&self.draft, o->arg));
}

static void on_set_json(struct opts *o)
{
    check_option(o, draft_pair_json(&self.draft, o->arg));
}

static const struct opt options[] = {
    OPT_FLAG('n', "null-input", &self.null_input, "read no frames from stdin"),
    OPT_CALL('c', "chat", "CHAT", on_chat, "send to this chat (chat_id)"),
    OPT_CALL('p', "platform", "PLATFORM", on_member, "the platform of the chat"),
    OPT_CALL('r', "reply-to", "MESSAGE", on_member, "send as a reply to this message (reply_to)"),
    OPT_CALL('o', "op", "OP", on_member, "perform this op (default send)"),
    OPT_CALL('m', "metadata", "KEY=VALUE", on_metadata, "add a string to the metadata (repeatable)"),
    OPT_CALL(0, "set", "KEY=VALUE", on_set, "set a member to a string (repeatable)"),
    OPT_CALL(0, "set-json", "KEY=JSON", on_set_json, "set a member to a JSON value (repeatable)"),
    OPT_FLAG('a', "action", &self.action, "print the action itself, for relay-control"),
    OPT_FLAG(0, "lines", &self.lines, "send each line of stdin as a separate message"),
    OPT_FLAG(0, "no-split", &self.limits.no_split, "refuse a text that is too long; do not split it"),
    OPT_NUMBER(0, "max-length", &self.max_length, 1, 1 << 30,
               "longest text of a message (default: descriptor's)"),
    OPT_WORD(0, "len-unit", "chars|utf16", &self.unit, "unit of the length (default: the descriptor's)"),
};

static const char *const brief[] = {"Where to:",  "null-input", "chat",     "platform",   "reply-to",
                                    "What:",      "op",         "metadata", "set",        "set-json",
                                    "Long text:", "lines",      "no-split", "max-length", NULL};

static const struct tool tool = {
    .purpose = "Turn actions into outbound frames, from stdin or from the command line.",
    .synopsis = "[OPTION]… [--] [TEXT… | -]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_CONFIG, -1},
    .examples = "  echo '{\"op\":\"send\",\"chat_id\":\"42\",\"content\":\"hello\"}' | relay-send\n"
                "  relay-send -n -c 42 -- 'deploy done'\n"
                "  df -h | relay-send -n -c 42 -\n"
                "  relay-send -n -c 42 -o react --set message_id=7 --set emoji=+1\n",
    .brief = brief,
    .filter = true,
};

/* Where the text comes from: TEXT, "-" or --lines. */
static enum source find_source(const struct relay_send *s, const struct opts *o)
{
    int n = o->argc - o->operands;
    if (n && s->lines)
        die(EX_CONFIG, "--lines: takes no TEXT");
    if (s->lines)
        return SOURCE_LINES;
    return n == 1 && strcmp(o->argv[o->operands], "-") == 0 ? SOURCE_STDIN
           : n                                              ? SOURCE_OPERANDS
                                                            : SOURCE_NONE;
}

static void read_operands(struct relay_send *s, const struct opts *o)
{
    s->source = find_source(s, o);
    for (char **at = o->argv + o->operands; s->source == SOURCE_OPERANDS && *at; at++) {
        buf_str(&s->text, *at);
        if (at[1])
            buf_ch(&s->text, ' ');
    }
    if (!text_valid(buf_as_span(&s->text).p, s->text.len))
        die(EX_DATAERR, "send TEXT: not UTF-8");
    if (!s->source && !s->draft.action.len && s->action)
        opt_wrong("option -a: no action is given");
    if (!s->source && !s->draft.action.len && s->null_input)
        opt_wrong("option -n: there is nothing to send");
}

/* The action made by the options must be whole before anything is read or sent. */
static void check_draft(struct relay_send *s)
{
    struct buf why = {0};
    if (!draft_check(&s->draft, s->source != SOURCE_NONE, &why))
        opt_wrong("%s", buf_cstr(&why));
    if (s->source == SOURCE_OPERANDS && s->draft.needs_text && !s->text.len)
        opt_wrong("send TEXT: it is empty");
    struct span op = draft_get(&s->draft, "op");
    if (!op_find(op))
        warn("send op %.*s: not known, it goes out as it is", (int)op.n, op.p);
    buf_free(&why);
}

static void set_limits(struct relay_send *s, const struct opts *o)
{
    s->limits.max_frame = (size_t)o->max_frame;
    s->limits.max_length = (size_t)s->max_length;
    s->limits.unit = s->unit < 0 ? SENDER_UNIT_PLATFORM : s->unit ? SENDER_UNIT_UTF16 : SENDER_UNIT_CHARS;
}

int main(int argc, char **argv)
{
    struct opts o;
    struct relay_send *s = &self;
    opt_read(&o, &tool, argc, argv);
    read_operands(s, &o);
    if (s->source || s->draft.action.len)
        check_draft(s);
    struct filter of_text = {.raw_input = true,
                             .line = s->source == SOURCE_LINES ? on_line : on_text,
                             .end = s->source == SOURCE_LINES ? NULL : on_text_end,
                             .prepare = on_prepare,
                             .ready = on_ready,
                             .full = on_full,
                             .busy = on_busy,
                             .ctx = s};
    struct filter of_frames = {.frame = on_frame,
                               .start = on_start,
                               .null_input = s->null_input,
                               .prepare = on_prepare,
                               .ready = on_ready,
                               .full = on_full,
                               .busy = on_busy,
                               .end = on_end,
                               .gone = on_gone,
                               .ctx = s};
    bool text = s->source >= SOURCE_STDIN; /* stdin is text, not frames */
    s->f = text ? of_text : of_frames;
    set_limits(s, &o);
    outlet_open(&s->outlet, &s->f, &s->limits, sig_ring() && !text && !s->null_input);
    filter_init(&s->f, &o);
    int status = filter_run(&s->f);
    send_free(s);
    return status;
}
