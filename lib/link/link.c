/* SPDX-License-Identifier: MIT */
/* The link: the life of a connection. */
#include "base/clock.h"
#include "link/internal.h"

enum {
    CLOSE_WAIT = 3000, /* ms for the peer's close frame */
    CLOCK_JUMP = 5000, /* ms the wall clock may jump before the link is tested */
    CLOCK_LOOK = 5000, /* ms between two checks of it */
};

void link_close(struct link *l, int code, const char *reason)
{
    if (l->phase != LINK_DIALLING && l->phase != LINK_OPEN)
        return;
    link_set_end(l, LINK_BY_US, code, reason);
    if (l->phase == LINK_DIALLING) {
        link_hang_up(l);
        return;
    }
    ws_encode_close(&l->tx, code, buf_as_span(&l->end.reason));
    l->close_sent = true;
    l->phase = LINK_CLOSING;
    l->close_by = clock_ms() + CLOSE_WAIT;
}

void link_ping(struct link *l)
{
    ws_encode(&l->tx, WS_PING, (struct span){"", 0});
    l->pinged_us = clock_us();
    l->ping_us = -1;
}

static bool keepalive_on(const struct link *l)
{
    return l->phase == LINK_OPEN && l->o->ping_interval;
}

static void keepalive(struct link *l, bool reading)
{
    if (!keepalive_on(l))
        return;
    int64_t now = clock_ms(), skew = clock_wall_ms() - now;
    bool jumped = skew - l->wall_skew > CLOCK_JUMP || l->wall_skew - skew > CLOCK_JUMP;
    l->wall_skew = skew;
    if (!l->ping_at && (now - l->last_rx >= l->o->ping_interval || jumped)) {
        link_ping(l);
        l->ping_at = now;
    } else if (l->ping_at && !reading) {
        l->ping_at = now; /* no answer can be seen while nothing is read */
    } else if (l->ping_at && now - l->ping_at >= l->o->ping_timeout) {
        link_set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, "nothing received after a ping");
        link_hang_up(l);
    }
}

void link_prepare(struct link *l, struct pollset *ps, bool reading)
{
    l->slot = -1;
    if (l->phase == LINK_DOWN)
        return;
    if (l->phase == LINK_DIALLING) {
        link_dial_prepare(l, ps);
        return;
    }
    link_flush(l);
    bool sending = l->tx.len > l->tx_off;
    reading = reading && !l->close_got;
    if (l->tx_failed || (l->rx_maybe && reading) || (l->close_got && !sending))
        pollset_until(ps, 0);
    /* With nothing to wait for, leave the descriptor out: a closed connection is always ready. */
    if (reading || sending)
        l->slot = pollset_add(ps, l->fd, (short)((reading ? POLLIN : 0) | (sending ? POLLOUT : 0)));
    if (l->phase == LINK_CLOSING) {
        pollset_until(ps, l->close_by);
    } else if (keepalive_on(l)) {
        pollset_until(ps, l->ping_at ? l->ping_at + l->o->ping_timeout : l->last_rx + l->o->ping_interval);
        pollset_until(ps, clock_ms() + CLOCK_LOOK);
    }
}

/* After the peer's close frame: answers it, then lets go. */
static void answer_close(struct link *l)
{
    if (!l->close_sent && !l->tx_failed) {
        l->pong_due = false;
        ws_encode_close(&l->tx, l->end.broken ? WS_PROTOCOL_ERROR : l->end.code, (struct span){"", 0});
        l->close_sent = true;
        l->phase = LINK_CLOSING;
        l->close_by = clock_ms() + CLOSE_WAIT;
        link_flush(l);
    }
    if (l->tx_failed || l->tx.len == l->tx_off || clock_ms() >= l->close_by)
        link_hang_up(l);
}

void link_ready(struct link *l, const struct pollset *ps, bool reading)
{
    if (l->phase == LINK_DOWN)
        return;
    if (l->phase == LINK_DIALLING) {
        link_dial_ready(l, ps);
        return;
    }
    reading = reading || l->tx_failed;
    if (pollset_got(ps, l->slot) & (POLLIN | POLLERR | POLLHUP))
        l->rx_maybe = true;
    if (l->rx_maybe && reading && !l->close_got)
        link_receive(l);
    if (l->close_got) {
        answer_close(l);
    } else if (l->rx_ended) {
        link_hang_up(l);
    } else if (l->tx_failed && !l->rx_maybe) {
        link_set_end(l, LINK_BY_NETWORK, WS_ABNORMAL, "send failed: the connection is broken");
        link_hang_up(l);
    } else if (l->phase == LINK_CLOSING && clock_ms() >= l->close_by) {
        link_hang_up(l);
    } else {
        link_flush(l);
        keepalive(l, reading);
    }
}
