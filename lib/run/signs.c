/* SPDX-License-Identifier: MIT */
/* Signs of what becomes of a message. */
#include "run/signs.h"
#include "relay/action.h"
#include "run/address.h"

#define EYES "👀"

static bool is_on(const struct turn *t, const char *platform)
{
    struct buf name = {0};
    bool is = platform_decode(&name, json_find(t->source, "platform")) &&
              span_eq(buf_as_span(&name), platform);
    buf_free(&name);
    return is;
}

static bool can_react(const struct runner *r, const struct turn *t)
{
    const struct platform *p = worker_platform(r->workers, t);
    return r->reactions && p && op_supported(op_find(span_of("\"react\"")), buf_as_span(&p->ops));
}

static bool react(struct runner *r, struct filter *f, struct turn *t, const char *emoji, bool remove)
{
    struct buf action = {0};
    bool can = address_react(&action, t, emoji, remove);
    if (can)
        requests_emit(&r->requests, f, t, &action, NULL);
    buf_free(&action);
    return can;
}

void signs_begin(struct runner *r, struct filter *f, struct turn *t)
{
    if (!t->eyes && can_react(r, t))
        t->eyes = react(r, f, t, EYES, false);
}

/* Where a status text stays until it is cleared. */
static void clear_typing(struct runner *r, struct filter *f, struct turn *t)
{
    struct buf action = {0};
    if (!r->o.typing || !is_on(t, "slack"))
        return;
    address_typing(&action, t, true);
    requests_emit(&r->requests, f, t, &action, NULL);
    buf_free(&action);
}

void signs_end(struct runner *r, struct filter *f, struct turn *t, enum fate fate)
{
    bool thumbs = is_on(t, "telegram"); /* it does not take the others */
    clear_typing(r, f, t);
    if (!t->eyes || fate == FATE_AGAIN)
        return;
    react(r, f, t, EYES, true);
    t->eyes = false;
    if (fate == FATE_DONE)
        react(r, f, t, thumbs ? "👍" : "✅", false);
    else if (fate == FATE_GIVEN_UP)
        react(r, f, t, thumbs ? "👎" : "❌", false);
}
