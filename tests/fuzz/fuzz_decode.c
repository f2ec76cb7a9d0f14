/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as a line of relay-decode: scanned, normalised, viewed. The output must be a valid frame
 * that normalises to itself, and a view without control bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "decode/event.h"
#include "decode/interaction.h"
#include "decode/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event event;
static struct interaction interaction;
static struct view views[] = {{.format = VIEW_TEXT, .width = 80},
                              {.format = VIEW_TSV},
                              {.format = VIEW_SUMMARY},
                              {.format = VIEW_HAR},
                              {.format = VIEW_MERMAID}};
static struct frame in, opened, out;
static struct buf forward, line, again, shown, wrapped;

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_view(struct view *v, const struct frame *f)
{
    shown.len = 0;
    view_read(v, f, f->line, FRAME_UNKNOWN, 1);
    view_write(v, &shown);
    if (v->format == VIEW_SUMMARY)
        view_end(v, &shown);
    for (size_t i = 0, k; i < shown.len; i += k) {
        uint32_t c = 0;
        k = text_decode(shown.p + i, shown.len - i, &c);
        check(k && (c >= 0x20 || c == '\n' || (c == '\t' && v->format == VIEW_TSV)) &&
              (v->format == VIEW_HAR || ((c < 0x7f || c >= 0xa0) && (c < 0x202a || c > 0x202e))));
    }
}

static void check_views(const struct frame *f)
{
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        check_view(&views[i], f);
}

/* The frame can be normalised, and its normal form normalises to itself. */
static void check_message(const struct frame *f)
{
    struct json_error e;
    line.len = again.len = 0;
    if (event_normalise(&event, &line, f))
        return;
    if (!line.len)
        buf_span(&line, f->line);
    check(frame_parse(&out, buf_as_span(&line), &e) && out.type == FRAME_INBOUND);
    check(json_is_string(frame_get(&out, "session_key")));
    check_views(&out);
    check(!event_normalise(&event, &again, &out) && !again.len);
}

static void check_forward(const struct frame *f, enum interaction_contract contract)
{
    struct json_error e;
    forward.len = 0;
    if (interaction_decode(&interaction, &forward, f, contract))
        return;
    check(frame_parse(&opened, buf_as_span(&forward), &e) && opened.type == FRAME_INBOUND);
    check_message(&opened);
}

/* The bytes as the body of a forward, so that base64 is not in the way. */
static void check_body(const uint8_t *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct json_error e;
    wrapped.len = 0;
    buf_str(&wrapped,
            "{\"type\":\"passthrough_forward\",\"forward\":{\"platform\":\"discord\",\"bodyB64\":\"");
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0U) |
                        (i + 2 < n ? p[i + 2] : 0U);
        buf_ch(&wrapped, digits[bits >> 18]);
        buf_ch(&wrapped, digits[bits >> 12 & 63]);
        buf_ch(&wrapped, i + 1 < n ? digits[bits >> 6 & 63] : '=');
        buf_ch(&wrapped, i + 2 < n ? digits[bits & 63] : '=');
    }
    buf_str(&wrapped, "\"}}");
    check(frame_parse(&in, buf_as_span(&wrapped), &e));
    check_forward(&in, INTERACTION_CURRENT);
    check_forward(&in, INTERACTION_V1);
    check(interaction.body.len == n && (!n || memcmp(interaction.body.p, p, n) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_error e;
    struct span all = {(const char *)data, size};
    check_body(data, size);
    if (!size || !frame_parse(&in, all, &e))
        return 0;
    check_views(&in);
    if (in.type == FRAME_INBOUND)
        check_message(&in);
    if (in.type == FRAME_PASSTHROUGH_FORWARD) {
        check_forward(&in, INTERACTION_CURRENT);
        check_forward(&in, INTERACTION_V1);
    }
    return 0;
}
