/* SPDX-License-Identifier: MIT */
/* Faults of connections and of messages. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "stub/fault.h"

enum {
    COALESCED_MAX = 5, /* a message takes fewer than this many lines besides its first */
    FRAGMENT_ODDS = 3, /* one in three: the rest of the message goes in one fragment */
};

static struct fault *grow(struct faults *all)
{
    all->v = xrealloc(all->v, (all->n + 1) * sizeof *all->v);
    return &all->v[all->n++];
}

void fault_add(struct faults *all, enum fault_kind kind, int code, uintmax_t after)
{
    *grow(all) = (struct fault){.kind = kind, .code = code, .after = after};
}

/* The reason may contain an '@': only the last one separates N. */
bool fault_add_close(struct faults *all, const char *text)
{
    char *copy = xstrdup(text), *at = strrchr(copy, '@'), *colon;
    int64_t code, after;
    bool good = false;
    if (at) {
        *at = '\0';
        colon = strchr(copy, ':');
        if (colon)
            *colon = '\0';
        good = number_parse(copy, 1000, 4999, &code) && number_parse(at + 1, 0, INT32_MAX, &after) &&
               (!colon || strlen(colon + 1) <= 123);
        if (good)
            *grow(all) = (struct fault){FAULT_CLOSE, (int)code, xstrdup(colon ? colon + 1 : ""),
                                        (uintmax_t)after};
    }
    free(copy);
    return good;
}

struct fault fault_of(const struct faults *all, uintmax_t connection)
{
    if (connection < all->n)
        return all->v[connection];
    if (all->every && all->n)
        return all->v[all->n - 1];
    return (struct fault){.kind = FAULT_NONE};
}

const char *fault_headers(int status)
{
    switch (status) {
    case 401:
        return "WWW-Authenticate: Bearer realm=\"relay\"\r\n";
    case 407:
        return "Proxy-Authenticate: Basic realm=\"relay\"\r\n";
    case 429:
    case 503:
        return "Retry-After: 1\r\n";
    default:
        return status / 100 == 3 ? "Location: https://example.invalid/relay\r\n" : "";
    }
}

void faults_free(struct faults *all)
{
    for (size_t i = 0; i < all->n; i++)
        free(all->v[i].reason);
    free(all->v);
    *all = (struct faults){0};
}

void framing_seed(struct framing *f, uint64_t seed)
{
    f->state = seed;
}

size_t framing_random(struct framing *f, size_t n)
{
    /* splitmix64: any seed will do, even zero */
    uint64_t z = f->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return (size_t)((z ^ z >> 31) % n);
}

static const struct {
    const char *p;
    bool binary; /* not UTF-8: a text message must not hold it */
} bad_lines[] = {
    {"garbage\n", false},
    {"[1,2,3]\n", false},
    {"\"inbound\"\n", false},
    {"{\"type\":7}\n", false},
    {"{\"no\":\"type\"}\n", false},
    {"{\"type\":\"inbound\",\"event\":{\n", false},
    {"{\"type\":\"inbound\",}\n", false},
    {"{\"type\":\"inb\xff\xfeound\"}\n", true},
    {"\xc0\xaf\x80\n", true},
    {"{\"type\":\"inbound\",\"event\":\"\xed\xa0\x80\"}\n", true},
    {" \t\r\n", false},
};

static struct piece bad_line(struct framing *f, struct framing_cut *c)
{
    size_t i = framing_random(f, sizeof bad_lines / sizeof *bad_lines);
    c->garbage_last = true;
    return (struct piece){span_of(bad_lines[i].p), 0, true, true, bad_lines[i].binary};
}

static size_t line_length(struct span queue)
{
    const char *nl = memchr(queue.p, '\n', queue.n);
    return nl ? (size_t)(nl - queue.p) + 1 : queue.n;
}

/* A text message must be valid UTF-8 by itself: steps back to the start of a character. */
static size_t whole_characters(struct span queue, size_t n)
{
    while (n && ((unsigned char)queue.p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* Decides how many bytes of the queue the next message takes. */
static void begin_message(struct framing *f, struct framing_cut *c, struct span queue)
{
    size_t n = line_length(queue);
    size_t more = f->coalesce ? framing_random(f, COALESCED_MAX) : 0;
    for (; more && n < queue.n; more--)
        n += line_length((struct span){queue.p + n, queue.n - n});
    c->mid_line = false;
    if (f->fragment && n > 1 && framing_random(f, 2)) {
        size_t cut = whole_characters(queue, 1 + framing_random(f, n - 1));
        if (cut) {
            n = cut;
            c->mid_line = queue.p[n - 1] != '\n';
        }
    }
    c->left = n;
}

struct piece framing_next(struct framing *f, struct framing_cut *c, struct span queue)
{
    if (!c->left) {
        if (f->garbage && !c->mid_line && !c->garbage_last && framing_random(f, 2))
            return bad_line(f, c);
        c->garbage_last = false;
        begin_message(f, c, queue);
    }
    size_t n = c->left;
    if (f->fragment && n > 1 && framing_random(f, FRAGMENT_ODDS))
        n = 1 + framing_random(f, n - 1);
    struct piece x = {{queue.p, n}, n, !c->open, n == c->left, false};
    c->left -= n;
    c->open = !x.final;
    return x;
}
