/* SPDX-License-Identifier: MIT */
/* The command manifest. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "relay/manifest.h"
#include "json/json.h"

/* The member of that name; the last of several, as everywhere. NULL: none. */
static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *found = NULL, *m;
    cJSON_ArrayForEach(m, object)
    {
        if (m->string && strcmp(m->string, name) == 0)
            found = m;
    }
    return found;
}

/* What is wrong with an entry, or NULL. */
static const char *entry_wrong(const cJSON *entry)
{
    const cJSON *name = member(entry, "name"), *options = member(entry, "options");
    if (!cJSON_IsObject(entry))
        return "not an object";
    if (!cJSON_IsString(name) || !*name->valuestring)
        return "no string name";
    if (!cJSON_IsString(member(entry, "description")))
        return "no string description";
    return options && !cJSON_IsArray(options) ? "options are not a list" : NULL;
}

static bool list_check(struct buf *why, const cJSON *list)
{
    const cJSON *entry;
    size_t n = 0;
    if (!cJSON_IsArray(list)) {
        buf_str(why, "not a list");
        return false;
    }
    cJSON_ArrayForEach(entry, list)
    {
        const char *wrong = entry_wrong(entry);
        n++;
        if (wrong) {
            buf_printf(why, "command %zu: %s", n, wrong);
            return false;
        }
    }
    return true;
}

bool manifest_check(struct buf *why, struct span text)
{
    struct json_error e;
    const char *at = NULL;
    if (!json_valid(text.p ? text.p : "", text.n, &e)) {
        buf_printf(why, "%s at byte %zu", e.reason, e.at + 1);
        return false;
    }
    cJSON_InitHooks(&(cJSON_Hooks){xmalloc, free});
    cJSON *list = cJSON_ParseWithLengthOpts(text.p, text.n, &at, 0);
    if (!list) { /* cJSON refuses half of a surrogate pair, which our scanner accepts */
        buf_printf(why, "a character that does not exist at byte %zu", (size_t)(at - text.p) + 1);
        return false;
    }
    bool good = list_check(why, list);
    cJSON_Delete(list);
    return good;
}

static void read_file(struct buf *out, const char *path, size_t max)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(EX_NOINPUT, "open %s:", path);
    for (ssize_t n = 1; n && out->len <= max;) {
        n = read(fd, buf_room(out, IO_CHUNK), IO_CHUNK);
        if (n < 0 && errno != EINTR)
            die(EX_NOINPUT, "read %s:", path);
        out->len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (out->len > max)
        die(EX_NOINPUT, "read %s: longer than %zu bytes", path, max);
}

void manifest_read(struct buf *out, const char *path, size_t max)
{
    struct buf why = {0};
    read_file(out, path, max);
    if (!manifest_check(&why, buf_as_span(out)))
        die(EX_DATAERR, "read manifest %s: %s", path, buf_cstr(&why));
    buf_free(&why);
}
