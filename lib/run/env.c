/* SPDX-License-Identifier: MIT */
/* The environment of a COMMAND. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/sha256.h"
#include "base/text.h"
#include "relay/session.h"
#include "run/env.h"

extern char **environ;

/* The variables for identifiers in the source, each with the member to take if the first is missing. */
static const struct {
    const char *name, *member, *other;
} of_source[] = {
    {"RELAY_PLATFORM", "platform", NULL},       {"RELAY_CHAT_ID", "chat_id", NULL},
    {"RELAY_CHAT_TYPE", "chat_type", NULL},     {"RELAY_USER_ID", "user_id", NULL},
    {"RELAY_USER_NAME", "user_name", NULL},     {"RELAY_THREAD_ID", "thread_id", NULL},
    {"RELAY_SCOPE_ID", "scope_id", "guild_id"}, {"RELAY_PROFILE", "profile", NULL},
};

/* Those for texts of the event: a member, or a member of an object in it. */
static const struct {
    const char *name, *in, *member;
    size_t max;
} of_event[] = {
    {"RELAY_MESSAGE_TYPE", NULL, "message_type", ENVIRONMENT_VALUE},
    {"RELAY_REPLY_TO_TEXT", "reply_to", "text", ENVIRONMENT_TEXT},
    {"RELAY_PROMPT_ID", "prompt_response", "prompt_id", ENVIRONMENT_VALUE},
    {"RELAY_OPTION_ID", "prompt_response", "option_id", ENVIRONMENT_VALUE},
    {"RELAY_CUSTOM_ID", "interaction", "custom_id", ENVIRONMENT_VALUE},
    {"RELAY_TEXT", NULL, "text", ENVIRONMENT_TEXT},
};

/* The other variables of environment_make(); then those that COMMAND must not have. */
static const char *const others[] = {
    "RELAY_GATEWAY",  "RELAY_MESSAGE_ID", "RELAY_SESSION_KEY", "RELAY_SESSION_ID",
    "RELAY_ATTEMPT",  "RELAY_STATE",      "RELAY_MEDIA_URLS",  "RELAY_MAX_LENGTH",
    "RELAY_LEN_UNIT", "TRACEPARENT",      "RELAY_MEDIA_FILES",
};
static const char *const kept_back[] = {"GATEWAY_RELAY_SECRET", "RELAY_DIAL_PID"};

#define COUNT(a) (sizeof(a) / sizeof *(a))

void environment_clean(void)
{
    for (size_t i = 0; i < COUNT(kept_back); i++)
        unsetenv(kept_back[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        unsetenv(others[i]);
    for (size_t i = 0; i < COUNT(of_source); i++)
        unsetenv(of_source[i].name);
    for (size_t i = 0; i < COUNT(of_event); i++)
        unsetenv(of_event[i].name);
}

static void add_variable(char **vars, const char *name, struct span value, size_t max)
{
    if (value.n > max || (value.n && memchr(value.p, '\0', value.n)))
        return;
    struct buf b = {0};
    buf_printf(&b, "%s=", name);
    buf_span(&b, value);
    buf_cstr(&b);
    while (*vars)
        vars++;
    vars[0] = b.p;
    vars[1] = NULL;
}

static size_t environ_count(void)
{
    size_t n = 0;
    while (environ[n])
        n++;
    return n;
}

static void add_source(char **vars, const struct turn *t)
{
    struct buf value = {0};
    for (size_t i = 0; i < COUNT(of_source); i++) {
        value.len = 0;
        bool there = identifier_decode(&value, json_find(t->source, of_source[i].member));
        if (!there && of_source[i].other)
            there = identifier_decode(&value, json_find(t->source, of_source[i].other));
        if (there)
            add_variable(vars, of_source[i].name, buf_as_span(&value), ENVIRONMENT_VALUE);
    }
    buf_free(&value);
}

/* Adds a text; nothing if the value is not a string. */
static void add_text(char **vars, const char *name, struct span v, size_t max)
{
    struct buf value = {0};
    /* an escape is at most six times as long as the text it stands for */
    if (json_is_string(v) && v.n <= 6 * max + 2) {
        json_decode(&value, v);
        add_variable(vars, name, buf_as_span(&value), max);
    }
    buf_free(&value);
}

static void add_event(char **vars, const struct turn *t)
{
    for (size_t i = 0; i < COUNT(of_event); i++) {
        struct span in = of_event[i].in ? json_find(t->event, of_event[i].in) : t->event;
        add_text(vars, of_event[i].name, json_find(in, of_event[i].member), of_event[i].max);
    }
}

/* Whether a URL can stand on a line: no control character is in it. */
static bool is_plain(struct span url)
{
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] < ' ' || url.p[i] == 0x7f)
            return false;
    return url.n > 0;
}

/* The attachments, a URL on each line. */
static void add_media(char **vars, const struct turn *t)
{
    struct json_iter it = {json_find(t->event, "media_urls"), false};
    struct buf urls = {0}, url = {0};
    struct span v;
    while (json_is_array(json_find(t->event, "media_urls")) && urls.len <= ENVIRONMENT_TEXT &&
           json_next(&it, NULL, &v)) {
        url.len = 0;
        if (json_is_string(v))
            json_decode(&url, v);
        if (!is_plain(buf_as_span(&url)))
            continue;
        if (urls.len)
            buf_ch(&urls, '\n');
        buf_span(&urls, buf_as_span(&url));
    }
    if (urls.len)
        add_variable(vars, "RELAY_MEDIA_URLS", buf_as_span(&urls), ENVIRONMENT_TEXT);
    buf_free(&urls);
    buf_free(&url);
}

static void add_platform(char **vars, const struct platform *p)
{
    struct buf max = {0};
    if (!p)
        return;
    buf_printf(&max, "%zu", p->max);
    add_variable(vars, "RELAY_MAX_LENGTH", buf_as_span(&max), ENVIRONMENT_VALUE);
    add_variable(vars, "RELAY_LEN_UNIT", span_of(p->utf16 ? "utf16" : "chars"), ENVIRONMENT_VALUE);
    buf_free(&max);
}

/* The trace of a delivery and the span of its attempt (W3C Trace Context): hashes of what identifies the
 * delivery, so that a redelivery continues the trace; random if nothing does. */
static void add_trace(char **vars, const struct turn *t)
{
    struct buf parts = {0}, hex = {0}, value = {0};
    if (t->buffer.len || t->message.len) {
        buf_printf(&parts, "%zu:", t->message.len);
        buf_span(&parts, buf_as_span(&t->message));
        buf_span(&parts, buf_as_span(&t->buffer));
        sha256_hex(&hex, buf_as_span(&parts));
        buf_printf(&parts, " %d", t->attempt);
        sha256_hex(&hex, buf_as_span(&parts));
    } else {
        random_hex(&hex, 2 * SHA256_SIZE);
    }
    buf_printf(&value, "00-%.32s-%.16s-01", hex.p, hex.p + 2 * (size_t)SHA256_SIZE);
    add_variable(vars, "TRACEPARENT", buf_as_span(&value), ENVIRONMENT_VALUE);
    buf_free(&parts);
    buf_free(&hex);
    buf_free(&value);
}

static void add_identity(char **vars, const struct turn *t)
{
    struct buf value = {0};
    if (t->id.len)
        add_variable(vars, "RELAY_MESSAGE_ID", buf_as_span(&t->id), ENVIRONMENT_VALUE);
    add_text(vars, "RELAY_GATEWAY", t->gateway, ENVIRONMENT_VALUE);
    add_text(vars, "RELAY_SESSION_KEY", t->session_key, ENVIRONMENT_VALUE);
    session_id(&value, buf_as_span(&t->key));
    add_variable(vars, "RELAY_SESSION_ID", buf_as_span(&value), ENVIRONMENT_VALUE);
    value.len = 0;
    buf_printf(&value, "%d", t->attempt);
    add_variable(vars, "RELAY_ATTEMPT", buf_as_span(&value), ENVIRONMENT_VALUE);
    buf_free(&value);
}

char **environment_make(const struct turn *t, const struct platform *p, const char *state)
{
    size_t n = environ_count(), own = 0;
    char **vars = xcalloc(n + COUNT(of_source) + COUNT(of_event) + COUNT(others) + 1, sizeof *vars);
    add_source(vars, t);
    add_identity(vars, t);
    add_event(vars, t);
    add_media(vars, t);
    if (t->files.len)
        add_variable(vars, "RELAY_MEDIA_FILES", buf_as_span(&t->files), ENVIRONMENT_VALUE);
    add_platform(vars, p);
    add_trace(vars, t);
    if (state)
        add_variable(vars, "RELAY_STATE", span_of(state), ENVIRONMENT_VALUE);
    while (vars[own])
        own++;
    memcpy(vars + own, environ, n * sizeof *vars);
    return vars;
}

void environment_free(char **vars)
{
    size_t own = 0;
    while (vars[own] && vars[own] != environ[0]) /* the inherited ones come last */
        free(vars[own++]);
    free(vars);
}
