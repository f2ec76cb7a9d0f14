/* SPDX-License-Identifier: MIT */
/* Results on their way to workers. */
#include <stdlib.h>

#include "base/diag.h"
#include "base/table.h"
#include "queue/untold.h"
#include "relay/result.h"
#include "json/json.h"

enum { ROOM = 1024 }; /* bytes of a message that are not its data */

struct untold_one {
    struct untold_one *prev, *next;
    struct buf subject, line;
};

static bool publish(struct untold *u, const char *subject, struct span line)
{
    return bus_connected(u->bus) && bus_publish(u->bus, &(struct bus_out){.subject = subject, .data = line});
}

void untold_tell(struct untold *u, const struct buf *subject, struct span line)
{
    struct buf to = {0};
    if (!subject->len)
        return;
    if (line.n + ROOM > bus_max_payload(u->bus)) {
        complain("tell a worker a result: it is longer than the engine takes");
        return;
    }
    buf_span(&to, buf_as_span(subject));
    if (!u->list && publish(u, buf_cstr(&to), line)) {
        buf_free(&to);
        return;
    }
    struct untold_one *one = xcalloc(1, sizeof *one);
    one->subject = to;
    buf_span(&one->line, line);
    DL_APPEND(u->list, one);
}

void untold_make(struct untold *u, const struct buf *subject, struct span action, const char *result)
{
    struct buf line = {0};
    struct span id = json_find(action, "requestId");
    if (json_is_string(id)) {
        result_build(&line, id, span_of(result));
        untold_tell(u, subject, buf_as_span(&line));
    }
    buf_free(&line);
}

static void drop(struct untold *u, struct untold_one *one)
{
    DL_DELETE(u->list, one);
    buf_free(&one->subject);
    buf_free(&one->line);
    free(one);
}

void untold_go(struct untold *u)
{
    while (u->list && publish(u, buf_cstr(&u->list->subject), buf_as_span(&u->list->line)))
        drop(u, u->list);
}

void untold_free(struct untold *u)
{
    while (u->list)
        drop(u, u->list);
}
