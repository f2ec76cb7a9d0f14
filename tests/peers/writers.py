# SPDX-License-Identifier: MIT
"""Writers at a control socket: writers.py SOCKET WRITERS EACH STUBOUT. Each sends actions under the same requestIds as the
others; then each result is compared with what relay-stub, whose output is in STUBOUT, received under that message id."""
import json
import socket
import sys
import threading

path, writers, each, received = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
results = [None] * writers


def write(me):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    out = "".join(json.dumps({"op": "send", "requestId": "r%d" % i, "chat_id": "w%d" % me, "content": "%d from %d" % (i, me)}) + "\n"
                  for i in range(each))
    sender = threading.Thread(target=lambda: (s.sendall(out.encode()), s.shutdown(socket.SHUT_WR)))
    sender.start()
    results[me] = [json.loads(line) for line in s.makefile(encoding="utf-8")]
    sender.join()


threads = [threading.Thread(target=write, args=(i,)) for i in range(writers)]
for t in threads:
    t.start()
for t in threads:
    t.join()
with open(received, encoding="utf-8") as f:
    sends = [x["action"]["content"] for x in map(json.loads, f) if x["type"] == "outbound" and x["action"]["op"] == "send"]
bad = 0
for me, got in enumerate(results):
    if sorted(r["requestId"] for r in got) != sorted("r%d" % i for i in range(each)):
        print("writer %d: %d results, not one for each action" % (me, len(got)))
        bad = 1
    for r in got:
        want = "%s from %d" % (r["requestId"][1:], me)
        number = int(r["result"]["message_id"][1:])
        if not r["result"]["success"] or sorted(r) != ["requestId", "result", "type"] or sends[number - 1] != want:
            print("writer %d: %s is not about '%s'" % (me, json.dumps(r), want))
            bad = 1
sys.exit(bad)
