/* SPDX-License-Identifier: MIT */
/* A message as a prompt. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acp/prompt.h"
#include "base/base64.h"
#include "base/io.h"
#include "base/text.h"
#include "json/write.h"

enum { MEDIA_MAX = 64 };

static void add_text_block(struct buf *out, struct span text)
{
    json_begin(out, '{');
    json_add_str(out, "type", "text");
    json_add_text(out, "text", text);
    json_end(out, '}');
}

/* A block of what is about the message: a heading and a text (JSON string). */
static void add_context(struct buf *out, const char *heading, struct span author, struct span text)
{
    struct buf b = {0};
    if (!json_has_text(text))
        return;
    buf_str(&b, heading);
    if (json_has_text(author)) {
        buf_str(&b, " by ");
        json_decode(&b, author);
    }
    buf_str(&b, ":\n");
    json_decode(&b, text);
    add_text_block(out, buf_as_span(&b));
    buf_free(&b);
}

/* The part of a URL behind its last '/', as a name; the URL itself if there is none. url: JSON string */
static void add_name(struct buf *out, struct span url)
{
    struct buf text = {0};
    json_decode(&text, url);
    size_t end = 0, start;
    while (end < text.len && text.p[end] != '?' && text.p[end] != '#')
        end++;
    for (start = end; start && text.p[start - 1] != '/';)
        start--;
    struct span name = {text.p + start, end - start};
    json_add_text(out, "name", name.n ? name : buf_as_span(&text));
    buf_free(&text);
}

static void add_string(struct buf *out, const char *name, struct span v)
{
    if (json_has_text(v))
        json_add(out, name, v);
}

static bool add_link(struct buf *out, struct span media)
{
    struct span url = json_is_string(media) ? media : json_find(media, "url");
    struct span size = json_find(media, "size");
    if (!json_has_text(url))
        return false;
    json_begin(out, '{');
    json_add_str(out, "type", "resource_link");
    json_add(out, "uri", url);
    if (json_has_text(json_find(media, "filename")))
        json_add(out, "name", json_find(media, "filename"));
    else
        add_name(out, url);
    add_string(out, "mimeType", json_find(media, "mime"));
    add_string(out, "description", json_find(media, "caption"));
    if (json_is_integer(size) && *size.p != '-')
        json_add(out, "size", size);
    json_end(out, '}');
    return true;
}

/* Each of `media`, or, if there is none, of `media_urls`. */
static bool add_media(struct buf *out, struct span event)
{
    struct span list = json_find(event, "media"), one;
    bool any = false;
    if (!json_is_array(list))
        list = json_find(event, "media_urls");
    struct json_iter it = {.rest = list};
    for (int n = 0; json_is_array(list) && n < MEDIA_MAX && json_next(&it, NULL, &one); n++)
        any = add_link(out, one) || any;
    return any;
}

/* The type of an image by its first bytes; NULL: none that models know. */
static const char *image_type(struct span bytes)
{
    static const struct {
        const char *magic, *type;
        size_t n;
    } known[] = {
        {"\x89PNG\r\n\x1a\n", "image/png", 8},
        {"\xff\xd8\xff", "image/jpeg", 3},
        {"GIF8", "image/gif", 4},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (bytes.n >= known[i].n && memcmp(bytes.p, known[i].magic, known[i].n) == 0)
            return known[i].type;
    return bytes.n >= 12 && memcmp(bytes.p, "RIFF", 4) == 0 && memcmp(bytes.p + 8, "WEBP", 4) == 0
               ? "image/webp"
               : NULL;
}

/* Appends the content of a file of at most PROMPT_IMAGE bytes; false for any other. */
static bool read_file(struct buf *out, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && out->len <= PROMPT_IMAGE) {
        n = read(fd, buf_room(out, IO_CHUNK), IO_CHUNK);
        out->len += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    return n == 0;
}

static bool add_image(struct buf *out, const char *path)
{
    struct buf bytes = {0}, data = {0};
    const char *type = read_file(&bytes, path) ? image_type(buf_as_span(&bytes)) : NULL;
    if (type) {
        base64_encode(&data, buf_as_span(&bytes));
        json_begin(out, '{');
        json_add_str(out, "type", "image");
        json_add_str(out, "mimeType", type);
        json_add_text(out, "data", buf_as_span(&data));
        json_end(out, '}');
    }
    buf_free(&bytes);
    buf_free(&data);
    return type != NULL;
}

/* Appends a path as that of a URI. */
static void add_uri_path(struct buf *out, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    for (; *path; path++) {
        if (strchr(plain, *path))
            buf_ch(out, *path);
        else
            buf_printf(out, "%%%02X", (unsigned char)*path);
    }
}

/* A link to a file here. */
static void add_file(struct buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf uri = {0};
    buf_str(&uri, "file://");
    add_uri_path(&uri, path);
    json_begin(out, '{');
    json_add_str(out, "type", "resource_link");
    json_add_text(out, "uri", buf_as_span(&uri));
    json_add_str(out, "name", slash ? slash + 1 : path);
    json_end(out, '}');
    buf_free(&uri);
}

/* The files that were fetched, one path a line. */
static void add_files(struct buf *out, const struct buf *files, bool images)
{
    for (size_t at = 0, end; at < files->len; at = end + 1) {
        const char *nl = memchr(files->p + at, '\n', files->len - at);
        end = nl ? (size_t)(nl - files->p) : files->len;
        char *path = xstrndup(files->p + at, end - at);
        if (!images || !add_image(out, path))
            add_file(out, path);
        free(path);
    }
}

bool prompt_build(struct buf *out, struct span session, const struct turn *t, bool images)
{
    struct span text = json_find(t->event, "text"), reply = json_find(t->event, "reply_to");
    struct buf words = {0};
    size_t start = out->len;
    if (json_is_string(text))
        json_decode(&words, text);
    bool any = text_trim(buf_as_span(&words)).n > 0;
    json_begin(out, '{');
    json_add(out, "sessionId", session);
    json_key(out, "prompt");
    json_begin(out, '[');
    if (any)
        add_text_block(out, buf_as_span(&words));
    if (t->files.len)
        add_files(out, &t->files, images);
    any = t->files.len || add_media(out, t->event) || any;
    add_context(out, "This replies to a message", json_find(reply, "author"), json_find(reply, "text"));
    add_context(out, "Messages around it", (struct span){NULL, 0}, json_find(t->event, "channel_context"));
    json_end(out, ']');
    json_end(out, '}');
    if (!any)
        out->len = start;
    buf_free(&words);
    return any;
}
