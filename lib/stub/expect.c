/* SPDX-License-Identifier: MIT */
/* Expectations. */
#include "stub/expect.h"

void expect_read(struct expect *e, const char *path)
{
    jsonl_read(&e->frames, path, true);
    e->asked = true;
}

void expect_take(struct expect *e, struct span frame)
{
    if (e->met == e->frames.n)
        return;
    cJSON *tree = tree_build(frame);
    if (tree_match(e->frames.tree[e->met], tree))
        e->met++;
    cJSON_Delete(tree);
}

struct span expect_missing(const struct expect *e)
{
    return e->met < e->frames.n ? e->frames.line[e->met] : (struct span){NULL, 0};
}

void expect_free(struct expect *e)
{
    jsonl_free(&e->frames);
}
