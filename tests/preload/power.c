/* SPDX-License-Identifier: MIT */
/* Preloaded: what a loss of power would leave of a file and of those whose names begin with its name (POWER_FILE). The folder
 * POWER_IMAGE has a file of the same name for each, with what is on the disk for certain: what was written before the last
 * fsync or fdatasync of that file. Of later writes, some are there too, whole or torn at a sector, as POWER_SEED decides. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILES = 1024, SECTOR = 512 };

/* A write that is not on the disk for certain. */
struct pending {
    struct pending *next;
    off_t at;
    size_t n;
    char bytes[];
};

static struct file {
    int image; /* descriptor + 1; 0: not one of the files */
    struct pending *first, **last;
} files[FILES];

static const char *name, *folder;
static unsigned long long seed;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("POWER_SEED");
    name = getenv("POWER_FILE");
    folder = getenv("POWER_IMAGE");
    seed = number ? strtoull(number, NULL, 10) : 1;
}

static unsigned draw(void)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33);
}

#define REAL(call) ((__typeof__(&call))dlsym(RTLD_NEXT, #call))

static struct file *file_of(int fd)
{
    return fd >= 0 && fd < FILES && files[fd].image ? &files[fd] : NULL;
}

static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int is_ours(const char *path)
{
    return name && folder && strncmp(base(path), name, strlen(name)) == 0 && !strstr(path, "-shm") && !strstr(path, "-lock");
}

static void image_path(char *out, size_t n, const char *path)
{
    snprintf(out, n, "%s/%s", folder, base(path));
}

static int opened(int fd, const char *path)
{
    char to[4096];
    if (fd < 0 || fd >= FILES || !is_ours(path))
        return fd;
    image_path(to, sizeof to, path);
    int image = (int)syscall(SYS_openat, AT_FDCWD, to, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    files[fd] = (struct file){.image = image + 1, .last = &files[fd].first};
    return fd;
}

static int overlaps(const struct file *f, off_t at, size_t n)
{
    for (const struct pending *p = f->first; p; p = p->next)
        if (at < p->at + (off_t)p->n && p->at < at + (off_t)n)
            return 1;
    return 0;
}

static void store(const struct file *f, const char *p, size_t n, off_t at)
{
    if (REAL(pwrite64)(f->image - 1, p, n, at) != (ssize_t)n)
        abort();
}

static void written(struct file *f, const char *p, size_t n, off_t at)
{
    struct pending *w = malloc(sizeof *w + n);
    if (!w)
        abort();
    *w = (struct pending){.at = at, .n = n};
    memcpy(w->bytes, p, n);
    if (!overlaps(f, at, n) && draw() % 3 == 0)
        store(f, p, draw() % 2 ? n : n / SECTOR ? draw() % (n / SECTOR) * SECTOR : 0, at);
    *f->last = w;
    f->last = &w->next;
}

static void settled(struct file *f)
{
    for (struct pending *p = f->first, *next; p; p = next) {
        store(f, p->bytes, p->n, p->at);
        next = p->next;
        free(p);
    }
    f->first = NULL;
    f->last = &f->first;
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened(REAL(open64)(path, flags, mode), path);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    struct file *f = file_of(fd);
    ssize_t wrote = REAL(pwrite64)(fd, p, n, at);
    if (f && wrote > 0)
        written(f, p, (size_t)wrote, at);
    return wrote;
}

int ftruncate64(int fd, off64_t n)
{
    struct file *f = file_of(fd);
    int failed = REAL(ftruncate64)(fd, n);
    if (f && !failed) {
        settled(f);
        failed = REAL(ftruncate64)(f->image - 1, n);
    }
    return failed;
}

int fsync(int fd)
{
    if (file_of(fd))
        settled(file_of(fd));
    return REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    if (file_of(fd))
        settled(file_of(fd));
    return REAL(fdatasync)(fd);
}

int unlink(const char *path)
{
    char to[4096];
    if (is_ours(path)) {
        image_path(to, sizeof to, path);
        syscall(SYS_unlinkat, AT_FDCWD, to, 0);
    }
    return REAL(unlink)(path);
}

int close(int fd)
{
    struct file *f = file_of(fd);
    if (f) {
        syscall(SYS_close, f->image - 1);
        while (f->first) {
            struct pending *next = f->first->next;
            free(f->first);
            f->first = next;
        }
        f->image = 0;
    }
    return REAL(close)(fd);
}
