/* SPDX-License-Identifier: MIT */
/* Finds frames without a mask in the bytes of a client, however they are cut (RFC 6455 §5.1: such a
 * connection is to be failed; libwebsockets takes them, and has no way to ask). Pure but for the two at the
 * end. */
#ifndef RELAY_STUB_MASK_H
#define RELAY_STUB_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a connection stands, from its first byte; all zero at first. */
struct mask {
    enum { MASK_REQUEST, MASK_FIRST, MASK_SECOND, MASK_LENGTH, MASK_REST } state;
    unsigned ends;   /* of the request: bytes of "\r\n\r\n" seen */
    unsigned length; /* bytes of the extended length still to come */
    uint64_t left;   /* bytes of mask and payload still to come */
    bool failed;     /* there was one: nothing is looked at any more */
};

/* Looks at the next bytes. Returns how many of them come before a frame without a mask: n if there is none.
 */
size_t mask_check(struct mask *m, const unsigned char *p, size_t n);

/* From now on, all that this process reads by recv(2), which is how libwebsockets reads a plain socket,
 * passes mask_check() of the struct mask that find(ctx, fd) has for it (NULL: it does not), and ends in front
 * of a frame without a mask. */
void mask_watch(struct mask *(*find)(void *ctx, int fd), void *ctx);

#endif
