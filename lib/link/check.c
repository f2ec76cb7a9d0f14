/* SPDX-License-Identifier: MIT */
/* The link: settings that can never work are found before the first dial. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool is_in(const char *word, const char *const *list)
{
    while (*list && strcmp(word, *list) != 0)
        list++;
    return *list;
}

/* NULL when libcurl takes the URL and its scheme is in the list, otherwise why not. */
static const char *url_wrong(const char *url, unsigned flags, const char *const *schemes)
{
    CURLU *u = curl_url();
    char *port = NULL, *scheme = NULL;
    if (!u)
        die(EX_OSERR, "set up libcurl: out of memory");
    CURLUcode r = curl_url_set(u, CURLUPART_URL, url, flags | CURLU_NON_SUPPORT_SCHEME);
    const char *wrong = r == CURLUE_OK ? NULL : curl_url_strerror(r);
    if (!wrong && curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK && strcmp(port, "0") == 0)
        wrong = "Port number was not between 1 and 65535";
    if (!wrong && curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && !is_in(scheme, schemes))
        wrong = "Unsupported URL scheme";
    curl_free(scheme);
    curl_free(port);
    curl_url_cleanup(u);
    return wrong;
}

static void check_file(const char *path, const char *option, mode_t refused)
{
    struct stat st;
    if (!path || strncmp(path, "pkcs11:", 7) == 0)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st))
        die(EX_NOINPUT, "open --%s %s:", option, path);
    close(fd);
    if (S_ISDIR(st.st_mode))
        die(EX_NOINPUT, "open --%s %s: %s", option, path, strerror(EISDIR));
    if (st.st_mode & refused)
        die(EX_CONFIG, "refuse --%s %s: open to others (mode %04o)", option, path,
            (unsigned)(st.st_mode & 07777));
}

void link_check(const struct link_options *o)
{
    static const char *const schemes[] = {"ws", "wss", NULL};
    static const char *const proxies[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h", NULL};
    struct buf eyes = {0};
    const char *wrong = url_wrong(o->url, 0, schemes), *host = strstr(o->url, "://");
    if (host && host[3] == '/') /* libcurl would tolerate it */
        wrong = "No host part in the URL";
    url_without_login(&eyes, o->url);
    if (wrong)
        opt_wrong("dial '%s': %s", buf_cstr(&eyes), wrong);
    buf_free(&eyes);
    wrong = o->proxy && *o->proxy ? url_wrong(o->proxy, CURLU_GUESS_SCHEME, proxies) : NULL;
    if (wrong) /* the URL is not shown: it may hold a password whose end is not clear */
        opt_wrong("read --proxy: %s", wrong);
    check_file(o->cacert, "cacert", 0);
    check_file(o->cert, "cert", 0);
    check_file(o->key, "key", S_IRWXO);
}
