/* SPDX-License-Identifier: MIT */
/* Finds unmasked frames in the bytes from a client, however these are cut (RFC 6455 §5.1: such a connection
 * must be failed; libwebsockets accepts them, and does not report them). Pure, except mask_watch(). */
#ifndef RELAY_STUB_MASK_H
#define RELAY_STUB_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a connection stands, from its first byte; all zero at first. */
struct mask {
    enum { MASK_REQUEST, MASK_FIRST, MASK_SECOND, MASK_LENGTH, MASK_REST, MASK_OTHER } state;
    bool begun;      /* its first byte has come */
    bool other;      /* … and is not that of GET: what follows the request is no WebSocket frame */
    unsigned ends;   /* bytes of the request's final "\r\n\r\n" seen */
    unsigned length; /* bytes of the extended length still to come */
    uint64_t left;   /* bytes of mask and payload still to come */
    bool failed;     /* there was an unmasked frame: further bytes are not looked at */
};

/* Checks the next n bytes. Returns how many of them come before an unmasked frame; n if there is none. */
size_t mask_check(struct mask *m, const unsigned char *p, size_t n);

/* From now on, everything that this process reads with recv(2), which is how libwebsockets reads a plain
 * socket, goes through mask_check() with the struct mask that find(ctx, fd) returns (NULL: it does not), and
 * is cut off before an unmasked frame. */
void mask_watch(struct mask *(*find)(void *ctx, int fd), void *ctx);

#endif
