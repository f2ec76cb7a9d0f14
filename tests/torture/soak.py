#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A ring runs for a long time: its connection is cut, COMMANDs die and fail; every message is acknowledged and answered once, or
it is reported that nobody knows; and no tool grows in memory, descriptors or processes. --seconds SECONDS (6; 60 with --long)."""
import collections
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time

from common import Torture, inbound, lines

t = Torture()
SECONDS = t.args.seconds or (60 if t.long else 6)
AGENT = """#!/bin/sh
cat >/dev/null
case $RELAY_TEXT in
kill*) [ -e "marks/$RELAY_MESSAGE_ID" ] || { : >"marks/$RELAY_MESSAGE_ID"; kill -9 $$; } ;;
fail*) [ -e "marks/$RELAY_MESSAGE_ID" ] || { : >"marks/$RELAY_MESSAGE_ID"; echo partial; exit 3; } ;;
slow*) sleep 0.5 ;;
esac
echo "re: $RELAY_TEXT"
"""
os.mkdir("marks")
with open("agent.sh", "w", encoding="ascii") as f:
    f.write(AGENT)
os.chmod("agent.sh", 0o755)
stub_err, ring_err = open("stub.err", "wb"), open("ring.err", "wb")
stub = subprocess.Popen(["relay-stub", "--url-file", "url", "--buffer", "buffer", "--fragment", "--coalesce", "--seed", str(t.seed)],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stub_err, env=t.env)
while not os.path.exists("url"):
    time.sleep(0.01)
with open("url", encoding="ascii") as f:
    port = int(f.read().split(":")[2].split("/")[0])
pairs = set()


def pump(here):
    there = socket.create_connection(("127.0.0.1", port))
    pairs.add((here, there))
    try:
        while True:
            for s in select.select([here, there], [], [], 1)[0]:
                data = s.recv(65536)
                if not data:
                    return
                (there if s is here else here).sendall(data)
    except OSError:
        pass
    finally:
        pairs.discard((here, there))
        here.close()
        there.close()


def accept(listener):
    while True:
        threading.Thread(target=pump, args=(listener.accept()[0],), daemon=True).start()


def cut():
    for pair in list(pairs):
        try:
            if t.random.random() < 0.5:
                pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            pair[0].shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


replies, acks = collections.Counter(), collections.Counter()


def read_stub():
    for line in stub.stdout:
        frame = json.loads(line)
        if frame["type"] == "outbound":
            replies[frame["action"]["content"]] += 1
        elif frame["type"] == "inbound_ack":
            acks[frame["bufferId"]] += 1


def answered():
    """How many messages have their answer, or the report that it was on its way when the connection was cut."""
    with open("ring.err", encoding="utf-8", errors="replace") as f:
        return len(replies) + f.read().count("connection lost")


def tools():
    """Memory in kB and descriptors of each tool among our descendants, and the number of zombies."""
    children = collections.defaultdict(list)
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % p, encoding="utf-8") as f:
                name, rest = f.read().split("(", 1)[1].rsplit(")", 1)
            children[int(rest.split()[1])].append((int(p), name, rest.split()[0]))
        except (OSError, IndexError):
            pass
    found, zombies, todo = {}, 0, [os.getpid()]
    while todo:
        for p, name, state in children[todo.pop()]:
            todo.append(p)
            zombies += state == "Z"
            try:
                with open("/proc/%d/status" % p, encoding="utf-8") as f:
                    rss = [int(line.split()[1]) for line in f if line.startswith("VmRSS")]
                if name.startswith("relay-") and rss:
                    found[name] = (rss[0], len(os.listdir("/proc/%d/fd" % p)))
            except OSError:
                pass
    return found, zombies


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=read_stub, daemon=True).start()
threading.Thread(target=accept, args=(listener,), daemon=True).start()
ring = subprocess.Popen(["relay-adapter", "--url", "ws://127.0.0.1:%d" % listener.getsockname()[1], "-p", "discord", "--state", "state",
                         "./agent.sh"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=ring_err, env=t.env)
begin = time.monotonic()
sent, samples, zombies = [], [], 0
next_cut = next_sample = begin + SECONDS / 10
while time.monotonic() < begin + SECONDS:
    # The sender keeps pace with the answers.
    while len(sent) - answered() > 100 and time.monotonic() < begin + SECONDS:
        time.sleep(0.05)
    n, kind = len(sent), t.random.choice(["ok"] * 60 + ["kill", "fail", "slow"])
    frame = inbound(n, True, str(t.random.randrange(40)), kind)
    sent.append("%s %d" % (kind, n))
    stub.stdin.write(lines(frame))
    stub.stdin.flush()
    time.sleep(t.random.expovariate(20))
    if time.monotonic() > next_cut:
        cut()
        next_cut = time.monotonic() + t.random.uniform(SECONDS / 20, SECONDS / 8) if SECONDS < 200 else \
            time.monotonic() + t.random.uniform(10, 45)
    if time.monotonic() > next_sample:
        found, z = tools()
        samples.append(found)
        zombies = max(zombies, z)
        next_sample = time.monotonic() + SECONDS / 40
end = time.monotonic() + 60
# An ack says that a message is in the inbox; its answer follows.
while time.monotonic() < end and (answered() < len(sent) or len(acks) < len(sent)):
    time.sleep(0.05)
ring.send_signal(signal.SIGTERM)
status = ring.wait(90)
stub.send_signal(signal.SIGTERM)
stub_status = stub.wait(60)
for n, text in enumerate(sent):
    t.held(acks["b%d" % n] >= 1, text, "is not acknowledged")
ring_err.close()
with open("ring.err", encoding="utf-8", errors="replace") as f:
    said = f.read()
# A reply that was on its way when the connection was cut is ambiguous, and reported: it arrived or not, or its message came again.
other = [text for text in sent if replies["re: " + text] != 1]
t.held(len(other) <= said.count("ambiguous") + said.count("lost"), "not answered once", other[:5], said[-400:])
t.held(status in (0, 1, 75) and stub_status == 0 and zombies <= 4, "the end", status, stub_status, zombies, said[-400:])
quarter = max(1, len(samples) // 4)
for name in sorted({name for s in samples for name in s}):
    early, late = ([s[name] for s in part if name in s] for part in (samples[1:1 + quarter], samples[-quarter:]))
    if early and late:
        print("  %-16s %d..%d kB, then %d..%d kB; descriptors %s, then %s" % (
            name, min(e[0] for e in early), max(e[0] for e in early), min(e[0] for e in late), max(e[0] for e in late),
            sorted({e[1] for e in early}), sorted({e[1] for e in late})))
        t.held(max(e[0] for e in late) <= max(e[0] for e in early) * 1.5 + 4096 and
               max(e[1] for e in late) <= max(e[1] for e in early) + 8, name, early[-1], late[-1])
t.finish()
