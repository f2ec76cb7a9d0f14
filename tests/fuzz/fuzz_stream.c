/* SPDX-License-Identifier: MIT */
/* The framer against its model: the input's bytes are payload, except 0 (a message ends), 1 (a piece ends)
 * and 2 (the lines are taken). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/framer_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stream s = {.lines.max = MOST};
    struct model m = {0};
    struct buf have = {0};
    size_t from = 0;
    for (size_t i = 0; i < size; i++) {
        if (data[i] > 2) {
            model_byte(&m, (char)data[i]);
            continue;
        }
        stream_feed(&s, (struct span){(const char *)data + from, i - from}, data[i] == 0);
        from = i + 1;
        if (data[i] == 0)
            model_message_ends(&m);
        if (data[i] == 2)
            take(&s, &have);
    }
    stream_feed(&s, (struct span){(const char *)data + from, size - from}, true);
    model_message_ends(&m);
    take(&s, &have);
    if (m.line.len > MOST)
        buf_str(&m.out, "LONG\n");
    check(have.len == m.out.len && (!have.len || memcmp(have.p, m.out.p, have.len) == 0));
    check(stream_torn(&s) == (m.line.len > MOST ? 0 : m.line.len));
    stream_free(&s);
    buf_free(&m.line);
    buf_free(&m.out);
    buf_free(&have);
    return 0;
}
