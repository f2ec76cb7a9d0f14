# SPDX-License-Identifier: MIT
"""What relay-queue and relay-work cost beside relay-run in the ring, in one run: scale.py [BUILD]. Prints it; nothing fails.

The same connector (relay-stub), the same messages and agents. The agent of the first rows is resident and as cheap as can be,
so that only the plumbing counts; that of the last row takes 200 ms for each message."""
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "torture"))
from fleet import Fleet, Stub, cpu, need, version_of  # noqa: E402

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
AGENT = BUILD + "/tests/bench/resident"
LATENCY, RATE = 400, 40
MESSAGES = {True: 4000, False: 40000}  # with an engine, and without one
SESSIONS = 40


class Setting:
    """A ring with an engine and a worker behind it, or with relay-run in it."""

    def __init__(self, fleet, name, queue):
        self.fleet, self.queue, self.stub = fleet, queue, Stub(fleet, name)
        if queue:
            fleet.ring(self.stub, name, "ring" + name, name)
            fleet.worker(32, "work" + name, name, command=["relay-run", "-q", "-l", AGENT])
            self.parts = ["ring" + name, "work" + name, "node0"]
        else:
            fleet.ring(self.stub, name, "ring" + name, stage="relay-run -q -l " + AGENT)
            self.parts = ["ring" + name]
        self.parts.append(name)
        self.stub.say("first", "hello")
        need(60, lambda: self.stub.replies(), "the first answer")
        self.stub.got.clear()

    def used(self):
        return sum(cpu(self.fleet.procs[p].pid) for p in self.parts)

    def latency(self):
        said, begin = {}, time.monotonic()
        for i in range(LATENCY):
            time.sleep(max(0, begin + i / RATE - time.monotonic()))
            said["re: l%d" % i] = self.stub.say("c%d" % (i % SESSIONS), "l%d" % i)
        need(60, lambda: len(self.stub.replies()) >= LATENCY, "answers")
        took = sorted((t - said[x["action"]["content"]]) * 1e3 for t, x in self.stub.sent())
        self.stub.got.clear()
        return took[len(took) // 2], took[len(took) * 99 // 100]

    def throughput(self):
        n = MESSAGES[self.queue]
        before, begin = self.used(), time.monotonic()
        for i in range(n):
            self.stub.say("c%d" % (i % SESSIONS), "t%d" % i)
        need(600, lambda: sum(f["type"] == "outbound" for _, f in list(self.stub.got)) >= n, "answers")
        took = time.monotonic() - begin
        return n / took, (self.used() - before) / n * 1e3


def backlog(fleet, name, queue):
    """Seconds for 60 messages of 20 sessions, 200 ms each, 24 at once."""
    stub = Stub(fleet, name)
    for i in range(60):
        stub.say("c%d" % (i % 20), "b%d" % i, buffered=False)
    time.sleep(0.3)
    begin = time.monotonic()
    if queue:
        for i in range(3):
            fleet.worker(8, "work%d%s" % (i, name), name, command=["relay-run", "-q", "-P", "8", "agent"], sleep="0.2")
        fleet.ring(stub, name, "ring" + name, name)
    else:
        fleet.env["AGENT_SLEEP"] = "0.2"
        fleet.ring(stub, name, "ring" + name, stage="relay-run -q -P 24 agent")
        fleet.env["AGENT_SLEEP"] = ""
    need(100, lambda: len(stub.replies()) >= 60, "answers")
    return time.monotonic() - begin


def main():
    os.environ["PATH"] = os.path.join(BUILD, "bin") + ":" + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as at:
        os.chdir(at)
        with Fleet() as fleet:
            here, there = Setting(fleet, "here", False), Setting(fleet, "there", True)
            rows = [("latency at %d/s, ms: median" % RATE, "%.1f"), ("99th of 100", "%.1f"), ("messages/s of one link", "%.0f"),
                    ("CPU ms a message, all processes", "%.2f")]
            figures = [list(s.latency()) + list(s.throughput()) for s in (here, there)]
            rows.append(("60 messages, 20 sessions, 200 ms each: s", "%.1f"))
            for s, f in zip((here, there), figures):
                f.append(backlog(fleet, "backlog%d" % s.queue, s.queue))
            print("\nrelay-queue, relay-work and a NATS server (%s) beside relay-run -l" % ".".join(map(str, version_of(fleet.server))))
            print("  %-42s %12s %12s %8s" % ("", "in the ring", "in a pool", "ratio"))
            for (name, form), a, b in zip(rows, *figures):
                print("  %-42s %12s %12s %8.2f" % (name, form % a, form % b, b / a))
        os.chdir("/")


main()
