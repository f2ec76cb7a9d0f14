/* SPDX-License-Identifier: MIT */
/* What a NATS server says when it refuses something. */
#include <string.h>
#include <strings.h>

#include "queue/complaint.h"

struct span complaint_subject(const char *text, bool *cut)
{
    static const char start[] = "permissions violation for publish to \"";
    const size_t n = sizeof start - 1;
    if (strncasecmp(text, start, n) != 0 || !text[n])
        return (struct span){0};
    const char *end = strrchr(text + n, '"');
    *cut = !end || end[1];
    return (struct span){text + n, *cut ? strlen(text + n) : (size_t)(end - text) - n};
}
