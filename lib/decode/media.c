/* SPDX-License-Identifier: MIT */
/* The types of a message's media: looked up by url, never by position. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/media.h"
#include "json/json.h"

/* A type is two names of at most 127 characters (RFC 6838); and what many urls repeat must not grow without
 * bounds: beyond these a type counts as unknown. */
enum { LONGEST_MIME = 255, MOST_TYPES = 1 << 20 };

struct media_entry {
    struct span url; /* decoded; its p is an offset into media.text until all are read */
    size_t at, order;
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

static void add_entry(struct media *m, size_t n, struct span url, struct span mime)
{
    if (n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->entries = xrealloc(m->entries, m->cap * sizeof *m->entries);
    }
    size_t at = m->text.len;
    json_decode(&m->text, url);
    bool known = json_is_string(mime) && mime.n <= LONGEST_MIME + 2;
    m->entries[n] = (struct media_entry){{NULL, m->text.len - at}, at, n, known ? mime : span_of("\"\"")};
}

/* Reads the list of media, sorted by url. Returns their number. */
static size_t read_entries(struct media *m, struct span media)
{
    struct span element, url, mime;
    struct json_iter it = {media, false};
    size_t n = 0;
    m->text.len = 0;
    if (!json_is_array(media))
        return 0;
    while (json_next(&it, NULL, &element)) {
        JSON_PICK(element, {"url", &url}, {"mime", &mime});
        if (json_has_text(url))
            add_entry(m, n++, url, mime);
    }
    for (size_t i = 0; i < n; i++)
        m->entries[i].url.p = m->text.p + m->entries[i].at;
    if (n > 1)
        qsort(m->entries, n, sizeof *m->entries, by_url);
    return n;
}

/* The type of the last entry for a url (decoded), as JSON text. */
static struct span mime_of(const struct media *m, size_t n, struct span url)
{
    struct media_entry wanted = {.url = url, .order = SIZE_MAX};
    size_t low = 0, high = n; /* the first entry after `wanted` lies in [low, high] */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_url(&m->entries[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct media_entry *e = low ? &m->entries[low - 1] : NULL;
    bool found = e && e->url.n == url.n && memcmp(e->url.p, url.p, url.n) == 0;
    return found ? e->mime : span_of("\"\"");
}

void media_types(struct media *m, struct buf *out, struct span urls, struct span media)
{
    struct span url;
    struct json_iter it = {urls, false};
    size_t n = read_entries(m, media), from = out->len;
    buf_ch(out, '[');
    while (json_is_array(urls) && json_next(&it, NULL, &url)) {
        struct span mime = span_of("\"\"");
        if (n && json_has_text(url) && out->len - from < MOST_TYPES) {
            m->wanted.len = 0;
            json_decode(&m->wanted, url);
            mime = mime_of(m, n, buf_as_span(&m->wanted));
        }
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

void media_free(struct media *m)
{
    buf_free(&m->text);
    buf_free(&m->wanted);
    free(m->entries);
    *m = (struct media){0};
}
