/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as a descriptor: the normal form is one line and normalises to itself; every known platform
 * has a limit. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relay/descriptor.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf once, twice, why;
static struct platforms platforms;

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_platforms(struct span descriptor)
{
    check(platforms_adopt(&platforms, descriptor));
    check(platforms.n <= PLATFORMS_MAX && platforms.first < platforms.n);
    for (size_t i = 0; i < platforms.n; i++)
        check(platforms.v[i].max > 0 &&
              platforms_find(&platforms, buf_as_span(&platforms.v[i].name)) == &platforms.v[i]);
    if (platforms.n > 4) {
        platforms_free(&platforms);
        check(!platforms_find(&platforms, (struct span){"x", 1}));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    struct json_error e;
    once.len = twice.len = why.len = 0;
    if (!size || !json_valid(text.p, size, &e))
        return 0;
    struct span inner = json_find(text, "descriptor");
    if (inner.p)
        text = inner; /* a whole frame, as in the vectors */
    if (!descriptor_normalise(&once, text, &why)) {
        check(!once.len && why.len && !platforms_adopt(&platforms, text));
        return 0;
    }
    check(json_valid(once.p, once.len, &e) && !memchr(once.p, '\n', once.len));
    check(descriptor_normalise(&twice, buf_as_span(&once), &why));
    check(span_same(buf_as_span(&once), buf_as_span(&twice)));
    check_platforms(text);
    return 0;
}
