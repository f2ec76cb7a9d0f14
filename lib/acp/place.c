/* SPDX-License-Identifier: MIT */
/* What outlives a run. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acp/place.h"
#include "base/diag.h"
#include "relay/session.h"
#include "json/json.h"
#include "json/write.h"

enum { FILE_MAX = 1 << 20 }; /* bytes of session.json */

static const char file_name[] = "session.json";

/* Appends the default directory; ends the process if the environment names none. */
static void add_default(struct buf *path)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        buf_printf(path, "%s/relay-acp", state);
    else if (home && *home == '/')
        buf_printf(path, "%s/.local/state/relay-acp", home);
    else
        die(EX_CONFIG, "open the state directory: no --state-dir, and no HOME");
}

/* Makes a directory and those above it. False: errno. */
static bool make_path(char *path)
{
    for (char *p = path + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        bool ok = mkdir(path, 0700) == 0 || errno == EEXIST;
        *p = '/';
        if (!ok)
            return false;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static char *absolute(const char *path, const char *what)
{
    char *real = realpath(path, NULL);
    struct stat st;
    if (!real || stat(real, &st))
        die(EX_NOINPUT, "open %s:", path);
    if (!S_ISDIR(st.st_mode))
        die(EX_NOINPUT, "open %s: %s is no directory", path, what);
    return real;
}

void place_open(struct place *s, const char *path, const char *cwd)
{
    struct buf name = {0};
    if (path)
        buf_str(&name, path);
    else
        add_default(&name);
    buf_cstr(&name);
    if (!make_path(name.p))
        die(EX_NOINPUT, "make %s:", name.p);
    s->path = absolute(name.p, "it");
    s->cwd = cwd ? absolute(cwd, "it") : NULL;
    name.len = 0;
    buf_printf(&name, "%s/lock", s->path);
    if (!logfile_open(&s->lock, buf_cstr(&name))) {
        if (errno == EBUSY)
            die(EX_CONFIG, "open %s: another relay-acp uses it", s->path);
        die(EX_NOINPUT, "open %s:", name.p);
    }
    buf_free(&name);
}

static void add_path(struct buf *out, const struct place *s, struct span key, const char *file)
{
    buf_printf(out, "%s/", s->path);
    session_id(out, key);
    if (file)
        buf_printf(out, "/%s", file);
    buf_cstr(out);
}

static bool make_dir(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Appends the id in a session.json; nothing if it cannot be read, or is of another session. */
static void read_id(struct buf *id, const char *path, struct span key)
{
    struct buf text = {0}, named = {0};
    struct json_error e;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    for (ssize_t n = 1; n > 0 && text.len<FILE_MAX; text.len += n> 0 ? (size_t)n : 0)
        n = read(fd, buf_room(&text, 4096), 4096);
    close(fd);
    struct span session = {NULL, 0}, own = {NULL, 0};
    if (json_valid(text.p, text.len, &e))
        JSON_PICK(buf_as_span(&text), {"session", &session}, {"key", &own});
    if (json_is_string(own))
        json_decode(&named, own);
    if (json_has_text(session) && span_same(buf_as_span(&named), key))
        buf_span(id, session);
    buf_free(&text);
    buf_free(&named);
}

bool place_session(const struct place *s, struct span key, struct buf *cwd, struct buf *id)
{
    struct buf dir = {0}, work = {0}, file = {0};
    add_path(&dir, s, key, NULL);
    add_path(&work, s, key, "work");
    add_path(&file, s, key, file_name);
    bool ok = make_dir(dir.p) && (s->cwd || make_dir(work.p));
    int error = errno;
    if (ok) {
        buf_str(cwd, s->cwd ? s->cwd : work.p);
        read_id(id, file.p, key);
    }
    buf_free(&dir);
    buf_free(&work);
    buf_free(&file);
    errno = error;
    return ok;
}

bool place_keep(const struct place *s, struct span key, struct span id)
{
    struct buf path = {0}, text = {0};
    struct logfile file;
    add_path(&path, s, key, file_name);
    json_begin(&text, '{');
    json_add_text(&text, "key", key);
    json_add(&text, "session", id);
    json_end(&text, '}');
    buf_ch(&text, '\n');
    bool ok = logfile_open(&file, path.p);
    if (ok) {
        ok = logfile_replace(&file, buf_as_span(&text));
        int error = errno;
        logfile_close(&file);
        errno = error;
    }
    buf_free(&path);
    buf_free(&text);
    return ok;
}

int place_work(const struct buf *cwd)
{
    struct buf path = {0};
    buf_span(&path, buf_as_span(cwd));
    int fd = open(buf_cstr(&path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    buf_free(&path);
    errno = error;
    return fd;
}

void place_close(struct place *s)
{
    logfile_close(&s->lock);
    free(s->path);
    free(s->cwd);
}
