/* SPDX-License-Identifier: MIT */
/* Descriptors and results. */
#include <string.h>

#include "stub/replies.h"
#include "json/match.h"

#define OPS                                                                                               \
    "[\"send\",\"edit\",\"delete\",\"typing\",\"follow_up\",\"get_chat_info\",\"send_media\",\"prompt\"," \
    "\"react\","                                                                                          \
    "\"thread_create\",\"thread_rename\"]"

/* What differs; the rest is the same for all. The last one stands for every other platform. */
static const struct {
    const char *platform, *label, *emoji, *dialect, *len_unit;
    int max;
    bool drafts;
} known[] = {
    {"discord", "Discord", "🎮", "discord", "utf16", 2000, false},
    {"telegram", "Telegram", "✈️", "markdown_v2", "utf16", 4096, true},
    {"slack", "Slack", "💬", "slack_mrkdwn", "chars", 40000, false},
    {NULL, NULL, "🔌", "plain", "chars", 4096, false},
};

/* The descriptor that an object is, or holds. */
static struct span descriptor_of(struct span object)
{
    struct span d = json_find(object, "descriptor");
    return json_is_object(d) ? d : object;
}

size_t catalog_check(const struct jsonl *own)
{
    for (size_t i = 0; i < own->n; i++)
        if (!json_is_string(json_find(descriptor_of(own->line[i]), "platform")))
            return i + 1;
    return 0;
}

static struct span find_own(const struct jsonl *own, struct span platform)
{
    struct buf name = {0};
    struct span found = {NULL, 0};
    for (size_t i = 0; i < own->n; i++) {
        struct span d = descriptor_of(own->line[i]);
        name.len = 0;
        json_decode(&name, json_find(d, "platform"));
        if (name.len == platform.n && memcmp(name.p, platform.p, platform.n) == 0)
            found = d;
    }
    buf_free(&name);
    return found;
}

static void build(struct buf *out, struct span platform)
{
    size_t i = 0;
    while (known[i].platform && !span_eq(platform, known[i].platform))
        i++;
    buf_str(out, "{\"contract_version\":1,\"platform\":");
    json_quote(out, platform.p, platform.n);
    buf_str(out, ",\"label\":");
    if (known[i].label)
        json_quote_str(out, known[i].label);
    else
        json_quote(out, platform.p, platform.n);
    buf_printf(out,
               ",\"emoji\":\"%s\",\"max_message_length\":%d,\"len_unit\":\"%s\",\"markdown_dialect\":\"%s\","
               "\"supports_draft_streaming\":%s,\"supports_edit\":true,\"supports_threads\":true,"
               "\"supported_ops\":" OPS "}",
               known[i].emoji, known[i].max, known[i].len_unit, known[i].dialect,
               known[i].drafts ? "true" : "false");
}

void catalog_descriptor(struct buf *out, const struct jsonl *own, struct span platform)
{
    struct span given = find_own(own, platform);
    buf_str(out, "{\"type\":\"descriptor\",\"descriptor\":");
    if (given.p)
        buf_span(out, given);
    else
        build(out, platform);
    buf_ch(out, '}');
}

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
