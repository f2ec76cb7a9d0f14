/* SPDX-License-Identifier: MIT */
/* relay-dial: which phase follows which. */
#include "dial/phase.h"

const char *phase_name(enum phase p)
{
    static const char *const names[] = {"serving",  "draining", "resting", "finishing",
                                        "settling", "closing",  "done"};
    return names[p];
}

static enum phase after_serving(bool ring, const struct facts *f)
{
    bool ended = f->over || f->no_link || f->input_over;
    if (!ring)
        return ended || f->signalled || f->flipped || f->reader_gone ? SETTLING : SERVING;
    return ended ? FINISHING : f->flipped ? RESTING : f->signalled ? DRAINING : SERVING;
}

/* For DRAINING and RESTING: whether the ring must stop turning at once. */
static bool turned_out(const struct facts *f)
{
    return f->over || f->no_link || f->input_over || f->late;
}

enum phase next_phase(enum phase now, bool ring, const struct facts *f)
{
    switch (now) {
    case SERVING:
        return after_serving(ring, f);
    case DRAINING:
        return turned_out(f) ? FINISHING : f->flipped || f->no_flip ? RESTING : now;
    case RESTING:
        return turned_out(f) || f->rest ? FINISHING : now;
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
