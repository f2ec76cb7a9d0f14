/* SPDX-License-Identifier: MIT */
/* The identities a gateway fronts. */
#include <stdlib.h>
#include <string.h>

#include "relay/frame.h"
#include "relay/identity.h"
#include "base/text.h"

static bool add(struct identities *all, struct span platform, const struct span *bot)
{
    platform = text_trim(platform);
    if (!platform.n)
        return false;
    struct identity id = {xstrndup(platform.p, platform.n), NULL};
    text_lower(id.platform, platform.n);
    if (bot) {
        struct span trimmed = text_trim(*bot);
        id.bot_id = xstrndup(trimmed.p, trimmed.n);
    }
    all->v = xrealloc(all->v, (all->n + 1) * sizeof *all->v);
    all->v[all->n++] = id;
    return true;
}

bool identity_parse(struct identities *all, const char *text)
{
    size_t n = strcspn(text, ":");
    struct span platform = {text, n};
    if (!text[n])
        return add(all, platform, NULL);
    struct span bot = span_of(text + n + 1);
    return add(all, platform, &bot);
}

void identity_list(struct identities *all, const char *platforms)
{
    for (const char *p = platforms; *p; p += *p == ',') {
        size_t n = strcspn(p, ",");
        add(all, (struct span){p, n}, NULL);
        p += n;
    }
}

static const char *bots_wrong(struct span bots)
{
    struct json_error e;
    struct json_iter it = {bots, false};
    struct span key, value;
    if (!json_valid(bots.p, bots.n, &e))
        return e.reason;
    if (*bots.p != '{')
        return "not an object";
    while (json_next(&it, &key, &value)) {
        struct span bot = json_find(value, "botId");
        if (!json_is_object(value))
            return "a platform's value is not an object";
        if (bot.p && !json_is_string(bot) && !json_is_number(bot) && !json_is_null(bot))
            return "a botId is not a string";
    }
    return NULL;
}

/* The platform's botId, the last one where it stands more than once, or "". */
static char *bot_of(struct span bots, const char *platform)
{
    struct json_iter it = {bots, false};
    struct span key, value;
    struct buf name = {0}, bot = {0};
    while (json_next(&it, &key, &value)) {
        name.len = 0;
        if (!platform_decode(&name, key) || strcmp(buf_cstr(&name), platform) != 0)
            continue;
        bot.len = 0;
        identifier_decode(&bot, json_find(value, "botId"));
    }
    buf_free(&name);
    struct span text = text_trim(buf_as_span(&bot));
    char *id = xstrndup(text.p, text.n);
    buf_free(&bot);
    return id;
}

static void drop(struct identities *all, size_t i)
{
    free(all->v[i].platform);
    free(all->v[i].bot_id);
    all->n--;
    memmove(all->v + i, all->v + i + 1, (all->n - i) * sizeof *all->v);
}

static bool same(const struct identity *a, const struct identity *b)
{
    return strcmp(a->platform, b->platform) == 0 && strcmp(a->bot_id, b->bot_id) == 0;
}

const char *identity_resolve(struct identities *all, struct span bots)
{
    const char *wrong;
    bots = text_trim(bots);
    if (bots.n && (wrong = bots_wrong(bots)))
        return wrong;
    for (size_t i = 0; i < all->n; i++)
        if (!all->v[i].bot_id)
            all->v[i].bot_id = bot_of(bots, all->v[i].platform);
    for (size_t i = all->n; i--;)
        for (size_t j = 0; j < i; j++)
            if (same(&all->v[i], &all->v[j])) {
                drop(all, i);
                break;
            }
    return NULL;
}

void identity_hello(struct buf *out, const struct identity *id, struct span manifest)
{
    buf_str(out, "{\"type\":\"hello\",\"platform\":");
    json_quote_str(out, id->platform);
    buf_str(out, ",\"botId\":");
    json_quote_str(out, id->bot_id);
    if (manifest.p) {
        buf_str(out, ",\"command_manifest\":");
        json_compact(out, manifest);
    }
    buf_ch(out, '}');
}

void identities_free(struct identities *all)
{
    while (all->n)
        drop(all, all->n - 1);
    free(all->v);
    *all = (struct identities){0};
}
