/* SPDX-License-Identifier: MIT */
/* What a NATS server says when it refuses something. Pure. */
#ifndef RELAY_QUEUE_COMPLAINT_H
#define RELAY_QUEUE_COMPLAINT_H

#include <stdbool.h>

#include "base/buf.h"

/* The subject in: Permissions Violation for Publish to "SUBJECT". cut: the text ends before it does. p is
 * NULL if the complaint is another one. */
struct span complaint_subject(const char *text, bool *cut);

#endif
