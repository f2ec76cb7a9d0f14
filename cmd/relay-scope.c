/* SPDX-License-Identifier: MIT */
/* relay-scope: remembers each chat's tenant and adds it to outbound frames and actions (protocol §4). */
#include "base/diag.h"
#include "relay/filter.h"
#include "relay/scope.h"
#include "relay/scope_state.h"

static struct relay_scope {
    struct scope *scope;
    struct scope_file *file; /* NULL: in memory only */
    struct buf line;
    const char *state;
    int64_t max; /* records of chats */
} self = {.max = SCOPE_CHATS};

static void learn(struct filter *f, const struct frame *fr)
{
    struct relay_scope *s = f->ctx;
    bool too_long = false;
    const struct scope_record *changed = scope_learn(s->scope, fr, &too_long);
    if (changed && s->file)
        scope_file_add(s->file, changed);
    if (!too_long)
        return;
    complain("remember line %ju: an identifier is longer than %d bytes%s", f->in.line, SCOPE_VALUE_MAX,
             fr->type == FRAME_HELLO ? ", or there are too many identities" : "");
    filter_fail(f, EX_DATAERR);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct relay_scope *s = f->ctx;
    learn(f, fr);
    if (!scope_apply(s->scope, &s->line, fr))
        return true;
    filter_emit_buf(f, &s->line);
    return false;
}

static const struct opt options[] = {
    OPT_FILE('s', "state", &self.state, "keep the remembered values in FILE"),
    OPT_NUMBER(0, "max", &self.max, 1, 1 << 24, "remember this many chats (default 65536)"),
};

static const struct tool tool = {
    .purpose = "Remember each chat's scope, user and profile, and add them to actions.",
    .synopsis = "[-s FILE] [--max N]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_CONFIG, -1},
    .examples = "  relay-scope <frames.ndjson\n"
                "  relay-scope -s chats.state --max 1000 <frames.ndjson\n",
    .filter = true,
};

int main(int argc, char **argv)
{
    struct opts o;
    struct filter f = {.frame = on_frame, .ctx = &self};
    opt_read(&o, &tool, argc, argv);
    self.scope = scope_new((size_t)self.max);
    if (self.state)
        self.file = scope_file_open(self.state, self.scope);
    filter_init(&f, &o);
    int status = filter_run(&f);
    if (self.file)
        exit_raise(&status, scope_file_close(self.file));
    scope_free(self.scope);
    buf_free(&self.line);
    return status;
}
