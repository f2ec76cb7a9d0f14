/* SPDX-License-Identifier: MIT */
/* JSON-RPC 2.0 by lines. */
#include "acp/rpc.h"
#include "acp/words.h"
#include "base/num.h"
#include "json/write.h"

enum { REASON_MAX = 400 }; /* code points of an error's message, and of its details */

static bool is_id(struct span v)
{
    return json_is_string(v) || json_is_number(v);
}

static const char *classify(struct rpc *m)
{
    if (m->method.p && !json_is_string(m->method))
        return "its method is no string";
    if (m->params.p && !json_is_object(m->params))
        return "its params are no object";
    if (m->method.p && m->id.p && !is_id(m->id))
        return "its id is no string or number";
    if (m->method.p) {
        m->kind = m->id.p ? RPC_REQUEST : RPC_NOTIFICATION;
        return NULL;
    }
    m->kind = RPC_RESPONSE;
    if (!m->result.p == !m->error.p)
        return "neither a method nor one of result and error";
    if (m->error.p && !json_is_object(m->error))
        return "its error is no object";
    return is_id(m->id) || (m->error.p && json_is_null(m->id)) ? NULL : "a response without an id";
}

const char *rpc_read(struct rpc *m, struct span line)
{
    struct json_error e;
    struct span version;
    *m = (struct rpc){.kind = RPC_NOTIFICATION};
    if (!json_valid(line.p, line.n, &e))
        return e.reason;
    if (!json_is_object(line))
        return "not an object";
    JSON_PICK(line, {"jsonrpc", &version}, {"id", &m->id}, {"method", &m->method}, {"params", &m->params},
              {"result", &m->result}, {"error", &m->error});
    if (!json_eq(version, "2.0"))
        return "not JSON-RPC 2.0";
    if (json_is_null(m->params))
        m->params = (struct span){NULL, 0};
    if (!m->method.p && m->result.p && m->error.p && json_is_null(m->error))
        m->error = (struct span){NULL, 0};
    return classify(m);
}

static void begin(struct buf *out)
{
    json_begin(out, '{');
    json_add_str(out, "jsonrpc", "2.0");
}

void rpc_request(struct buf *out, int64_t id, const char *method, struct span params)
{
    begin(out);
    json_add_int(out, "id", id);
    json_add_str(out, "method", method);
    json_add(out, "params", params);
    json_end(out, '}');
}

void rpc_notify(struct buf *out, const char *method, struct span params)
{
    begin(out);
    json_add_str(out, "method", method);
    json_add(out, "params", params);
    json_end(out, '}');
}

void rpc_result(struct buf *out, struct span id, struct span result)
{
    begin(out);
    json_add(out, "id", id);
    json_add(out, "result", result);
    json_end(out, '}');
}

void rpc_error(struct buf *out, struct span id, int code, const char *message)
{
    begin(out);
    json_add(out, "id", id);
    json_key(out, "error");
    json_begin(out, '{');
    json_add_int(out, "code", code);
    json_add_str(out, "message", message);
    json_end(out, '}');
    json_end(out, '}');
}

static int64_t integer(struct span v, int64_t min, int64_t max, int64_t otherwise)
{
    char text[24];
    int64_t n = otherwise;
    if (!json_is_integer(v) || v.n >= sizeof text)
        return otherwise;
    struct buf b = {0};
    buf_span(&b, v);
    if (!number_parse(buf_cstr(&b), min, max, &n))
        n = otherwise;
    buf_free(&b);
    return n;
}

int64_t rpc_our_id(struct span id)
{
    return integer(id, 0, INT64_MAX, -1);
}

int64_t rpc_code(struct span error)
{
    return integer(json_find(error, "code"), INT32_MIN, INT32_MAX, 0);
}

void rpc_reason(struct buf *out, struct span error)
{
    struct span message = json_find(error, "message"), data = json_find(error, "data");
    struct span details = json_is_object(data) ? json_find(data, "details") : data;
    size_t before = out->len;
    words_line(out, message, REASON_MAX);
    if (out->len == before)
        buf_str(out, "no reason given");
    if (json_has_text(details)) {
        buf_str(out, ": ");
        words_line(out, details, REASON_MAX);
    }
    buf_printf(out, " (code %jd)", (intmax_t)rpc_code(error));
}
