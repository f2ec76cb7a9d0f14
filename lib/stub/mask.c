/* SPDX-License-Identifier: MIT */
/* Frames without a mask. */
#undef _FORTIFY_SOURCE /* with it, the C library defines an inline recv() */
#include <errno.h>
#include <sys/socket.h>

#include "stub/mask.h"

static struct {
    struct mask *(*find)(void *ctx, int fd);
    void *ctx;
} watch;

void mask_watch(struct mask *(*find)(void *ctx, int fd), void *ctx)
{
    watch.find = find;
    watch.ctx = ctx;
}

static void request_byte(struct mask *m, unsigned char c)
{
    static const char end[] = "\r\n\r\n";
    if (!m->begun)
        m->other = c != 'G';
    m->begun = true;
    m->ends = c == end[m->ends] ? m->ends + 1 : c == '\r';
    if (m->ends == 4)
        m->state = m->other ? MASK_OTHER : MASK_FIRST;
}

/* Reads the byte with the mask bit and the short length. */
static void second_byte(struct mask *m, unsigned char c)
{
    unsigned length = c & 0x7f;
    m->failed = !(c & 0x80);
    m->length = length == 127 ? 8 : length == 126 ? 2 : 0;
    m->left = m->length ? 0 : length + 4;
    m->state = m->length ? MASK_LENGTH : MASK_REST;
}

static void length_byte(struct mask *m, unsigned char c)
{
    m->left = m->left << 8 | c;
    if (--m->length)
        return;
    m->left = m->left > UINT64_MAX - 4 ? UINT64_MAX : m->left + 4;
    m->state = MASK_REST;
}

/* Steps over as much of mask and payload as is at hand; returns how much. */
static size_t rest(struct mask *m, size_t n)
{
    size_t step = m->left < n ? (size_t)m->left : n;
    m->left -= step;
    if (!m->left)
        m->state = MASK_FIRST;
    return step;
}

size_t mask_check(struct mask *m, const unsigned char *p, size_t n)
{
    size_t i = 0, frame = 0; /* frame: where the current frame begins, or 0 if it began earlier */
    while (i < n && !m->failed) {
        switch (m->state) {
        case MASK_REQUEST:
            request_byte(m, p[i++]);
            break;
        case MASK_FIRST:
            frame = i++;
            m->state = MASK_SECOND;
            break;
        case MASK_SECOND:
            second_byte(m, p[i++]);
            break;
        case MASK_LENGTH:
            length_byte(m, p[i++]);
            break;
        case MASK_REST:
            i += rest(m, n - i);
            break;
        case MASK_OTHER:
            return n;
        }
    }
    return m->failed ? frame : n;
}

/* Replaces the C library's recv() for the whole process, including libwebsockets. */
ssize_t recv(int fd, void *buf, size_t n, int flags)
{
    ssize_t got = recvfrom(fd, buf, n, flags, NULL, NULL);
    struct mask *m = got > 0 && !(flags & MSG_PEEK) && watch.find ? watch.find(watch.ctx, fd) : NULL;
    if (!m)
        return got;
    size_t good = m->failed ? 0 : mask_check(m, buf, (size_t)got);
    if (!good)
        errno = EAGAIN;
    return good ? (ssize_t)good : -1;
}
