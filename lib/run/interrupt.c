/* SPDX-License-Identifier: MIT */
/* An interrupt of a session. */
#include "base/diag.h"
#include "run/ending.h"
#include "run/interrupt.h"

enum { NAMES_MAX = 8 }; /* most sessions named in a diagnostic */

/* Reports an interrupt for an unknown session: it may have been meant for one that is running. */
static void report_unknown(const struct runner *r, const struct buf *key)
{
    struct buf names = {0};
    int n = 0;
    for (int i = 0; i < r->parallel; i++) {
        if (!r->workers[i].turn || n++ >= NAMES_MAX)
            continue;
        buf_str(&names, n > 1 ? ", " : "");
        turn_session(&names, r->workers[i].turn);
    }
    if (n > NAMES_MAX)
        buf_printf(&names, " and %d more", n - NAMES_MAX);
    warn("interrupt %.*s: no such session; running: %s",
         key->len < TURN_NAME_MAX ? (int)key->len : TURN_NAME_MAX, key->p, n ? buf_cstr(&names) : "none");
    buf_free(&names);
}

void interrupt_take(struct runner *r, struct filter *f, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct buf key = {0};
    bool stopped = false;
    if (!json_is_string(session) || session.n == 2) {
        warn("skip interrupt_inbound: it names no session");
        return;
    }
    json_decode(&key, session);
    for (int i = 0; i < r->parallel; i++) {
        if (!r->workers[i].turn || !turn_is_of(r->workers[i].turn, &key))
            continue;
        worker_interrupt(&r->workers[i]);
        stopped = true;
    }
    size_t dropped = ending_waiting(r, f, &key);
    if (stopped || dropped)
        complain("interrupt %.*s: %s, %zu waiting dropped",
                 key.len < TURN_NAME_MAX ? (int)key.len : TURN_NAME_MAX, key.p,
                 stopped ? "COMMAND ended" : "nothing ran", dropped);
    else
        report_unknown(r, &key);
    buf_free(&key);
}
