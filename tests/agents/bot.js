#!/usr/bin/env node
// SPDX-License-Identifier: MIT
const drinks = ["tea", "coffee"].map((id) => ({ id, label: id }));
const put = (frame) => console.log(JSON.stringify(frame));

const input = require("readline").createInterface(process.stdin);
input.on("line", (line) => {
  const { type, event, bufferId } = JSON.parse(line);
  if (type !== "inbound") return;
  const { source, text, prompt_response: press } = event;
  const to = { chat_id: source.chat_id, platform: source.platform };
  if (press) {
    put({ op: "send", content: `Your ${press.option_id}.`, ...to });
  } else if (text === "/drink") {
    const ask = { op: "prompt", prompt_kind: "choice" };
    put({ ...ask, content: "Which?", options: drinks, ...to });
  } else {
    put({ op: "send", content: `Hi ${source.user_name}.`, ...to });
  }
  if (bufferId) put({ type: "inbound_ack", bufferId });
});
