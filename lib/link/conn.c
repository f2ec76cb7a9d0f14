/* SPDX-License-Identifier: MIT */
/* The link: which phase a connection is in, and how it ended. */
#include <string.h>

#include "base/clock.h"
#include "link/internal.h"

void link_hang_up(struct link *l)
{
    curl_multi_remove_handle(l->multi, l->easy);
    for (size_t i = 0; i < MOST_SOCKETS; i++)
        l->sockets[i].fd = CURL_SOCKET_BAD;
    curl_slist_free_all(l->headers);
    l->headers = NULL;
    l->fd = CURL_SOCKET_BAD;
    l->phase = LINK_DOWN;
    l->phase_since = clock_wall_ms();
}

void link_set_end(struct link *l, enum link_by by, int code, const char *reason)
{
    l->end.by = by;
    l->end.code = code;
    l->end.http = 0;
    l->end.retry_after = 0;
    l->end.broken = false;
    l->end.reason.len = 0;
    buf_str(&l->end.reason, reason);
}

enum link_phase link_phase(const struct link *l)
{
    return l->phase;
}

const struct link_end *link_end(const struct link *l)
{
    return &l->end;
}

static int64_t wall(int64_t moment)
{
    return moment ? clock_wall_ms() - (clock_ms() - moment) : 0;
}

void link_facts(const struct link *l, struct link_facts *f)
{
    *f = (struct link_facts){l->phase_since, wall(l->last_rx), wall(l->last_tx), l->ping_us, ""};
    memcpy(f->peer, l->peer, sizeof f->peer);
}
