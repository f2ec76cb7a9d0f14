/* SPDX-License-Identifier: MIT */
/* relay-scope: remembers each chat's tenant and adds it to what goes out (protocol §4). */
#include "base/diag.h"
#include "relay/filter.h"
#include "relay/scope.h"
#include "relay/scope_state.h"

struct stage {
    struct scope *scope;
    struct scope_file *file; /* NULL: in memory only */
    struct buf line;
};

static void learn(struct filter *f, const struct frame *fr)
{
    struct stage *st = f->ctx;
    bool too_long = false;
    const struct scope_record *changed = scope_learn(st->scope, fr, &too_long);
    if (changed && st->file)
        scope_file_add(st->file, changed);
    if (!too_long)
        return;
    complain("remember line %ju: an identifier is longer than %d bytes", f->in.line, SCOPE_VALUE_MAX);
    filter_fail(f, EX_DATAERR);
}

static bool take_frame(struct filter *f, struct frame *fr)
{
    struct stage *st = f->ctx;
    learn(f, fr);
    if (!scope_apply(st->scope, &st->line, fr))
        return true;
    filter_emit_buf(f, &st->line);
    return false;
}

enum { KEY_MAX = OPT_LONG };

static const struct opt options[] = {
    {'s', "state", "FILE", "keep what was learnt in FILE"},
    {KEY_MAX, "max", "N", "remember so many chats (default 65536)"},
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
    struct opts o = {0};
    struct stage st = {0};
    struct filter f = {.frame = take_frame, .ctx = &st};
    const char *state = NULL;
    size_t max = SCOPE_CHATS;
    for (int key; (key = opt_next(&o, &tool, argc, argv)) != -1;) {
        if (key == 's')
            state = o.arg;
        else if (key == KEY_MAX)
            max = (size_t)opt_number(&o, 1, 1 << 24);
    }
    if (o.operands < argc)
        opt_wrong("unexpected operand '%s'", argv[o.operands]);
    st.scope = scope_new(max);
    if (state)
        st.file = scope_file_open(state, st.scope);
    filter_init(&f, &o);
    int status = filter_run(&f), kept = st.file ? scope_file_close(st.file) : EX_OK;
    scope_free(st.scope);
    buf_free(&st.line);
    return status ? status : kept;
}
