/* SPDX-License-Identifier: MIT */
/* Descriptors of the stub. */
#include <string.h>

#include "stub/replies.h"
#include "json/json.h"

#define OPS                                                                                                  \
    "[\"send\",\"edit\",\"delete\",\"typing\",\"follow_up\",\"get_chat_info\",\"send_media\",\"prompt\","    \
    "\"react\","                                                                                             \
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
