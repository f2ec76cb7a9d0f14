/* SPDX-License-Identifier: MIT */
/* Preloaded: no memory from the second growth of a block on. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

void *__libc_realloc(void *p, size_t n);

void *realloc(void *p, size_t n)
{
    static int calls;
    if (++calls == 1)
        return __libc_realloc(p, n);
    errno = ENOMEM;
    return NULL;
}
