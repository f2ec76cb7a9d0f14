/* SPDX-License-Identifier: MIT */
/* Actions. */
#include <string.h>

#include "relay/action.h"

enum kind { STRING, NAME, MEDIA_KIND, PROMPT_KIND, PROMPT_ID, OPTIONS };

struct need {
    const char *name; /* NULL ends the list */
    enum kind kind;
};

/* chat_id and content may be empty: there are direct messages without a chat, and texts to clear. */
#define CHAT                                                                                                 \
    {                                                                                                        \
        "chat_id", STRING                                                                                    \
    }
#define CONTENT                                                                                              \
    {                                                                                                        \
        "content", STRING                                                                                    \
    }
#define MESSAGE                                                                                              \
    {                                                                                                        \
        "message_id", NAME                                                                                   \
    }
#define NEEDS(...)                                                                                           \
    (const struct need[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__,                                                                                         \
        {                                                                                                    \
            NULL, STRING                                                                                     \
        }                                                                                                    \
    }

static const struct op ops[] = {
    {"send", "content", LONG_SPLIT, NEEDS(CHAT, CONTENT)},
    {"edit", "content", LONG_REFUSE, NEEDS(CHAT, MESSAGE, CONTENT)},
    {"delete", NULL, LONG_PASS, NEEDS(CHAT, MESSAGE)},
    {"typing", "content", LONG_PASS, NEEDS(CHAT)},
    {"follow_up", "content", LONG_SPLIT, NEEDS({"session_key", NAME}, {"kind", NAME}, CONTENT)},
    {"get_chat_info", NULL, LONG_PASS, NEEDS(CHAT)},
    {"send_media", "content", LONG_REFUSE, NEEDS(CHAT, {"media_kind", MEDIA_KIND}, {"source_url", NAME})},
    {"prompt", "content", LONG_REFUSE,
     NEEDS(CHAT, {"prompt_kind", PROMPT_KIND}, {"prompt_id", PROMPT_ID}, CONTENT, {"options", OPTIONS})},
    {"react", NULL, LONG_PASS, NEEDS(CHAT, MESSAGE, {"emoji", NAME})},
    {"thread_create", NULL, LONG_PASS, NEEDS(CHAT, {"thread_name", NAME})},
    {"thread_rename", NULL, LONG_PASS, NEEDS(CHAT, MESSAGE, {"thread_name", NAME})},
    {"interrupt", "reason", LONG_PASS, NEEDS({"session_key", NAME})},
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

bool op_needs(const struct op *op, const char *member)
{
    const struct need *need = op->needs;
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
        any |= json_is_string(value) && value.n > 2;
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

static bool need_check(struct buf *why, const struct need *need, struct span v)
{
    static const char *const media[] = {"image", "voice", "audio", "video", "document", NULL};
    static const char *const prompts[] = {"approval", "clarify", "choice", NULL};
    bool ok = false;
    if (!v.p || json_is_null(v)) {
        buf_printf(why, "%s is missing", need->name);
        return false;
    }
    switch (need->kind) {
    case STRING:
    case NAME:
        ok = json_is_string(v) && (need->kind == STRING || v.n > 2);
        if (!ok)
            buf_printf(why, "%s is %s", need->name, json_is_string(v) ? "empty" : "not a string");
        break;
    case MEDIA_KIND:
        ok = one_of(v, media);
        if (!ok)
            buf_str(why, "media_kind is not one of image, voice, audio, video, document");
        break;
    case PROMPT_KIND:
        ok = one_of(v, prompts);
        if (!ok)
            buf_str(why, "prompt_kind is not one of approval, clarify, choice");
        break;
    case PROMPT_ID:
        ok = is_prompt_id(v);
        if (!ok)
            buf_printf(why, "prompt_id is not %s", id_rule);
        break;
    case OPTIONS:
        ok = options_check(why, v);
        break;
    }
    return ok;
}

bool action_check(struct buf *why, const struct op *op, const struct json_members *action)
{
    struct span metadata = json_get(action, "metadata");
    for (const struct need *need = op ? op->needs : NULL; need && need->name; need++)
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
