/* SPDX-License-Identifier: MIT */
/* The bots of a gateway. */
#include <stdlib.h>
#include <string.h>

#include "relay/bots.h"

static size_t find(const struct bots *b, struct span platform)
{
    size_t i = 0;
    while (i < b->n && !span_eq(platform, b->v[i].platform))
        i++;
    return i;
}

static bool adopt(struct bots *b, struct span platform, struct span id)
{
    size_t i = find(b, platform);
    if (platform.n > BOTS_ID_MAX || id.n > BOTS_ID_MAX || i == BOTS_MAX)
        return false;
    if (i == b->n)
        b->v[b->n++] = (struct bot){xstrndup(platform.p, platform.n), NULL};
    if (!b->v[i].id && id.p)
        b->v[i].id = xstrndup(id.p, id.n);
    return true;
}

bool bots_learn(struct bots *b, const struct frame *hello)
{
    struct buf name = {0}, text = {0};
    bool good = true;
    if (platform_decode(&name, frame_get(hello, "platform")) && !memchr(name.p, '\0', name.len))
        good = adopt(b, buf_as_span(&name), identifier_text(&text, frame_get(hello, "botId")));
    buf_free(&name);
    buf_free(&text);
    return good;
}

bool bots_know(const struct bots *b, struct span platform)
{
    return find(b, platform) < b->n;
}

struct span bots_id(const struct bots *b, struct span platform)
{
    struct buf name = {0};
    size_t i = platform_decode(&name, platform) ? find(b, buf_as_span(&name)) : b->n;
    buf_free(&name);
    return i < b->n && b->v[i].id ? span_of(b->v[i].id) : (struct span){NULL, 0};
}

void bots_free(struct bots *b)
{
    while (b->n) {
        struct bot *last = &b->v[--b->n];
        free(last->platform);
        free(last->id);
    }
}
