/* SPDX-License-Identifier: MIT */
/* relay-send: actions become outbound frames. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "send/draft.h"
#include "relay/filter.h"
#include "send/sender.h"
#include "base/text.h"

enum { ROOM = 256 * 1024 }; /* bytes of output after which no further parts are made */

/* Where the text for the action comes from that the options make. */
enum source { SOURCE_NONE, SOURCE_OPERANDS, SOURCE_STDIN, SOURCE_LINES };

struct send {
    struct filter f;
    enum source source;
    struct draft draft;   /* the action that the options make; empty: none */
    struct buf text;      /* operands, or stdin as far as it was read */
    struct frame drafted; /* the draft as a frame */
    struct sender *sender;
    struct sender_options limits;
    struct buf line; /* the frame being made */
};

/* Queues the frame just made; one that is refused too: relay-dial answers it, so whoever asked hears of it.
 */
static void emit(struct send *s, bool passed)
{
    if (!passed) {
        complain("refuse %s", sender_refusal(s->sender));
        filter_fail(&s->f, EX_DATAERR);
    }
    filter_emit_buf(&s->f, &s->line);
}

/* Makes the further parts of a long text, as many as there is room for. */
static void emit_parts(struct send *s)
{
    while (sender_busy(s->sender) && writer_pending(&s->f.out) < ROOM)
        emit(s, sender_next(s->sender, &s->line));
}

static void take_action(struct send *s, struct frame *action)
{
    action->line = text_trim(action->line);
    emit(s, sender_take(s->sender, action, &s->line));
    emit_parts(s);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct send *s = f->ctx;
    if (fr->type == FRAME_ACTION)
        take_action(s, fr);
    else
        sender_learn(s->sender, fr);
    return fr->type != FRAME_ACTION;
}

/* Parts that wait keep the input waiting. */
static bool on_busy(struct filter *f)
{
    return sender_busy(((struct send *)f->ctx)->sender);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    if (on_busy(f) && writer_pending(&f->out) < ROOM)
        pollset_until(ps, 0);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    (void)ps;
    emit_parts(f->ctx);
}

/* Sends the action that the options make, with this text. Returns NULL, or why it cannot. */
static const char *send_draft(struct send *s, struct span text)
{
    struct json_error e;
    const char *why = s->source ? draft_set_text(&s->draft, s->draft.member, text) : NULL;
    if (why)
        return why;
    if (!frame_parse(&s->drafted, buf_as_span(&s->draft.action), &e))
        die(EX_SOFTWARE, "read own action: %s", e.reason);
    take_action(s, &s->drafted);
    return NULL;
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
    const char *why = line_blank(line) ? NULL : send_draft(f->ctx, line);
    if (why)
        filter_bad(f, "%s", why);
}

/* "-": the lines are gathered. */
static void on_text(struct filter *f, struct span line)
{
    struct send *s = f->ctx;
    if (f->in.line > 1)
        buf_ch(&s->text, '\n');
    buf_span(&s->text, line);
    if (s->text.len > s->limits.max_frame)
        filter_bad(f, "the text is longer than %zu bytes", s->limits.max_frame);
    if (f->bad)
        filter_stop(f);
}

static void on_text_end(struct filter *f)
{
    struct send *s = f->ctx;
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

static void send_free(struct send *s)
{
    sender_free(s->sender);
    draft_free(&s->draft);
    frame_free(&s->drafted);
    buf_free(&s->text);
    buf_free(&s->line);
}

enum { KEY_SET = OPT_LONG, KEY_SET_JSON, KEY_LINES, KEY_NO_SPLIT, KEY_MAX_LENGTH, KEY_LEN_UNIT };

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
    {KEY_NO_SPLIT, "no-split", NULL, "refuse a text that is too long instead of splitting it"},
    {KEY_MAX_LENGTH, "max-length", "N", "longest text of a message (default: the descriptor's)"},
    {KEY_LEN_UNIT, "len-unit", "chars|utf16", "what it is counted in (default: the descriptor's)"},
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

static void check_option(const struct opts *o, const char *why)
{
    if (why)
        opt_wrong("read --%s '%s': %s", o->name, o->arg, why);
}

/* The options that add to the action; false: it is none of them. */
static bool draft_option(struct draft *d, const struct opts *o, int key)
{
    const char *member = key == 'c'   ? "chat_id"
                         : key == 'p' ? "platform"
                         : key == 'r' ? "reply_to"
                         : key == 'o' ? "op"
                                      : NULL;
    if (member)
        check_option(o, *o->arg ? draft_set_text(d, member, span_of(o->arg)) : "empty");
    else if (key == 'm')
        check_option(o, draft_pair_metadata(d, o->arg));
    else if (key == KEY_SET)
        check_option(o, draft_pair_text(d, o->arg));
    else if (key == KEY_SET_JSON)
        check_option(o, draft_pair_json(d, o->arg));
    else
        return false;
    return true;
}

static void take_option(struct send *s, const struct opts *o, int key)
{
    static const char *const units[] = {"chars", "utf16", NULL};
    if (draft_option(&s->draft, o, key))
        return;
    if (key == 'n')
        s->f.null_input = true;
    else if (key == KEY_LINES)
        s->source = SOURCE_LINES;
    else if (key == KEY_NO_SPLIT)
        s->limits.no_split = true;
    else if (key == KEY_MAX_LENGTH)
        s->limits.max_length = (size_t)opt_number(o, 1, 1 << 30);
    else if (key == KEY_LEN_UNIT)
        s->limits.unit = opt_word(o, units) ? SENDER_UNIT_UTF16 : SENDER_UNIT_CHARS;
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
    struct buf why = {0};
    if (!draft_check(&s->draft, s->source != SOURCE_NONE, &why))
        opt_wrong("%s", buf_cstr(&why));
    if (s->source == SOURCE_OPERANDS && s->draft.needs_text && !s->text.len)
        opt_wrong("send TEXT: it is empty");
    buf_free(&why);
}

int main(int argc, char **argv)
{
    struct send s = {.f = {.frame = on_frame,
                           .start = on_start,
                           .prepare = on_prepare,
                           .ready = on_ready,
                           .full = on_busy,
                           .busy = on_busy}};
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
    s.limits.max_frame = (size_t)o.max_frame;
    s.sender = sender_new(&s.limits);
    filter_init(&s.f, &o);
    int status = filter_run(&s.f);
    send_free(&s);
    return status;
}
