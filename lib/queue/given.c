/* SPDX-License-Identifier: MIT */
/* A message of the pool as COMMAND gets it. */
#include "queue/given.h"
#include "base/num.h"
#include "base/sha256.h"
#include "queue/pool.h"
#include "json/write.h"

enum { REQUEST_ID = 32 /* hex digits */, ID_MAX = 1000 /* bytes; those of this project are shorter */ };

/* It goes into headers: one that somebody else made may not fit there. */
static void take_id(struct buf *out, struct span id)
{
    bool fits = id.n <= ID_MAX;
    for (size_t i = 0; i < id.n && fits; i++)
        fits = id.p[i] > ' ' && id.p[i] < 0x7f;
    if (fits)
        buf_span(out, id);
    else
        pool_id(out, id);
}

void given_read(struct given *g, struct span line, struct span id, uint64_t seq)
{
    struct frame fr = {0};
    struct json_error e;
    given_free(g);
    g->seq = seq;
    if (id.p)
        take_id(&g->id, id);
    else
        buf_printf(&g->id, "seq/%ju", (uintmax_t)seq);
    if (frame_parse(&fr, line, &e) && fr.type == FRAME_INBOUND)
        g->turn = turn_new(&fr);
    if (!g->turn)
        buf_span(&g->raw, line);
    frame_free(&fr);
}

struct span given_line(const struct given *g)
{
    return buf_as_span(g->turn ? &g->turn->line : &g->raw);
}

void given_free(struct given *g)
{
    turn_free(g->turn);
    buf_free(&g->id);
    buf_free(&g->raw);
    *g = (struct given){0};
}

static void quoted(struct buf *out, struct span text)
{
    json_quote(out, text.p, text.n);
}

void given_gateway(struct buf *out, struct span frame, struct span token)
{
    struct buf name = {0}, back = {0};
    struct span said = json_find(frame, "gateway");
    if (json_is_string(said)) {
        json_decode(&name, said);
        pool_token(&back, buf_as_span(&name));
    }
    if (back.len && span_same(buf_as_span(&back), token)) {
        buf_span(out, said);
    } else {
        name.len = 0;
        pool_untoken(&name, token);
        quoted(out, buf_as_span(&name));
    }
    buf_free(&name);
    buf_free(&back);
}

void given_frame(struct buf *out, const struct given *g, struct span gateway, int attempt, int attempts)
{
    struct buf id = {0}, number = {0}, most = {0}, name = {0};
    struct span line = buf_as_span(&g->turn->line);
    struct json_edit edits[4];
    size_t n = 0;
    quoted(&id, buf_as_span(&g->id));
    buf_printf(&number, "%d", attempt);
    buf_printf(&most, "%d", attempts);
    given_gateway(&name, line, gateway);
    edits[n++] = (struct json_edit){"bufferId", buf_as_span(&id)};
    edits[n++] = (struct json_edit){"attempt", buf_as_span(&number)};
    edits[n++] = (struct json_edit){"attempts", buf_as_span(&most)};
    edits[n++] = (struct json_edit){"gateway", buf_as_span(&name)};
    json_edit(out, line, edits, n);
    buf_free(&id);
    buf_free(&number);
    buf_free(&most);
    buf_free(&name);
}

void given_interrupt(struct buf *out, const struct given *g, struct span gateway)
{
    struct buf name = {0};
    given_gateway(&name, buf_as_span(&g->turn->line), gateway);
    json_begin(out, '{');
    json_add_str(out, "type", "interrupt_inbound");
    json_add(out, "session_key", g->turn->session_key);
    json_add(out, "chat_id", json_find(g->turn->source, "chat_id"));
    json_add(out, "gateway", buf_as_span(&name));
    json_end(out, '}');
    buf_free(&name);
}

void given_action_id(struct buf *out, const struct given *g, unsigned n)
{
    buf_span(out, buf_as_span(&g->id));
    buf_printf(out, "/%u", n);
}

void given_request_id(struct buf *out, struct span action_id)
{
    struct buf hex = {0};
    sha256_hex(&hex, action_id);
    quoted(out, (struct span){hex.p, REQUEST_ID});
    buf_free(&hex);
}

void note_build(struct buf *out, struct span id, const struct hold_note *n)
{
    json_begin(out, '{');
    json_add_text(out, "id", id);
    json_add_int(out, "tries", n->tries);
    if (n->failed)
        json_add_bool(out, "failed", true);
    json_add_int(out, "token", (int64_t)n->token);
    json_add_int(out, "delivered", (int64_t)n->delivered);
    json_end(out, '}');
}

static int64_t number_in(struct span object, const char *name)
{
    struct buf text = {0};
    struct span v = json_find(object, name);
    int64_t n = 0;
    if (json_is_integer(v)) {
        buf_span(&text, v);
        number_parse(buf_cstr(&text), 0, INT64_MAX, &n);
    }
    buf_free(&text);
    return n;
}

uint64_t hint_read(struct span text)
{
    return (uint64_t)number_in(text, "press");
}

bool note_read(struct hold_note *n, struct buf *id, struct span text)
{
    struct json_error e;
    if (!json_valid(text.p, text.n, &e) || !json_is_string(json_find(text, "id")))
        return false;
    id->len = 0;
    json_decode(id, json_find(text, "id"));
    int64_t tries = number_in(text, "tries");
    *n = (struct hold_note){.tries = tries < INT32_MAX ? (int)tries : INT32_MAX,
                            .failed = json_is_true(json_find(text, "failed")),
                            .token = (uint64_t)number_in(text, "token"),
                            .delivered = (uint64_t)number_in(text, "delivered")};
    return true;
}
