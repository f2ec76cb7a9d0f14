/* SPDX-License-Identifier: MIT */
/* What an interactive COMMAND hears. */
#include "run/talk.h"
#include "base/diag.h"
#include "run/ending.h"

static struct worker *worker_of(struct runner *r, const struct turn *t)
{
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn == t)
            return &r->workers[i];
    return NULL;
}

void talk_result(struct runner *r, const struct request *q, const struct result *result,
                 const struct frame *fr)
{
    struct worker *w = r->o.interactive && q->heard ? worker_of(r, q->turn) : NULL;
    if (!w || result_repeats(result))
        return;
    if (q->tag)
        prompts_shown(&r->prompts, q->tag, json_find(result->result, "message_id"));
    if (!worker_tell(w, fr->line))
        info(1, "run %s: a result is not read", r->o.argv[0]);
}

static void pass_over(struct runner *r, struct filter *f, struct turn *t, const char *why)
{
    struct buf name = {0};
    turn_name(&name, t);
    info(1, "%s: %s", buf_cstr(&name), why);
    buf_free(&name);
    inbox_pass(&r->inbox, t);
    ending_ack(f, t);
    turn_free(t);
}

bool talk_press(struct runner *r, struct filter *f, struct turn *t)
{
    if (!json_is_object(json_find(t->event, "prompt_response")) || inbox_knows(&r->inbox, t))
        return false;
    if (prompts_foreign(&r->prompts, t)) {
        pass_over(r, f, t, "a press for another gateway");
        return true;
    }
    const struct turn *asker = prompts_find(&r->prompts, t);
    struct worker *w = asker ? worker_of(r, asker) : NULL;
    if (!w || !worker_tell(w, buf_as_span(&t->line)))
        return false;
    pass_over(r, f, t, "a press for a COMMAND that waits for it");
    return true;
}

void talk_end(struct runner *r)
{
    for (int i = 0; r->o.interactive && i < r->parallel; i++)
        if (r->workers[i].turn)
            worker_tell_end(&r->workers[i]);
}
