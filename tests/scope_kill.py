#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Kills relay-scope at random instants: everything it passed on must be in its state file. scope_kill.py ROUNDS
import json
import os
import random
import signal
import subprocess
import sys
import time

CHATS, LINES = 300, 4000


def write_input(path, first):
    with open(path, "w") as f:
        for n in range(first, first + LINES):
            f.write('{"type":"inbound","event":{"source":{"chat_id":%d,"scope_id":"%d"}}}\n' % (random.randrange(CHATS), n))


def passed(path):
    seen = {}
    for line in open(path):
        if line.endswith("\n"):
            source = json.loads(line)["event"]["source"]
            seen[str(source["chat_id"])] = int(source["scope_id"])
    return seen


def kept():
    ask = "".join('{"type":"outbound","action":{"chat_id":"%d"}}\n' % c for c in range(CHATS))
    run = subprocess.run(["relay-scope", "-s", "state"], input=ask, capture_output=True, text=True)
    torn = [e for e in run.stderr.splitlines() if "drop a torn last line" in e]
    strange = [e for e in run.stderr.splitlines() if e not in torn]
    assert run.returncode == (65 if torn else 0) and not strange, (run.returncode, strange)
    actions = [json.loads(line)["action"] for line in run.stdout.splitlines()]
    return {a["chat_id"]: int(a["metadata"]["scope_id"]) for a in actions if "metadata" in a}


def killed_at(size):
    """Kills it once that much has come out, or, for 0, a moment after its start."""
    with open("in") as i, open("out", "w") as o:
        p = subprocess.Popen(["relay-scope", "-s", "state"], stdin=i, stdout=o)
        while size and p.poll() is None and os.path.getsize("out") < size:
            pass
        time.sleep(random.random() * 0.001)
        p.send_signal(signal.SIGKILL)
        return p.wait() == -signal.SIGKILL


def main():
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    write_input("in", 0)
    with open("in") as i, open("out", "w") as o:
        subprocess.run(["relay-scope", "-s", "state"], stdin=i, stdout=o, check=True)
    whole = os.path.getsize("out")
    rounds, kills, n, known = int(sys.argv[1]), 0, 0, passed("out")
    # A run that had already ended is checked too, but does not count; on a busy machine there are many.
    while kills < rounds and n < 30 * rounds:
        n += 1
        write_input("in", n * LINES)
        kills += killed_at(int(random.random() * whole * 0.8))
        known.update(passed("out"))
        have = kept()
        for chat, value in known.items():
            assert have.get(chat, -1) >= value, (n, chat, value, have.get(chat))
        known = have
    print(kills, "killed in the middle, of", n)
    assert kills == rounds, "the kills came too late"


main()
