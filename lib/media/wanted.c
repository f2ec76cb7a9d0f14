/* SPDX-License-Identifier: MIT */
/* The files that an inbound frame names. */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "media/wanted.h"
#include "json/json.h"

/* Platforms disagree on a recording's exact type; but a page of text in place of a picture is an error page.
 */
static const char pictures_and_sound[] = "image/*,audio/*,video/*,application/*";

static struct wanted *find(struct wanted_list *l, struct span url)
{
    for (size_t i = 0; i < l->n; i++)
        if (span_same(buf_as_span(&l->v[i].url), url))
            return &l->v[i];
    return NULL;
}

/* The entry for a URL (a JSON value), made if need be; NULL: it is not one, or there are too many. */
static struct wanted *add(struct wanted_list *l, struct span v)
{
    struct buf url = {0};
    if (!json_has_text(v))
        return NULL;
    json_decode(&url, v);
    struct wanted *w = memchr(url.p, '\0', url.len) ? NULL : find(l, buf_as_span(&url));
    if (w || l->n == WANTED_MOST || memchr(url.p, '\0', url.len)) {
        l->more += !w;
        buf_free(&url);
        return w;
    }
    w = &l->v[l->n++];
    *w = (struct wanted){.url = url, .types = ""};
    return w;
}

static bool is_seen_or_heard(struct span mime, struct span kind)
{
    static const char *const kinds[] = {"image", "audio", "video", "photo", "voice", "sticker"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i]);
        if (json_eq(kind, kinds[i]) || (json_is_string(mime) && mime.n > n + 2 &&
                                        strncasecmp(mime.p + 1, kinds[i], n) == 0 && mime.p[n + 1] == '/'))
            return true;
    }
    return false;
}

static void describe(struct wanted *w, struct span entry)
{
    struct span mime, kind, name;
    JSON_PICK(entry, {"mime", &mime}, {"kind", &kind}, {"filename", &name});
    if (json_is_string(name) && !w->name.len)
        json_decode(&w->name, name);
    if (is_seen_or_heard(mime, kind))
        w->types = pictures_and_sound;
}

void wanted_read(struct wanted_list *l, struct span event)
{
    struct span urls, media, v;
    struct json_iter it;
    JSON_PICK(event, {"media_urls", &urls}, {"media", &media});
    if (json_is_array(urls))
        for (it = (struct json_iter){.rest = urls}; json_next(&it, NULL, &v);)
            add(l, v);
    if (json_is_array(media))
        for (it = (struct json_iter){.rest = media}; json_next(&it, NULL, &v);) {
            struct wanted *w = json_is_object(v) ? add(l, json_find(v, "url")) : NULL;
            if (w)
                describe(w, v);
        }
}

void wanted_free(struct wanted_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        buf_free(&l->v[i].url);
        buf_free(&l->v[i].name);
    }
    l->n = l->more = 0;
}
