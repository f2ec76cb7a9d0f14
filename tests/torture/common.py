# SPDX-License-Identifier: MIT
"""Code shared by the torture scripts: NAME.py [--long] [--seed N] [--only CASE]. The tools come from PATH; a script works in
a new directory, prints each fault and then one line `NAME: N tried, M held (seed S)`, and exits with 1 if there was a fault.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Torture:
    def __init__(self, more=None):
        """more: adds a script's own options to the parser."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--long", action="store_true", default=bool(os.environ.get("LONG")))
        parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
        parser.add_argument("--only", default="")
        parser.add_argument("--seconds", type=float, default=0)
        if more:
            more(parser)
        self.args = parser.parse_args()
        self.long, self.seed, self.only = self.args.long, self.args.seed, self.args.only
        self.name = os.path.basename(sys.argv[0])[:-3]
        self.random = random.Random(self.seed)
        self.tried, self.faults = 0, 0
        self.place = tempfile.TemporaryDirectory(prefix="relay-torture-")
        os.chdir(self.place.name)
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": self.place.name}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def wanted(self, case):
        return self.only in case

    def held(self, ok, case, *what):
        """Counts a trial; prints what was wrong with it."""
        self.tried += 1
        if not ok:
            self.faults += 1
            if self.faults <= 100:
                print("FAULT", case, *what, flush=True)
        return ok

    def finish(self):
        print("%s: %d tried, %d held (seed %d)" % (self.name, self.tried, self.tried - self.faults, self.seed), flush=True)
        sys.exit(1 if self.faults or not self.tried else 0)

    def preload(self, name):
        """The library from tests/preload/NAME.c, built here."""
        path = os.path.join(self.place.name, name + ".so")
        if not os.path.exists(path):
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, "%s/tests/preload/%s.c" % (SOURCE, name), "-ldl"],
                           check=True)
        return path

    def run(self, argv, data=b"", timeout=60, env=None, **more):
        """Runs a tool to its end: (status or "hang", stdout, stderr)."""
        try:
            p = subprocess.run(argv, input=data, env=dict(self.env, **(env or {})), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, timeout=timeout, check=False, **more)
        except subprocess.TimeoutExpired as e:
            return "hang", e.stdout or b"", e.stderr or b""
        return p.returncode, p.stdout, p.stderr


def lines(*objects):
    return b"".join(json.dumps(o, separators=(",", ":")).encode() + b"\n" for o in objects)


def inbound(n, buffered=False, chat="42", text="hello", **source):
    frame = {"type": "inbound", "event": {"text": "%s %d" % (text, n), "message_id": str(n), "source": dict(
        {"platform": "discord", "chat_id": chat, "chat_type": "group", "user_id": "u1", "user_name": "ada",
         "scope_id": "g1"}, **source)}}
    if buffered:
        frame["bufferId"] = "b%d" % n
    return frame


DESCRIPTOR = {"type": "descriptor", "descriptor": {
    "contract_version": 1, "platform": "discord", "label": "Discord", "max_message_length": 2000, "len_unit": "utf16",
    "supports_draft_streaming": False, "supports_edit": True, "supports_threads": True, "markdown_dialect": "discord"}}
FRAMES = lines(DESCRIPTOR, inbound(1), inbound(2, True, "43"), {"type": "x_custom", "n": 9007199254740993},
               {"type": "outbound_result", "requestId": "r1", "result": {"success": True, "message_id": "m1"}},
               inbound(3, False, "44", "caf\u00e9 \U0001f44d"))
ACTIONS = lines(DESCRIPTOR, {"op": "send", "chat_id": "42", "content": "hi"},
                {"op": "send", "chat_id": "42", "content": "word " * 900}, {"op": "typing", "chat_id": "42"},
                {"op": "react", "chat_id": "42", "message_id": "1", "emoji": "\U0001f44d"})
SCOPES = lines(inbound(1), inbound(2, False, "43", scope_id="g2", user_id="u2"),
               {"type": "outbound", "requestId": "r1", "action": {"op": "send", "chat_id": "42", "content": "x"}},
               {"type": "outbound", "requestId": "r2", "action": {"op": "send", "chat_id": "43", "content": "y"}},
               {"type": "outbound", "requestId": "r3", "action": {"op": "send", "chat_id": "9", "content": "z"}})
IDLES = lines(DESCRIPTOR, inbound(1), {"type": "link", "state": "draining"}, {"type": "going_idle_ack"})
HELLO_AND_ACK = lines({"type": "hello", "platform": "discord", "botId": ""}, {"type": "inbound_ack", "bufferId": "b0"})

# Each filter at work: name, arguments, input. relay-run has one COMMAND at a time, so that the order is fixed.
FILTERS = {
    "decode": (["relay-decode", "--ack"], FRAMES),
    "decode-text": (["relay-decode", "-f", "text"], FRAMES),
    "decode-tsv": (["relay-decode", "-f", "tsv"], FRAMES),
    "handshake": (["relay-handshake", "-p", "discord:app1", "-p", "slack"], FRAMES),
    "run": (["relay-run", "-P", "1", "sh", "-c", "cat >/dev/null; echo \"you said $RELAY_TEXT\""], FRAMES),
    "run-j": (["relay-run", "-P", "1", "-j", "sh", "-c",
               "cat >/dev/null; echo '{\"op\":\"typing\"}'; echo '{\"op\":\"send\",\"content\":\"x\"}'"], FRAMES),
    "run-l": (["relay-run", "-l", "sh", "-c", "while read -r l; do echo '{\"op\":\"typing\",\"chat_id\":\"42\"}'; done"],
              lines(inbound(1), inbound(2))),
    "send": (["relay-send"], ACTIONS),
    "send-n": (["relay-send", "-n", "-c", "42", "--max-length", "40", "--", "A text that is longer than forty characters."], b""),
    "control": (["relay-control", "ctl"], FRAMES),
    "scope": (["relay-scope"], SCOPES),
    "scope-s": (["relay-scope", "-s", "scope.state"], SCOPES),
    "idle": (["relay-idle"], IDLES),
}


def normal(case, out):
    """The output without the parts that differ from run to run."""
    out = re.sub(rb"20\d\d-\d\d-\d\dT[0-9:.]*Z", b"DATE", out)
    out = re.sub(rb"\d\d:\d\d:\d\d\.\d\d\d", b"TIME", out)
    out = re.sub(rb"\+[\d.]+ms", b"+MS", out)
    out = re.sub(rb'"(requestId|timestamp)":"[0-9a-f]{32}', rb'"\1":"ID', out)
    out = re.sub(rb"req=[0-9a-f]{8}", b"req=ID", out)
    out = re.sub(rb'{"type":"work"[^\n]*\n', b"", out)
    return b"".join(sorted(out.splitlines(True))) if case.startswith("run") else out
