/* SPDX-License-Identifier: MIT */
/* What descriptors say about each platform. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relay/descriptor.h"
#include "relay/frame.h"
#include "relay/platform.h"

static size_t index_of(const struct platforms *all, struct span name)
{
    size_t i = 0;
    while (i < all->n && !(all->v[i].name.len == name.n && memcmp(all->v[i].name.p, name.p, name.n) == 0))
        i++;
    return i;
}

/* The value of a normalised length: digits. */
static size_t length_of(struct span digits)
{
    size_t v = 0;
    for (size_t i = 0; i < digits.n; i++) {
        size_t d = (size_t)(digits.p[i] - '0');
        if (v > (SIZE_MAX - d) / 10)
            return SIZE_MAX;
        v = v * 10 + d;
    }
    return v;
}

static void fill(struct platform *p, struct span normal)
{
    struct span dialect = json_find(normal, "markdown_dialect");
    p->max = length_of(json_find(normal, "max_message_length"));
    p->utf16 = json_eq(json_find(normal, "len_unit"), "utf16");
    p->fences = !json_eq(dialect, "") && !json_eq(dialect, "plain");
    p->ops.len = 0;
    buf_span(&p->ops, json_find(normal, "supported_ops"));
}

bool platforms_adopt(struct platforms *all, struct span descriptor)
{
    struct buf normal = {0}, name = {0}, why = {0};
    bool ok = descriptor_normalise(&normal, descriptor, &why);
    if (ok) {
        platform_decode(&name, json_find(buf_as_span(&normal), "platform"));
        size_t i = index_of(all, buf_as_span(&name));
        if (i == all->n && all->n < PLATFORMS_MAX) {
            all->v = xrealloc(all->v, ++all->n * sizeof *all->v);
            all->v[i] = (struct platform){.name = name};
            name = (struct buf){0};
        }
        if (i < all->n) {
            fill(&all->v[i], buf_as_span(&normal));
            if (!all->settled)
                all->first = i;
            all->settled = true;
        }
    }
    buf_free(&normal);
    buf_free(&name);
    buf_free(&why);
    return ok;
}

void platforms_reset(struct platforms *all)
{
    all->settled = false;
}

const struct platform *platforms_find(const struct platforms *all, struct span name)
{
    size_t i = name.p ? index_of(all, name) : all->n;
    return i < all->n ? &all->v[i] : all->n ? &all->v[all->first] : NULL;
}

void platforms_free(struct platforms *all)
{
    for (size_t i = 0; i < all->n; i++) {
        buf_free(&all->v[i].name);
        buf_free(&all->v[i].ops);
    }
    free(all->v);
    *all = (struct platforms){0};
}
