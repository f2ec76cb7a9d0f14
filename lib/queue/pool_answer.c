/* SPDX-License-Identifier: MIT */
/* What the server answers to the requests of a pool. */
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/text.h"
#include "queue/pool_internal.h"
#include "json/json.h"

/* A JSON number that is a whole one and not negative; anything else is 0. */
static uint64_t number(struct span v)
{
    uint64_t n = 0;
    if (!json_is_integer(v))
        return 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] < '0' || v.p[i] > '9' || n > (UINT64_MAX - 9) / 10)
            return 0;
        n = n * 10 + (uint64_t)(v.p[i] - '0');
    }
    return n;
}

static int small(struct span v)
{
    uint64_t n = number(v);
    return n > 99999 ? 99999 : (int)n;
}

bool pool_trouble_read(struct pool_trouble *t, struct span answer)
{
    struct json_error e;
    struct span error, code, err_code;
    *t = (struct pool_trouble){0};
    if (!json_valid(answer.p, answer.n, &e) || !json_is_object(answer))
        return false;
    error = json_find(answer, "error");
    if (!json_is_object(error))
        return true;
    JSON_PICK(error, {"code", &code}, {"err_code", &err_code}, {"description", &t->text});
    t->code = small(code);
    t->err_code = small(err_code);
    if (!t->code)
        t->code = 500;
    if (!json_is_string(t->text))
        t->text = (struct span){0};
    return true;
}

void pool_trouble_say(struct buf *out, const struct pool_trouble *t)
{
    if (t->text.p)
        json_decode(out, t->text);
    else
        buf_str(out, "error");
    buf_printf(out, " (%d)", t->err_code ? t->err_code : t->code);
}

/* The server has no message of that sequence; older ones say so in two ways. */
static bool is_gone(const struct pool_trouble *t)
{
    if (t->err_code == POOL_ERROR_NO_MESSAGE || t->err_code == POOL_ERROR_NO_SEQUENCE)
        return true;
    return t->err_code == POOL_ERROR_NOT_DELETED && t->text.p &&
           (json_is_text(t->text, "no message found") || json_is_text(t->text, "stream store EOF"));
}

enum pool_fate pool_judge(enum pool_ask ask, const struct pool_trouble *t)
{
    if (!t->code)
        return POOL_DONE;
    if ((ask == POOL_ASK_DELETE || ask == POOL_ASK_GET) && is_gone(t))
        return POOL_NONE;
    /* 10077 is any failure to store: a full disk, too. */
    if (ask == POOL_ASK_PUT && t->err_code == POOL_ERROR_NOT_STORED && t->text.p &&
        json_is_text(t->text, "maximum messages per subject exceeded"))
        return POOL_FULL;
    if (t->code == 400 || t->code == 403 || t->err_code == POOL_ERROR_TOO_LONG ||
        t->err_code == POOL_ERROR_SEALED)
        return POOL_REFUSED;
    return POOL_AGAIN;
}

void pool_status_say(struct buf *out, int status, struct span subject)
{
    switch (status) {
    case BUS_TIMEOUT:
        buf_str(out, "no answer");
        break;
    case BUS_REFUSED:
        buf_printf(out, "no right to publish to %.*s", (int)subject.n, subject.p);
        break;
    case BUS_TOO_LONG:
        buf_str(out, "longer than the server takes");
        break;
    case BUS_NOBODY:
        buf_str(out, "nobody answers: JetStream is off, or has no leader");
        break;
    default:
        buf_printf(out, "status %d", status);
    }
}

static bool decode(struct buf *out, struct span value)
{
    if (json_is_absent(value))
        return true;
    if (!json_is_string(value))
        return false;
    struct span text = {value.p + 1, value.n - 2};
    return base64_decode(out, text);
}

/* {"message":{"subject":…,"seq":…,"hdrs":…,"data":…,"time":…}} */
static bool read_found(struct pool_answer *a, struct span answer, struct pool_words *w)
{
    struct span subject, seq, headers, data, when, m = json_find(answer, "message");
    int64_t us = 0;
    if (!json_is_object(m))
        return false;
    JSON_PICK(m, {"subject", &subject}, {"seq", &seq}, {"hdrs", &headers}, {"data", &data}, {"time", &when});
    a->seq = number(seq);
    if (!a->seq || !json_is_string(subject) || !decode(&w->headers, headers) || !decode(&w->data, data))
        return false;
    json_decode(&w->subject, subject);
    if (json_is_string(when))
        clock_parse((struct span){when.p + 1, when.n - 2}, &us);
    a->time = us / 1000;
    a->subject = buf_as_span(&w->subject);
    a->data = w->data.len ? buf_as_span(&w->data) : span_of("");
    a->headers = buf_as_span(&w->headers);
    return true;
}

/* {"stream":…,"seq":…,"duplicate":true} */
static bool read_stored(struct pool_answer *a, struct span answer)
{
    struct span seq, duplicate;
    JSON_PICK(answer, {"seq", &seq}, {"duplicate", &duplicate});
    a->seq = number(seq);
    a->duplicate = json_is_true(duplicate);
    return a->seq;
}

static bool read_done(struct pool_answer *a, enum pool_ask ask, struct span answer, struct pool_words *w)
{
    switch (ask) {
    case POOL_ASK_PUT:
        return read_stored(a, answer);
    case POOL_ASK_GET:
        return read_found(a, answer, w);
    case POOL_ASK_DELETE:
    case POOL_ASK_PURGE:
        return json_is_true(json_find(answer, "success"));
    case POOL_ASK_INFO:
        if (json_is_object(json_find(answer, "state")) || json_is_object(json_find(answer, "config")))
            a->info = answer;
        return a->info.p;
    }
    return false;
}

void pool_answer_read(struct pool_answer *a, enum pool_ask ask, const struct bus_message *m,
                      struct pool_words *w)
{
    struct pool_trouble t;
    *a = (struct pool_answer){.fate = POOL_AGAIN};
    if (m->status != BUS_OK) {
        if (m->status == BUS_REFUSED || m->status == BUS_TOO_LONG)
            a->fate = POOL_REFUSED;
        if (m->status == BUS_TIMEOUT)
            return;
        pool_status_say(&w->why, m->status, m->subject);
    } else if (!pool_trouble_read(&t, m->data)) {
        buf_str(&w->why, "the answer is not a JSON object");
    } else if (t.code) {
        a->fate = pool_judge(ask, &t);
        pool_trouble_say(&w->why, &t);
    } else if (read_done(a, ask, m->data, w)) {
        a->fate = POOL_DONE;
        return;
    } else {
        buf_str(&w->why, "the answer lacks what was asked for");
    }
    a->why = buf_cstr(&w->why);
}

int64_t pool_ack_wait(struct span answer)
{
    uint64_t ns = number(json_find(json_find(answer, "config"), "ack_wait"));
    return ns > INT64_MAX ? 0 : (int64_t)(ns / 1000000);
}

void pool_words_free(struct pool_words *w)
{
    buf_free(&w->why);
    buf_free(&w->subject);
    buf_free(&w->data);
    buf_free(&w->headers);
}

struct span pool_header(struct span headers, const char *name)
{
    const size_t n = strlen(name);
    const char *end = headers.n ? headers.p + headers.n : headers.p;
    for (const char *line = headers.p, *next; line && line < end; line = next) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        next = stop ? stop + 1 : NULL;
        stop = stop ? stop : end;
        if (line == headers.p || (size_t)(stop - line) <= n || line[n] != ':' || memcmp(line, name, n) != 0)
            continue; /* the first is NATS/1.0 */
        struct span value = {line + n + 1, (size_t)(stop - line) - n - 1};
        return text_trim(value);
    }
    return (struct span){0};
}
