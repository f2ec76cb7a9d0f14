/* SPDX-License-Identifier: MIT */
/* Frames as a sequence diagram in the language of Mermaid. */
#ifndef RELAY_DECODE_MERMAID_H
#define RELAY_DECODE_MERMAID_H

#include "decode/view.h"

/* Appends the first lines of the diagram, without the last '\n', unless they have been. */
void mermaid_begin(struct view *v, struct buf *out);
/* Appends the line of the frame that the view has read, without '\n', after those first lines. */
void mermaid_frame(struct view *v, struct buf *out);

#endif
