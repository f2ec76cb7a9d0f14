/* SPDX-License-Identifier: MIT */
/* How libcurl reaches a server. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/opt.h"
#include "http/trust.h"
#include "relay/secret.h"

void http_must(CURLcode r)
{
    if (r != CURLE_OK)
        die(EX_OSERR, "set up libcurl: %s", curl_easy_strerror(r));
}

void http_start(void)
{
    http_must(curl_global_init(CURL_GLOBAL_DEFAULT));
    if (!OSSL_LIB_CTX_get0_global_default()) /* libcurl does not check this */
        die(EX_OSERR, "set up libcurl: libcrypto did not start");
}

#define SET(option, value) http_must(curl_easy_setopt(easy, CURLOPT_##option, value))

static void set_authorities(CURL *easy, const struct http_trust *t)
{
    const char *file = t->cacert ? t->cacert : getenv("SSL_CERT_FILE"), *dir = getenv("SSL_CERT_DIR");
    if (file && *file)
        SET(CAINFO, file);
    if (!t->cacert && dir && *dir)
        SET(CAPATH, dir);
    if (t->insecure) {
        SET(SSL_VERIFYPEER, 0L);
        SET(SSL_VERIFYHOST, 0L);
    }
}

void http_trust_set(CURL *easy, const struct http_trust *t)
{
    set_authorities(easy, t);
    if (t->cert)
        SET(SSLCERT, t->cert);
    if (t->key)
        SET(SSLKEY, t->key);
    if (t->proxy)
        SET(PROXY, t->proxy);
}

static bool is_in(const char *word, const char *const *list)
{
    while (*list && strcmp(word, *list) != 0)
        list++;
    return *list;
}

const char *http_url_wrong(const char *url, unsigned flags, const char *const *schemes)
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
    if (path && strncmp(path, "pkcs11:", 7) != 0)
        secret_check_file(path, option, refused);
}

void http_trust_check(const struct http_trust *t)
{
    static const char *const proxies[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h", NULL};
    const char *wrong = t->proxy && *t->proxy ? http_url_wrong(t->proxy, CURLU_GUESS_SCHEME, proxies) : NULL;
    if (wrong) /* the URL is not shown: it may hold a password whose end is not clear */
        opt_wrong("read --proxy: %s", wrong);
    check_file(t->cacert, "cacert", 0);
    check_file(t->cert, "cert", 0);
    check_file(t->key, "key", S_IRWXO);
}
