/* SPDX-License-Identifier: MIT */
/* An interrupt of a session. */
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "base/text.h"
#include "run/durable.h"
#include "run/ending.h"
#include "run/events.h"
#include "run/interrupt.h"

enum {
    NAMES_MAX = 8,       /* most sessions named in a diagnostic */
    STOP_TEXT_MAX = 512, /* longest text that can be a stop word, bytes of JSON */
};

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

void interrupt_tell(const struct runner *r, const struct buf *key, bool stopped, size_t dropped)
{
    if (stopped || dropped)
        complain("interrupt %.*s: %s, %zu waiting dropped",
                 key->len < TURN_NAME_MAX ? (int)key->len : TURN_NAME_MAX, key->p,
                 stopped ? "COMMAND ended" : "nothing ran", dropped);
    else
        report_unknown(r, key);
}

/* Whether a turn of the session ran, which is made to end. */
static bool stop_running(struct runner *r, const struct buf *key)
{
    bool stopped = false;
    for (int i = 0; i < r->parallel; i++) {
        if (!r->workers[i].turn || !turn_is_of(r->workers[i].turn, key))
            continue;
        worker_interrupt(&r->workers[i]);
        stopped = true;
    }
    return stopped;
}

void interrupt_take(struct runner *r, struct filter *f, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct buf key = {0};
    if (!json_is_string(session) || session.n == 2) {
        warn("skip interrupt_inbound: it names no session");
        return;
    }
    turn_key(&key, turn_gateway(fr), session);
    bool stopped = stop_running(r, &key);
    if (r->durable)
        events_interrupt(r, &key, stopped, NULL);
    else
        interrupt_tell(r, &key, stopped, ending_waiting(r, f, &key));
    buf_free(&key);
}

bool stop_word_is(const char *words, struct span text)
{
    text = text_trim(text);
    for (const char *w = words; text.n; w++) {
        size_t n = strcspn(w, ",");
        bool same = text.n >= n && strncasecmp(w, text.p, n) == 0;
        bool to_one = same && *w == '/' && text.n > n && text.p[n] == '@' &&
                      !memchr(text.p + n, ' ', text.n - n);
        if (n && same && (text.n == n || to_one))
            return true;
        if (!*(w += n))
            break;
    }
    return false;
}

/* Interrupts the session of the message, which is then handled; false: nothing runs or waits in it. */
static bool interrupt_by(struct runner *r, struct filter *f, struct turn *t)
{
    bool stopped = stop_running(r, &t->key);
    if (r->durable) {
        if (!stopped && !events_waits(r, &t->key))
            return false;
        events_interrupt(r, &t->key, stopped, t);
        return true;
    }
    size_t dropped = ending_waiting(r, f, &t->key);
    if (!stopped && !dropped)
        return false;
    interrupt_tell(r, &t->key, stopped, dropped);
    ending_pass(r, f, t);
    return true;
}

bool interrupt_word(struct runner *r, struct filter *f, struct turn *t)
{
    struct span v = r->stop_words ? json_find(t->event, "text") : (struct span){NULL, 0};
    struct buf text = {0};
    if (!json_is_string(v) || v.n > STOP_TEXT_MAX || inbox_knows(&r->inbox, t))
        return false;
    json_decode(&text, v);
    bool taken = stop_word_is(r->stop_words, buf_as_span(&text)) && interrupt_by(r, f, t);
    buf_free(&text);
    return taken;
}
