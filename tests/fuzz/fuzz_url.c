/* SPDX-License-Identifier: MIT */
/* Arbitrary text as a base URL and as a message: the dial URL of a dial URL is itself, and no login is shown.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relay/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf once, twice, seen;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* There is no '@' in the place where libcurl looks for a login. */
static void check_eyes(const char *url)
{
    seen.len = 0;
    url_without_login(&seen, url);
    const char *text = buf_cstr(&seen), *host = strstr(text, "://");
    host = host ? host + 3 : text;
    check(!memchr(host, '@', strcspn(host, "/?#")));
    check(seen.len <= strlen(url));
}

static void check_text(const char *message)
{
    seen.len = 0;
    text_without_logins(&seen, message);
    const char *text = buf_cstr(&seen), *from = strchr(text, '\''), *to = strrchr(text, '\'');
    check(!from || !memchr(from, '@', (size_t)(to - from)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    check(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    once.len = twice.len = 0;
    relay_url(&once, text);
    relay_url(&twice, buf_cstr(&once));
    check(once.len == twice.len && memcmp(once.p, twice.p, once.len) == 0);
    check_eyes(text);
    check_eyes(buf_cstr(&once));
    check_text(text);
    free(text);
    return 0;
}
