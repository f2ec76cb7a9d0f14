/* SPDX-License-Identifier: MIT */
/* What an action of COMMAND becomes on its way into the pool. */
#include "queue/parcels.h"
#include "queue/given.h"
#include "relay/action.h"
#include "run/address.h"
#include "run/requests.h"

bool parcel_is_kept(const struct frame *fr)
{
    bool action = fr->type == FRAME_ACTION;
    return !action ||
           !(json_eq(fr->name, "typing") || (op_is_stream(fr->name) && json_is_true(frame_get(fr, "more"))));
}

/* Whether a result is owed for it. */
static bool is_request(const struct frame *fr)
{
    return fr->type == FRAME_OUTBOUND || (fr->type == FRAME_ACTION && !op_is_interrupt(op_find(fr->name)));
}

static const char *check_request(const struct frame *fr, struct span request)
{
    if (json_is_absent(request) || !is_request(fr))
        return NULL;
    if (!json_is_string(request))
        return "its requestId is not a string";
    return request.n > REQUEST_ID_MAX ? "its requestId is too long" : NULL;
}

static void fill_line(struct parcel *p, struct span line)
{
    struct json_edit edits[3] = {{"delivery", {NULL, 0}}, {"gateway", {NULL, 0}}};
    size_t n = 2;
    if (p->request.len)
        edits[n++] = (struct json_edit){"requestId", buf_as_span(&p->request)};
    json_edit(&p->line, line, edits, n);
}

const char *parcel_fill(struct parcel *p, const struct frame *fr, const struct turn *t, bool kept)
{
    struct buf addressed = {0};
    struct span request = frame_get(fr, "requestId");
    const char *why = check_request(fr, request);
    if (why)
        return why;
    if (!json_is_absent(request))
        buf_span(&p->request, request);
    else if (kept && is_request(fr))
        given_request_id(&p->request, buf_as_span(&p->id));
    bool whole = !t || fr->type != FRAME_ACTION || json_is_true(frame_get(fr, "addressed"));
    if (!whole)
        address_action(&addressed, t, fr);
    fill_line(p, whole ? fr->line : buf_as_span(&addressed));
    buf_free(&addressed);
    return NULL;
}
