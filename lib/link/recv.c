/* SPDX-License-Identifier: MIT */
/* The link: receiving by curl_ws_recv(). */
#include <string.h>

#include "base/clock.h"
#include "link/internal.h"

enum { BURST_BYTES = 1 << 20 }; /* received in one turn, so that the other directions get theirs */

static void begin_line(struct link *l)
{
    l->depth = 0;
    l->in_string = l->escaped = l->whole = false;
}

/* Follows the present line to the end of what has come: whether it is a whole JSON object. Each byte is
 * looked at once, however many messages a line takes. */
static void follow_line(struct link *l)
{
    const char *p = l->in.b.p + l->in.from;
    size_t n = l->in.b.len - l->in.from, line = n;
    while (line > l->checked && p[line - 1] != '\n')
        line--;
    if (line > l->checked) {
        l->checked = line;
        begin_line(l);
    }
    for (; l->checked < n; l->checked++) {
        char c = p[l->checked];
        if (l->escaped) {
            l->escaped = false;
        } else if (l->in_string) {
            l->escaped = c == '\\';
            l->in_string = c != '"';
        } else if (c == '"') {
            l->in_string = true;
        } else if (c == '{' || c == '[') {
            l->depth++;
        } else if ((c == '}' || c == ']') && l->depth) {
            l->whole = --l->depth == 0 && c == '}';
        }
    }
}

/* A message has ended inside a line. Where what came of the line is a whole JSON object, the line ends too
 * (protocol §1). */
static void message_ended(struct link *l)
{
    follow_line(l);
    if (l->whole && !l->depth && !l->in_string)
        reader_feed(&l->in, "\n", 1);
}

static void receive_close(struct link *l)
{
    const unsigned char *p = (const unsigned char *)l->control;
    int code = l->control_len >= 2 ? p[0] << 8 | p[1] : WS_NO_CODE;
    l->close_got = true;
    if (l->close_sent)
        return; /* the answer to ours */
    link_set_end(l, LINK_BY_PEER, code, l->control_len == 1 ? "half a close code" : "");
    if (l->control_len > 2)
        buf_add(&l->end.reason, l->control + 2, l->control_len - 2);
    l->end.broken = l->control_len > 0 && !ws_code_valid(code);
}

static void receive_control(struct link *l, const struct curl_ws_frame *m, const char *p, size_t n)
{
    if (!m->offset)
        l->control_len = 0;
    if (n > sizeof l->control - l->control_len)
        n = sizeof l->control - l->control_len;
    memcpy(l->control + l->control_len, p, n);
    l->control_len += n;
    if (m->bytesleft)
        return;
    if (m->flags & CURLWS_CLOSE) {
        receive_close(l);
    } else if (m->flags & CURLWS_PING) {
        memcpy(l->pong, l->control, l->control_len);
        l->pong_len = l->control_len;
        l->pong_due = true; /* only the newest is answered, as RFC 6455 §5.5.3 allows */
    }
}

static void receive_failed(struct link *l, CURLcode r)
{
    l->rx_ended = true;
    if (l->close_got)
        return;
    if (l->close_sent)
        return; /* it hung up without an answer to our close */
    bool broken = strncmp(l->error, "[WS]", 4) == 0;
    link_set_end(l, LINK_BY_NETWORK, broken ? WS_PROTOCOL_ERROR : WS_ABNORMAL,
                 r == CURLE_GOT_NOTHING ? "connection ended without a close frame"
                 : l->error[0]          ? l->error
                                        : curl_easy_strerror(r));
    l->end.broken = broken;
}

/* Receives until libcurl has nothing more, or enough for one turn. Payload goes straight into the reader's
 * buffer. */
void link_receive(struct link *l)
{
    size_t total = 0;
    if (l->in.from) {
        buf_drop(&l->in.b, l->in.from);
        l->in.seen -= l->in.from;
        l->in.from = 0;
    }
    while (total < BURST_BYTES && !l->close_got) {
        const struct curl_ws_frame *m = NULL;
        size_t n = 0;
        char *room = buf_room(&l->in.b, IO_CHUNK);
        l->error[0] = '\0';
        CURLcode r = curl_ws_recv(l->easy, room, IO_CHUNK, &n, &m);
        if (r == CURLE_AGAIN) {
            l->rx_maybe = false;
            break;
        }
        l->last_rx = clock_ms();
        l->ping_at = 0;
        if (r != CURLE_OK || !m) {
            receive_failed(l, r);
            break;
        }
        total += n + 1;
        if (m->flags & (CURLWS_PING | CURLWS_PONG | CURLWS_CLOSE)) {
            receive_control(l, m, room, n);
            continue;
        }
        l->in.b.len += n;
        if (!(m->flags & CURLWS_CONT) && !m->bytesleft && l->in.b.len && l->in.b.p[l->in.b.len - 1] != '\n')
            message_ended(l);
    }
}

enum reader_got link_next(struct link *l, struct span *line)
{
    /* What is about to be skipped has to be followed too, or the next line's begin would not be known. */
    if (l->in.skipping || l->in.b.len - l->in.from > l->in.max)
        follow_line(l);
    size_t from = l->in.from;
    enum reader_got got = reader_next(&l->in, line);
    size_t moved = l->in.from - from;
    if (moved > l->checked) /* over an end of line that nobody has followed to */
        begin_line(l);
    l->checked -= l->checked < moved ? l->checked : moved;
    return got;
}

size_t link_torn(const struct link *l)
{
    return l->in.skipping ? 0 : l->in.b.len - l->in.from;
}
