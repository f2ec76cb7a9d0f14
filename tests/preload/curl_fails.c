/* SPDX-License-Identifier: MIT */
/* Preloaded: a call of libcurl that needs memory fails, the one that CURL_FAILS names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static int fails(const char *call)
{
    const char *which = getenv("CURL_FAILS");
    return which && strcmp(which, call) == 0;
}

int curl_multi_add_handle(void *multi, void *easy);
void *curl_slist_append(void *list, const char *text);
int curl_global_init(long flags);

int curl_multi_add_handle(void *multi, void *easy)
{
    int (*real)(void *, void *);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_add_handle");
    return fails("add_handle") ? 3 : real(multi, easy);
}

void *curl_slist_append(void *list, const char *text)
{
    void *(*real)(void *, const char *);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_slist_append");
    return fails("slist") ? NULL : real(list, text);
}

int curl_global_init(long flags)
{
    int (*real)(long);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_global_init");
    return fails("init") ? 27 : real(flags);
}
