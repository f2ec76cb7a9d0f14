/* SPDX-License-Identifier: MIT */
/* The HTTP half of the server: the request for a WebSocket. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stub/internal.h"

static const char *reason(int status)
{
    switch (status) {
    case 403:
        return "a request with an Origin comes from a browser, and this is not for browsers\n";
    case 404:
        return "this path does not serve WebSocket\n";
    case 426:
        return "this serves WebSocket, version 13, only\n";
    default:
        return "refused\n";
    }
}

int http_refuse(struct conn *c, struct refusal r)
{
    struct buf b = {0};
    const char *body = reason(r.status);
    buf_room(&b, LWS_PRE);
    b.len = LWS_PRE;
    buf_printf(&b,
               "HTTP/1.1 %d Refused\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n%s"
               "Connection: close\r\n\r\n%s",
               r.status, strlen(body), r.headers ? r.headers : "", body);
    /* If the client hangs up meanwhile, that is as good as a refusal. */
    (void)lws_write(c->wsi, (unsigned char *)b.p + LWS_PRE, b.len - LWS_PRE, LWS_WRITE_HTTP_FINAL);
    buf_free(&b);
    c->deadline = clock_ms() + 1;
    return 1;
}

static char *header(struct lws *wsi, enum lws_token_indexes which)
{
    int n = lws_hdr_total_length(wsi, which);
    char *text = xcalloc((size_t)n + 1, 1);
    if (n > 0 && lws_hdr_copy(wsi, text, n + 1, which) < 0)
        *text = '\0';
    return text;
}

/* A web page that a user of this machine opens must not be able to reach this server. */
static struct refusal check(struct lws *wsi)
{
    char *version = header(wsi, WSI_TOKEN_VERSION);
    bool known = strcmp(version, "13") == 0;
    free(version);
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0)
        return (struct refusal){403, NULL};
    if (!known)
        return (struct refusal){426, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"};
    return (struct refusal){0, NULL};
}

int http_upgrade(struct conn *c, const struct server_events *ev, void *ctx)
{
    struct refusal r = check(c->wsi);
    if (!r.status) {
        char *path = header(c->wsi, WSI_TOKEN_GET_URI), *auth = header(c->wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
        struct span bearer = {NULL, 0};
        if (strncasecmp(auth, "Bearer ", 7) == 0)
            bearer = span_of(auth + 7 + strspn(auth + 7, " "));
        r = ev->upgrade(ctx, c, path, bearer);
        free(path);
        free(auth);
    }
    return r.status ? http_refuse(c, r) : 0;
}
