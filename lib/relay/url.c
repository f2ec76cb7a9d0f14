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
    struct span all = text_trim(span_of(base)), url = {all.p, 0}, query;
    while (url.n < all.n && !strchr("?#", all.p[url.n]))
        url.n++;
    query = (struct span){all.p + url.n, all.n - url.n};
    const char *fragment = query.n ? memchr(query.p, '#', query.n) : NULL;
    if (fragment) /* it is never sent */
        query = text_trim((struct span){query.p, (size_t)(fragment - query.p)});
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
    buf_span(out, query);
}

static const char *last_of(const char *p, const char *end, char c)
{
    while (end > p && end[-1] != c)
        end--;
    return end > p ? end - 1 : NULL;
}

/* Whether the text between "://" and the first '/' is a host, perhaps with a port, judging by its colons. */
static bool is_host(const char *p, const char *end)
{
    const char *colon = last_of(p, end, ':');
    if (!colon || *p == '[')
        return true;
    while (++colon < end)
        if (*colon < '0' || *colon > '9')
            return false;
    return true;
}

void url_without_login(struct buf *out, const char *url)
{
    const char *host = strstr(url, "://"), *end = url + strlen(url);
    host = host ? host + 3 : url;
    const char *path = host + strcspn(host, "/?#"), *at = last_of(host, path, '@');
    /* Not a URL; its password may contain characters that end a host. */
    if (!at && !is_host(host, path))
        at = last_of(host, end, '@');
    buf_add(out, url, (size_t)(host - url));
    buf_str(out, at ? at + 1 : host);
}

void text_without_logins(struct buf *out, const char *text)
{
    const char *end = text + strlen(text), *from = strchr(text, '\''), *to = last_of(text, end, '\'');
    const char *at = from && to > from ? last_of(from, to, '@') : NULL;
    if (!at) {
        buf_str(out, text);
        return;
    }
    const char *host = strstr(from, "://");
    from = host && host < strchr(from, '@') ? host + 3 : from + 1;
    buf_add(out, text, (size_t)(from - text));
    buf_str(out, at + 1);
}
