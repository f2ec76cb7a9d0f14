/* SPDX-License-Identifier: MIT */
/* The link: receiving by curl_ws_recv(). */
#include <string.h>

#include "base/clock.h"
#include "link/internal.h"

enum { BURST_BYTES = 1 << 20 }; /* received in one step at most, so that other work gets its turn */

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
    } else if (l->pinged_us) {
        l->ping_us = clock_us() - l->pinged_us;
        l->pinged_us = 0;
    }
}

static void receive_failed(struct link *l, CURLcode r)
{
    l->rx_ended = true;
    if (l->close_got)
        return;
    if (l->close_sent)
        return; /* the peer hung up without answering our close frame */
    bool broken = strncmp(l->error, "[WS]", 4) == 0;
    link_set_end(l, LINK_BY_NETWORK, broken ? WS_PROTOCOL_ERROR : WS_ABNORMAL,
                 r == CURLE_GOT_NOTHING ? "connection ended without a close frame"
                 : l->error[0]          ? l->error
                                        : curl_easy_strerror(r));
    l->end.broken = broken;
}

/* Receives until libcurl has nothing more, or enough for one step. Payload goes straight into the stream. */
void link_receive(struct link *l)
{
    size_t total = 0;
    while (total < BURST_BYTES && !l->close_got) {
        const struct curl_ws_frame *m = NULL;
        size_t n = 0;
        char *room = stream_room(&l->in, IO_CHUNK);
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
        stream_took(&l->in, n, !(m->flags & CURLWS_CONT) && !m->bytesleft);
    }
}

enum reader_got link_next(struct link *l, struct span *line)
{
    return stream_next(&l->in, line);
}

size_t link_torn(const struct link *l)
{
    return stream_torn(&l->in);
}
