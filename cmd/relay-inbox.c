/* SPDX-License-Identifier: MIT */
/* relay-inbox: the operator's hand on the inbox of a relay-run. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/opt.h"
#include "inbox/pick.h"
#include "inbox/report.h"
#include "inbox/wish.h"

enum {
    BATCH = 256,        /* messages pruned in one transaction */
    PATIENCE = 2000,    /* ms for a ring to act */
    WEEK = 7 * 86400000 /* ms */
};

static struct relay_inbox {
    const char *path;
    int format; /* enum report_format */
    const char *session;
    int64_t older; /* ms */
    struct pick pick;
    struct ids wished;
    enum store_wish wish;
    struct store *store;
    struct buf out;
    int status;
} self = {.older = -1};

static _Noreturn void store_refuses(const struct relay_inbox *t)
{
    die(EX_IOERR, "read or write %s: %s", t->path, store_problem(t->store));
}

static void print(struct relay_inbox *t)
{
    if (t->out.len && fwrite(t->out.p, 1, t->out.len, stdout) != t->out.len)
        die(EX_IOERR, "write stdout:");
    t->out.len = 0;
}

static bool list_one(void *ctx, const struct store_turn *turn)
{
    struct relay_inbox *t = ctx;
    if (!report_turn(&t->out, (enum report_format)t->format, turn))
        exit_raise(&t->status, EX_DATAERR);
    return true;
}

static bool show_action(void *ctx, const struct store_action *a)
{
    struct relay_inbox *t = ctx;
    if (!report_action(&t->out, (enum report_format)t->format, a))
        exit_raise(&t->status, EX_DATAERR);
    return true;
}

static bool show_one(void *ctx, const struct store_turn *turn)
{
    struct relay_inbox *t = ctx;
    if (!report_begin(&t->out, (enum report_format)t->format, turn))
        exit_raise(&t->status, EX_DATAERR);
    if (!store_actions(t->store, turn->id, show_action, t))
        store_refuses(t);
    report_end(&t->out, (enum report_format)t->format);
    return true;
}

/* Prints messages by their numbers, each as it is at this moment. */
static void print_ids(struct relay_inbox *t, const struct ids *list,
                      bool (*one)(void *ctx, const struct store_turn *turn))
{
    for (size_t i = 0; i < list->n; i++) {
        const struct store_query q = {.id = list->id[i]};
        if (!store_find(t->store, &q, one, t))
            store_refuses(t);
        if (t->out.len >= 1 << 16)
            print(t);
    }
    print(t);
}

static bool list_page(void *ctx, const struct ids *page)
{
    print_ids(ctx, page, list_one);
    return true;
}

static bool show_page(void *ctx, const struct ids *page)
{
    print_ids(ctx, page, show_one);
    return true;
}

/* Calls `act` for each page of the messages that are meant. Whether there are any. */
static bool walk(struct relay_inbox *t, bool (*act)(void *ctx, const struct ids *page))
{
    if (!pick_walk(&t->pick, t->store, act, t))
        store_refuses(t);
    return t->pick.matched > 0;
}

/* Whether what is wished can come true for the message; the reason is told if not. */
static bool fits(void *ctx, const struct store_turn *turn)
{
    struct relay_inbox *t = ctx;
    if (!wish_fits(t->wish, turn->state))
        warn("skip message %jd: it is %s", (intmax_t)turn->id, turn_state_word(turn->state));
    else if (t->wish == WISH_RETRY && !turn->frame.n)
        warn("skip message %jd: its frame was pruned", (intmax_t)turn->id);
    else
        ids_add(&t->wished, turn->id);
    return true;
}

/* Writes the wish beside those messages of the page that it fits. */
static bool wish_page(void *ctx, const struct ids *page)
{
    struct relay_inbox *t = ctx;
    size_t from = t->wished.n;
    bool good = store_begin(t->store);
    for (size_t i = 0; good && i < page->n; i++) {
        const struct store_query q = {.id = page->id[i]};
        good = store_find(t->store, &q, fits, t);
    }
    for (size_t i = from; good && i < t->wished.n; i++)
        good = store_set_wish(t->store, t->wished.id[i], t->wish);
    return good && store_commit(t->store);
}

static void wait_for_ring(struct relay_inbox *t)
{
    pid_t holder;
    switch (wishes_wait(t->store, t->path, t->wished.id, t->wished.n, PATIENCE, &holder)) {
    case WISHES_DONE:
        break;
    case WISHES_OPEN:
        complain("wait for process %jd: it has the inbox and has not acted on every wish in %d s",
                 (intmax_t)holder, PATIENCE / 1000);
        exit_raise(&t->status, EX_TEMPFAIL);
        break;
    case WISHES_FAILED:
        if (holder < 0)
            die(EX_NOINPUT, "lock %s-lock:", t->path);
        store_refuses(t);
    }
}

static int change(struct relay_inbox *t, enum store_wish wish)
{
    t->wish = wish;
    if (!t->pick.given.n && !t->pick.query.session.p && !t->pick.query.states && !t->pick.query.before)
        opt_wrong("which messages? give an ID, --session, --state or --older");
    walk(t, wish_page);
    if (!t->wished.n)
        return EX_NO;
    wait_for_ring(t);
    print_ids(t, &t->wished, list_one);
    return t->status;
}

static int run_retry(struct relay_inbox *t)
{
    return change(t, WISH_RETRY);
}

static int run_drop(struct relay_inbox *t)
{
    return change(t, WISH_DROP);
}

static int run_list(struct relay_inbox *t)
{
    return walk(t, list_page) ? t->status : EX_NO;
}

static int run_show(struct relay_inbox *t)
{
    return walk(t, show_page) ? t->status : EX_NO;
}

static int run_prune(struct relay_inbox *t)
{
    int64_t before = clock_wall_ms() - (t->older < 0 ? WEEK : t->older), all = 0, n;
    if (t->pick.given.n || t->pick.query.session.p || t->pick.query.states)
        opt_wrong("prune takes --older only: it deletes what has ended");
    do {
        if (!store_begin(t->store) || !store_prune(t->store, before, BATCH, &n) || !store_commit(t->store))
            store_refuses(t);
        all += n;
    } while (n == BATCH);
    buf_printf(&t->out, t->format == REPORT_JSON ? "{\"pruned\":%jd}\n" : "%jd pruned\n", (intmax_t)all);
    print(t);
    return EX_OK;
}

static int run_stats(struct relay_inbox *t)
{
    if (t->pick.given.n || t->pick.query.session.p || t->pick.query.states || t->pick.query.before)
        opt_wrong("stats is about all messages");
    struct inbox_stats stats = {0};
    if (!stats_read(&stats, t->store, t->path))
        store_refuses(t);
    report_stats(&t->out, (enum report_format)t->format, &stats);
    print(t);
    return EX_OK;
}

static const struct verb {
    const char *name;
    enum store_use use;
    int (*run)(struct relay_inbox *t);
} verbs[] = {
    {"list", STORE_READ, run_list}, {"show", STORE_READ, run_show},   {"retry", STORE_TOOL, run_retry},
    {"drop", STORE_TOOL, run_drop}, {"prune", STORE_TOOL, run_prune}, {"stats", STORE_READ, run_stats},
};

static void on_state(struct opts *o)
{
    enum turn_state state = turn_state_of(span_of(o->arg));
    if (state == TURN_STATES)
        opt_refuse(o, "not a state");
    self.pick.query.states |= 1U << state;
}

static const struct opt options[] = {
    OPT_WORD('f', "format", "json|text", &self.format, "JSON, the default, or lines for people"),
    OPT_TEXT(0, "session", "KEY", &self.session, "only messages of this session"),
    OPT_CALL(0, "state", "waiting|running|retrying|answered|done|dead|ambiguous|interrupted", on_state,
             "in this state (repeatable)"),
    OPT_TIME(0, "older", &self.older, 0, "only those whose state has not changed for that time"),
};

static const struct tool tool = {
    .purpose = "Look after the messages in a relay-run's inbox: FILE is that of its --inbox.",
    .synopsis = "[OPTION]... FILE [list|show|retry|drop|prune|stats] [ID]...",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_TEMPFAIL,
                           -1},
    .examples = "  relay-inbox -f text inbox\n"
                "  relay-inbox --state dead inbox list\n"
                "  relay-inbox inbox retry 12 15\n"
                "  relay-inbox --state ambiguous inbox drop\n"
                "  relay-inbox inbox stats\n",
};

static const struct verb *verb_of(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!name || strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    opt_wrong("no such verb: list, show, retry, drop, prune and stats are");
}

static void read_ids(struct relay_inbox *t, char **operand)
{
    int64_t id;
    for (; *operand; operand++) {
        if (!number_parse(*operand, 1, INT64_MAX, &id))
            opt_wrong("read ID '%s': not a number of a message%s", *operand,
                      **operand == '-' ? "; options stand before FILE" : "");
        ids_add(&t->pick.given, id);
    }
}

int main(int argc, char **argv)
{
    struct opts o;
    struct relay_inbox *t = &self;
    struct buf why = {0};
    opt_read(&o, &tool, argc, argv);
    char **operand = argv + o.operands;
    if (!*operand)
        opt_wrong("FILE missing");
    t->path = *operand++;
    const struct verb *verb = verb_of(*operand);
    read_ids(t, *operand ? operand + 1 : operand);
    if (t->session)
        t->pick.query.session = span_of(t->session);
    if (t->older >= 0)
        t->pick.query.before = clock_wall_ms() - t->older;
    signal(SIGUSR1, SIG_IGN); /* another relay-inbox may take this one for the ring */
    int status = EX_OSERR;
    t->store = store_open(t->path, verb->use, &status, &why);
    if (!t->store)
        die(status, "open %s: %s", t->path, buf_cstr(&why));
    status = verb->run(t);
    store_close(t->store);
    errno = 0;
    if (fflush(stdout) || ferror(stdout) || fclose(stdout))
        die(EX_IOERR, "write stdout:");
    return status;
}
