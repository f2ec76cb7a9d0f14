#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The connection is cut at a random byte, by an end or a reset, in either direction, once or twice: each outbound gets exactly
one result, a true one."""
import collections
import json
import os
import select
import socket
import subprocess
import threading
import time

from common import Torture

t = Torture()
stub = subprocess.Popen(["relay-stub", "-q", "--url-file", "url"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=t.env)
while not os.path.exists("url"):
    time.sleep(0.01)
with open("url", encoding="ascii") as f:
    port = int(f.read().split(":")[2].split("/")[0])
done, plan = collections.Counter(), []


def read_stub():
    for line in stub.stdout:
        frame = json.loads(line)
        if frame["type"] == "outbound":
            done[frame["requestId"]] += 1


def pump(here, cut):
    there = socket.create_connection(("127.0.0.1", port))
    passed = [0, 0]
    try:
        while True:
            for s in select.select([here, there], [], [])[0]:
                side = 0 if s is here else 1
                data = s.recv(4096)
                if not data:
                    return
                if cut and cut[0] == side and passed[side] + len(data) >= cut[1]:
                    (there if s is here else here).sendall(data[:max(0, cut[1] - passed[side])])
                    if cut[2]:
                        for x in (here, there):
                            x.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                passed[side] += len(data)
                (there if s is here else here).sendall(data)
    except OSError:
        pass
    finally:
        here.close()
        there.close()


def accept(listener):
    while True:
        s, _ = listener.accept()
        threading.Thread(target=pump, args=(s, plan.pop(0) if plan else None), daemon=True).start()


def faults(ids, out, status):
    results = collections.defaultdict(list)
    for line in out.splitlines():
        frame = json.loads(line)
        if frame["type"] == "outbound_result":
            results[frame["requestId"]].append(frame["result"])
    for i in ids:
        if len(results[i]) != 1:
            yield "%s has %d results" % (i, len(results[i]))
            continue
        r = results[i][0]
        if r.get("success") and done[i] != 1 or r.get("ambiguous") and done[i] > 1:
            yield "%s: %s, done %d times" % (i, r, done[i])
        if not r.get("success") and not r.get("ambiguous") and done[i]:
            yield "%s: %s, but it was done" % (i, r)
        if not r.get("success") and status == 0:
            yield "%s: %s, but status 0" % (i, r)
    if set(results) - set(ids):
        yield "results of nothing"


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=read_stub, daemon=True).start()
threading.Thread(target=accept, args=(listener,), daemon=True).start()
for n in range(400 if t.long else 8):
    count, pad = t.random.choice([1, 20, 200]), "x" * t.random.choice([0, 10, 1900])
    ids = ["t%d-%d" % (n, i) for i in range(count)]
    far = count * (len(pad) + 120) + 10
    plan[:] = [(t.random.randrange(2), t.random.choice([t.random.randrange(1, 400), t.random.randrange(200, 3000),
                                                         t.random.randrange(1, far)]), t.random.random() < 0.5)
               for _ in range(t.random.choice([1, 1, 2]))]
    said = str(plan)
    data = '{"type":"hello","platform":"discord","botId":""}\n' + "".join(
        '{"type":"outbound","requestId":"%s","action":{"op":"send","chat_id":"1","content":"x%s"}}\n' % (i, pad) for i in ids)
    status, out, err = t.run(["relay-dial", "-q", "--no-link", "--retry", "5", "-w", "20s",
                              "ws://127.0.0.1:%d" % listener.getsockname()[1]], data.encode())
    # Everything the stub has taken is on its stdout once it has answered a later request.
    for _ in range(100):
        wrong = list(faults(ids, out, status)) if status != "hang" else ["hang"]
        if not wrong:
            break
        time.sleep(0.02)
    t.held(not wrong, "trial %d of %s:" % (n, said), wrong[:3], status, err[-200:])
stub.terminate()
stub.wait()
t.finish()
