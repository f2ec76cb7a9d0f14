/* SPDX-License-Identifier: MIT */
/* The link: sending whole frames of our own through curl_easy_send(), where control frames can never land
 * inside a message. */
#include <string.h>

#include "link/internal.h"

enum { SEND_CHUNK = 64 * 1024 }; /* one curl_easy_send(); over TLS a call is taken whole or not at all */

uint64_t link_send(struct link *l, struct span line)
{
    buf_span(&l->lines, line);
    buf_ch(&l->lines, '\n');
    return ++l->queued;
}

uint64_t link_sent(const struct link *l)
{
    return l->sent;
}

size_t link_pending(const struct link *l)
{
    return l->lines.len - l->lines_off + l->tx.len - l->tx_off;
}

size_t link_stuck(const struct link *l)
{
    return l->tx_lines > l->tx_off ? l->tx_lines - l->tx_off : 0;
}

void link_take_unsent(struct link *l, struct buf *out)
{
    buf_add(out, l->lines.p + l->lines_off, l->lines.len - l->lines_off);
    l->lines.len = l->lines_off = 0;
    l->sent = l->queued;
}

/* Encodes queued lines until a chunk is full: only what the connection is about to take counts as sent. */
static void fill_tx(struct link *l)
{
    /* A peer that pings and does not read gets no pongs piled up. */
    if (l->pong_due && !l->close_sent && l->tx.len - l->tx_off < SEND_CHUNK) {
        ws_encode(&l->tx, WS_PONG, (struct span){l->pong, l->pong_len});
        l->pong_due = false;
    }
    while (l->lines_off < l->lines.len && l->tx.len - l->tx_off < SEND_CHUNK && !l->close_sent) {
        const char *p = l->lines.p + l->lines_off;
        size_t n = (size_t)((const char *)memchr(p, '\n', l->lines.len - l->lines_off) + 1 - p);
        ws_encode(&l->tx, WS_TEXT, (struct span){p, n});
        l->tx_lines = l->tx.len;
        l->lines_off += n;
        l->sent++;
    }
    if (l->lines_off == l->lines.len) {
        l->lines.len = l->lines_off = 0;
    } else if (l->lines_off > l->lines.len / 2) {
        buf_drop(&l->lines, l->lines_off);
        l->lines_off = 0;
    }
    if (l->lines.len == 0 && l->phase == LINK_CLOSING && !l->close_sent) {
        ws_encode_close(&l->tx, l->end.code, buf_as_span(&l->end.reason));
        l->close_sent = true;
    }
}

void link_flush(struct link *l)
{
    while (!l->tx_failed) {
        fill_tx(l);
        size_t n = l->tx.len - l->tx_off, k = 0;
        if (!n)
            break;
        n = n > SEND_CHUNK ? SEND_CHUNK : n;
        n = n < l->tx_offered ? l->tx_offered : n; /* TLS: a retry offers no less than before */
        CURLcode r = curl_easy_send(l->easy, l->tx.p + l->tx_off, n, &k);
        if (r == CURLE_AGAIN) {
            l->tx_offered = n;
            return;
        }
        /* A close frame that came before the break is still to be read. */
        l->tx_failed = r != CURLE_OK;
        l->rx_maybe |= l->tx_failed;
        l->tx_offered = 0;
        l->tx_off += k;
        if (l->tx_off == l->tx.len)
            l->tx.len = l->tx_off = l->tx_lines = 0;
    }
    if (l->tx_off > SEND_CHUNK) {
        buf_drop(&l->tx, l->tx_off);
        l->tx_lines -= l->tx_lines < l->tx_off ? l->tx_lines : l->tx_off;
        l->tx_off = 0;
    }
}
