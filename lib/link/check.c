/* SPDX-License-Identifier: MIT */
/* The link: settings that can never work are found before the first dial. */
#include <string.h>

#include "base/diag.h"
#include "base/opt.h"
#include "link/internal.h"
#include "relay/url.h"

const char *link_unfit(void)
{
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    bool ws = false, wss = false;
    if (v->version_num < 0x080e01)
        return "libcurl is older than 8.14.1";
    for (const char *const *p = v->protocols; *p; p++) {
        ws |= strcmp(*p, "ws") == 0;
        wss |= strcmp(*p, "wss") == 0;
    }
    return !ws    ? "libcurl was built without WebSockets"
           : !wss ? "libcurl was built without WebSockets over TLS"
                  : NULL;
}

struct http_trust link_trust(const struct link_options *o)
{
    return (struct http_trust){o->cacert, o->cert, o->key, o->proxy, o->insecure};
}

void link_check(const struct link_options *o)
{
    static const char *const schemes[] = {"ws", "wss", NULL};
    struct buf eyes = {0};
    const char *wrong = http_url_wrong(o->url, 0, schemes), *host = strstr(o->url, "://");
    if (host && host[3] == '/') /* libcurl would tolerate it */
        wrong = "No host part in the URL";
    url_without_login(&eyes, o->url);
    if (wrong)
        opt_wrong("dial '%s': %s", buf_cstr(&eyes), wrong);
    buf_free(&eyes);
    struct http_trust trust = link_trust(o);
    http_trust_check(&trust);
}
