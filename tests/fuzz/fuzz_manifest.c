/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as a command manifest: an accepted one makes a hello that is one frame with the same
 * commands; a refused one has a reason. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relay/identity.h"
#include "relay/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf why, hello, flat;
static struct frame frame;

static void check(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    struct identity id = {.platform = (char[]){"\"discord\""}, .bot = (char[]){"\"\""}};
    struct json_error e;
    why.len = hello.len = flat.len = 0;
    if (!manifest_check(&why, text)) {
        check(why.len > 0);
        return 0;
    }
    check(!why.len);
    identity_hello(&hello, &id, text);
    json_compact(&flat, text);
    check(frame_parse(&frame, buf_as_span(&hello), &e) && frame.type == FRAME_HELLO);
    check(!memchr(hello.p, '\n', hello.len));
    check(span_same(frame_get(&frame, "command_manifest"), buf_as_span(&flat)));
    return 0;
}
