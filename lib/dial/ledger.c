/* SPDX-License-Identifier: MIT */
/* The ledger of owed replies. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "dial/ledger.h"
#include "relay/result.h"
#include "json/write.h"

struct entry {
    struct owed o; /* first, so that a struct owed * of ours also points to its entry */
    char *key;
    size_t key_len;
    bool answered;
    struct entry *prev, *next; /* in the list of owed or of answered ones, oldest first */
    UT_hash_handle hh;         /* outbounds, by requestId */
};

/* One list per type: in each, the oldest is due first. */
enum { HELLOS, OUTBOUNDS, GOING_IDLES, LISTS };

struct ledger {
    struct entry *owed[LISTS], *answered, *by_id;
    size_t n_owed[LISTS], n_answered;
};

static int list_of(enum frame_type t)
{
    return t == FRAME_HELLO        ? HELLOS
           : t == FRAME_OUTBOUND   ? OUTBOUNDS
           : t == FRAME_GOING_IDLE ? GOING_IDLES
                                   : -1;
}

int64_t ledger_patience(enum frame_type type)
{
    static const int64_t patience[] = {LEDGER_HELLO_MS, LEDGER_OUTBOUND_MS, LEDGER_GOING_IDLE_MS};
    return list_of(type) < 0 ? 0 : patience[list_of(type)];
}

struct ledger *ledger_new(void)
{
    return xcalloc(1, sizeof(struct ledger));
}

static void drop(struct entry *e)
{
    free(e->key);
    free(e);
}

void ledger_free(struct ledger *l)
{
    struct entry *e, *next;
    HASH_CLEAR(hh, l->by_id);
    for (int i = 0; i < LISTS; i++) {
        DL_FOREACH_SAFE (l->owed[i], e, next)
            drop(e);
    }
    DL_FOREACH_SAFE (l->answered, e, next)
        drop(e);
    free(l);
}

static void forget_answered(struct ledger *l, struct entry *e)
{
    DL_DELETE(l->answered, e);
    l->n_answered--;
    HASH_DEL(l->by_id, e);
    drop(e);
}

/* Keeps the text that identifies the answer (the text of a string, unescaped), followed by the JSON texts of
 * key, op and chat. */
static void keep_texts(struct entry *e, struct span key, struct span op, struct span chat)
{
    struct buf b = {0};
    if (json_is_string(key))
        json_decode(&b, key);
    e->key_len = b.len;
    buf_ch(&b, '\0');
    buf_span(&b, key);
    buf_span(&b, op);
    buf_span(&b, chat);
    e->key = b.p;
    e->o.key = (struct span){b.p + e->key_len + 1, key.n};
    e->o.op = (struct span){e->o.key.p + key.n, op.n};
    e->o.chat = (struct span){e->o.op.p + op.n, chat.n};
}

const char *ledger_owe(struct ledger *l, const struct frame *f, uint64_t number, int64_t now_us)
{
    int list = list_of(f->type);
    if (list < 0)
        return NULL;
    struct span key = frame_get(f, list == HELLOS ? "platform" : "requestId");
    struct span op = {NULL, 0}, chat = {NULL, 0};
    if (list == OUTBOUNDS && !json_is_string(key))
        return "outbound without a string requestId";
    if (list == OUTBOUNDS)
        JSON_PICK(frame_get(f, "action"), {"op", &op}, {"chat_id", &chat});
    struct entry *e = xcalloc(1, sizeof *e), *old;
    e->o = (struct owed){
        .type = f->type, .frame = number, .taken = now_us, .until = now_us / 1000 + ledger_patience(f->type)};
    if (list == OUTBOUNDS)
        e->o.marks = result_marks(f);
    if (list != GOING_IDLES && json_is_string(key))
        keep_texts(e, key, op, chat);
    if (list == OUTBOUNDS) {
        HASH_FIND(hh, l->by_id, e->key, e->key_len, old);
        if (old && !old->answered) {
            drop(e);
            return "requestId in flight already";
        }
        if (old)
            forget_answered(l, old);
        HASH_ADD_KEYPTR(hh, l->by_id, e->key, e->key_len, e);
    }
    DL_APPEND(l->owed[list], e);
    l->n_owed[list]++;
    return NULL;
}

void ledger_close(struct ledger *l, const struct owed *o)
{
    struct entry *e = (struct entry *)(uintptr_t)o;
    int list = list_of(e->o.type);
    DL_DELETE(l->owed[list], e);
    l->n_owed[list]--;
    if (list != OUTBOUNDS) {
        drop(e);
        return;
    }
    e->answered = true;
    DL_APPEND(l->answered, e);
    if (++l->n_answered > LEDGER_REMEMBERED)
        forget_answered(l, l->answered);
}

static struct entry *find_outbound(struct ledger *l, const struct frame *f)
{
    struct span id = frame_get(f, "requestId");
    struct entry *e = NULL;
    struct buf key = {0};
    if (!json_is_string(id))
        return NULL;
    json_decode(&key, id);
    HASH_FIND(hh, l->by_id, buf_cstr(&key), key.len, e);
    buf_free(&key);
    return e;
}

const struct owed *ledger_find(struct ledger *l, const struct frame *f)
{
    struct entry *e = find_outbound(l, f);
    return e && !e->answered ? &e->o : NULL;
}

static enum ledger_answer book_result(struct ledger *l, const struct frame *f)
{
    struct entry *e = find_outbound(l, f);
    if (!e || e->answered)
        return e ? LEDGER_AGAIN : LEDGER_NO_ANSWER;
    ledger_close(l, &e->o);
    return LEDGER_SETTLED;
}

/* A descriptor answers the oldest hello for its platform, or the oldest of all if none names it. */
static enum ledger_answer book_descriptor(struct ledger *l, const struct frame *f)
{
    struct span platform = json_find(frame_get(f, "descriptor"), "platform");
    struct entry *e, *found = NULL;
    struct buf key = {0};
    if (json_is_string(platform))
        json_decode(&key, platform);
    DL_FOREACH (l->owed[HELLOS], e) {
        bool same = e->key && key.len == e->key_len && memcmp(key.p ? key.p : "", e->key, key.len) == 0;
        if (!found || same)
            found = e;
        if (same)
            break;
    }
    buf_free(&key);
    if (found)
        ledger_close(l, &found->o);
    return found ? LEDGER_SETTLED : LEDGER_NO_ANSWER;
}

enum ledger_answer ledger_book(struct ledger *l, const struct frame *f)
{
    if (f->type == FRAME_OUTBOUND_RESULT)
        return book_result(l, f);
    if (f->type == FRAME_DESCRIPTOR)
        return book_descriptor(l, f);
    if (f->type != FRAME_GOING_IDLE_ACK || !l->owed[GOING_IDLES])
        return LEDGER_NO_ANSWER;
    ledger_close(l, &l->owed[GOING_IDLES]->o);
    return LEDGER_SETTLED;
}

size_t ledger_count(const struct ledger *l)
{
    return l->n_owed[HELLOS] + l->n_owed[OUTBOUNDS] + l->n_owed[GOING_IDLES];
}

size_t ledger_count_type(const struct ledger *l, enum frame_type type)
{
    return list_of(type) < 0 ? 0 : l->n_owed[list_of(type)];
}

int64_t ledger_oldest(const struct ledger *l, enum frame_type type)
{
    return ledger_count_type(l, type) ? l->owed[list_of(type)]->o.taken / 1000 : INT64_MAX;
}

static const struct entry *first_due(const struct ledger *l)
{
    const struct entry *first = NULL;
    for (int i = 0; i < LISTS; i++)
        if (l->owed[i] && (!first || l->owed[i]->o.until < first->o.until))
            first = l->owed[i];
    return first;
}

int64_t ledger_next(const struct ledger *l)
{
    const struct entry *e = first_due(l);
    return e ? e->o.until : INT64_MAX;
}

const struct owed *ledger_overdue(const struct ledger *l, int64_t now)
{
    const struct entry *e = first_due(l);
    return e && e->o.until <= now ? &e->o : NULL;
}

const struct owed *ledger_each(const struct ledger *l, const struct owed *after)
{
    const struct entry *e = after ? ((const struct entry *)(const void *)after)->next : NULL;
    for (int i = after ? list_of(after->type) + 1 : 0; !e && i < LISTS; i++)
        e = l->owed[i];
    return e ? &e->o : NULL;
}

void ledger_result(struct buf *out, struct span request_id, struct span error, bool ambiguous, unsigned marks)
{
    json_begin(out, '{');
    json_add_str(out, "type", "outbound_result");
    json_add(out, "requestId", request_id);
    json_key(out, "result");
    json_begin(out, '{');
    json_add_bool(out, "success", false);
    json_add_text(out, "error", error);
    if (ambiguous)
        json_add_bool(out, "ambiguous", true);
    json_end(out, '}');
    json_add_bool(out, "synthetic", true);
    if (marks & RESULT_MORE)
        json_add_bool(out, "more", true);
    if (marks & RESULT_AGAIN)
        json_add_bool(out, "again", true);
    json_end(out, '}');
}
