/* SPDX-License-Identifier: MIT */
/* An answer goes where its message came from (relay(7)): the address of a message, written into actions.
 *
 * A message that came through a queue puts its `delivery` into each action, too, whatever its chat.
 *
 * The address is the message's platform, botId and chat, and the scope_id, guild_id, user_id, profile and
 * thread_id for the metadata. A value given by an action is never overwritten. The member `"addressed":true`
 * says that the address is complete: relay-scope removes it, and does not fill in values that the message
 * itself lacks (relay-frames(5)). Each function appends JSON text without '\n', and cannot fail. */
#ifndef RELAY_RUN_ADDRESS_H
#define RELAY_RUN_ADDRESS_H

#include "run/turn.h"

/* Appends the send action (protocol §4) that answers in the message's chat and thread; with reply_to, as a
 * reply to the message; on Slack that is in its thread, or in one that it begins. The text must be UTF-8. */
void address_reply(struct buf *out, const struct turn *t, struct span text, bool reply_to);
/* Appends the stream action (relay-frames(5)) for a text that grows in the message's chat and thread. id: its
 * requestId, JSON text; how: ADDRESS_ flags. */
enum { ADDRESS_REPLY = 1, ADDRESS_MORE = 2, ADDRESS_CUT = 4, ADDRESS_PARAGRAPHS = 8 };
void address_stream(struct buf *out, const struct turn *t, struct span id, struct span text, unsigned how);
/* Appends the typing action for the chat and thread; end: the one that clears it. */
void address_typing(struct buf *out, const struct turn *t, bool end);
/* Appends the react action at the message. False: it has no id, and nothing is appended. */
bool address_react(struct buf *out, const struct turn *t, const char *emoji, bool remove);
/* Appends an action of COMMAND, with the message's address unless it names another chat or session. */
void address_action(struct buf *out, const struct turn *t, const struct frame *action);

#endif
