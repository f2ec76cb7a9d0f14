/* SPDX-License-Identifier: MIT */
/* The link: sending whole frames, which we encode, through curl_easy_send(), so that control frames can never
 * land inside a message. */
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "link/internal.h"

enum {
    SEND_CHUNK = 64 * 1024, /* one curl_easy_send(); over TLS a call is taken whole or not at all */
    PEER_MOST = 1 << 20,    /* bytes that every known peer takes in one message (protocol §9) */
};

bool link_takes(const struct link *l)
{
    return l->phase == LINK_OPEN && !l->tx_failed && l->tx.len - l->tx_off < SEND_CHUNK;
}

void link_send(struct link *l, struct span line)
{
    l->text.len = 0;
    buf_span(&l->text, line);
    buf_ch(&l->text, '\n');
    if (l->text.len > PEER_MOST)
        warn("send frame: %zu bytes, more than the %d that every peer takes", l->text.len, PEER_MOST);
    ws_encode(&l->tx, WS_TEXT, buf_as_span(&l->text));
    l->tx_lines = l->tx.len;
    if (!link_takes(l))
        link_flush(l);
}

size_t link_pending(const struct link *l)
{
    return l->tx.len - l->tx_off;
}

size_t link_stuck(const struct link *l)
{
    return l->tx_lines > l->tx_off ? l->tx_lines - l->tx_off : 0;
}

/* Pongs must not pile up for a peer that pings but does not read. */
static void add_pong(struct link *l)
{
    if (!l->pong_due || l->close_sent || l->tx.len - l->tx_off >= SEND_CHUNK)
        return;
    ws_encode(&l->tx, WS_PONG, (struct span){l->pong, l->pong_len});
    l->pong_due = false;
}

void link_flush(struct link *l)
{
    while (!l->tx_failed) {
        add_pong(l);
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
        /* A close frame that came before the break must still be read. */
        l->tx_failed = r != CURLE_OK;
        l->rx_maybe |= l->tx_failed;
        l->tx_offered = 0;
        l->tx_off += k;
        l->last_tx = clock_ms();
        if (l->tx_off == l->tx.len)
            l->tx.len = l->tx_off = l->tx_lines = 0;
    }
    if (l->tx_off > SEND_CHUNK) {
        buf_drop(&l->tx, l->tx_off);
        l->tx_lines -= l->tx_lines < l->tx_off ? l->tx_lines : l->tx_off;
        l->tx_off = 0;
    }
}
