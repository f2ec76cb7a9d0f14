/* SPDX-License-Identifier: MIT */
/* What was put aside in a pool. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/opt.h"
#include "queue/dead.h"
#include "queue/letter.h"

struct dead {
    struct pool *pool;
    const struct dead_options *o;
    enum dead_verb verb;
    uint64_t *ids;
    size_t n_ids;
    bool *found;
    struct letter letter; /* the one at hand */
    struct buf out;
    size_t matched;
    int status;
};

enum dead_verb dead_verb_of(const char *name)
{
    static const char *const words[] = {"list", "show", "retry", "drop"};
    int verb = 0;
    while (name && verb < DEAD_VERBS && strcmp(name, words[verb]) != 0)
        verb++;
    return (enum dead_verb)verb;
}

static void read_ids(struct dead *d, char **ids)
{
    int64_t id;
    for (; *ids; ids++) {
        if (!number_parse(*ids, 1, INT64_MAX, &id))
            opt_wrong("read ID '%s': not a number of a dead letter%s", *ids,
                      **ids == '-' ? "; options stand before URL" : "");
        d->ids = xrealloc(d->ids, (d->n_ids + 1) * sizeof *d->ids);
        d->ids[d->n_ids++] = (uint64_t)id;
    }
    d->found = xcalloc(d->n_ids + 1, sizeof *d->found);
}

/* Whether it is one of the numbers that were given; without any, all are. */
static bool is_given(struct dead *d, uint64_t id)
{
    bool given = !d->n_ids;
    for (size_t i = 0; i < d->n_ids; i++)
        if (d->ids[i] == id)
            given = d->found[i] = true;
    return given;
}

static bool is_meant(struct dead *d)
{
    const struct letter *l = &d->letter;
    const struct dead_options *o = d->o;
    if (!is_given(d, l->id) || (o->states && !(o->states & 1U << l->state)))
        return false;
    if (o->older >= 0 && l->time > clock_wall_ms() - o->older)
        return false;
    return !o->session || span_eq(buf_as_span(&l->session), o->session);
}

static void print(struct dead *d)
{
    if (d->out.len && fwrite(d->out.p, 1, d->out.len, stdout) != d->out.len)
        die(EX_IOERR, "write stdout:");
    d->out.len = 0;
}

static void show(struct dead *d)
{
    struct store_turn t = letter_turn(&d->letter);
    bool good = d->verb == DEAD_SHOW ? report_begin(&d->out, d->o->format, &t)
                                     : report_turn(&d->out, d->o->format, &t);
    if (d->verb == DEAD_SHOW)
        report_end(&d->out, d->o->format);
    if (!good)
        exit_raise(&d->status, EX_DATAERR);
    if (d->out.len >= 1 << 16)
        print(d);
}

/* Does what the verb says with the letter at hand. */
static void treat(struct dead *d)
{
    const char *why = NULL;
    d->matched++;
    if (d->verb == DEAD_RETRY)
        why = letter_retry(&d->letter, d->pool);
    else if (d->verb == DEAD_DROP)
        letter_drop(&d->letter, d->pool);
    if (why) {
        warn("skip %ju: %s", (uintmax_t)d->letter.id, why);
        d->matched--;
    } else {
        show(d);
    }
}

static void walk(struct dead *d)
{
    struct buf subject = {0};
    uint64_t from = 1, last = 0;
    buf_printf(&subject, "%s.dead.", d->pool->name);
    if (d->o->gateway)
        pool_token(&subject, span_of(d->o->gateway));
    buf_str(&subject, d->o->gateway ? ".>" : ">");
    letter_last(&last, d->pool); /* what is put aside from here on is not met */
    while (letter_next(&d->letter, d->pool, buf_cstr(&subject), from) && d->letter.id <= last) {
        from = d->letter.id + 1;
        if (is_meant(d))
            treat(d);
    }
    buf_free(&subject);
}

int dead_run(struct pool *p, const struct dead_options *o, enum dead_verb verb, char **ids)
{
    struct dead d = {.pool = p, .o = o, .verb = verb};
    read_ids(&d, ids);
    if (verb >= DEAD_RETRY && !d.n_ids && !o->gateway && !o->session && !o->states && o->older < 0)
        opt_wrong("which dead letters? give an ID, --gateway, --session, --state or --older");
    walk(&d);
    for (size_t i = 0; i < d.n_ids; i++)
        if (!d.found[i])
            warn("there is no dead letter %ju", (uintmax_t)d.ids[i]);
    print(&d);
    letter_free(&d.letter);
    buf_free(&d.out);
    free(d.ids);
    free(d.found);
    errno = 0;
    if (fflush(stdout) || ferror(stdout) || fclose(stdout))
        die(EX_IOERR, "write stdout:");
    return d.matched ? d.status : EX_NO;
}
