/* SPDX-License-Identifier: MIT */
/* One writer. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "control/writer.h"
#include "relay/frame.h"

enum { READS_MOST = 256 }; /* at the end, of a FIFO that others may go on filling */

struct control_writer *writer_new(int fd, bool fifo)
{
    struct control_writer *w = xcalloc(1, sizeof *w);
    *w = (struct control_writer){.fifo = fifo, .in = {.fd = fd, .max = WRITER_LINE}, .slot = -1};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return w;
}

static size_t unread(const struct control_writer *w)
{
    return w->out.len - w->off;
}

void writer_answer(struct control_writer *w, struct span line)
{
    if (w->fifo || w->failed)
        return;
    if (unread(w) + line.n > WRITER_UNREAD) {
        info(1, "drop a writer: it leaves %zu bytes of answers unread", unread(w));
        w->failed = true;
        return;
    }
    buf_span(&w->out, line);
    buf_ch(&w->out, '\n');
}

bool writer_may_ask(struct control_writer *w)
{
    return !w->failed && w->asked < WRITER_ASKS && unread(w) < WRITER_PAUSE;
}

void writer_prepare(struct control_writer *w, struct pollset *ps, bool read)
{
    bool ready = read && writer_may_ask(w) && reader_ready(&w->in);
    bool in = read && writer_may_ask(w) && !w->in.eof && !ready;
    short events = (short)((in ? POLLIN : 0) | (unread(w) ? POLLOUT : 0));
    bool waits = w->asked && w->in.from == w->in.b.len; /* one that goes meanwhile is noticed */
    w->slot = w->failed || (w->in.eof && !events && !waits) ? -1 : pollset_add(ps, w->in.fd, events);
    if (ready || w->failed || (read && w->in.eof && writer_may_ask(w) && w->in.from < w->in.b.len))
        pollset_until(ps, 0);
}

static void write_some(struct control_writer *w)
{
    while (unread(w)) {
        ssize_t n = send(w->in.fd, w->out.p + w->off, unread(w), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            w->failed = errno != EAGAIN && errno != EWOULDBLOCK;
            return;
        }
        w->off += (size_t)n;
    }
    w->out.len = w->off = 0;
}

void writer_ready(struct control_writer *w, const struct pollset *ps)
{
    short got = pollset_got(ps, w->slot);
    if (got & POLLIN && !w->in.eof && !reader_fill(&w->in))
        w->failed = true;
    if (!w->fifo && !(got & POLLIN) && got & (POLLERR | POLLHUP))
        w->failed = true; /* closed both ways: nobody waits for an answer */
    if (!w->failed)
        write_some(w);
}

enum reader_got writer_next(struct control_writer *w, struct span *line)
{
    return reader_next(&w->in, line);
}

size_t writer_left(struct control_writer *w)
{
    struct reader *r = &w->in;
    struct span line;
    size_t n = 0, reads = 0;
    if (!w->fifo)
        return 0;
    do
        for (enum reader_got got; (got = reader_next(r, &line)) != READER_MORE;)
            n += got == READER_LONG || !line_blank(line);
    while (reads++ < READS_MOST && reader_fill(r) && r->b.len > r->seen);
    return n + (r->b.len > r->from);
}

bool writer_over(struct control_writer *w)
{
    return w->failed || (w->in.eof && w->in.from == w->in.b.len && !w->asked && !unread(w));
}

void writer_free(struct control_writer *w)
{
    close(w->in.fd);
    reader_free(&w->in);
    buf_free(&w->out);
    free(w);
}
