/* SPDX-License-Identifier: MIT */
/* Frames as an HTTP archive. */
#include "decode/har.h"
#include "base/clock.h"
#include "json/write.h"

/* Begins a line. */
static void begin_line(struct buf *out)
{
    if (out->len)
        buf_ch(out, '\n');
}

static void begin(struct har *h, struct buf *out)
{
    if (h->begun)
        return;
    h->begun = true;
    buf_str(
        out,
        "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"relay-decode\",\"version\":\"" RELAY_VERSION
        "\"},\"entries\":[");
}

/* Milliseconds with their fraction, from microseconds. */
static void add_ms(struct buf *out, const char *name, int64_t us)
{
    json_key(out, name);
    buf_printf(out, "%lld.%03d", (long long)(us / 1000), (int)(us % 1000));
}

/* The request that every connection makes; the archive has no headers, as they hold the token. */
static void add_request(struct har *h, struct buf *out)
{
    json_key(out, "request");
    json_begin(out, '{');
    json_add_str(out, "method", "GET");
    json_add_text(out, "url", h->url.len ? buf_as_span(&h->url) : span_of("ws://unknown/relay"));
    buf_str(out, ",\"httpVersion\":\"HTTP/1.1\",\"cookies\":[],\"headers\":[],\"queryString\":[],"
                 "\"headersSize\":-1,\"bodySize\":0}");
}

static void begin_entry(struct har *h, struct buf *out, int64_t us)
{
    begin(h, out);
    begin_line(out);
    buf_str(out, h->entries++ ? ",{" : "{");
    h->time.len = 0;
    clock_format(&h->time, us);
    json_add_text(out, "startedDateTime", buf_as_span(&h->time));
    add_request(h, out);
    buf_str(
        out,
        ",\"response\":{\"status\":101,\"statusText\":\"Switching Protocols\",\"httpVersion\":\"HTTP/1.1\","
        "\"cookies\":[],\"headers\":[],\"content\":{\"size\":0,\"mimeType\":\"x-unknown\"},"
        "\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":0},\"cache\":{},"
        "\"_resourceType\":\"websocket\",\"_webSocketMessages\":[");
    h->open = true;
    h->any = false;
    h->since = h->last = us;
}

static void end_entry(struct har *h, struct buf *out)
{
    if (!h->open)
        return;
    int64_t took = h->last > h->since ? h->last - h->since : 0;
    begin_line(out);
    buf_ch(out, ']');
    add_ms(out, "time", took);
    buf_str(out, ",\"timings\":{\"send\":0,\"wait\":0");
    add_ms(out, "receive", took);
    buf_str(out, "}}");
    h->open = false;
    h->url.len = 0;
}

void har_link(struct har *h, struct buf *out, const struct frame *f, int64_t us)
{
    struct span state = frame_get(f, "state"), url = frame_get(f, "url");
    if (json_eq(state, "open")) {
        end_entry(h, out);
        h->url.len = 0;
        if (json_is_string(url))
            json_decode(&h->url, url);
        begin_entry(h, out, us);
    } else if (json_eq(state, "lost") || json_eq(state, "closed")) {
        h->last = us;
        end_entry(h, out);
    }
}

void har_frame(struct har *h, struct buf *out, struct span line, bool up, int64_t us)
{
    if (!h->open)
        begin_entry(h, out, us);
    h->last = us;
    begin_line(out);
    buf_str(out, h->any ? ",{" : "{");
    h->any = true;
    json_add_str(out, "type", up ? "send" : "receive");
    json_key(out, "time");
    buf_printf(out, "%lld.%06d", (long long)(us / 1000000), (int)(us % 1000000));
    json_add_int(out, "opcode", 1);
    json_add_text(out, "data", line);
    json_end(out, '}');
}

void har_end(struct har *h, struct buf *out)
{
    begin(h, out);
    end_entry(h, out);
    begin_line(out);
    buf_str(out, "]}}");
}

void har_free(struct har *h)
{
    buf_free(&h->url);
    buf_free(&h->time);
}
