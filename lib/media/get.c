/* SPDX-License-Identifier: MIT */
/* relay-media get. */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/sig.h"
#include "media/client.h"
#include "media/name.h"
#include "media/place.h"
#include "media/wanted.h"
#include "relay/frame.h"
#include "json/write.h"

static bool to_stdout(const struct client *c)
{
    return c->output && strcmp(c->output, "-") == 0;
}

/* The temporary file is beside the one that it becomes. */
static bool open_place(const struct client *c, struct place *p)
{
    if (to_stdout(c))
        return place_open(p, NULL);
    if (!c->output)
        return place_open(p, c->directory);
    char *copy = xstrdup(c->output);
    bool ok = place_open(p, dirname(copy));
    int error = errno;
    free(copy);
    errno = error;
    return ok;
}

/* The name: what the server says, else the message, else the URL. */
static void choose_name(struct buf *safe, struct span url, struct span name, const struct outcome *out)
{
    struct buf of_url = {0};
    struct span chosen = buf_as_span(&out->name);
    if (!chosen.n)
        chosen = name;
    if (!chosen.n && name_of_url(&of_url, url))
        chosen = buf_as_span(&of_url);
    name_safe(safe, chosen, buf_as_span(&out->type));
    buf_free(&of_url);
}

/* Gives the fetched file its name, which goes into *path, or copies it to stdout. False: errno. */
static bool deliver(const struct client *c, struct place *p, struct span url, struct span name,
                    const struct outcome *out, struct buf *path)
{
    struct buf safe = {0};
    if (to_stdout(c)) {
        bool ok = place_copy(p, STDOUT_FILENO);
        if (!ok && errno == EPIPE)
            sig_pipe();
        return ok;
    }
    if (c->output) {
        buf_str(path, c->output);
        return place_name(p, c->output, c->over);
    }
    choose_name(&safe, url, name, out);
    bool ok = place_name_in(p, c->directory, buf_as_span(&safe), c->over, path);
    buf_free(&safe);
    return ok;
}

static void print(const struct client *c, struct span url, const struct outcome *out, struct buf *path)
{
    struct buf line = {0};
    if (c->json) {
        json_begin(&line, '{');
        json_add_text(&line, "url", url);
        json_add_text(&line, "file", buf_as_span(path));
        json_add_text(&line, "type", buf_as_span(&out->type));
        json_add_int(&line, "size", out->size);
        json_end(&line, '}');
    } else {
        buf_span(&line, buf_as_span(path));
    }
    if (!to_stdout(c))
        client_print(&line);
    buf_free(&line);
}

static int status_of(const struct client *c)
{
    return errno == EEXIST && !to_stdout(c) ? EX_NO : EX_IOERR;
}

void client_get(struct client *c, struct span url, struct span name, const char *types)
{
    struct place p;
    struct job j = {0};
    struct outcome out = {0};
    struct buf path = {0};
    if (!open_place(c, &p)) {
        client_failed(c, "get", url, EX_IOERR, strerror(errno));
        return;
    }
    buf_span(&j.url, url);
    buf_str(&j.types, c->type ? c->type : types);
    j.fd = p.fd;
    client_do(c, &j, &out);
    if (out.status != EX_OK)
        client_failed(c, "get", url, out.status, buf_cstr(&out.error));
    else if (!deliver(c, &p, url, name, &out, &path))
        client_failed(c, "get", url, status_of(c), strerror(errno));
    else
        print(c, url, &out, &path);
    place_close(&p);
    job_free(&j);
    outcome_free(&out);
    buf_free(&path);
}

/* Reads stdin to its end; more than max bytes are an error. */
static void read_frame(struct buf *text, size_t max)
{
    ssize_t n;
    while ((n = read(STDIN_FILENO, buf_room(text, IO_CHUNK), IO_CHUNK)) != 0) {
        if (n < 0 && errno != EINTR)
            die(EX_NOINPUT, "read stdin:");
        text->len += n > 0 ? (size_t)n : 0;
        if (text->len > max)
            die(EX_DATAERR, "read stdin: longer than %zu bytes", max);
    }
    while (text->len && strchr(" \t\r\n", text->p[text->len - 1]))
        text->len--;
}

void client_get_event(struct client *c, size_t max)
{
    static struct wanted_list list;
    struct buf text = {0};
    struct frame f = {0};
    struct json_error e;
    read_frame(&text, max);
    if (!text.len || !frame_parse(&f, buf_as_span(&text), &e) || f.type != FRAME_INBOUND)
        die(EX_DATAERR, "read stdin: not one inbound frame");
    wanted_read(&list, frame_get(&f, "event"));
    if (list.more) {
        complain("get: the message names %zu files more than %d, left out", list.more, WANTED_MOST);
        exit_raise(&c->status, EX_DATAERR);
    }
    for (size_t i = 0; i < list.n; i++)
        client_get(c, buf_as_span(&list.v[i].url), buf_as_span(&list.v[i].name), list.v[i].types);
    wanted_free(&list);
    frame_free(&f);
    buf_free(&text);
}
