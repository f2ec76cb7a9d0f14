# SPDX-License-Identifier: MIT
"""Checks that stdin is an HTTP archive, HAR 1.2, with WebSocket messages as Chromium writes and reads them; prints each
message as a line ["up"|"down", frame]."""
import datetime
import json
import sys

TEXT, NUMBER, LIST, OBJECT = str, (int, float), list, dict
ENTRY = {"startedDateTime": TEXT, "time": NUMBER, "request": OBJECT, "response": OBJECT, "cache": OBJECT, "timings": OBJECT}
REQUEST = {"method": TEXT, "url": TEXT, "httpVersion": TEXT, "cookies": LIST, "headers": LIST, "queryString": LIST,
           "headersSize": NUMBER, "bodySize": NUMBER}
RESPONSE = {"status": NUMBER, "statusText": TEXT, "httpVersion": TEXT, "cookies": LIST, "headers": LIST, "content": OBJECT,
            "redirectURL": TEXT, "headersSize": NUMBER, "bodySize": NUMBER}


def has(what, thing, shape):
    """Every member is there, of its type; others only if their name begins with '_'."""
    for name, kind in shape.items():
        assert isinstance(thing.get(name), kind) and not isinstance(thing[name], bool), (what, name, thing.get(name))
    assert all(name in shape or name.startswith("_") for name in thing), (what, list(thing))


def once(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def check_entry(e):
    has("entry", e, ENTRY)
    has("request", e["request"], REQUEST)
    has("response", e["response"], RESPONSE)
    has("content", e["response"]["content"], {"size": NUMBER, "mimeType": TEXT})
    has("timings", e["timings"], {"send": NUMBER, "wait": NUMBER, "receive": NUMBER})
    began = datetime.datetime.fromisoformat(e["startedDateTime"].replace("Z", "+00:00")).timestamp()
    assert e["request"]["url"].startswith(("ws://", "wss://")) and e["response"]["status"] == 101
    assert e["time"] == sum(e["timings"].values()) and e["_resourceType"] == "websocket"
    for m in e["_webSocketMessages"]:
        has("message", m, {"type": TEXT, "time": NUMBER, "opcode": NUMBER, "data": TEXT})
        assert m["type"] in ("send", "receive") and m["opcode"] == 1
        assert began - 1e-5 <= m["time"] <= began + e["time"] / 1000 + 1e-5, (began, m["time"], e["time"])
        print('["%s",%s]' % ("up" if m["type"] == "send" else "down", m["data"]))


log = json.load(sys.stdin, object_pairs_hook=once)["log"]
has("log", log, {"version": TEXT, "creator": OBJECT, "entries": LIST})
has("creator", log["creator"], {"name": TEXT, "version": TEXT})
assert log["version"] == "1.2"
for entry in log["entries"]:
    check_entry(entry)
