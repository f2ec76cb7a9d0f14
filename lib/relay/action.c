/* SPDX-License-Identifier: MIT */
/* Actions. */
#include <string.h>

#include "relay/action.h"

enum kind { STRING, NAME, MEDIA_KIND, PROMPT_KIND, PROMPT_ID, OPTIONS };

/* chat_id and content may be empty: direct messages can lack a chat, and an edit can clear a text. */
static const struct op ops[] = {
    {"send", "content", LONG_SPLIT, {{"chat_id", STRING}, {"content", STRING}}},
    {"edit", "content", LONG_REFUSE, {{"chat_id", STRING}, {"message_id", NAME}, {"content", STRING}}},
    {"delete", NULL, LONG_PASS, {{"chat_id", STRING}, {"message_id", NAME}}},
    {"typing", "content", LONG_PASS, {{"chat_id", STRING}}},
    {"follow_up", "content", LONG_SPLIT, {{"session_key", NAME}, {"kind", NAME}, {"content", STRING}}},
    {"get_chat_info", NULL, LONG_PASS, {{"chat_id", STRING}}},
    {"send_media",
     "content",
     LONG_REFUSE,
     {{"chat_id", STRING}, {"media_kind", MEDIA_KIND}, {"source_url", NAME}}},
    {"prompt",
     "content",
     LONG_REFUSE,
     {{"chat_id", STRING},
      {"prompt_kind", PROMPT_KIND},
      {"prompt_id", PROMPT_ID},
      {"content", STRING},
      {"options", OPTIONS}}},
    {"react", NULL, LONG_PASS, {{"chat_id", STRING}, {"message_id", NAME}, {"emoji", NAME}}},
    {"thread_create", NULL, LONG_PASS, {{"chat_id", STRING}, {"thread_name", NAME}}},
    {"thread_rename", NULL, LONG_PASS, {{"chat_id", STRING}, {"message_id", NAME}, {"thread_name", NAME}}},
    {"interrupt", "reason", LONG_PASS, {{"session_key", NAME}}},
};

enum { OPS = sizeof ops / sizeof *ops, INTERRUPT = OPS - 1 };

const struct op *op_find(struct span name)
{
    for (size_t i = 0; i < OPS; i++)
        if (json_eq(name, ops[i].name))
            return &ops[i];
    return NULL;
}

static bool one_of(struct span v, const char *const *words)
{
    for (; *words; words++)
        if (json_eq(v, *words))
            return true;
    return false;
}

bool op_is_interrupt(const struct op *op)
{
    return op == &ops[INTERRUPT];
}

bool op_has_content(struct span name)
{
    static const char *const with_content[] = {"send", "edit", "follow_up", "send_media", "prompt", "stream", NULL};
    return one_of(name, with_content);
}

bool op_is_stream(struct span name)
{
    return json_eq(name, "stream");
}

bool op_needs(const struct op *op, const char *member)
{
    const struct op_need *need = op->needs;
    while (need->name && strcmp(need->name, member) != 0)
        need++;
    return need->name != NULL;
}

bool op_supported(const struct op *op, struct span supported_ops)
{
    static const char *const always[] = {"send", "edit", "typing", "follow_up", NULL};
    struct json_iter it = {supported_ops, false};
    struct span value;
    bool any = false;
    if (!op || op_is_interrupt(op))
        return true;
    while (json_is_array(supported_ops) && json_next(&it, NULL, &value)) {
        if (json_eq(value, op->name))
            return true;
        any |= json_has_text(value);
    }
    for (size_t i = 0; !any && always[i]; i++)
        if (span_eq(span_of(op->name), always[i]))
            return true;
    return false;
}

bool prompt_id_valid(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '.' || c == '-'))
            return false;
    }
    return n >= 1 && n <= 32;
}

static bool is_prompt_id(struct span v)
{
    struct buf id = {0};
    if (!json_is_string(v) || v.n > 2 + 6 * 32) /* 32 characters, each written as \uNNNN */
        return false;
    json_decode(&id, v);
    bool ok = prompt_id_valid(id.p, id.len);
    buf_free(&id);
    return ok;
}

static const char id_rule[] = "1 to 32 of A-Z, a-z, 0-9, '_', '.' and '-'";

static bool options_check(struct buf *why, struct span list)
{
    struct json_iter it = {list, false};
    struct span option;
    if (!json_is_array(list)) {
        buf_str(why, "options is not a list");
        return false;
    }
    for (size_t i = 1; json_next(&it, NULL, &option); i++) {
        if (!json_is_object(option))
            buf_printf(why, "option %zu is not an object", i);
        else if (!is_prompt_id(json_find(option, "id")))
            buf_printf(why, "the id of option %zu is not %s", i, id_rule);
        else if (!json_is_string(json_find(option, "label")))
            buf_printf(why, "option %zu has no label", i);
        else
            continue;
        return false;
    }
    return true;
}

/* Whether the value is one of the words; if not, the list of them is appended to *why. */
static bool word_check(struct buf *why, const char *name, struct span v, const char *const *words)
{
    if (one_of(v, words))
        return true;
    buf_printf(why, "%s is not one of", name);
    for (size_t i = 0; words[i]; i++)
        buf_printf(why, "%s %s", i ? "," : "", words[i]);
    return false;
}

static bool need_check(struct buf *why, const struct op_need *need, struct span v)
{
    static const char *const media[] = {"image", "voice", "audio", "video", "document", NULL};
    static const char *const prompts[] = {"approval", "clarify", "choice", NULL};
    if (!v.p || json_is_null(v)) {
        buf_printf(why, "%s is missing", need->name);
        return false;
    }
    switch ((enum kind)need->kind) {
    case STRING:
    case NAME:
        if (json_has_text(v) || (json_is_string(v) && need->kind == STRING))
            return true;
        buf_printf(why, "%s is %s", need->name, json_is_string(v) ? "empty" : "not a string");
        return false;
    case MEDIA_KIND:
        return word_check(why, need->name, v, media);
    case PROMPT_KIND:
        return word_check(why, need->name, v, prompts);
    case PROMPT_ID:
        if (is_prompt_id(v))
            return true;
        buf_printf(why, "prompt_id is not %s", id_rule);
        return false;
    case OPTIONS:
        return options_check(why, v);
    }
    return false;
}

bool action_check(struct buf *why, const struct op *op, const struct json_members *action)
{
    struct span metadata = json_get(action, "metadata");
    for (const struct op_need *need = op ? op->needs : NULL; need && need->name; need++)
        if (!need_check(why, need, json_get(action, need->name)))
            return false;
    if (metadata.p && !json_is_object(metadata) && !json_is_null(metadata)) {
        buf_str(why, "metadata is not an object");
        return false;
    }
    struct span reason = op_is_interrupt(op) ? json_get(action, "reason") : (struct span){NULL, 0};
    if (reason.p && !json_is_string(reason) && !json_is_null(reason)) {
        buf_str(why, "reason is not a string");
        return false;
    }
    return true;
}
