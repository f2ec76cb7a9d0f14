/* SPDX-License-Identifier: MIT */
/* The media routes of the server (protocol §9): POST /relay/media, GET /relay/media/ID. One request on a
 * connection. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "stub/internal.h"
#include "stub/shelf.h"
#include "json/write.h"

enum {
    REQUEST_WAIT = 30000,  /* ms for a request and its answer */
    SWALLOW = 64 << 20,    /* bytes of a refused body that are read, so that its sender reads the answer */
    WRITE_CHUNK = 1 << 16, /* bytes written at once */
};

static const char route[] = "/relay/media";

static char *header(struct lws *wsi, enum lws_token_indexes which)
{
    int n = lws_hdr_total_length(wsi, which);
    char *text = xcalloc((size_t)n + 1, 1);
    if (n > 0 && lws_hdr_copy(wsi, text, n + 1, which) < 0)
        *text = '\0';
    return text;
}

static char *file_name(struct lws *wsi)
{
    static const char name[] = "x-media-filename:";
    int n = lws_hdr_custom_length(wsi, name, sizeof name - 1);
    char *text = xcalloc(n > 0 ? (size_t)n + 1 : 1, 1);
    if (n > 0 && lws_hdr_custom_copy(wsi, text, n + 1, name, sizeof name - 1) < 0)
        *text = '\0';
    return text;
}

/* Queues an answer; its content comes after the head. */
static void answer(struct conn *c, int status, const char *type, struct span content, const char *more)
{
    struct buf *q = &c->media.answer;
    buf_room(q, LWS_PRE);
    q->len = c->media.off = LWS_PRE;
    buf_printf(q,
               "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s"
               "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
               status, status < 400 ? "OK" : "Refused", type, content.n, more ? more : "",
               status == 401 ? "WWW-Authenticate: Bearer\r\n" : "");
    buf_span(q, content);
    c->media.phase = MEDIA_ANSWER;
}

static void refuse(struct conn *c, int status, const char *why)
{
    struct buf text = {0};
    buf_printf(&text, "%s\n", why);
    info(1, "refuse media: status %d, %s", status, why);
    answer(c, status, "text/plain", buf_as_span(&text), NULL);
    buf_free(&text);
}

/* Why the request is refused whatever it asks for: its status; 0: it is not. */
static int check_sender(struct conn *c, const struct server_events *ev, void *ctx, const char **why)
{
    char *auth = header(c->wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
    struct span bearer = {NULL, 0};
    if (strncasecmp(auth, "Bearer ", 7) == 0)
        bearer = span_of(auth + 7 + strspn(auth + 7, " "));
    *why = ev->media(ctx, bearer);
    free(auth);
    if (*why)
        return 401;
    *why = "a request with an Origin comes from a browser, and this is not for browsers";
    return lws_hdr_total_length(c->wsi, WSI_TOKEN_ORIGIN) > 0 ? 403 : 0;
}

/* The name as it came has its unusual bytes as %XX; the rest of what a parameter cannot hold follows suit. */
static void add_name(struct buf *out, const char *name)
{
    buf_str(out, "Content-Disposition: attachment; filename*=UTF-8''");
    for (; *name; name++)
        if ((*name >= '0' && *name <= '9') || (*name >= 'A' && *name <= 'Z') ||
            (*name >= 'a' && *name <= 'z') || strchr("%._-~", *name))
            buf_ch(out, *name);
        else
            buf_printf(out, "%%%02X", (unsigned char)*name);
    buf_str(out, "\r\n");
}

static void serve_file(struct conn *c, const char *path)
{
    struct buf more = {0};
    const struct shelf_file *f = NULL;
    if (strncmp(path, route, sizeof route - 1) == 0 && path[sizeof route - 1] == '/')
        f = shelf_find(c->media.shelf, path + sizeof route);
    if (!f) {
        refuse(c, 404, "no such file");
    } else {
        if (f->name)
            add_name(&more, f->name);
        answer(c, 200, f->type, buf_as_span(&f->content), more.len ? buf_cstr(&more) : NULL);
        info(1, "media %s: sent, %zu bytes", f->id, f->content.len);
    }
    buf_free(&more);
}

/* What is wrong with an upload before its content has come; 0: nothing. */
static int check_upload(struct conn *c, const char *path, const char **why)
{
    char *length = header(c->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    bool given = *length,
         plain = given && strspn(length, "0123456789") == strlen(length) && strlen(length) < 16;
    c->media.left = plain ? strtoull(length, NULL, 10) : 0;
    free(length);
    *why = strcmp(path, route) != 0     ? "no such path"
           : !given                     ? "no Content-Length"
           : !plain || !c->media.left   ? "no content"
           : c->media.left > SHELF_FILE ? "larger than 25 MiB"
                                        : NULL;
    return !*why ? 0 : strcmp(path, route) != 0 ? 404 : !given ? 411 : c->media.left > SHELF_FILE ? 413 : 400;
}

static void take_upload(struct conn *c, const char *path, int status)
{
    const char *why;
    int wrong = check_upload(c, path, &why);
    c->media.status = status ? status : wrong;
    c->media.why = status ? c->media.why : why;
    if (!c->media.status) {
        c->media.type = header(c->wsi, WSI_TOKEN_HTTP_CONTENT_TYPE);
        c->media.name = file_name(c->wsi);
        c->media.phase = MEDIA_BODY;
    } else if (c->media.left && c->media.left <= SWALLOW) {
        c->media.phase = MEDIA_BODY; /* read and dropped */
    } else {
        refuse(c, c->media.status, c->media.why);
    }
}

bool media_request(struct conn *c, const char *path, struct shelf *shelf, const struct server_events *ev,
                   void *ctx)
{
    size_t n = sizeof route - 1;
    bool post = lws_hdr_total_length(c->wsi, WSI_TOKEN_POST_URI) > 0;
    if (strncmp(path, route, n) != 0 || (path[n] && path[n] != '/'))
        return false;
    c->deadline = clock_ms() + REQUEST_WAIT;
    c->media.shelf = shelf;
    int status = check_sender(c, ev, ctx, &c->media.why);
    if (post)
        take_upload(c, path, status);
    else if (status)
        refuse(c, status, c->media.why);
    else
        serve_file(c, path);
    return true;
}

void media_body(struct conn *c, const void *p, size_t n)
{
    if (c->media.phase == MEDIA_BODY && !c->media.status && c->media.body.len + n <= SHELF_FILE)
        buf_add(&c->media.body, p, n);
}

void media_body_end(struct conn *c)
{
    struct buf text = {0};
    if (c->media.phase != MEDIA_BODY)
        return;
    if (c->media.status) {
        refuse(c, c->media.status, c->media.why);
        return;
    }
    const struct shelf_file *f = shelf_add(c->media.shelf, &c->media.body,
                                           *c->media.type ? c->media.type : "application/octet-stream",
                                           c->media.name);
    info(1, "media %s: got %zu bytes", f->id, f->content.len);
    json_begin(&text, '{');
    json_add_str(&text, "id", f->id);
    json_end(&text, '}');
    answer(c, 200, "application/json", buf_as_span(&text), NULL);
    buf_free(&text);
}

bool media_wants_write(const struct conn *c)
{
    return c->media.phase == MEDIA_ANSWER;
}

int media_write(struct conn *c)
{
    struct buf *q = &c->media.answer;
    size_t n = q->len - c->media.off;
    bool last = n <= WRITE_CHUNK;
    if (c->media.phase != MEDIA_ANSWER)
        return 0;
    n = last ? n : WRITE_CHUNK;
    if (lws_write(c->wsi, (unsigned char *)q->p + c->media.off, n,
                  last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return -1;
    c->media.off += n;
    if (last)
        c->media.phase = MEDIA_DONE;
    return last && !lws_partial_buffered(c->wsi) ? -1 : 0;
}

void media_free(struct conn *c)
{
    free(c->media.type);
    free(c->media.name);
    buf_free(&c->media.body);
    buf_free(&c->media.answer);
}
