/* SPDX-License-Identifier: MIT */
/* Memory that lives as long as one line. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST_BLOCK = 4096, ALIGN = alignof(max_align_t) };

struct arena_block {
    struct arena_block *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static void add_block(struct arena *a, size_t size)
{
    struct arena_block *b = xmalloc(sizeof *b + size);
    *b = (struct arena_block){.older = a->blocks, .size = size};
    a->blocks = b;
    a->next = b->bytes;
    a->left = size;
}

static size_t drop_blocks(struct arena *a)
{
    size_t size = 0;
    for (struct arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        size += b->size;
        free(b);
    }
    *a = (struct arena){0};
    return size;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > a->left) {
        size_t least = a->blocks ? 2 * a->blocks->size : FIRST_BLOCK;
        add_block(a, n > least ? n + ALIGN : least);
    }
    char *p = a->next;
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    n = n < a->left ? n : a->left;
    a->next += n;
    a->left -= n;
    return p;
}

struct span arena_copy(struct arena *a, struct span s)
{
    if (!s.n)
        return span_of("");
    return (struct span){memcpy(arena_alloc(a, s.n), s.p, s.n), s.n};
}

struct span arena_take(struct arena *a, struct buf *b)
{
    struct span s = arena_copy(a, buf_as_span(b));
    b->len = 0;
    return s;
}

void arena_reset(struct arena *a)
{
    /* Next time, one block holds what took several. */
    if (a->blocks && a->blocks->older)
        add_block(a, drop_blocks(a));
    if (!a->blocks)
        return;
    a->next = a->blocks->bytes;
    a->left = a->blocks->size;
}

void arena_free(struct arena *a)
{
    drop_blocks(a);
}
