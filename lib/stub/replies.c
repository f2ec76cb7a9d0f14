/* SPDX-License-Identifier: MIT */
/* Descriptors and results. */
#include <string.h>

#include "base/diag.h"
#include "relay/action.h"
#include "stub/replies.h"
#include "json/write.h"

#define OPS                                                                                               \
    "[\"send\",\"edit\",\"delete\",\"typing\",\"follow_up\",\"get_chat_info\",\"send_media\",\"prompt\"," \
    "\"react\","                                                                                          \
    "\"thread_create\",\"thread_rename\"]"

/* The members that differ between platforms. The last entry is for every other platform. */
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

/* The descriptor that an object is or contains. */
static const cJSON *descriptor_of(const cJSON *object)
{
    const cJSON *d = tree_get(object, "descriptor");
    return cJSON_IsObject(d) ? d : object;
}

static struct span descriptor_text(struct span object)
{
    struct span d = json_find(object, "descriptor");
    return json_is_object(d) ? d : object;
}

void replies_read_descriptors(struct replies *r, const char *path)
{
    size_t before = r->descriptors.n;
    jsonl_read(&r->descriptors, path, true);
    for (size_t i = before; i < r->descriptors.n; i++)
        if (!cJSON_IsString(tree_get(descriptor_of(r->descriptors.tree[i]), "platform")))
            die(EX_DATAERR, "read %s: descriptor %zu names no platform", path, i - before + 1);
}

void replies_read_rules(struct replies *r, const char *path)
{
    size_t before = r->rules.n;
    jsonl_read(&r->rules, path, true);
    for (size_t i = before; i < r->rules.n; i++) {
        if (!tree_get(r->rules.tree[i], "result"))
            die(EX_DATAERR, "read %s: rule %zu has no result", path, i - before + 1);
        while (tree_get(r->rules.tree[i], "result"))
            cJSON_DeleteItemFromObjectCaseSensitive(r->rules.tree[i], "result");
    }
}

static void build(struct buf *out, struct span platform)
{
    size_t i = 0;
    while (known[i].platform && !span_eq(platform, known[i].platform))
        i++;
    json_begin(out, '{');
    json_add_int(out, "contract_version", 1);
    json_add_text(out, "platform", platform);
    json_add_text(out, "label", known[i].label ? span_of(known[i].label) : platform);
    json_add_str(out, "emoji", known[i].emoji);
    json_add_int(out, "max_message_length", known[i].max);
    json_add_str(out, "len_unit", known[i].len_unit);
    json_add_str(out, "markdown_dialect", known[i].dialect);
    json_add_bool(out, "supports_draft_streaming", known[i].drafts);
    json_add_bool(out, "supports_edit", true);
    json_add_bool(out, "supports_threads", true);
    json_add(out, "supported_ops", span_of(OPS));
    json_end(out, '}');
}

struct span replies_descriptor(struct buf *out, const struct replies *r, struct span platform)
{
    for (size_t i = r->descriptors.n; i > 0; i--) {
        const cJSON *own = tree_get(descriptor_of(r->descriptors.tree[i - 1]), "platform");
        if (span_eq(platform, own->valuestring))
            return descriptor_text(r->descriptors.line[i - 1]);
    }
    out->len = 0;
    build(out, platform);
    return buf_as_span(out);
}

struct span replies_ruled(const struct replies *r, struct span action)
{
    struct span found = {NULL, 0};
    cJSON *tree = r->rules.n ? tree_build(action) : NULL;
    for (size_t i = 0; i < r->rules.n && !found.p; i++)
        if (tree_match(r->rules.tree[i], tree))
            found = json_find(r->rules.line[i], "result");
    cJSON_Delete(tree);
    return found;
}

static bool is_one_of(struct span op, const char *const *ops)
{
    while (*ops && !json_eq(op, *ops))
        ops++;
    return *ops;
}

/* The chat's name is its id, which is the answer of a connector that does not know better. */
static void chat_info(struct buf *out, struct span action)
{
    struct span chat = json_find(action, "chat_id");
    json_begin(out, '{');
    json_add_bool(out, "success", true);
    json_key(out, "chat_info");
    json_begin(out, '{');
    json_add(out, "name", json_is_string(chat) ? chat : span_of("\"\""));
    json_add_str(out, "type", "dm");
    json_end(out, '}');
    json_end(out, '}');
}

void replies_success(struct buf *out, struct replies *r, struct span action, bool offered)
{
    static const char *const posts[] = {"send", "follow_up", "send_media", "prompt", NULL};
    static const char *const plain[] = {"edit", "delete", "typing", "react", "thread_rename", NULL};
    struct span op = json_find(action, "op");
    if (is_one_of(op, posts))
        buf_printf(out, "{\"success\":true,\"message_id\":\"m%llu\"}", (unsigned long long)++r->serial);
    else if (is_one_of(op, plain) || (offered && !op_find(op)))
        buf_str(out, "{\"success\":true}");
    else if (json_eq(op, "thread_create"))
        buf_printf(out, "{\"success\":true,\"thread_id\":\"t%llu\"}", (unsigned long long)++r->serial);
    else if (json_eq(op, "get_chat_info"))
        chat_info(out, action);
    else
        buf_str(out, "{\"success\":false,\"error\":\"unsupported op\"}");
}

void replies_free(struct replies *r)
{
    jsonl_free(&r->descriptors);
    jsonl_free(&r->rules);
}
