/* SPDX-License-Identifier: MIT */
/* The requests made for turns. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/sha256.h"
#include "base/table.h"
#include "base/text.h"
#include "relay/action.h"
#include "relay/result.h"
#include "run/requests.h"

enum { ID_DIGITS = 32 }; /* protocol §2 */

/* The table's entry: requests.h is read by those that know nothing of the table. */
struct request_key {
    struct request request;
    UT_hash_handle hh; /* in the order in which they were added */
    char id[];         /* its text */
};

static struct request *find(const struct requests *r, const char *id, size_t n)
{
    struct request_key *k, *table = r->table ? r->table->key : NULL;
    HASH_FIND(hh, table, id, n, k);
    return k ? &k->request : NULL;
}

struct span request_id(const struct request *q)
{
    return (struct span){q->key->id, q->key->hh.keylen};
}

void requests_close(struct request *q)
{
    struct requests *r = q->in;
    struct request_key *k = q->key, *table = r->table->key;
    DL_DELETE(q->turn->requests, q);
    HASH_DEL(table, k);
    r->table = table ? &table->request : NULL;
    free(k);
}

void requests_leave(struct turn *t)
{
    while (t->requests)
        requests_close(t->requests);
}

static struct request *keep(struct requests *r, struct turn *t, const struct buf *id, bool content)
{
    struct request_key *k = xcalloc(1, sizeof *k + id->len), *table = r->table ? r->table->key : NULL;
    k->request = (struct request){.turn = t, .content = content, .in = r, .key = k};
    memcpy(k->id, id->p, id->len);
    HASH_ADD_KEYPTR(hh, table, k->id, id->len, k);
    r->table = &table->request;
    DL_APPEND(t->requests, &k->request);
    if (HASH_COUNT(table) > REQUESTS_MAX)
        requests_close(r->table);
    return &k->request;
}

void requests_name(struct buf *id, struct turn *t)
{
    struct buf parts = {0};
    if (!t->delivery.p) {
        random_hex(id, ID_DIGITS / 2);
        return;
    }
    size_t from = id->len;
    buf_str(&parts, "run/");
    identifier_decode(&parts, t->delivery);
    buf_printf(&parts, "/%u", ++t->made);
    sha256_hex(id, buf_as_span(&parts));
    id->len = from + ID_DIGITS;
    buf_free(&parts);
}

/* Gives the action an id of ours; text: its object, without the white space around it. What may come at any
 * moment of a run must not change the ids of the others. */
static void stamp(struct buf *action, struct span op, struct turn *t, struct span text, struct buf *id)
{
    struct buf json = {0}, out = {0};
    if (json_eq(op, "typing") || json_eq(op, "react"))
        random_hex(id, ID_DIGITS / 2);
    else
        requests_name(id, t);
    json_quote(&json, id->p, id->len);
    struct json_edit edit = {"requestId", buf_as_span(&json)};
    json_edit(&out, text, &edit, 1);
    buf_free(action);
    *action = out;
    buf_free(&json);
}

/* The action's id as text; it gets one if it has none. Returns why its own cannot be taken, or NULL. */
static const char *name_it(struct buf *action, struct span op, struct turn *t, struct span text,
                           struct span given, struct buf *id)
{
    if (json_is_absent(given))
        stamp(action, op, t, text, id);
    else if (!json_is_string(given))
        return "its requestId is not a string";
    else if (given.n > REQUEST_ID_MAX)
        return "its requestId is too long";
    else
        json_decode(id, given);
    buf_cstr(id); /* an empty id is an id, too */
    return NULL;
}

const char *requests_add(struct requests *r, struct turn *t, struct buf *action, struct request **made)
{
    struct span op, given, more, text = text_trim(buf_as_span(action));
    struct buf id = {0};
    JSON_PICK(text, {"op", &op}, {"requestId", &given}, {"more", &more});
    /* the text, and what is found in it, does not outlive name_it() */
    bool content = op_has_content(op), silent = op_is_interrupt(op_find(op)), stream = op_is_stream(op);
    bool grows = stream && json_is_true(more);
    const char *why = silent ? NULL : name_it(action, op, t, text, given, &id);
    struct request *q = !why && !silent && r->wanted ? find(r, id.p, id.len) : NULL;
    bool grown = q && q->turn == t && stream; /* the same text is longer now */
    if (q && !grown)
        why = "its requestId is in flight already";
    else if (!q && !why && !silent && r->wanted)
        q = keep(r, t, &id, content);
    if (q && !why)
        q->grows = grows;
    if (made)
        *made = why ? NULL : q;
    buf_free(&id);
    return why;
}

const char *requests_emit(struct requests *r, struct filter *f, struct turn *t, struct buf *action,
                          struct request **made)
{
    struct request *q = NULL;
    const char *why = requests_add(r, t, action, &q);
    if (!why && r->keep && t->row)
        r->keep(r->ctx, t, action, q);
    else if (!why)
        filter_emit_buf(f, action);
    if (made)
        *made = q;
    return why;
}

struct request *requests_find(const struct requests *r, struct span id)
{
    struct buf text = {0};
    if (!r->table || !json_is_string(id))
        return NULL;
    json_decode(&text, id);
    struct request *q = find(r, buf_cstr(&text), text.len);
    struct span whole = result_whole_id(buf_as_span(&text));
    if (!q && whole.n < text.len)
        q = find(r, whole.p, whole.n);
    buf_free(&text);
    return q;
}
