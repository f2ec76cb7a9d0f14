/* SPDX-License-Identifier: MIT */
/* The system's SQLite. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "inbox/sqlite.h"

struct sqlite sqlite;

static const char *const names[] = {"libsqlite3.so.0", "libsqlite3.so"};

#define SQLITE_NAME(name) {"sqlite3_" #name, offsetof(struct sqlite, name)},
static const struct {
    const char *name;
    size_t at;
} calls[] = {SQLITE_CALLS(SQLITE_NAME)};
#undef SQLITE_NAME

const char *sqlite_load(void)
{
    void *library = NULL;
    if (sqlite.open_v2)
        return NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return dlerror();
    for (size_t i = sizeof calls / sizeof *calls; i-- > 0;) {
        void *call = dlsym(library, calls[i].name);
        if (!call)
            return dlerror();
        memcpy((char *)&sqlite + calls[i].at, &call, sizeof call);
    }
    return NULL;
}
