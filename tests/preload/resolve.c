/* SPDX-License-Identifier: MIT */
/* Preloaded: every name is 127.0.0.1; each time one is asked for it goes into the file named by RESOLVED, a
 * line each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    FILE *f = fopen(getenv("RESOLVED"), "a");
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (f) {
        fprintf(f, "%s\n", name);
        fclose(f);
    }
    return real("127.0.0.1", service, hints, found);
}
