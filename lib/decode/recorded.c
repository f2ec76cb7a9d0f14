/* SPDX-License-Identifier: MIT */
/* Lines of recordings. */
#include "decode/recorded.h"
#include "base/clock.h"

bool recorded_read(struct frame *f, struct json_members *work, struct span line, enum frame_dir *dir,
                   int64_t *us)
{
    struct json_error e;
    if (!json_scan(work, line.p, line.n, &e) || json_get(work, "type").p)
        return false;
    struct span frame = json_get(work, "frame"), way = json_get(work, "dir"), t = json_get(work, "t");
    if (!json_is_object(frame) || !frame_parse(f, frame, &e))
        return false;
    *dir = json_eq(way, "up") ? FRAME_UP : json_eq(way, "down") ? FRAME_DOWN : FRAME_UNKNOWN;
    if (!json_is_string(t) || !clock_parse((struct span){t.p + 1, t.n - 2}, us))
        *us = -1;
    return true;
}
