// SPDX-License-Identifier: MIT
import { randomUUID } from "node:crypto";
import { Readable, Writable } from "node:stream";
import * as acp from "@agentclientprotocol/sdk";

const words = new Map();
const toolCall = { toolCallId: "1", title: "Forget all words" };
const options = [
  { optionId: "yes", name: "Forget", kind: "allow_once" },
  { optionId: "no", name: "Keep", kind: "reject_once" },
];

async function prompt({ params: { sessionId, prompt }, client }) {
  const { requestPermission, update } = acp.methods.client.session;
  const [{ text }] = prompt;
  let count = words.get(sessionId) ?? 0;
  if (text === "forget") {
    const ask = { sessionId, toolCall, options };
    const { outcome } = await client.request(requestPermission, ask);
    count = outcome.optionId === "yes" ? 0 : count;
  } else {
    count += text.split(" ").length;
  }
  words.set(sessionId, count);
  const content = { type: "text", text: `${count} words` };
  const chunk = { sessionUpdate: "agent_message_chunk", content };
  await client.notify(update, { sessionId, update: chunk });
  return { stopReason: "end_turn" };
}

const hello = {
  protocolVersion: acp.PROTOCOL_VERSION,
  agentCapabilities: {},
};
const output = Writable.toWeb(process.stdout);
acp
  .agent({ name: "counter" })
  .onRequest("initialize", () => hello)
  .onRequest("session/new", () => ({ sessionId: randomUUID() }))
  .onRequest("session/prompt", prompt)
  .connect(acp.ndJsonStream(output, Readable.toWeb(process.stdin)));
