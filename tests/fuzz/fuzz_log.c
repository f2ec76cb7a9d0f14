/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as a log on disk: it is read to its end, whatever they are; and lines that we wrote come
 * back unchanged, up to the first byte that is not ours. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/logfile.h"
#include "base/seal.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/fuzz_log.XXXXXX";

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void clean_up(void)
{
    unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    int fd = mkstemp(path);
    check(fd >= 0 && close(fd) == 0);
    atexit(clean_up);
    return 0;
}

/* Reads all of it; returns the total size of the whole lines. */
static size_t read_all(struct logfile *l, size_t *lines)
{
    struct logfile_reader r = {.max = 4096};
    struct span line;
    enum logfile_got got;
    size_t sum = 0;
    for (*lines = 0; (got = logfile_read(l, &r, &line)) != LOGFILE_END; ++*lines) {
        check(got != LOGFILE_FAILED && r.line == *lines + 1);
        if (got == LOGFILE_LINE)
            sum += line.n;
    }
    logfile_read_end(&r);
    return sum;
}

/* The bytes as one sealed line: it comes back, and a changed bit is noticed. */
static void check_seal(struct span line)
{
    struct buf sealed = {0};
    seal_add(&sealed, line);
    struct span got = buf_as_span(&sealed);
    size_t bit = line.n * 7 % (sealed.len * 8);
    sealed.p[bit / 8] = (char)(sealed.p[bit / 8] ^ 1 << bit % 8);
    check(seal_open(sealed.p, &got) != SEAL_WHOLE);
    sealed.p[bit / 8] = (char)(sealed.p[bit / 8] ^ 1 << bit % 8);
    got = buf_as_span(&sealed);
    check(seal_open(sealed.p, &got) == SEAL_WHOLE && span_same(got, line));
    buf_free(&sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span given = {size ? (const char *)data : "", size};
    struct logfile l;
    struct buf text = {0};
    size_t lines, before;
    check(logfile_open(&l, path) && logfile_cut(&l, 0) && logfile_append(&l, given));
    read_all(&l, &lines);
    /* Appended text begins on a new line. */
    logfile_line(&text, span_of("{\"ours\":1}"));
    before = lines;
    check(logfile_append(&l, buf_as_span(&text)));
    read_all(&l, &lines);
    check(lines >= before);
    logfile_close(&l);
    buf_free(&text);
    if (size > 2 && data[size - 1] == '}' && !memchr(data, '\n', size))
        check_seal(given);
    return 0;
}
