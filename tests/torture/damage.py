#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The state of relay-scope and the buffer of relay-stub with each byte changed, and cut at each byte: whole lines are read,
others are reported, and nothing that was written is served as something else."""
import json
import os
import re

from common import SCOPES, Torture, inbound, lines

t = Torture()
ASK = lines({"type": "outbound", "requestId": "r1", "action": {"op": "send", "chat_id": "42", "content": "x"}},
            {"type": "outbound", "requestId": "r2", "action": {"op": "send", "chat_id": "43", "content": "y"}})


def damaged(whole):
    """Each way to damage it: (what, bytes)."""
    places = range(len(whole)) if t.long else range(0, len(whole), max(1, len(whole) // 24))
    for i in places:
        yield "byte %d flipped" % i, whole[:i] + bytes([whole[i] ^ (1 << t.random.randrange(7))]) + whole[i + 1:]
        yield "cut at %d" % i, whole[:i]


def whole_lines(data):
    """Nothing shows that there was more in the file."""
    return not data or data[-1:] in b"\n}"


def write(name, data):
    with open(name, "wb") as f:
        f.write(data)
    os.chmod(name, 0o600)


def state():
    t.run(["relay-scope", "-s", "state"], SCOPES)
    with open("state", "rb") as f:
        whole = f.read()
    _, right, _ = t.run(["relay-scope", "-s", "state"], ASK)
    known = {"42": {"g1", None}, "43": {"g2", None}}
    for what, data in damaged(whole):
        write("damaged", data)
        status, out, err = t.run(["relay-scope", "-s", "damaged"], ASK)
        ok = status in (0, 65, 66, 78) and (status == 0 or err)
        if status in (0, 65):
            for line in out.splitlines():
                action = json.loads(line)["action"]
                ok = ok and action.get("metadata", {}).get("scope_id") in known[action["chat_id"]]
            ok = ok and (out == right or err or whole_lines(data))
        t.held(ok, "state %s:" % what, status, out[-300:], err[-200:])


def buffer():
    given = lines(*(inbound(i, True) for i in range(3)))
    t.run(["relay-stub", "-q", "--buffer", "buffer", "--max-life", "50ms"], given)
    with open("buffer", "rb") as f:
        whole = f.read()
    for what, data in damaged(whole):
        write("damaged", data)
        # A console without a gateway: what is kept is in the file again after the run.
        status, _, err = t.run(["relay-stub", "-q", "--buffer", "damaged", "--max-life", "20ms"], b"")
        with open("damaged", "rb") as f:
            after = f.read()
        kept = set(re.findall(rb'"bufferId":"(b\d)"', after)) if status in (0, 65) else set()
        texts = set(re.findall(rb'"text":"([^"]*)"', after))
        ok = status in (0, 65, 66, 74, 75, 78) and (status == 0 or err)
        ok = ok and (status not in (0, 65) or texts <= {b"hello 0", b"hello 1", b"hello 2"}) and (len(kept) == 3 or err or whole_lines(data))
        t.held(ok, "buffer %s:" % what, status, after[-300:], err[-200:])


for part in (state, buffer):
    if t.wanted(part.__name__):
        part()
t.finish()
