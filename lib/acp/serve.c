/* SPDX-License-Identifier: MIT */
/* What an agent asks of its client: files of the session's directory, and permission. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "acp/ask.h"
#include "acp/path.h"
#include "acp/serve.h"
#include "base/diag.h"
#include "base/num.h"
#include "json/write.h"

/* A number of lines; `otherwise` if it is absent or no such number. */
static int64_t lines_of(struct span v, int64_t otherwise)
{
    struct buf text = {0};
    int64_t n = otherwise;
    if (json_is_integer(v) && v.n < 20) {
        buf_span(&text, v);
        if (!number_parse(buf_cstr(&text), 0, INT32_MAX, &n))
            n = otherwise;
    }
    buf_free(&text);
    return n;
}

static const char *read_file(struct buf *result, int dir, const struct buf *path, struct span params)
{
    struct buf text = {0};
    const char *why = path_read(&text, dir, path);
    if (!why) {
        struct span part = path_lines(buf_as_span(&text), lines_of(json_find(params, "line"), 1),
                                      lines_of(json_find(params, "limit"), INT64_MAX));
        json_begin(result, '{');
        json_add_text(result, "content", part);
        json_end(result, '}');
    }
    buf_free(&text);
    return why;
}

static const char *write_file(struct buf *result, int dir, const struct buf *path, struct span params)
{
    struct buf text = {0};
    struct span content = json_find(params, "content");
    if (!json_is_string(content))
        return "no content";
    json_decode(&text, content);
    const char *why = path_write(dir, path, buf_as_span(&text));
    if (!why)
        buf_str(result, "{}");
    buf_free(&text);
    return why;
}

/* Both kinds of file request. NULL on success; otherwise why not. */
static const char *serve_file(struct buf *result, const struct talk *k, struct span params, bool write)
{
    struct buf path = {0}, name = {0};
    struct span named = json_find(params, "path");
    const char *why = "no path";
    int dir = -1;
    if (json_is_string(named)) {
        json_decode(&path, named);
        why = path_inside(&name, buf_as_span(&k->cwd), buf_as_span(&path));
    }
    if (!why && (dir = place_work(&k->cwd)) < 0)
        why = strerror(errno);
    if (!why)
        why = (write ? write_file : read_file)(result, dir, &name, params);
    if (dir >= 0)
        close(dir);
    if (why)
        info(1, "refuse %s of %.*s: %s", write ? "fs/write_text_file" : "fs/read_text_file",
             (int)(path.len < 300 ? path.len : 300), path.p ? path.p : "", why);
    buf_free(&path);
    buf_free(&name);
    return why;
}

void serve_request(struct client *c, struct filter *f, const struct rpc *m)
{
    bool read = json_eq(m->method, "fs/read_text_file"), write = json_eq(m->method, "fs/write_text_file");
    bool permission = json_eq(m->method, "session/request_permission");
    struct talk *k = talk_of_id(c->talks, json_find(m->params, "sessionId"));
    struct buf result = {0};
    if (!read && !write && !permission) {
        agent_error(&c->agent, m->id, RPC_NO_METHOD, "not offered by relay-acp");
    } else if (!k) {
        agent_error(&c->agent, m->id, RPC_BAD_PARAMS, "no such session");
    } else if (permission) {
        ask_permission(c, f, k, m);
    } else {
        const char *why = serve_file(&result, k, m->params, write);
        if (!why)
            agent_result(&c->agent, m->id, buf_as_span(&result));
        else
            agent_error(&c->agent, m->id, strcmp(why, "no such file") == 0 ? RPC_NO_RESOURCE : RPC_BAD_PARAMS,
                        why);
    }
    buf_free(&result);
}
