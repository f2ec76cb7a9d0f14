/* SPDX-License-Identifier: MIT */
/* Linked into a coverage build (make coverage): a process that dies of its signal, or leaves by _exit(), writes its counts
 * too. */
#include <signal.h>
#include <unistd.h>

void __gcov_dump(void);
int __real_raise(int number);
_Noreturn void __real__exit(int status);
int __wrap_raise(int number);
_Noreturn void __wrap__exit(int status);

static pid_t self;

/* Not in a child that has not called exec(): it shares our memory. */
static void dump(void)
{
    if (getpid() == self)
        __gcov_dump();
}

__attribute__((constructor)) static void begin(void)
{
    self = getpid();
}

int __wrap_raise(int number)
{
    dump();
    return __real_raise(number);
}

_Noreturn void __wrap__exit(int status)
{
    dump();
    __real__exit(status);
}
