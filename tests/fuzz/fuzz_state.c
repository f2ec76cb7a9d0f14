/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes after the header of relay-scope's state file: it opens, and the records it then holds are
 * there the next time, without a complaint. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "relay/scope_state.h"

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
static void hide_complaints(int *argc, char ***argv)
{
    char **more = calloc((size_t)*argc + 2, sizeof *more);
    check(more != NULL);
    memcpy(more, *argv, (size_t)*argc * sizeof *more);
    more[(*argc)++] = strdup("-close_fd_mask=2");
    *argv = more;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *dir = getenv("TMPDIR");
    hide_complaints(argc, argv);
    snprintf(path, sizeof path, "%s/fuzz_state.%ld",
             dir                        ? dir
             : access("/dev/shm", W_OK) ? "/tmp"
                                        : "/dev/shm",
             (long)getpid());
    atexit(clean_up);
    return 0;
}

/* Opens the file and closes it again. Appends all records to *out. */
static int hold(struct buf *out)
{
    struct scope *s = scope_new(5);
    struct scope_file *f = scope_file_open(path, s);
    check(scope_count(s) <= 5);
    for (const struct scope_record *r = NULL; (r = scope_next(s, r)); buf_ch(out, '\n'))
        scope_print(out, r);
    int status = scope_file_close(f);
    scope_free(s);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char header[] = "{\"relay-scope\":1}\n";
    FILE *f = fopen(path, "w");
    check(f && fwrite(header, 1, sizeof header - 1, f) == sizeof header - 1);
    check(fwrite(data, 1, size, f) == size && !fclose(f));
    first.len = second.len = 0;
    int status = hold(&first);
    check(status == EX_OK || status == EX_DATAERR);
    check(hold(&second) == EX_OK);
    check(first.len == second.len && (!first.len || memcmp(first.p, second.p, first.len) == 0));
    return 0;
}
