/* SPDX-License-Identifier: MIT */
/* The types of a message's media: looked up by url, never by position. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/media.h"
#include "json/json.h"

/* A type is two names of at most 127 characters (RFC 6838), and a type that many urls repeat must not grow
 * the output without bounds: beyond these limits a type counts as unknown. */
enum { LONGEST_MIME = 255, MOST_TYPES = 1 << 20 };

struct media_entry {
    struct span url; /* decoded */
    size_t order;
    struct span mime; /* JSON text */
};

static int by_url(const void *a, const void *b)
{
    const struct media_entry *x = a, *y = b;
    if (x->url.n != y->url.n)
        return x->url.n < y->url.n ? -1 : 1;
    int c = memcmp(x->url.p, y->url.p, x->url.n);
    return c ? c : x->order < y->order ? -1 : x->order > y->order;
}

/* Reads the list of media and sorts it by url. Returns the number of entries. */
static size_t read_entries(struct arena *a, struct media_entry **entries, struct span media)
{
    struct span element, url, mime;
    struct json_iter it = {media, false};
    size_t n = 0, cap = 0;
    while (json_is_array(media) && json_next(&it, NULL, &element)) {
        JSON_PICK(element, {"url", &url}, {"mime", &mime});
        if (!json_has_text(url))
            continue;
        if (n == cap) {
            struct media_entry *more = arena_alloc(a, (cap = cap ? cap * 2 : 16) * sizeof *more);
            if (n)
                memcpy(more, *entries, n * sizeof *more);
            *entries = more;
        }
        bool known = json_is_string(mime) && mime.n <= LONGEST_MIME + 2;
        (*entries)[n] = (struct media_entry){json_text(a, url), n, known ? mime : span_of("\"\"")};
        n++;
    }
    if (n > 1)
        qsort(*entries, n, sizeof **entries, by_url);
    return n;
}

/* The type of the last entry for a url (decoded), as JSON text. */
static struct span mime_of(const struct media_entry *entries, size_t n, struct span url)
{
    struct media_entry wanted = {.url = url, .order = SIZE_MAX};
    size_t low = 0, high = n; /* the first entry after `wanted` lies in [low, high] */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_url(&entries[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low && span_same(entries[low - 1].url, url);
    return found ? entries[low - 1].mime : span_of("\"\"");
}

void media_types(struct arena *a, struct buf *out, struct span urls, struct span media)
{
    struct span url;
    struct json_iter it = {urls, false};
    struct media_entry *entries = NULL;
    size_t n = read_entries(a, &entries, media), from = out->len;
    buf_ch(out, '[');
    while (json_is_array(urls) && json_next(&it, NULL, &url)) {
        struct span mime = span_of("\"\"");
        if (n && json_has_text(url) && out->len - from < MOST_TYPES)
            mime = mime_of(entries, n, json_text(a, url));
        if (out->len > from + 1)
            buf_ch(out, ',');
        buf_span(out, mime);
    }
    buf_ch(out, ']');
}

void media_types_kept(struct buf *out, struct span urls, struct span types)
{
    struct json_iter u = {urls, false}, t = {json_is_array(types) ? types : (struct span){NULL, 0}, false};
    struct span url, type;
    buf_ch(out, '[');
    for (bool more = false; json_is_array(urls) && json_next(&u, NULL, &url); more = true) {
        bool has = json_next(&t, NULL, &type) && json_is_string(type);
        if (more)
            buf_ch(out, ',');
        buf_span(out, has ? type : span_of("\"\""));
    }
    buf_ch(out, ']');
}
