/* SPDX-License-Identifier: MIT */
/* How libcurl reaches a server: certificates and proxy. The same options in every tool that uses it. */
#ifndef RELAY_HTTP_TRUST_H
#define RELAY_HTTP_TRUST_H

#include <curl/curl.h>
#include <stdbool.h>

struct http_trust {
    const char *cacert, *cert, *key; /* files, or NULL */
    const char *proxy;               /* its URL; "": none; NULL: that of the environment */
    bool insecure;                   /* do not verify the peer's certificate */
};

/* Ends the process with EX_OSERR if libcurl refuses a setting. */
void http_must(CURLcode r);
/* Sets up libcurl and its TLS library, once in a process. Ends the process with EX_OSERR on failure. */
void http_start(void);
/* Applies the settings to a handle. The certificates to trust are those of the option, or else those of
 * SSL_CERT_FILE and SSL_CERT_DIR, as with curl(1). */
void http_trust_set(CURL *easy, const struct http_trust *t);
/* NULL if libcurl takes the URL and its scheme is in the list (which ends with NULL); otherwise why not
 * (static text). flags: CURLU_… */
const char *http_url_wrong(const char *url, unsigned flags, const char *const *schemes);
/* Ends the process if a setting can never work: EX_USAGE for the proxy's URL, EX_NOINPUT for a file that
 * cannot be read, EX_CONFIG for a private key that others can read. */
void http_trust_check(const struct http_trust *t);

#endif
