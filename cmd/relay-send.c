/* SPDX-License-Identifier: MIT */
/* relay-send: actions become outbound frames. */
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "diag.h"
#include "draft.h"
#include "filter.h"
#include "outbound.h"
#include "request.h"
#include "text.h"

/* Where the text for the action comes from that the options make. */
enum source { SOURCE_NONE, SOURCE_OPERANDS, SOURCE_STDIN, SOURCE_LINES };

struct send {
    struct filter f;
    size_t max_frame;
    enum source source;
    struct draft draft;       /* the action that the options make; empty: none */
    const char *member;       /* the member that its text goes into */
    bool needs_text;          /* … and that must not be empty */
    struct buf text;          /* operands, or stdin as far as it was read */
    struct frame drafted;     /* the draft as a frame */
    struct buf id, line, why; /* of the present action */
};

/* Emits the frame. One that would be longer than a line may be is refused without its action. */
static void emit(struct send *s, const struct outbound *o)
{
    s->line.len = 0;
    outbound_build(&s->line, o);
    if (s->line.len > s->max_frame) {
        struct outbound stub = {.id = o->id,
                                .part = o->part,
                                .action = span_of("{}"),
                                .refused = span_of("the frame would be too long")};
        complain("refuse %.*s: its frame would be longer than %zu bytes", (int)o->id.n, o->id.p,
                 s->max_frame);
        filter_fail(&s->f, EX_DATAERR);
        s->line.len = 0;
        outbound_build(&s->line, &stub);
    }
    filter_emit_buf(&s->f, &s->line);
}

/* Lets the action out with the reason in s->why: relay-dial answers it, so whoever asked hears of it. */
static void refuse(struct send *s, struct outbound *o, struct span op)
{
    o->refused = buf_as_span(&s->why);
    complain("refuse %.*s %.*s: %s", (int)(op.n < 64 ? op.n : 64), op.p, (int)o->id.n, o->id.p,
             buf_cstr(&s->why));
    filter_fail(&s->f, EX_DATAERR);
    emit(s, o);
}

static void send_action(struct send *s, const struct frame *fr)
{
    const struct op *op = op_find(fr->name);
    struct outbound o = {.action = text_trim(fr->line)};
    s->why.len = 0;
    bool ok = outbound_lift(&o, &fr->top, &s->why) && action_check(&s->why, op, &fr->top);
    if (!o.id.p) {
        s->id.len = 0;
        buf_ch(&s->id, '"');
        request_id(&s->id);
        buf_ch(&s->id, '"');
        o.id = buf_as_span(&s->id);
    }
    if (!ok) {
        refuse(s, &o, fr->name);
    } else if (op && strcmp(op->name, "interrupt") == 0) {
        interrupt_build(&s->line, o.action);
        filter_emit_buf(&s->f, &s->line);
    } else {
        emit(s, &o);
    }
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    if (fr->type != FRAME_ACTION)
        return true;
    send_action(f->ctx, fr);
    return false;
}

/* Sends the action that the options make, with this text. */
static void send_draft(struct send *s, struct span text)
{
    struct json_error e;
    const char *why = s->source ? draft_set_text(&s->draft, s->member, text) : NULL;
    if (why) {
        filter_bad(&s->f, "%s", why);
        return;
    }
    if (!frame_parse(&s->drafted, buf_as_span(&s->draft.action), &e))
        die(EX_SOFTWARE, "read own action: %s", e.reason);
    send_action(s, &s->drafted);
}

static void on_start(struct filter *f)
{
    struct send *s = f->ctx;
    if (s->draft.action.len && s->source <= SOURCE_OPERANDS)
        send_draft(s, buf_as_span(&s->text));
}

/* --lines: each line is a message, unless it is blank. */
static void on_line(struct filter *f, struct span line)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!line_blank(line))
        send_draft(f->ctx, line);
}

/* "-": the lines are gathered. */
static void on_text(struct filter *f, struct span line)
{
    struct send *s = f->ctx;
    if (f->in.line > 1)
        buf_ch(&s->text, '\n');
    buf_span(&s->text, line);
    if (s->text.len > s->max_frame)
        filter_bad(f, "the text is longer than %zu bytes", s->max_frame);
    if (f->bad)
        filter_stop(f);
}

static void on_text_end(struct filter *f)
{
    struct send *s = f->ctx;
    if (!f->status && s->needs_text && !s->text.len)
        filter_bad(f, "no text");
    if (f->status)
        complain("send nothing: the text cannot be read whole");
    else
        send_draft(s, buf_as_span(&s->text));
}

enum { KEY_SET = OPT_LONG, KEY_SET_JSON, KEY_LINES };

static const struct opt options[] = {
    {'n', "null-input", NULL, "read no frames from stdin"},
    {'c', "chat", "CHAT", "send to this chat (chat_id)"},
    {'p', "platform", "PLATFORM", "the platform of the chat"},
    {'r', "reply-to", "MESSAGE", "send as a reply to this message (reply_to)"},
    {'o', "op", "OP", "perform this op (default send)"},
    {'m', "metadata", "KEY=VALUE", "add a string to the metadata (repeatable)"},
    {KEY_SET, "set", "KEY=VALUE", "set a member to a string (repeatable)"},
    {KEY_SET_JSON, "set-json", "KEY=JSON", "set a member to a JSON value (repeatable)"},
    {KEY_LINES, "lines", NULL, "send each line of stdin as a message of its own"},
};

static const int exits[] = {0, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, -1};

static const struct tool tool = {
    .purpose = "Turn actions into outbound frames, from stdin or from the command line.",
    .synopsis = "[OPTION]… [TEXT… | -]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = exits,
    .examples = "  echo '{\"op\":\"send\",\"chat_id\":\"42\",\"content\":\"hello\"}' | relay-send\n"
                "  relay-send -n -c 42 'deploy done'\n"
                "  df -h | relay-send -n -c 42 -\n"
                "  relay-send -n -c 42 -o react --set message_id=7 --set emoji=+1\n",
    .filter = true,
};

static void set_text(struct send *s, const struct opts *o, const char *member)
{
    if (!*o->arg)
        opt_wrong("set %s: empty", member);
    const char *why = draft_set_text(&s->draft, member, span_of(o->arg));
    if (why)
        opt_wrong("set %s: %s", member, why);
}

static void set_pair(struct send *s, const struct opts *o,
                     const char *(*set)(struct draft *d, const char *pair))
{
    const char *why = set(&s->draft, o->arg);
    if (why)
        opt_wrong("set '%s': %s", o->arg, why);
}

static void take_option(struct send *s, const struct opts *o, int key)
{
    switch (key) {
    case 'n':
        s->f.null_input = true;
        break;
    case 'c':
        set_text(s, o, "chat_id");
        break;
    case 'p':
        set_text(s, o, "platform");
        break;
    case 'r':
        set_text(s, o, "reply_to");
        break;
    case 'o':
        set_text(s, o, "op");
        break;
    case 'm':
        set_pair(s, o, draft_pair_metadata);
        break;
    case KEY_SET:
        set_pair(s, o, draft_pair_text);
        break;
    case KEY_SET_JSON:
        set_pair(s, o, draft_pair_json);
        break;
    case KEY_LINES:
        s->source = SOURCE_LINES;
        break;
    }
}

/* Where the text comes from: TEXT, "-" or --lines. */
static void take_operands(struct send *s, const struct opts *o)
{
    int n = o->argc - o->operands;
    if (n && s->source == SOURCE_LINES)
        opt_wrong("option --lines: takes no TEXT");
    if (n == 1 && strcmp(o->argv[o->operands], "-") == 0)
        s->source = SOURCE_STDIN;
    else if (n)
        s->source = SOURCE_OPERANDS;
    for (int i = 0; i < n && s->source == SOURCE_OPERANDS; i++) {
        if (i)
            buf_ch(&s->text, ' ');
        buf_str(&s->text, o->argv[o->operands + i]);
    }
    if (!text_valid(buf_as_span(&s->text).p, s->text.len))
        die(EX_DATAERR, "send TEXT: not UTF-8");
    if (!s->source && !s->draft.action.len && s->f.null_input)
        opt_wrong("option -n: there is nothing to send");
}

/* The action that the options make must be whole before anything is read or sent. */
static void check_draft(struct send *s)
{
    struct json_error e;
    struct buf why = {0};
    draft_begin(&s->draft);
    if (draft_get(&s->draft, "type").p)
        opt_wrong("set type: an action has no type");
    const struct op *op = op_find(draft_get(&s->draft, "op"));
    s->member = op ? op->text : "content";
    s->needs_text = op && s->member && op_needs(op, s->member);
    if (s->source && !s->member)
        opt_wrong("op %s: takes no TEXT", op->name);
    if (s->source == SOURCE_OPERANDS && s->needs_text && !s->text.len)
        opt_wrong("op %s: TEXT is empty", op->name);
    if (s->source)
        draft_set_text(&s->draft, s->member, span_of("")); /* until the text is there */
    else if (s->needs_text && !draft_get(&s->draft, s->member).p)
        opt_wrong("op %s: needs TEXT, or - for stdin", op->name);
    if (!frame_parse(&s->drafted, buf_as_span(&s->draft.action), &e))
        opt_wrong("set op: not a string");
    if (!outbound_lift(&(struct outbound){0}, &s->drafted.top, &why) ||
        !action_check(&why, op, &s->drafted.top))
        opt_wrong("op %s: %s", op ? op->name : "unknown", buf_cstr(&why));
}

int main(int argc, char **argv)
{
    struct send s = {.f = {.frame = on_frame, .start = on_start}};
    struct opts o = {0};
    for (int key; (key = opt_next(&o, &tool, argc, argv)) != -1;)
        take_option(&s, &o, key);
    take_operands(&s, &o);
    if (s.source || s.draft.action.len)
        check_draft(&s);
    if (s.source >= SOURCE_STDIN) {
        s.f.raw_input = true;
        s.f.null_input = false;
        s.f.line = s.source == SOURCE_LINES ? on_line : on_text;
        s.f.end = s.source == SOURCE_LINES ? NULL : on_text_end;
    }
    s.f.ctx = &s;
    s.max_frame = (size_t)o.max_frame;
    filter_init(&s.f, &o);
    return filter_run(&s.f);
}
