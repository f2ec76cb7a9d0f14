/* SPDX-License-Identifier: MIT */
/* Results of the stub. */
#include <string.h>

#include "stub/result.h"
#include "json/match.h"

static bool rule_matches(struct span rule, struct span action)
{
    struct buf pattern = {0};
    json_edit(&pattern, rule, &(struct json_edit){"result", {NULL, 0}}, 1);
    bool good = json_match(buf_as_span(&pattern), action);
    buf_free(&pattern);
    return good;
}

static struct span find_rule(const struct jsonl *rules, struct span action)
{
    for (size_t i = 0; i < rules->n; i++)
        if (rule_matches(rules->line[i], action))
            return json_find(rules->line[i], "result");
    return (struct span){NULL, 0};
}

static bool is_one_of(struct span op, const char *const *ops)
{
    while (*ops && !json_eq(op, *ops))
        ops++;
    return *ops;
}

/* The chat's name is its id, as a connector answers that knows no better. */
static void chat_info(struct buf *out, struct span action)
{
    struct span chat = json_find(action, "chat_id");
    buf_str(out, "{\"success\":true,\"chat_info\":{\"name\":");
    if (json_is_string(chat))
        buf_span(out, chat);
    else
        buf_str(out, "\"\"");
    buf_str(out, ",\"type\":\"dm\"}}");
}

static void success(struct buf *out, struct span action, struct span op, uint64_t *serial)
{
    static const char *const posts[] = {"send", "follow_up", "send_media", "prompt", NULL};
    static const char *const plain[] = {"edit", "delete", "typing", "react", "thread_rename", NULL};
    if (is_one_of(op, posts))
        buf_printf(out, "{\"success\":true,\"message_id\":\"m%llu\"}", (unsigned long long)++*serial);
    else if (is_one_of(op, plain))
        buf_str(out, "{\"success\":true}");
    else if (json_eq(op, "thread_create"))
        buf_printf(out, "{\"success\":true,\"thread_id\":\"t%llu\"}", (unsigned long long)++*serial);
    else if (json_eq(op, "get_chat_info"))
        chat_info(out, action);
    else
        buf_str(out, "{\"success\":false,\"error\":\"unsupported op\"}");
}

void result_frame(struct buf *out, const struct jsonl *rules, const struct frame *outbound, uint64_t *serial)
{
    struct span action = frame_get(outbound, "action"), ruled = {NULL, 0};
    if (json_is_object(action))
        ruled = find_rule(rules, action);
    buf_str(out, "{\"type\":\"outbound_result\",\"requestId\":");
    buf_span(out, frame_get(outbound, "requestId"));
    buf_str(out, ",\"result\":");
    if (ruled.p)
        buf_span(out, ruled);
    else if (json_is_object(action))
        success(out, action, json_find(action, "op"), serial);
    else
        buf_str(out, "{\"success\":false,\"error\":\"no action\"}");
    buf_ch(out, '}');
}
