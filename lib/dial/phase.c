/* SPDX-License-Identifier: MIT */
/* relay-dial: which phase follows which. */
#include "dial/phase.h"

const char *phase_name(enum phase p)
{
    static const char *const names[] = {"serving",  "draining", "resting", "finishing",
                                        "settling", "closing",  "done"};
    return names[p];
}

/* Whether the ring must stop turning at once. Without a link, a turn in hand still gets to know that its
 * answer is not sent. */
static bool turned_out(const struct facts *f)
{
    return f->over || (f->no_link && f->no_work) || f->input_over;
}

static enum phase after_serving(bool ring, const struct facts *f)
{
    bool ended = f->over || f->no_link || f->input_over;
    if (!ring)
        return ended || f->signalled || f->flipped || f->reader_gone ? SETTLING : SERVING;
    if (turned_out(f))
        return FINISHING;
    return f->flipped || f->no_link ? RESTING : f->signalled ? DRAINING : SERVING;
}

enum phase next_phase(enum phase now, bool ring, const struct facts *f)
{
    switch (now) {
    case SERVING:
        return after_serving(ring, f);
    case DRAINING:
        if (turned_out(f) || f->late)
            return FINISHING;
        return f->flipped || f->no_flip || f->no_link ? RESTING : now;
    case RESTING:
        return turned_out(f) || f->late || f->rest ? FINISHING : now;
    case FINISHING:
        return f->command_over ? SETTLING : now;
    case SETTLING:
        return f->command_over && (f->settled || f->no_link || f->late) ? CLOSING : now;
    case CLOSING:
        return f->link_down || f->late ? DONE : now;
    case DONE:
        break;
    }
    return DONE;
}
