/* SPDX-License-Identifier: MIT */
/* Which gateway gets the frames. */
#include "stub/gateway.h"
#include "base/diag.h"

struct gateway *gateway_present(const struct connector *c)
{
    struct gateway *flipped = NULL;
    for (struct gateway *g = c->gateways; g; g = g->next) {
        if (!g->greeted || g->deaf)
            continue;
        if (!g->idle)
            return g;
        if (!flipped)
            flipped = g;
    }
    return flipped;
}

void gateway_choose(struct connector *c)
{
    struct gateway *g = gateway_present(c);
    delivery_target(&c->delivery, g ? g->conn : NULL, g && g->idle);
}

void gateway_greeted(struct connector *c, struct gateway *g)
{
    if (g->greeted)
        return;
    g->greeted = true;
    if (g->fault.kind == FAULT_HALF_OPEN) {
        info(1, "freeze gateway %ju", g->number);
        g->deaf = true;
        conn_freeze(g->conn);
    }
    gateway_choose(c);
}

void gateway_flipped(struct connector *c, struct gateway *g)
{
    g->idle = true;
    gateway_choose(c);
}
