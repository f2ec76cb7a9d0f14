/* SPDX-License-Identifier: MIT */
/* What one turn of a loop waits for: rebuilt each turn, so that nothing has to be unregistered. */
#ifndef RELAY_BASE_POLL_H
#define RELAY_BASE_POLL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at first; pollset_clear() before each turn, pollset_free() at the end. */
struct pollset {
    struct pollfd *fds;
    size_t n, cap;
    int64_t until; /* clock_ms() to return at, or INT64_MAX */
};

void pollset_clear(struct pollset *ps);
/* Adds a descriptor (with events 0: for its errors only) and returns its slot; -1 for fd < 0. */
int pollset_add(struct pollset *ps, int fd, short events);
/* Makes the wait end at that moment of clock_ms() at the latest. */
void pollset_until(struct pollset *ps, int64_t when);
/* Waits. Returns false only if poll(2) fails for a reason other than EINTR. */
bool pollset_wait(struct pollset *ps);
/* The revents of a slot; 0 for slot -1. */
short pollset_got(const struct pollset *ps, int slot);
void pollset_free(struct pollset *ps);

#endif
