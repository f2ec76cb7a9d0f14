/* SPDX-License-Identifier: MIT */
/* The dial URL. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "relay/url.h"

/* Whether the URL's path ends in /relay; a host of that name does not count. */
static bool ends_in_relay(struct span url)
{
    const size_t n = strlen("/relay");
    if (url.n < n || memcmp(url.p + url.n - n, "/relay", n) != 0)
        return false;
    return url.n < n + 2 || memcmp(url.p + url.n - n - 2, ":/", 2) != 0;
}

void relay_url(struct buf *out, const char *base)
{
    static const char *const schemes[][2] = {
        {"https://", "wss://"}, {"http://", "ws://"}, {"wss://", "wss://"}, {"ws://", "ws://"}};
    struct span url = text_trim(span_of(base));
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    bool ends = ends_in_relay(url);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i][0]);
        if (url.n >= n && strncasecmp(url.p, schemes[i][0], n) == 0) {
            buf_str(out, schemes[i][1]);
            url.p += n;
            url.n -= n;
            break;
        }
    }
    buf_span(out, url);
    if (!ends)
        buf_str(out, "/relay");
}

void url_without_login(struct buf *out, const char *text)
{
    while (*text) {
        const char *end = text + strcspn(text, "'"), *host = strstr(text, "://");
        host = host && host < end ? host + 3 : text;
        const char *path = host + strcspn(host, "/?#"), *at = host;
        for (const char *p = host; p < end && p < path; p++)
            if (*p == '@')
                at = p + 1;
        buf_add(out, text, (size_t)(host - text));
        buf_add(out, at, (size_t)(end - at) + (*end != '\0'));
        text = end + (*end != '\0');
    }
}
