/* SPDX-License-Identifier: MIT */
/* The files of a message. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/remove.h"
#include "run/fetch.h"

enum { TOOK_TOO_LONG = 124 };

static const char prefix[] = "message-";

/* Removes what a process that was killed left behind. */
static void sweep(const char *media)
{
    DIR *d = opendir(media);
    struct buf path = {0};
    if (!d)
        die(EX_NOINPUT, "open %s:", media);
    for (const struct dirent *e; (e = readdir(d));) {
        if (strncmp(e->d_name, prefix, sizeof prefix - 1) != 0)
            continue;
        path.len = 0;
        buf_printf(&path, "%s/%s", media, e->d_name);
        if (!remove_tree(buf_cstr(&path)))
            warn("remove %s:", buf_cstr(&path));
    }
    closedir(d);
    buf_free(&path);
}

/* The lock belongs to this process, and lasts as long as it does. */
static void lock(const char *media)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct buf path = {0};
    buf_printf(&path, "%s/lock", media);
    int fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        die(EX_NOINPUT, "open %s:", buf_cstr(&path));
    if (fcntl(fd, F_SETLK, &whole) && (errno == EACCES || errno == EAGAIN))
        die(EX_NOINPUT, "open %s: another process uses it", media);
    buf_free(&path);
}

char *fetch_open(const char *media)
{
    struct stat st;
    if (mkdir(media, 0700) && errno != EEXIST)
        die(EX_NOINPUT, "make directory %s:", media);
    if (lstat(media, &st))
        die(EX_NOINPUT, "open %s:", media);
    if (!S_ISDIR(st.st_mode))
        die(EX_NOINPUT, "open %s: %s", media, strerror(ENOTDIR));
    if (st.st_uid != geteuid() || st.st_mode & 077)
        die(EX_CONFIG, "refuse --media %s: open to others, or another user's (mode %04o)", media,
            (unsigned)(st.st_mode & 07777));
    lock(media);
    sweep(media);
    char *whole = realpath(media, NULL);
    if (!whole)
        die(EX_NOINPUT, "open %s:", media);
    return whole;
}

static bool has_entries(struct span list)
{
    struct json_iter it = {.rest = list};
    struct span v;
    return json_is_array(list) && json_next(&it, NULL, &v);
}

bool fetch_wanted(const struct turn *t)
{
    return has_entries(json_find(t->event, "media_urls")) || has_entries(json_find(t->event, "media"));
}

int fetch_start(struct fetch *w, struct process *p, const char *media, const struct turn *t, int64_t grace,
                size_t max)
{
    *w = (struct fetch){.until = clock_ms() + FETCH_MOST};
    buf_printf(&w->dir, "%s/%sXXXXXX", media, prefix);
    (void)buf_cstr(&w->dir);
    if (!mkdtemp(w->dir.p)) {
        int error = errno;
        buf_free(&w->dir);
        return error;
    }
    char *argv[] = {"relay-media", "get", "--quiet", "--event", "--directory", w->dir.p, NULL};
    int error = process_start(p, argv, NULL, grace, max);
    if (error) {
        fetch_end(w, NULL);
        return error;
    }
    w->on = true;
    process_give(p, buf_as_span(&t->line)); /* if it fails, the exit status says why */
    process_give_last(p);
    return 0;
}

bool fetch_over(struct fetch *w, struct process *p)
{
    if (clock_ms() >= w->until && !w->late) {
        w->late = true;
        process_stop(p);
    }
    return process_over(p);
}

int fetch_take(struct fetch *w, struct process *p, struct turn *t)
{
    t->files.len = 0;
    buf_span(&t->files, buf_as_span(&p->out.b));
    while (t->files.len && t->files.p[t->files.len - 1] == '\n')
        t->files.len--;
    w->on = false;
    return w->late ? TOOK_TOO_LONG : p->status;
}

void fetch_end(struct fetch *w, struct turn *t)
{
    if (w->dir.len && !remove_tree(buf_cstr(&w->dir)))
        warn("remove %s:", buf_cstr(&w->dir));
    buf_free(&w->dir);
    if (t)
        t->files.len = 0;
    *w = (struct fetch){0};
}
