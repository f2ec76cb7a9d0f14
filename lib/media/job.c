/* SPDX-License-Identifier: MIT */
/* One file to fetch or to send. */
#include "media/job.h"
#include "base/diag.h"
#include "base/num.h"
#include "media/type.h"
#include "json/json.h"
#include "json/write.h"

void job_write(struct buf *out, const struct job *j)
{
    json_begin(out, '{');
    json_add_bool(out, "put", j->put);
    json_add_text(out, "url", buf_as_span(&j->url));
    json_add_text(out, "types", buf_as_span(&j->types));
    json_add_text(out, "type", buf_as_span(&j->type));
    json_add_text(out, "name", buf_as_span(&j->name));
    json_add_int(out, "size", j->size);
    json_add_int(out, "time", j->time);
    json_end(out, '}');
}

void outcome_write(struct buf *out, const struct outcome *o)
{
    json_begin(out, '{');
    json_add_int(out, "status", o->status);
    json_add_text(out, "error", buf_as_span(&o->error));
    json_add_text(out, "url", buf_as_span(&o->url));
    json_add_text(out, "type", buf_as_span(&o->type));
    json_add_text(out, "name", buf_as_span(&o->name));
    json_add_int(out, "size", o->size);
    json_end(out, '}');
}

/* A text without NUL. */
static bool read_text(struct buf *to, struct span v)
{
    if (!json_is_string(v))
        return false;
    json_decode(to, v);
    for (size_t i = 0; i < to->len; i++)
        if (!to->p[i])
            return false;
    return true;
}

static bool read_number(int64_t *to, struct span v, int64_t most)
{
    struct buf digits = {0};
    buf_span(&digits, v);
    bool ok = v.n > 0 && v.n < 20 && number_parse(buf_cstr(&digits), 0, most, to);
    buf_free(&digits);
    return ok;
}

bool job_read(struct job *j, struct span line)
{
    struct json_error e;
    struct span put, url, types, type, name, size, time;
    if (!json_valid(line.p, line.n, &e) || !json_is_object(line))
        return false;
    JSON_PICK(line, {"put", &put}, {"url", &url}, {"types", &types}, {"type", &type}, {"name", &name},
              {"size", &size}, {"time", &time});
    j->put = json_is_true(put);
    /* the type becomes a header's value */
    return json_is_bool(put) && read_text(&j->url, url) && read_text(&j->types, types) &&
           read_text(&j->type, type) && (!j->put || type_valid(buf_as_span(&j->type))) &&
           read_text(&j->name, name) && read_number(&j->size, size, MEDIA_MOST) &&
           read_number(&j->time, time, 3600 * 1000);
}

bool outcome_read(struct outcome *o, struct span line)
{
    struct json_error e;
    struct span status, error, url, type, name, size;
    int64_t n;
    if (!json_valid(line.p, line.n, &e) || !json_is_object(line))
        return false;
    JSON_PICK(line, {"status", &status}, {"error", &error}, {"url", &url}, {"type", &type}, {"name", &name},
              {"size", &size});
    if (!read_number(&n, status, EX_CONFIG))
        return false;
    o->status = (int)n;
    return read_text(&o->error, error) && read_text(&o->url, url) && read_text(&o->type, type) &&
           read_text(&o->name, name) && read_number(&o->size, size, MEDIA_MOST);
}

void job_free(struct job *j)
{
    buf_free(&j->url);
    buf_free(&j->types);
    buf_free(&j->type);
    buf_free(&j->name);
}

void outcome_free(struct outcome *o)
{
    buf_free(&o->error);
    buf_free(&o->url);
    buf_free(&o->type);
    buf_free(&o->name);
}
