#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How runs end: lifecycle.py SCHEDULES SEED BACKLOG

Each schedule is a ring of the tools under relay-dial against a separate peer, and a random sequence of: deliver live or
buffered messages, stop reading, cut the connection, stop answering, a backlog; then TERM, INT, a pair of HUPs, or TERM
to every process of the unit; going_idle is acked, acked late or never. The seed fixes all choices. In the end
  - the run is over within its bound,
  - every message is answered, or kept by the peer (buffered and not acked), or reported on stderr: the counts agree,
  - the exit status is 0 exactly when nothing was lost, missing or uncertain.
Works in the current directory. Exit status 0 when all held.
"""
import base64
import concurrent.futures
import hashlib
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
from peer import descriptor  # noqa: E402

SCHEDULES, SEED, BACKLOG = (int(a) for a in sys.argv[1:4])
BOUND = 4  # --kill-after, seconds
RING = "relay-handshake -p discord | relay-decode | relay-run ./agent.sh | relay-scope | relay-send | relay-idle"
AGENT = '#!/bin/sh\nsleep 0.0$((${RELAY_TEXT#m} % 7))\necho "re $RELAY_TEXT"\n'


def ws(payload, opcode=1):
    n = len(payload)
    size = bytes([n]) if n < 126 else b"\x7e" + struct.pack(">H", n) if n < 65536 else b"\x7f" + struct.pack(">Q", n)
    return bytes([0x80 | opcode]) + size + payload


class Peer:
    """Accepts one connection after another; keeps buffered messages until they are acked."""

    def __init__(self, flip):
        self.flip = flip  # how going_idle is answered: "ack", "late", "lost"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "ws://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.RLock()
        self.socket = None  # of a greeted connection that is not flipped
        self.greeted = threading.Event()
        self.pong = threading.Event()
        self.mute = self.idle_asked = False
        self.stop_until = 0
        self.live, self.kept, self.acked, self.answers, self.requests = set(), {}, set(), set(), set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.serve(s)
            except (OSError, EOFError):
                pass
            with self.lock:
                self.socket = None
            self.greeted.clear()
            s.close()

    def serve(self, s):
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self.more(s)
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head).group(1)
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        while True:
            opcode, payload = self.frame(s)
            if opcode == 8:
                with self.lock:
                    self.socket = None
                    s.sendall(ws(payload[:2], 8))
                return
            if opcode == 10:
                self.pong.set()
            elif opcode == 9:
                with self.lock:
                    s.sendall(ws(payload, 10))
            else:
                for line in payload.splitlines():
                    self.take(s, json.loads(line))

    def more(self, s):
        time.sleep(max(0, self.stop_until - time.monotonic()))
        piece = s.recv(1 << 18)
        if not piece:
            raise EOFError
        self.data += piece

    def frame(self, s):
        while True:
            b = self.data
            n, at = (b[1] & 127, 2) if len(b) > 1 else (1 << 30, 2)
            if n in (126, 127):
                at = 4 if n == 126 else 10
                n = int.from_bytes(b[2:at], "big") if len(b) >= at else 1 << 30
            if len(b) >= at + 4 + n:
                mask = b[at:at + 4]
                payload = bytes(c ^ mask[i & 3] for i, c in enumerate(b[at + 4:at + 4 + n]))
                self.data = b[at + 4 + n:]
                return b[0] & 15, payload
            self.more(s)

    def take(self, s, f):
        with self.lock:
            kind = f["type"]
            if kind == "hello":
                s.sendall(ws(json.dumps(descriptor(f["platform"])).encode() + b"\n"))
                self.socket = s
                for k in sorted(self.kept):
                    s.sendall(self.message(k, "b%d" % k))
                self.greeted.set()
            elif kind == "outbound":
                self.requests.add(f["requestId"])
                self.answers.update(int(t) for t in re.findall(r"re m(\d+)", f["action"].get("content", "")))
                if not self.mute:
                    s.sendall(ws(json.dumps({"type": "outbound_result", "requestId": f["requestId"],
                                             "result": {"success": True, "message_id": "1"}}).encode() + b"\n"))
            elif kind == "inbound_ack":
                k = int(f["bufferId"][1:])
                self.kept.pop(k, None)
                self.acked.add(k)
            elif kind == "going_idle":
                self.idle_asked = True
                if self.flip == "ack":
                    self.acknowledge(s)
                elif self.flip == "late":
                    threading.Timer(0.7, self.acknowledge, (s,)).start()

    def acknowledge(self, s):
        with self.lock:
            try:
                s.sendall(ws(b'{"type":"going_idle_ack"}\n'))
                self.socket = None
            except OSError:
                pass

    def message(self, k, buffer=None):
        f = {"type": "inbound", "event": {"text": "m%d" % k, "message_id": str(k), "source": {
            "platform": "discord", "chat_id": "c%d" % (k % 50), "user_id": "u"}}}
        if buffer:
            f["bufferId"] = buffer
        return ws(json.dumps(f).encode() + b"\n")

    def deliver(self, numbers, buffered):
        """False if live messages cannot be delivered now: then none are sent."""
        with self.lock:
            if buffered:
                self.kept.update((k, True) for k in numbers)
            elif not self.socket:
                return False
            else:
                self.live.update(numbers)
            if self.socket:
                try:
                    self.socket.sendall(b"".join(self.message(k, "b%d" % k if buffered else None) for k in numbers))
                except OSError:
                    pass
        return True

    def cut(self):
        """Ends the connection once everything that was sent on it has been received."""
        self.pong.clear()
        try:
            with self.lock:
                s = self.socket
                if s:
                    s.sendall(ws(b"", 9))
            if s and self.pong.wait(20):
                with self.lock:
                    self.socket = None
                    self.greeted.clear()
                    s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tree(pid):
    found = [pid]
    try:
        for child in open("/proc/%d/task/%d/children" % (pid, pid)).read().split():
            found += tree(int(child))
    except OSError:
        pass
    return found


def end(process, how):
    if how == "all":
        for pid in tree(process.pid):
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass
        return
    process.send_signal({"TERM": signal.SIGTERM, "INT": signal.SIGINT}.get(how, signal.SIGHUP))
    if how == "HUP":
        process.send_signal(signal.SIGHUP)


def play(peer, rng, steps):
    """Carries out the events before the end; returns the next message's number."""
    n = 1
    for step in steps:
        time.sleep(rng.random() * 0.08)
        if step in ("live", "buffered", "backlog"):
            k = BACKLOG if step == "backlog" else rng.randint(1, 5)
            if peer.deliver(range(n, n + k), step == "buffered"):
                n += k
        elif step == "stop":
            peer.stop_until = time.monotonic() + 0.4
        elif step == "mute":
            peer.mute = True
        elif step == "cut":
            peer.cut()
            peer.greeted.wait(15)
    return n


def lost(text, peer):
    """The number of messages that stderr reports as lost."""
    n = 0
    stage = re.findall(r"(\d+) messages running and (\d+) waiting are not acknowledged", text)
    for a, b in stage:
        n += int(a) + int(b)
    for line in re.findall(r"end: lost messages: ([^;\n]*)", text):
        for k, what in re.findall(r"(\d+) (queued here|in COMMAND's pipe|running|waiting)", line):
            if not stage or what not in ("running", "waiting"):
                n += int(k)
    n += len(re.findall(r"run \S+ for message [^\n]*: [^\n]*not acknowledged", text))
    unsent = set(re.findall(r'(?:settle|send) outbound "(\w+)"', text)) - peer.requests
    return n + len(unsent)


TROUBLE = re.compile(r"settle |send |lost messages|not acknowledged|end COMMAND")


def judge(peer, status, seconds, text):
    wrong = []
    if seconds > BOUND * 5:
        wrong.append("took %.1f s" % seconds)
    open_messages = (peer.live | peer.acked) - peer.answers
    named = lost(text, peer)  # messages that the peer has kept may be reported too: they were unfinished
    if not len(open_messages) <= named <= len(open_messages) + len(peer.kept):
        wrong.append("%d not answered, %d named, %d kept" % (len(open_messages), named, len(peer.kept)))
    if (status == 0) == bool(TROUBLE.search(text)):
        wrong.append("status %d" % status)
    if status not in (0, 1, 69, 75, 137, 143):
        wrong.append("a status that nothing explains: %d" % status)
    return wrong


def run(number):
    rng = random.Random(SEED * 100000 + number)
    how = rng.choice(["TERM", "HUP", "INT", "all", "all"])
    steps = [rng.choice(["live", "live", "live", "buffered", "buffered", "stop", "cut", "mute"])
             for _ in range(rng.randint(2, 7))]
    if number % 10 == 9:
        steps.append("backlog")
    peer = Peer(rng.choice(["ack", "ack", "late", "lost"]))
    err = open("err.%d" % number, "w+")
    process = subprocess.Popen(["relay-dial", "--kill-after", "%ds" % BOUND, peer.url, "--", "sh", "-c", RING],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)
    peer.greeted.wait(20)
    n = play(peer, rng, steps)
    time.sleep(rng.choice([0, 0, 0.05, 0.3]))
    began = time.monotonic()
    end(process, how)
    while process.poll() is None and time.monotonic() - began < BOUND * 5 + 5:
        if peer.deliver([n], rng.random() < 0.3):  # the flip window
            n += 1
        time.sleep(0.1)
    seconds = time.monotonic() - began
    if process.poll() is None:
        for pid in tree(process.pid):
            os.kill(pid, signal.SIGKILL)
    status = process.wait()
    time.sleep(0.05)
    peer.listener.close()
    err.seek(0)
    text = err.read()
    wrong = judge(peer, status, seconds, text)
    if wrong:
        print("schedule %d of seed %d: %s %s, ack %s: %s" % (number, SEED, " ".join(steps), how, peer.flip,
                                                             "; ".join(wrong)))
        print("    " + text.replace("\n", "\n    "), flush=True)
    left = len((peer.live | peer.acked) - peer.answers)
    return bool(wrong), len(peer.live | peer.acked) + len(peer.kept), left, status


def main():
    with open("agent.sh", "w") as f:
        f.write(AGENT)
    os.chmod("agent.sh", 0o755)
    with concurrent.futures.ThreadPoolExecutor(8 if SCHEDULES > 20 else SCHEDULES) as pool:
        results = list(pool.map(run, range(SCHEDULES)))
    statuses = sorted({r[3] for r in results})
    print("%d schedules, %d wrong; %d messages, %d not answered and named; statuses %s" % (
        len(results), sum(r[0] for r in results), sum(r[1] for r in results), sum(r[2] for r in results),
        ", ".join("%d: %d" % (s, sum(r[3] == s for r in results)) for s in statuses)))
    return any(r[0] for r in results)


sys.exit(main())
