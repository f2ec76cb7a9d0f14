/* SPDX-License-Identifier: MIT */
/* The identities a gateway fronts. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "relay/frame.h"
#include "relay/identity.h"
#include "json/write.h"

static char *quoted(struct span text)
{
    struct buf b = {0};
    json_quote(&b, text.p, text.n);
    buf_cstr(&b);
    return b.p;
}

static struct identity *append(struct identities *all, char *platform, char *bot)
{
    all->v = xrealloc(all->v, (all->n + 1) * sizeof *all->v);
    all->v[all->n] = (struct identity){.platform = platform, .bot = bot};
    return &all->v[all->n++];
}

static bool add(struct identities *all, struct span platform, const struct span *bot)
{
    platform = text_trim(platform);
    if (!platform.n)
        return false;
    char *name = quoted(platform);
    text_lower(name, strlen(name));
    append(all, name, bot ? quoted(text_trim(*bot)) : NULL);
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

/* The platform's botId, the last one if it occurs more than once, or "". */
static char *bot_of(struct span bots, const char *platform)
{
    struct json_iter it = {bots, false};
    struct span key, value;
    struct buf name = {0}, bot = {0};
    while (json_next(&it, &key, &value)) {
        if (!span_eq(identity_platform(&name, key), platform))
            continue;
        bot.len = 0;
        identifier_decode(&bot, json_find(value, "botId"));
    }
    char *id = quoted(text_trim(buf_as_span(&bot)));
    buf_free(&name);
    buf_free(&bot);
    return id;
}

static void drop(struct identities *all, size_t i)
{
    free(all->v[i].platform);
    free(all->v[i].bot);
    buf_free(&all->v[i].hello);
    all->n--;
    memmove(all->v + i, all->v + i + 1, (all->n - i) * sizeof *all->v);
}

static bool same(const struct identity *a, const struct identity *b)
{
    return strcmp(a->platform, b->platform) == 0 && strcmp(a->bot, b->bot) == 0;
}

const char *identity_resolve(struct identities *all, struct span bots)
{
    const char *wrong;
    bots = text_trim(bots);
    if (bots.n && (wrong = bots_wrong(bots)))
        return wrong;
    for (size_t i = 0; i < all->n; i++)
        if (!all->v[i].bot)
            all->v[i].bot = bot_of(bots, all->v[i].platform);
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
    json_begin(out, '{');
    json_add_str(out, "type", "hello");
    json_add(out, "platform", span_of(id->platform));
    json_add(out, "botId", span_of(id->bot));
    if (manifest.p) {
        json_key(out, "command_manifest");
        json_compact(out, manifest);
    }
    json_end(out, '}');
}

/* Whether the name needs no change: a string of lower case letters, digits, '_' and '-'. */
static bool is_plain(struct span v)
{
    size_t i = 1;
    while (i < v.n && ((v.p[i] >= 'a' && v.p[i] <= 'z') || (v.p[i] >= '0' && v.p[i] <= '9') ||
                       v.p[i] == '_' || v.p[i] == '-'))
        i++;
    return i > 1 && i + 1 == v.n;
}

struct span identity_platform(struct buf *text, struct span v)
{
    struct buf name = {0};
    if (!json_is_string(v) || is_plain(v))
        return json_is_string(v) ? v : (struct span){NULL, 0};
    bool named = platform_decode(&name, v);
    text->len = 0;
    if (named)
        json_quote(text, name.p, name.len);
    buf_free(&name);
    return named ? buf_as_span(text) : (struct span){NULL, 0};
}

struct identity *identity_learn(struct identities *all, const struct frame *hello)
{
    struct buf name = {0}, text = {0}, bot = {0};
    struct span platform = identity_platform(&name, frame_get(hello, "platform"));
    identifier_decode(&text, frame_get(hello, "botId"));
    json_quote(&bot, text.p, text.len);
    struct identity wanted = {.platform = platform.p ? xstrndup(platform.p, platform.n) : xstrdup("\"\""),
                              .bot = xstrdup(buf_cstr(&bot))};
    buf_free(&name);
    buf_free(&text);
    buf_free(&bot);
    size_t i = 0;
    while (i < all->n && !same(&all->v[i], &wanted))
        i++;
    if (i == all->n && i < IDENTITIES_MAX && strlen(wanted.platform) <= IDENTITY_LONG &&
        strlen(wanted.bot) <= IDENTITY_LONG)
        return append(all, wanted.platform, wanted.bot);
    free(wanted.platform);
    free(wanted.bot);
    return i < all->n ? &all->v[i] : NULL;
}

const struct identity *identity_find(const struct identities *all, struct span platform)
{
    size_t i = 0;
    while (i < all->n && !span_eq(platform, all->v[i].platform))
        i++;
    return i < all->n ? &all->v[i] : NULL;
}

struct span identity_bot(const struct identities *all, struct span platform)
{
    struct buf text = {0};
    struct span name = identity_platform(&text, platform);
    const char *bot = NULL;
    for (size_t i = 0; name.p && !bot && i < all->n; i++)
        if (span_eq(name, all->v[i].platform) && strcmp(all->v[i].bot, "\"\"") != 0)
            bot = all->v[i].bot;
    buf_free(&text);
    return bot ? span_of(bot) : (struct span){NULL, 0};
}

struct span identity_of_kind(const struct identities *all, struct buf *text, struct span kind)
{
    struct buf name = {0};
    platform_decode(&name, kind);
    const char *dot = name.len ? memchr(name.p, '.', name.len) : NULL;
    text->len = 0;
    json_quote(text, name.p, dot ? (size_t)(dot - name.p) : name.len);
    buf_free(&name);
    bool known = text->len > 2 && identity_find(all, buf_as_span(text));
    return known ? buf_as_span(text) : (struct span){NULL, 0};
}

void identities_free(struct identities *all)
{
    while (all->n)
        drop(all, all->n - 1);
    free(all->v);
    *all = (struct identities){0};
}
