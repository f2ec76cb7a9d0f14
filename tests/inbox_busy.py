#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An operator beside a busy ring: inbox_busy.py MESSAGES OPERATIONS [SEED]

While messages flow through relay-stub and a ring with an inbox, relay-inbox lists, retries and drops at random. No process
complains about a lock, every call of relay-inbox ends with 0 or 1 (or 75 if the ring has no time), and in the end the connector
has got one answer for each message that is done and none for the others. Works in the current directory. Exit status 0 when
all held.
"""
import collections
import json
import os
import random
import signal
import subprocess
import sys
import time

MESSAGES, OPERATIONS = int(sys.argv[1]), int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
STATES = ("waiting", "running", "retrying", "dead", "interrupted", "done", "answered", "ambiguous")
SESSIONS = 50
AGENT = """#!/bin/sh
case $RELAY_MESSAGE_ID in
*50) exit 65 ;;
*[369]) sleep 0.1 ;;
esac
echo "done $RELAY_MESSAGE_ID"
"""
RING = ("relay-handshake -p discord:app1 | relay-decode | relay-run -q --inbox inbox --attempts 2 -P 4 ./agent.sh |"
        " relay-scope | relay-send | relay-idle")
rng = random.Random(SEED)


def wait(seconds, condition, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit("not within %d s: %s (seed %d)" % (seconds, what, SEED))
        time.sleep(0.02)


def inbox(*words):
    p = subprocess.run(["relay-inbox", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True)
    return p.returncode, [json.loads(line) for line in p.stdout.splitlines()], p.stderr


def choose(verb):
    """What an operator may want: one message, mostly in a state that the verb is made for, or all of a kind."""
    if rng.random() < 0.2:
        session = ["--session", "agent:main:discord:dm:c%d" % rng.randrange(SESSIONS)]
        return [*session, "--state", "waiting" if verb == "drop" else "dead", "inbox", verb]
    states = {"retry": ("dead", "interrupted"), "drop": ("waiting", "running")}.get(verb, STATES)
    found = inbox("--state", rng.choice(states), "inbox")[1]
    return ["inbox", verb, str(rng.choice(found)["id"] if found else rng.randrange(1, MESSAGES + 1))]


def operation(took, effect, problems):
    verb = rng.choice(("list", "retry", "drop"))
    words = choose(verb)
    begin = time.monotonic()
    status, changed, said = inbox(*words)
    took[verb].append(time.monotonic() - begin)
    effect[verb] += len(changed)
    if status == 75:  # the machine is so busy that the ring did not get to it in time, which was said
        effect["late"] += 1
    elif status not in (0, 1):
        problems.append("%s: %d %s" % (words, status, said))
    for turn in changed if verb != "list" and status != 75 else ():
        if "wish" in turn:
            problems.append("%s: still wished: %s" % (words, turn))


def feed(stub, numbers):
    for n in numbers:
        stub.stdin.write('{"type":"inbound","event":{"text":"number %d","message_id":"%d","source":{"platform":"discord",'
                         '"chat_id":"c%d","user_id":"u"}}}\n' % (n, n, n % SESSIONS))
        stub.stdin.flush()


def answers():
    count = collections.Counter()
    with open("stub.out", encoding="utf-8") as f:
        for line in f:
            frame = json.loads(line)
            if frame["type"] == "outbound" and frame["action"].get("content", "").startswith("done "):
                count[frame["action"]["content"][5:]] += 1
    return count


def judge(took, effect, problems):
    got = answers()
    turns = inbox("inbox")[1]
    states = collections.Counter(t["state"] for t in turns)
    if len(turns) != MESSAGES:
        problems.append("%d messages in the inbox" % len(turns))
    for t in turns:
        if got[t["message_id"]] != (t["state"] == "done"):
            problems.append("%d answers: %s" % (got[t["message_id"]], t))
    with open("ring.err", encoding="utf-8", errors="replace") as f:
        said = f.read()
    for word in ("lock", "busy", "SQL", "database", "inbox:"):
        if word in said:
            problems.append("the ring said: " + next(line for line in said.splitlines() if word in line))
    print("%d messages, seed %d: %s" % (MESSAGES, SEED, dict(sorted(states.items()))))
    for verb, times in sorted(took.items()):
        times.sort()
        print("  %-6s %5d of %5d messages, the middle one in %3.0f ms, the slowest in %4.0f ms"
              % (verb, len(times), effect[verb], times[len(times) // 2] * 1e3, times[-1] * 1e3))
    print("  too late  %d" % effect["late"])
    if not (effect["retry"] and effect["drop"]):
        problems.append("nothing was retried or dropped")
    for p in problems[:20]:
        print("PROBLEM", p)
    return 1 if problems else 0


def run(stub, ring):
    took, effect, problems = collections.defaultdict(list), collections.Counter(), []
    steps = [MESSAGES * i // OPERATIONS for i in range(OPERATIONS + 1)]
    feed(stub, range(1, steps[1] + 1))
    wait(100, lambda: os.path.exists("inbox") and inbox("inbox")[0] == 0, "the first message is in the inbox")
    for i in range(1, OPERATIONS + 1):
        feed(stub, range(steps[i] + 1, steps[min(i + 1, OPERATIONS)] + 1))
        operation(took, effect, problems)
    wait(100 + MESSAGES / 10, lambda: len(inbox("inbox")[1]) == MESSAGES, "all messages are in the inbox")
    busy = ["--state", "waiting", "--state", "running", "--state", "retrying", "--state", "answered"]
    wait(100 + MESSAGES / 10, lambda: inbox(*busy, "inbox")[0] == 1, "the inbox is at rest")
    ring.terminate()
    ring.wait(200)
    return judge(took, effect, problems)


def main():
    with open("agent.sh", "w", encoding="ascii") as f:
        f.write(AGENT)
    os.chmod("agent.sh", 0o755)
    stub = subprocess.Popen(["relay-stub", "--url-file", "url"], stdin=subprocess.PIPE, stdout=open("stub.out", "wb"),
                            stderr=open("stub.err", "wb"), text=True)
    ring = None
    try:
        wait(60, lambda: os.path.exists("url") and os.path.getsize("url"), "the stub listens")
        with open("url", encoding="ascii") as f:
            url = f.read().strip()
        ring = subprocess.Popen(["relay-dial", "-q", "--kill-after", "100s", url, "--", "sh", "-c", RING], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=open("ring.err", "wb"))
        sys.exit(run(stub, ring))
    finally:
        for p in (ring, stub):
            if p and p.poll() is None:
                p.send_signal(signal.SIGTERM if p is ring else signal.SIGKILL)
                p.wait()


main()
