/* SPDX-License-Identifier: MIT */
/* relay-media put. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "media/client.h"
#include "media/name.h"
#include "media/place.h"
#include "media/type.h"
#include "json/write.h"

/* Copies what cannot be read twice, up to one byte more than may be sent. False: errno. */
static bool gather(int from, int to)
{
    char chunk[65536];
    off_t at = 0;
    for (ssize_t n; at <= MEDIA_MOST && (n = read(from, chunk, sizeof chunk)) != 0;) {
        if (n < 0 && errno != EINTR)
            return false;
        for (ssize_t put = 0, k; put < n; put += k) {
            k = pwrite(to, chunk + put, (size_t)(n - put), at + put);
            if (k < 0 && errno != EINTR)
                return false;
            k = k < 0 ? 0 : k;
        }
        at += n > 0 ? n : 0;
    }
    return true;
}

/* Opens the content: a regular file, or a copy of anything else. Returns 0 or the errno of what failed. */
static int open_content(const char *path, struct place *copy, int *fd, struct stat *st)
{
    bool is_stdin = strcmp(path, "-") == 0;
    *fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0 || fstat(*fd, st))
        return errno;
    if (S_ISDIR(st->st_mode))
        return EISDIR;
    if (S_ISREG(st->st_mode) && !is_stdin)
        return 0;
    if (!place_open(copy, NULL) || !gather(*fd, copy->fd) || fstat(copy->fd, st))
        return errno;
    if (!is_stdin)
        close(*fd);
    *fd = copy->fd;
    return 0;
}

static void describe(const struct client *c, struct job *j, const char *path)
{
    char head[64];
    ssize_t n = pread(j->fd, head, sizeof head, 0);
    const char *name = c->name ? c->name : strcmp(path, "-") == 0 ? "stdin" : path;
    struct span first = {head, n > 0 ? (size_t)n : 0};
    buf_str(&j->type, c->type ? c->type : type_of(first, name));
    const char *slash = strrchr(name, '/');
    buf_str(&j->name, slash ? slash + 1 : name);
    if (!c->name && strcmp(path, "-") == 0)
        buf_str(&j->name, type_suffix(buf_as_span(&j->type)));
}

static void write_action(struct buf *line, const struct client *c, const struct job *j,
                         const struct outcome *out)
{
    json_begin(line, '{');
    json_add_str(line, "op", "send_media");
    if (c->chat)
        json_add_str(line, "chat_id", c->chat);
    json_add_str(line, "media_kind", type_kind(buf_as_span(&j->type)));
    json_add_text(line, "source_url", buf_as_span(&out->url));
    if (c->caption)
        json_add_str(line, "content", c->caption);
    json_add_text(line, "filename", buf_as_span(&j->name));
    json_end(line, '}');
}

static void print(const struct client *c, const char *path, const struct job *j, const struct outcome *out)
{
    struct buf line = {0};
    if (c->action) {
        write_action(&line, c, j, out);
    } else if (c->json) {
        json_begin(&line, '{');
        json_add_str(&line, "file", path);
        json_add_text(&line, "url", buf_as_span(&out->url));
        json_add_text(&line, "type", buf_as_span(&j->type));
        json_add_int(&line, "size", j->size);
        json_end(&line, '}');
    } else {
        buf_span(&line, buf_as_span(&out->url));
    }
    client_print(&line);
    buf_free(&line);
}

static void send_file(struct client *c, const char *path, int fd, off_t size)
{
    struct job j = {.put = true, .fd = fd, .size = size};
    struct outcome out = {0};
    if (!size || size > MEDIA_MOST) {
        client_failed(c, "put", span_of(path), EX_DATAERR, size ? "larger than 25 MiB" : "it is empty");
        return;
    }
    describe(c, &j, path);
    client_do(c, &j, &out);
    if (out.status != EX_OK)
        client_failed(c, "put", span_of(path), out.status, buf_cstr(&out.error));
    else
        print(c, path, &j, &out);
    job_free(&j);
    outcome_free(&out);
}

void client_put(struct client *c, const char *path)
{
    struct place copy = {.fd = -1};
    struct stat st;
    int fd = -1, error = open_content(path, &copy, &fd, &st);
    if (error)
        client_failed(c, "put", span_of(path), EX_NOINPUT, strerror(error));
    else
        send_file(c, path, fd, st.st_size);
    if (copy.fd >= 0)
        place_close(&copy);
    else if (fd > STDIN_FILENO)
        close(fd);
}
