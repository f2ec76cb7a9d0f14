#!/usr/bin/python3
# SPDX-License-Identifier: MIT
import json, sys

DRINKS = [{"id": d, "label": d.title()} for d in ("tea", "coffee")]


def put(**frame):
    print(json.dumps(frame), flush=True)


for frame in map(json.loads, sys.stdin):
    if frame["type"] != "inbound":
        continue
    event, source = frame["event"], frame["event"]["source"]
    to = {k: source[k] for k in ("chat_id", "platform")}
    press = event.get("prompt_response")
    if press:
        put(op="send", content=f"Your {press['option_id']}.", **to)
    elif event["text"] == "/drink":
        ask = {"op": "prompt", "prompt_kind": "choice"}
        put(**ask, content="Which?", options=DRINKS, **to)
    else:
        put(op="send", content=f"Hi {source['user_name']}.", **to)
    if frame.get("bufferId"):
        put(type="inbound_ack", bufferId=frame["bufferId"])
