/* SPDX-License-Identifier: MIT */
/* Where marks are closed. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "send/closing.h"

void closing_init(struct closing *c, struct span text, const struct dialect *d)
{
    *c = (struct closing){.text = text, .d = d, .work = 4096 + 16 * text.n};
}

/* The offset of the mark at i or later; SIZE_MAX: none. */
static size_t find(struct span text, size_t i, const char *mark, size_t n)
{
    while (i < text.n) {
        const char *p = memchr(text.p + i, mark[0], text.n - i);
        if (!p)
            break;
        i = (size_t)(p - text.p);
        if (text.n - i >= n && memcmp(p, mark, n) == 0)
            return i;
        i++;
    }
    return SIZE_MAX;
}

size_t closing_fence(struct closing *c, size_t i)
{
    if (c->fence < i)
        c->fence = find(c->text, i, "```", 3);
    return c->fence;
}

static bool escaped(struct span text, size_t i)
{
    size_t n = 0;
    while (n < i && n < 64 && text.p[i - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

static bool is_word(struct span text, size_t i)
{
    return i < text.n && (isalnum((unsigned char)text.p[i]) || text.p[i] == '_');
}

static bool is_white(struct span text, size_t i)
{
    return i >= text.n || strchr(" \t\r\n", text.p[i] ? text.p[i] : 'x') != NULL;
}

/* The next mark that closes, whatever comes between. */
static size_t plain(struct closing *c, size_t k, size_t from)
{
    const struct token *t = &c->d->tokens[k];
    size_t n = strlen(t->mark), at = c->next[k];
    if (at >= from)
        return at;
    for (at = find(c->text, from, t->mark, n); at != SIZE_MAX; at = find(c->text, at + 1, t->mark, n)) {
        bool followed = t->not_before && at + n < c->text.n && c->text.p[at + n] == t->not_before;
        if (!followed && (t->secret || !escaped(c->text, at)))
            break;
    }
    c->next[k] = at;
    return at;
}

/* Discord's *: ** is part of the text, and so is white space if more text follows it. */
static size_t star(struct closing *c, size_t from, size_t to)
{
    const char *p = c->text.p;
    bool any = false;
    if (is_white(c->text, from))
        return SIZE_MAX;
    for (size_t i = from; i < to && c->work; c->work--, any = true) {
        if (p[i] == '\\') {
            i += 2;
        } else if (p[i] != '*') {
            bool white = is_white(c->text, i++);
            if (white && i < to && p[i] == '*' && !(i + 1 < to && p[i + 1] == '*'))
                return SIZE_MAX;
        } else if (i + 1 < to && p[i + 1] == '*') {
            i += 2;
        } else {
            return any ? i : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

static size_t under(struct closing *c, const struct token *t, size_t from, size_t to)
{
    const char *p = c->text.p;
    bool any = false;
    for (size_t i = from; i < to && c->work; c->work--, any = true) {
        if (p[i] == '\\' || (p[i] == '_' && i + 1 < to && p[i + 1] == '_'))
            i += 2;
        else if (p[i] != '_')
            i++;
        else
            return any && !(t->word_end && is_word(c->text, i + 1)) ? i : SIZE_MAX;
    }
    return SIZE_MAX;
}

/* A mark around whole words of one line. */
static size_t word(struct closing *c, char mark, size_t i, size_t to)
{
    const char *p = c->text.p;
    if ((i && is_word(c->text, i - 1)) || is_white(c->text, i + 1) || p[i + 1] == mark)
        return SIZE_MAX;
    for (i += 2; i < to && p[i] != '\n' && c->work; i++, c->work--)
        if (p[i] == mark && !is_white(c->text, i - 1) && !is_word(c->text, i + 1))
            return i;
    return SIZE_MAX;
}

size_t closing_token(struct closing *c, size_t k, size_t i, size_t to)
{
    const struct token *t = &c->d->tokens[k];
    switch (t->kind) {
    case TOKEN_STAR:
        return star(c, i + 1, to);
    case TOKEN_UNDER:
        return under(c, t, i + 1, to);
    case TOKEN_WORD:
        return word(c, *t->mark, i, to);
    default:
        return plain(c, k, i + strlen(t->mark) + 1);
    }
}
