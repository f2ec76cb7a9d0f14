/* SPDX-License-Identifier: MIT */
/* Where a connector keeps media. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "media/origin.h"

static CURLU *new_url(void)
{
    CURLU *u = curl_url();
    if (!u)
        die(EX_OSERR, "set up libcurl: out of memory");
    return u;
}

/* A part of a URL; NULL: it has none. */
static char *part(CURLU *u, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    CURLUcode r = curl_url_get(u, which, &text, flags);
    if (r == CURLUE_OUT_OF_MEMORY)
        die(EX_OSERR, "read URL: out of memory");
    return r == CURLUE_OK ? text : NULL;
}

bool origin_read(struct origin *o, const char *dial_url)
{
    CURLU *u = new_url();
    bool ok = curl_url_set(u, CURLUPART_URL, dial_url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    char *scheme = ok ? part(u, CURLUPART_SCHEME, 0) : NULL, *path = ok ? part(u, CURLUPART_PATH, 0) : NULL;
    bool tls = scheme && strcasecmp(scheme, "wss") == 0;
    ok = ok && scheme && path && (tls || strcasecmp(scheme, "ws") == 0);
    if (ok) {
        o->scheme = xstrdup(tls ? "https" : "http");
        o->host = part(u, CURLUPART_HOST, 0);
        o->port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
        buf_printf(&o->path, "%s/media", path);
        ok = o->host && o->port;
    }
    curl_free(scheme);
    curl_free(path);
    curl_url_cleanup(u);
    return ok;
}

static bool is_part(CURLU *u, CURLUPart which, const char *want)
{
    char *have = part(u, which, CURLU_DEFAULT_PORT);
    bool same = have && strcasecmp(have, want) == 0;
    curl_free(have);
    return same;
}

const char *origin_parse(CURLU **u, const char *url)
{
    *u = new_url();
    CURLUcode r = curl_url_set(*u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    char *user = r == CURLUE_OK ? part(*u, CURLUPART_USER, 0) : NULL;
    char *password = r == CURLUE_OK ? part(*u, CURLUPART_PASSWORD, 0) : NULL;
    const char *host = strstr(url, "://"), *wrong = NULL;
    if (r != CURLUE_OK)
        wrong = curl_url_strerror(r);
    else if (!is_part(*u, CURLUPART_SCHEME, "http") && !is_part(*u, CURLUPART_SCHEME, "https"))
        wrong = "not an http or https URL";
    else if (!host || host[3] == '/') /* libcurl would tolerate it */
        wrong = "no host in the URL";
    else if (user || password)
        wrong = "a user or password in the URL";
    else if (is_part(*u, CURLUPART_PORT, "0"))
        wrong = "port 0 in the URL";
    curl_free(user);
    curl_free(password);
    if (wrong)
        curl_url_cleanup(*u);
    return wrong;
}

/* Whether a path leads below another, whatever a server decodes and resolves in it. */
static bool is_below(const char *path, struct span parent)
{
    if (strncmp(path, parent.p, parent.n) != 0 || path[parent.n] != '/' || !path[parent.n + 1])
        return false;
    for (const char *p = path + parent.n; *p; p++)
        if (strncasecmp(p, "%2e", 3) == 0 || strncasecmp(p, "%2f", 3) == 0 || strncasecmp(p, "%5c", 3) == 0 ||
            *p == '\\' || strncmp(p, "/../", 4) == 0 || strcmp(p, "/..") == 0)
            return false;
    return true;
}

bool origin_owns(const struct origin *o, CURLU *u)
{
    char *path = part(u, CURLUPART_PATH, 0);
    bool owns = path && is_part(u, CURLUPART_SCHEME, o->scheme) && is_part(u, CURLUPART_HOST, o->host) &&
                is_part(u, CURLUPART_PORT, o->port) && is_below(path, buf_as_span(&o->path));
    curl_free(path);
    return owns;
}

void origin_url(struct buf *out, const struct origin *o, const char *id)
{
    bool usual = strcmp(o->port, strcmp(o->scheme, "https") == 0 ? "443" : "80") == 0;
    buf_printf(out, "%s://%s%s%s", o->scheme, o->host, usual ? "" : ":", usual ? "" : o->port);
    buf_span(out, buf_as_span(&o->path));
    if (id)
        buf_printf(out, "/%s", id);
}

bool origin_id_valid(struct span id)
{
    size_t dots = 0;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("-_~.", c)) ||
            !c)
            return false;
        dots += c == '.';
    }
    return id.n && id.n <= 256 && dots < id.n;
}

void origin_free(struct origin *o)
{
    free(o->scheme);
    curl_free(o->host);
    curl_free(o->port);
    buf_free(&o->path);
    *o = (struct origin){0};
}
