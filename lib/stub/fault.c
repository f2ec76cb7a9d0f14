/* SPDX-License-Identifier: MIT */
/* Faults of connections. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "stub/fault.h"

static struct fault *grow(struct faults *all)
{
    all->v = xrealloc(all->v, (all->n + 1) * sizeof *all->v);
    return &all->v[all->n++];
}

void fault_add(struct faults *all, enum fault_kind kind, int code, uintmax_t after)
{
    *grow(all) = (struct fault){.kind = kind, .code = code, .after = after};
}

/* Reason and code may be followed by an '@' of their own: the last one counts. */
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
