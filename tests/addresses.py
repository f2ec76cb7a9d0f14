#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each answer goes to the address of its message: addresses.py MESSAGES [SEED]

Messages of two platforms, two workspaces, three profiles and two bots, all with one chat id, in a random order, some
without a workspace, profile, user, thread or bot, go through relay-run, relay-scope and relay-send; each
answer must carry exactly the address of its message, no more and no less. Exit status 0 when all do.
"""
import json
import random
import subprocess
import sys

COUNT = int(sys.argv[1])
rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def message(n):
    platform = rng.choice(["slack", "signal"])
    source = {"platform": platform, "chat_id": "C1", "chat_type": "group"}
    for name, values in (("scope_id", ["T1", "T2", None]), ("user_id", ["u1", "u2", "u3", None]),
                         ("profile", ["alice", "bob", "eve", None]), ("thread_id", ["7", None, None])):
        value = rng.choice(values)
        if value:
            source[name] = value
    frame = {"type": "inbound", "event": {"text": str(n), "message_id": str(n), "source": source},
             "session_key": "s%d" % rng.randrange(8)}
    if rng.random() < 0.4:
        frame["botId"] = rng.choice(["a", "b"])
    return frame


def address(frame):
    source = frame["event"]["source"]
    want = {k: source[k] for k in ("scope_id", "user_id", "profile", "thread_id") if k in source}
    if "scope_id" in want:
        want["guild_id"] = want["scope_id"]
    return {"platform": source["platform"], "botId": frame.get("botId", {"slack": "S"}.get(source["platform"])),
            "metadata": want}


def main():
    frames = [message(n) for n in range(COUNT)]
    hellos = [{"type": "hello", "platform": "slack", "botId": "S"}, {"type": "hello", "platform": "signal", "botId": ""}]
    text = "".join(json.dumps(f, separators=(",", ":")) + "\n" for f in hellos + frames)
    want = {f["event"]["text"]: address(f) for f in frames}
    wrong = 0
    ring = "relay-run -P 8 sh -c 'echo \"$RELAY_TEXT\"' | relay-scope | relay-send"
    out = subprocess.run(["sh", "-c", ring], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    seen = 0
    for line in out.splitlines():
        frame = json.loads(line)
        if frame["type"] != "outbound":
            continue
        seen += 1
        action = frame["action"]
        have = {"platform": frame.get("platform"), "botId": frame.get("botId"), "metadata": action.get("metadata", {})}
        if have != want[action["content"]] or action["chat_id"] != "C1" or "addressed" in action:
            wrong += 1
            print("have %s\nwant %s" % (have, want[action["content"]]))
    if seen != COUNT:
        wrong += 1
        print("%d answers, %d messages" % (seen, COUNT))
    return 1 if wrong else 0


sys.exit(main())
