/* SPDX-License-Identifier: MIT */
/* The files that a connector keeps. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "stub/shelf.h"

static void file_free(struct shelf_file *f)
{
    free(f->id);
    free(f->type);
    free(f->name);
    buf_free(&f->content);
    free(f);
}

/* Drops the oldest files until the rest is small enough; the newest always stays. */
static void make_room(struct shelf *s)
{
    while (s->bytes > SHELF_ALL && s->newest->next) {
        struct shelf_file **last = &s->newest->next;
        while ((*last)->next)
            last = &(*last)->next;
        s->bytes -= (*last)->content.len;
        file_free(*last);
        *last = NULL;
    }
}

const struct shelf_file *shelf_add(struct shelf *s, struct buf *content, const char *type, const char *name)
{
    struct shelf_file *f = xcalloc(1, sizeof *f);
    struct buf id = {0};
    random_hex(&id, 16);
    *f = (struct shelf_file){.next = s->newest,
                             .id = xstrdup(buf_cstr(&id)),
                             .type = xstrdup(type),
                             .name = *name ? xstrdup(name) : NULL,
                             .content = *content};
    buf_free(&id);
    *content = (struct buf){0};
    s->newest = f;
    s->bytes += f->content.len;
    make_room(s);
    return f;
}

const struct shelf_file *shelf_find(const struct shelf *s, const char *id)
{
    const struct shelf_file *f = s->newest;
    while (f && strcmp(f->id, id) != 0)
        f = f->next;
    return f;
}

void shelf_free(struct shelf *s)
{
    for (struct shelf_file *f = s->newest, *next; f; f = next) {
        next = f->next;
        file_free(f);
    }
    *s = (struct shelf){0};
}
