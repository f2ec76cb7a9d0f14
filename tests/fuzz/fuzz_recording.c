/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as a recording for relay-stub --replay, between two good lines: each line kept is a valid
 * JSON object from the file, and the good ones are among them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stub/jsonl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GOOD "{\"t\":\"2026-01-01T00:00:00Z\",\"dir\":\"down\",\"frame\":{\"type\":\"x\"}}"

static void check(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct jsonl recording = {0};
    struct json_members top = {0};
    struct json_error e;
    struct buf all = {0};
    int fd = memfd_create("recording", MFD_CLOEXEC);
    buf_str(&all, GOOD "\n");
    buf_add(&all, (const char *)data, size);
    buf_str(&all, "\n" GOOD "\n");
    check(fd >= 0 && write(fd, all.p, all.len) == (ssize_t)all.len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    jsonl_read_some(&recording, path);
    check(recording.n >= 2 && span_eq(recording.line[0], GOOD) &&
          span_eq(recording.line[recording.n - 1], GOOD));
    for (size_t i = 0; i < recording.n; i++)
        check(json_scan(&top, recording.line[i].p, recording.line[i].n, &e) &&
              memmem(all.p, all.len, recording.line[i].p, recording.line[i].n));
    json_members_free(&top);
    jsonl_free(&recording);
    buf_free(&all);
    close(fd);
    return 0;
}
