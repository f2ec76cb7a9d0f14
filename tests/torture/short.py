#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads and writes are short, interrupted or refused for now: filters give the same bytes, and a ring answers every message
once, in the order of its chat."""
import json
import os
import signal
import subprocess
import threading

from common import FILTERS, Torture, inbound, lines, normal

t = Torture()
so = t.preload("short_io")


def filters():
    pad = lines({"type": "x", "pad": "y" * 70000})
    for case in filter(t.wanted, FILTERS):
        argv, data = FILTERS[case]
        if not case.startswith("run"):
            data = data * 5 + pad + data.rstrip(b"\n")
        result = {}
        for seed in range((200 if t.long else 4) + 1):
            if os.path.exists("scope.state"):
                os.unlink("scope.state")
            status, out, err = t.run(argv, data, env={"LD_PRELOAD": so, "SHORT_SEED": str(t.seed * 1000 + seed)} if seed else {})
            if os.path.exists("scope.state"):
                with open("scope.state", "rb") as f:
                    out += f.read()
            got = (status, normal(case, out))
            if seed == 0:
                result = got
            else:
                t.held(got == result, "%s seed %d:" % (case, seed), status, len(got[1]), len(result[1]), err[-300:])


def read_all(stub, replies, acks):
    for line in stub.stdout:
        frame = json.loads(line)
        if frame["type"] == "outbound":
            replies.append(frame["action"]["content"])
        elif frame["type"] == "inbound_ack":
            acks.append(frame["bufferId"])


def ring(seed, count):
    env = dict(t.env, LD_PRELOAD=so, SHORT_SEED=str(seed))
    if os.path.exists("url"):
        os.unlink("url")
    faults = ["--fragment", "--coalesce", "--seed", str(seed)] if seed % 2 else []
    with subprocess.Popen(["relay-stub", "-q", "--url-file", "url"] + faults, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=env) as stub:
        wait(lambda: os.path.exists("url"))
        with open("url", encoding="ascii") as f:
            url = f.read().strip()
        replies, acks = [], []
        reader = threading.Thread(target=read_all, args=(stub, replies, acks))
        reader.start()
        with subprocess.Popen(["relay-adapter", "-q", "--url", url, "-p", "discord", "-P", "8", "--", "sh", "-c",
                               "cat >/dev/null; echo \"re: $RELAY_TEXT\""], stdin=subprocess.DEVNULL, env=env) as ring_:
            stub.stdin.write(lines(*(inbound(i, i % 2 == 1, str(i % 10)) for i in range(count))))
            stub.stdin.flush()
            wait(lambda: len(replies) >= count and len(acks) >= count // 2)
            ring_.send_signal(signal.SIGTERM)
            status = ring_.wait(60)
        stub.send_signal(signal.SIGTERM)
        stub_status = stub.wait(60)
        reader.join()
    want = ["re: hello %d" % i for i in range(count)]
    by_chat = [[int(r.split()[-1]) for r in replies if int(r.split()[-1]) % 10 == c] for c in range(10)]
    t.held(sorted(replies) == sorted(want) and len(set(acks)) == len(acks) and
           set(acks) >= {"b%d" % i for i in range(1, count, 2)} and
           all(c == sorted(c) for c in by_chat) and (status, stub_status) == (0, 0),
           "ring seed %d:" % seed, len(replies), len(acks), status, stub_status)


def wait(condition, seconds=90):
    event = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        event.wait(0.02)


filters()
for n in range(48 if t.long else 2):
    if t.wanted("ring"):
        ring(t.seed * 100 + n, 60 if t.long else 20)
t.finish()
