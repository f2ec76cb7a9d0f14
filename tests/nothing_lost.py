#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Nothing lost, nothing twice: nothing_lost.py MESSAGES ROUNDS [SEED]

Numbered messages go through relay-stub (durable buffer) and a whole ring, while ring and stub are drained, killed,
cut and restarted at random moments. In the end
  - every message that the stub had buffered was handled and acknowledged; it was handled twice only if the ring was
    killed between the handling and the acknowledgement, at most one per kill (the backlog is ack-gated);
  - every message delivered live was handled at most once;
  - the buffered ones were handled in order.
The seed is printed and replays the choices. Works in the current directory. Exit status 0 when all held.
"""
import collections
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
from peer import Forwarder  # noqa: E402

MESSAGES, ROUNDS = int(sys.argv[1]), int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
rng = random.Random(SEED)
print("seed %d" % SEED, flush=True)

AGENT = """#!/bin/sh
IFS= read -r line
case $line in
*'"bufferId":"'*) id=${line#*'"bufferId":"'} id=${id%%'"'*} ;;
*) id=- ;;
esac
echo "$RELAY_MESSAGE_ID $id $INCARNATION" >>handled
echo "done $RELAY_MESSAGE_ID"
"""
RING = ("relay-handshake -p discord:app1 | relay-decode | relay-run ./agent.sh | relay-scope -s scopes | relay-send |"
        " relay-idle")


class Stub:
    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        self.port = 0
        self.process = None
        self.kills = 0

    def start(self):
        if os.path.exists("stub.url"):
            os.unlink("stub.url")
        self.process = subprocess.Popen(
            ["relay-stub", "--port", str(self.port), "--buffer", "buffer", "--url-file", "stub.url"],
            stdin=self.read_end, stdout=open("stub.out", "a"), stderr=open("stub.err", "a"))
        wait(10, lambda: os.path.exists("stub.url"), "the stub listens")
        self.port = int(open("stub.url").read().split(":")[2].split("/")[0])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.kills += 1

    def push(self, numbers):
        text = "".join('{"type":"inbound","event":{"text":"number %d","message_id":"%d","source":{"platform":"discord",'
                       '"chat_id":"c%d","user_id":"u","guild_id":"g"}}}\n' % (n, n, n % 7) for n in numbers)
        data = text.encode()
        while data:
            data = data[os.write(self.write_end, data):]


class Ring:
    def __init__(self, port):
        self.url = "ws://127.0.0.1:%d" % port
        self.count = self.kills = 0
        self.process = None

    def start(self):
        self.count += 1
        self.process = subprocess.Popen(
            ["relay-dial", "--kill-after", "60s", self.url, "--", "sh", "-c", RING],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open("ring.err", "a"),
            env=dict(os.environ, INCARNATION=str(self.count)))

    def drain(self):
        self.process.terminate()
        return self.process.wait(120)

    def kill(self):
        """Kills all of it at once, as when a machine loses power."""
        tree = children(self.process.pid)
        for pid in [self.process.pid] + tree:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                pass
        for pid in [self.process.pid] + tree + children(self.process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.kills += 1


def children(pid):
    found = []
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            for child in open("/proc/%d/task/%s/children" % (pid, task)).read().split():
                found += [int(child)] + children(int(child))
    except OSError:
        pass
    return found


def wait(seconds, condition, what):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            sys.exit("not within %d s: %s (seed %d)" % (seconds, what, SEED))
        time.sleep(0.02)


def handled():
    try:
        return [line.split() for line in open("handled")]
    except FileNotFoundError:
        return []


def main():
    with open("agent.sh", "w") as f:
        f.write(AGENT)
    os.chmod("agent.sh", 0o755)
    stub = Stub()
    stub.start()
    proxy = Forwarder(stub.port)
    ring = Ring(proxy.port)
    batch = MESSAGES // ROUNDS // 2
    next_number, buffered, drains = 1, [], collections.Counter()
    for turn in range(ROUNDS):
        # No gateway is connected. Once the stub has noticed, messages are buffered, and count once the buffer has them.
        while True:
            stub.push([next_number])
            next_number += 1
            time.sleep(0.1)
            if '"number %d"' % (next_number - 1) in open("buffer", errors="replace").read():
                break
        buffered.append(next_number - 1)
        numbers = list(range(next_number, next_number + batch))
        next_number += batch
        stub.push(numbers)
        last = '"number %d"' % numbers[-1]
        wait(60, lambda: last in open("buffer", errors="replace").read(), "the buffer has %s" % last)
        buffered += numbers
        ring.start()
        if rng.random() < 0.5:
            wait(120, lambda: str(numbers[-1]) in {n for n, i, c in handled()}, "the backlog is drained")
        else:
            time.sleep(rng.random() * 0.6)
        live = list(range(next_number, next_number + batch))
        next_number += batch
        stub.push(live)
        for _ in range(rng.randrange(3)):
            time.sleep(rng.random() * 0.4)
            proxy.cut()
            drains["cut"] += 1
        if rng.random() < 0.3:
            time.sleep(rng.random() * 0.3)
            stub.kill()
            stub.start()
        time.sleep(rng.random() * 0.5)
        if rng.random() < 0.5:
            ring.kill()
        else:
            drains[ring.drain()] += 1
        if rng.random() < 0.3:
            stub.kill()
            stub.start()
    ring.start()
    want = set(map(str, buffered))
    wait(60 + MESSAGES // 50, lambda: want <= {n for n, i, c in handled()}, "all that was buffered is handled")
    quiet = [time.time(), 0]

    def still():
        rows = len(handled())
        if rows != quiet[1]:
            quiet[:] = [time.time(), rows]
        return time.time() - quiet[0] > 1.5
    wait(60 + MESSAGES // 50, still, "the backlog is drained")
    drains[ring.drain()] += 1
    # Nothing is left: another ring gets nothing.
    before = handled()
    stub.kill()
    stub.start()
    ring.start()
    time.sleep(1.5)
    drains[ring.drain()] += 1
    stub.process.terminate()
    check(before, buffered, ring, stub, drains)


def check(before, buffered, ring, stub, drains):
    rows = handled()
    problems = []
    if rows != before:
        problems.append("handled after everything was acknowledged: %s" % rows[len(before):][:5])
    times = collections.defaultdict(list)
    for number, ident, incarnation in rows:
        times[int(number)].append((ident, incarnation))
    twice = [(n, t) for n, t in times.items() if len(t) > 1]
    for n, t in twice:
        if len({i for _, i in t}) < len(t):
            problems.append("%d handled twice by one ring: %s" % (n, t))
        if "-" in {i for i, _ in t}:
            problems.append("%d was live and came again: %s" % (n, t))
    # A drain spoilt by the cut link shows it in its status; its last acknowledgement may be lost too.
    spoilt = ring.kills + sum(n for status, n in drains.items() if status not in (0, "cut"))
    if len(twice) > spoilt:
        problems.append("%d handled twice, %d kills and spoilt drains" % (len(twice), spoilt))
    missing = [n for n in buffered if n not in times]
    if missing:
        problems.append("buffered and never handled: %s" % missing[:10])
    seen, order = set(), []
    for n, ident, _ in rows:
        if ident != "-" and n not in seen:
            seen.add(n)
            order.append(int(n))
    if order != sorted(order):
        problems.append("out of order: %s" % [(a, b) for a, b in zip(order, order[1:]) if a > b][:5])
    print("%d messages: %d buffered, %d live handled; %d rings, %d killed, exits of drains %s; stub killed %d times; "
          "handled again after a kill: %d"
          % (len(times), len(buffered), sum(1 for r in rows if r[1] == "-"), ring.count, ring.kills, dict(drains),
             stub.kills, len(twice)))
    for p in problems:
        print("PROBLEM", p)
    sys.exit(1 if problems else 0)


main()
