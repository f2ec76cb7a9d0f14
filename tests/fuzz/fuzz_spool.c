/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes in a buffer file of relay-stub, after two deliveries: if the file is accepted, its
 * deliveries are there the next time, without a complaint, and the time after that without the acked ones. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/spool.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[4096];
static struct buf first, second;

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void clean_up(void)
{
    unlink(path);
}

/* Keeps the fuzzer's output but hides the complaints, by an option of libFuzzer. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *dir = getenv("TMPDIR");
    char **more = calloc((size_t)*argc + 2, sizeof *more);
    check(more != NULL);
    memcpy(more, *argv, (size_t)*argc * sizeof *more);
    more[(*argc)++] = strdup("-close_fd_mask=2");
    *argv = more;
    snprintf(path, sizeof path, "%s/fuzz_spool.%ld",
             dir                        ? dir
             : access("/dev/shm", W_OK) ? "/tmp"
                                        : "/dev/shm",
             (long)getpid());
    atexit(clean_up);
    return 0;
}

static void print(struct buf *out, const struct spool *s)
{
    out->len = 0;
    for (const struct entry *e = s->head; e; e = e->next) {
        buf_span(out, e->id);
        buf_ch(out, '\n');
        buf_span(out, e->line);
        buf_ch(out, '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char start[] = "{\"type\":\"inbound\",\"bufferId\":\"a\",\"event\":{}}\n"
                                "{\"type\":\"passthrough_forward\",\"bufferId\":7,\"crc\":\"2f06f2b5\"}\n";
    FILE *f = fopen(path, "w");
    check(f && fwrite(start, 1, sizeof start - 1, f) == sizeof start - 1);
    check(fwrite(data, 1, size, f) == size && !fclose(f));
    struct spool s = {.path = path}, again = {0}, last = {0};
    check(logfile_open(&s.file, path));
    bool wrong = spool_load(&s);
    print(&first, &s);
    size_t count = s.count;
    spool_close(&s);
    if (wrong)
        return 0;
    spool_open(&again, path);
    print(&second, &again);
    check(again.count == count && span_same(buf_as_span(&first), buf_as_span(&second)));
    while (again.head) {
        struct entry *e = spool_find(&again, again.head->id);
        check(e == again.head);
        spool_ack(&again, e);
    }
    spool_close(&again);
    spool_open(&last, path);
    check(!last.head && !last.damaged);
    spool_close(&last);
    return 0;
}
