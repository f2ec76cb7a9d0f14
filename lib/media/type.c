/* SPDX-License-Identifier: MIT */
/* Content types of files. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "media/type.h"

static const char unknown[] = "application/octet-stream";

/* The first suffix of a type is its usual one. */
static const struct {
    const char *suffix, *type;
} by_suffix[] = {
    {".png", "image/png"},        {".jpg", "image/jpeg"},      {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},        {".webp", "image/webp"},     {".svg", "image/svg+xml"},
    {".bmp", "image/bmp"},        {".heic", "image/heic"},     {".avif", "image/avif"},
    {".tiff", "image/tiff"},      {".ogg", "audio/ogg"},       {".opus", "audio/ogg"},
    {".oga", "audio/ogg"},        {".mp3", "audio/mpeg"},      {".m4a", "audio/mp4"},
    {".wav", "audio/wav"},        {".flac", "audio/flac"},     {".aac", "audio/aac"},
    {".mp4", "video/mp4"},        {".mov", "video/quicktime"}, {".webm", "video/webm"},
    {".mkv", "video/x-matroska"}, {".avi", "video/x-msvideo"}, {".pdf", "application/pdf"},
    {".zip", "application/zip"},  {".gz", "application/gzip"}, {".json", "application/json"},
    {".txt", "text/plain"},       {".log", "text/plain"},      {".md", "text/markdown"},
    {".csv", "text/csv"},         {".html", "text/html"},      {".htm", "text/html"},
    {".xml", "application/xml"},
};

/* What stands at an offset of a file; those that could be mistaken for another come after it. */
static const struct {
    size_t at;
    const char *bytes;
    size_t n;
    const char *type;
} by_bytes[] = {
    {0, "\x89PNG\r\n\x1a\n", 8, "image/png"},
    {0, "\xff\xd8\xff", 3, "image/jpeg"},
    {0, "GIF8", 4, "image/gif"},
    {8, "WEBP", 4, "image/webp"},
    {8, "WAVE", 4, "audio/wav"},
    {8, "AVI ", 4, "video/x-msvideo"},
    {0, "OggS", 4, "audio/ogg"},
    {0, "ID3", 3, "audio/mpeg"},
    {0, "fLaC", 4, "audio/flac"},
    {4, "ftypM4A", 7, "audio/mp4"},
    {4, "ftypheic", 8, "image/heic"},
    {4, "ftypavif", 8, "image/avif"},
    {4, "ftypqt", 6, "video/quicktime"},
    {4, "ftyp", 4, "video/mp4"},
    {0, "%PDF-", 5, "application/pdf"},
    {0, "\x1f\x8b", 2, "application/gzip"},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A zip archive is left to its name: many formats are one. */
const char *type_of(struct span head, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT(by_bytes); i++)
        if (head.n >= by_bytes[i].at + by_bytes[i].n &&
            memcmp(head.p + by_bytes[i].at, by_bytes[i].bytes, by_bytes[i].n) == 0)
            return by_bytes[i].type;
    for (size_t i = 0; i < COUNT(by_suffix); i++) {
        size_t k = strlen(by_suffix[i].suffix);
        if (n > k && strcasecmp(name + n - k, by_suffix[i].suffix) == 0)
            return by_suffix[i].type;
    }
    return unknown;
}

/* The type without its parameters. */
static struct span bare(struct span type)
{
    const char *end = type.n ? memchr(type.p, ';', type.n) : NULL;
    return text_trim((struct span){type.p, end ? (size_t)(end - type.p) : type.n});
}

static bool same(struct span a, const char *b, size_t n)
{
    return a.n == n && strncasecmp(a.p, b, n) == 0;
}

const char *type_suffix(struct span type)
{
    struct span t = bare(type);
    for (size_t i = 0; i < COUNT(by_suffix); i++)
        if (same(t, by_suffix[i].type, strlen(by_suffix[i].type)))
            return by_suffix[i].suffix;
    return "";
}

const char *type_kind(struct span type)
{
    static const char *const kinds[] = {"image", "audio", "video"};
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (type.n > 5 && type.p[5] == '/' && strncasecmp(type.p, kinds[i], 5) == 0)
            return kinds[i];
    return "document";
}

bool type_wanted(const char *patterns, struct span type)
{
    struct span t = bare(type);
    if (!t.n || same(t, unknown, strlen(unknown)))
        return true;
    for (const char *p = patterns, *end; *p; p = *end ? end + 1 : end) {
        end = p + strcspn(p, ",");
        struct span want = bare((struct span){p, (size_t)(end - p)});
        bool any = want.n && want.p[want.n - 1] == '*';
        size_t n = any ? want.n - 1 : want.n;
        if (any ? t.n >= n && strncasecmp(t.p, want.p, n) == 0 : same(t, want.p, n))
            return true;
    }
    return false;
}

bool type_valid(struct span type)
{
    struct span t = bare(type);
    const char *slash = t.n ? memchr(t.p, '/', t.n) : NULL;
    if (!slash || slash == t.p || slash + 1 == t.p + t.n || type.n > 255)
        return false;
    for (size_t i = 0; i < type.n; i++)
        if (type.p[i] < 0x20 || type.p[i] > 0x7e || (i < t.n && type.p[i] == ' '))
            return false;
    return true;
}
