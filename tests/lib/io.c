/* SPDX-License-Identifier: MIT */
/* Lines in, bytes out. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "check.h"

/* A literal with the NULs it may have in it. */
#define ROW(literal)                 \
    {                                \
        literal, sizeof(literal) - 1 \
    }
#define TEXT(literal) ((struct span)ROW(literal))

static void test_reader_limit(void)
{
    const size_t max = 16 << 20;
    struct reader r = {.max = max};
    struct span line;
    char *big = xmalloc(max + 2);
    memset(big, 'x', max + 2);
    reader_feed(&r, big, max);
    CHECK(reader_next(&r, &line) == READER_MORE && !reader_ready(&r));
    reader_feed(&r, "\n", 1);
    CHECK(reader_ready(&r) && reader_next(&r, &line) == READER_LINE && line.n == max && r.line == 1);
    reader_feed(&r, big, max);
    CHECK(reader_next(&r, &line) == READER_MORE);
    reader_feed(&r, "x", 1);
    CHECK(reader_next(&r, &line) == READER_LONG && r.line == 2);
    CHECK(reader_next(&r, &line) == READER_MORE);
    reader_feed(&r, big, max);
    CHECK(reader_next(&r, &line) == READER_MORE && r.b.len == r.from);
    reader_feed(&r, "x\nshort\n\nlast", 13);
    CHECK(reader_next(&r, &line) == READER_LINE && span_eq(line, "short") && r.line == 3);
    CHECK(reader_next(&r, &line) == READER_LINE && line.n == 0 && r.line == 4);
    CHECK(reader_next(&r, &line) == READER_MORE);
    r.eof = true;
    CHECK(reader_next(&r, &line) == READER_LINE && span_eq(line, "last") && r.line == 5);
    CHECK(reader_next(&r, &line) == READER_MORE && r.from == r.b.len);
    reader_free(&r);
    struct reader end = {.max = 3};
    reader_feed(&end, "abcd", 4);
    end.eof = true;
    CHECK(reader_next(&end, &line) == READER_LONG && reader_next(&end, &line) == READER_MORE);
    CHECK(end.from == end.b.len);
    reader_free(&end);
    free(big);
}

/* Any way a text is cut into pieces gives the same lines. */
static void test_reader_pieces(void)
{
    static const struct span text = ROW("a\n\nbc\r\n\0\ntoolong\nxyz\nlongestone");
    unsigned seed = 7;
    for (int round = 0; round < 500; round++) {
        struct reader r = {.max = 5};
        struct buf got = {0};
        struct span line;
        for (size_t off = 0; !r.eof;) {
            seed = seed * 1103515245 + 12345;
            size_t n = (seed >> 16) % 6;
            n = n < text.n - off ? n : text.n - off;
            reader_feed(&r, text.p + off, n);
            off += n;
            r.eof = off == text.n;
            for (enum reader_got g; (g = reader_next(&r, &line)) != READER_MORE;)
                if (g == READER_LINE)
                    buf_printf(&got, "%d:%zu ", (int)r.line, line.n);
                else
                    buf_printf(&got, "%d:long ", (int)r.line);
        }
        CHECK_THAT(reads(&got, "1:1 2:0 3:3 4:1 5:long 6:3 7:long "), "round %d", round);
        buf_free(&got);
        reader_free(&r);
    }
}

static void test_reader_fill(void)
{
    int ends[2];
    struct span line;
    CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    struct reader r = {.fd = ends[0], .max = 100};
    CHECK(reader_fill(&r) && !r.eof && reader_next(&r, &line) == READER_MORE);
    CHECK(write(ends[1], "a\nb", 3) == 3 && reader_fill(&r) && reader_next(&r, &line) == READER_LINE);
    close(ends[1]);
    CHECK(reader_fill(&r) && r.eof && reader_next(&r, &line) == READER_LINE && span_eq(line, "b"));
    close(ends[0]);
    CHECK(!reader_fill(&r) && errno == EBADF);
    reader_free(&r);
}

static void test_writer(void)
{
    int ends[2];
    char sink[IO_CHUNK];
    struct writer w;
    size_t total = 0;
    signal(SIGPIPE, SIG_IGN);
    CHECK(pipe(ends) == 0);
    writer_open(&w, ends[1]);
    CHECK(!(fcntl(ends[1], F_GETFL) & O_NONBLOCK));
    for (int i = 0; i < 100; i++)
        writer_line(&w, (struct span){sink, 10000 - 1});
    memset(w.q.p, 'x', w.q.len);
    CHECK(writer_flush(&w) && writer_pending(&w) > 0 && writer_pending(&w) < 1000000);
    for (ssize_t n; total < 1000000 && (n = read(ends[0], sink, sizeof sink)) > 0; total += (size_t)n)
        CHECK(writer_flush(&w));
    CHECK(total == 1000000 && writer_pending(&w) == 0 && writer_drain(&w));
    close(ends[0]);
    writer_line(&w, TEXT("x"));
    CHECK(!writer_flush(&w) && errno == EPIPE);
    CHECK(writer_close(&w));
    writer_open(&w, open("/dev/full", O_WRONLY));
    writer_line(&w, TEXT("x"));
    CHECK(!writer_drain(&w) && errno == ENOSPC);
    writer_close(&w);
}

/* Where no separate description can be had, as of a FIFO without a reader, it still never waits. */
static void test_writer_pieces(void)
{
    int ends[2];
    char sink[IO_CHUNK];
    struct writer w;
    size_t total = 0;
    CHECK(mkfifo("fifo", 0600) == 0);
    ends[0] = open("fifo", O_RDONLY | O_NONBLOCK);
    ends[1] = open("fifo", O_WRONLY);
    CHECK(ends[0] >= 0 && ends[1] >= 0 && close(ends[0]) == 0);
    writer_open(&w, ends[1]);
    writer_line(&w, TEXT("x"));
    CHECK(w.own < 0 && !writer_flush(&w) && errno == EPIPE && writer_pending(&w) == 2);
    ends[0] = open("fifo", O_RDONLY | O_NONBLOCK);
    CHECK(ends[0] >= 0 && writer_flush(&w) && writer_pending(&w) == 0);
    CHECK(read(ends[0], sink, sizeof sink) == 2 && memcmp(sink, "x\n", 2) == 0);
    memset(sink, 'y', sizeof sink);
    for (int i = 0; i < 100; i++)
        writer_line(&w, (struct span){sink, 10000 - 1});
    CHECK(writer_flush(&w) && writer_pending(&w) > 0 && !(fcntl(ends[1], F_GETFL) & O_NONBLOCK));
    for (ssize_t n; total < 1000000 && (n = read(ends[0], sink, sizeof sink)) > 0; total += (size_t)n)
        CHECK(writer_flush(&w));
    CHECK(total == 1000000 && writer_pending(&w) == 0);
    close(ends[0]);
    unlink("fifo");
    CHECK(writer_close(&w) && writer_close(&w)); /* the second time there is nothing to close */
}

/* Draining waits for the reader, however much there is. */
static void test_writer_drain(void)
{
    int ends[2], gate[2], status = 1;
    char text[10000] = "";
    struct writer w;
    CHECK(pipe(ends) == 0 && pipe(gate) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        size_t total = 0;
        close(ends[1]);
        close(gate[1]);
        while (read(gate[0], text, 1) > 0)
            ;
        for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;)
            total += (size_t)n;
        _exit(total == 1000000 ? 0 : 1);
    }
    close(ends[0]);
    writer_open(&w, ends[1]);
    for (int i = 0; i < 100; i++)
        writer_line(&w, (struct span){text, sizeof text - 1});
    CHECK(writer_flush(&w) && writer_pending(&w) > 0); /* full, and nobody reads yet */
    close(gate[0]);
    close(gate[1]);
    CHECK(writer_drain(&w) && writer_pending(&w) == 0 && writer_close(&w));
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

/* Of a descriptor that is none, the first write tells. */
static void test_writer_none(void)
{
    struct writer w;
    writer_open(&w, -1);
    CHECK(writer_flush(&w) && writer_drain(&w)); /* nothing to write */
    writer_line(&w, TEXT("x"));
    CHECK(!writer_flush(&w) && errno == EBADF && writer_pending(&w) == 2);
    CHECK(writer_close(&w));
}

static void test_reader_ready(void)
{
    struct reader r = {.max = 10};
    struct span line;
    CHECK(!reader_ready(&r));
    reader_feed(&r, "ab", 2);
    CHECK(!reader_ready(&r));
    reader_feed(&r, "\ncd", 3);
    CHECK(reader_ready(&r) && reader_next(&r, &line) == READER_LINE && span_eq(line, "ab"));
    CHECK(!reader_ready(&r));
    reader_free(&r);
}

int main(void)
{
    test_reader_ready();
    test_reader_limit();
    test_reader_pieces();
    test_reader_fill();
    test_writer();
    test_writer_pieces();
    test_writer_drain();
    test_writer_none();
    return failures != 0;
}
