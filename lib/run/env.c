/* SPDX-License-Identifier: MIT */
/* The environment of a COMMAND. */
#include <stdlib.h>
#include <string.h>

#include "run/env.h"

extern char **environ;

/* The variables for identifiers in the source, each with the member to take if the first is missing. */
static const struct {
    const char *name, *member, *other;
} of_source[] = {
    {"RELAY_PLATFORM", "platform", NULL},       {"RELAY_CHAT_ID", "chat_id", NULL},
    {"RELAY_CHAT_TYPE", "chat_type", NULL},     {"RELAY_USER_ID", "user_id", NULL},
    {"RELAY_USER_NAME", "user_name", NULL},     {"RELAY_THREAD_ID", "thread_id", NULL},
    {"RELAY_SCOPE_ID", "scope_id", "guild_id"},
};

/* The other variables of environment_make(); then those that COMMAND must not have. */
static const char *const others[] = {
    "RELAY_MESSAGE_ID", "RELAY_SESSION_KEY", "RELAY_TEXT", "RELAY_CUSTOM_ID", "RELAY_ATTEMPT", "RELAY_MEDIA_FILES",
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

/* Adds a text of the event; nothing if the value is not a string. */
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

char **environment_make(const struct turn *t)
{
    size_t n = environ_count();
    char **vars = xcalloc(n + COUNT(of_source) + COUNT(others) + 1, sizeof *vars);
    struct buf attempt = {0};
    add_source(vars, t);
    if (t->id.len)
        add_variable(vars, "RELAY_MESSAGE_ID", buf_as_span(&t->id), ENVIRONMENT_VALUE);
    if (t->files.len)
        add_variable(vars, "RELAY_MEDIA_FILES", buf_as_span(&t->files), ENVIRONMENT_VALUE);
    if (t->session_key.p)
        add_variable(vars, "RELAY_SESSION_KEY", buf_as_span(&t->key), ENVIRONMENT_VALUE);
    add_text(vars, "RELAY_CUSTOM_ID", json_find(json_find(t->event, "interaction"), "custom_id"),
             ENVIRONMENT_VALUE);
    add_text(vars, "RELAY_TEXT", json_find(t->event, "text"), ENVIRONMENT_TEXT);
    buf_printf(&attempt, "%d", t->attempt);
    add_variable(vars, "RELAY_ATTEMPT", buf_as_span(&attempt), ENVIRONMENT_VALUE);
    buf_free(&attempt);
    size_t own = 0;
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
