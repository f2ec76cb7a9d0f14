#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Many links in one pool on this machine: each a connector and a ring of its own, and two workers for all. Each message is
answered at its own link; then the links rest, and what that costs is measured: private memory and processor time a link.
--links N (6; 100 with --long), --seconds SECONDS of rest (1; 60 with --long)."""
import collections
import os
import re
import time

from common import Torture
from fleet import Fleet, Stub, children, cpu, need, program, text_of


def options(parser):
    parser.add_argument("--links", type=int)
    parser.add_argument("--server")


t = Torture(options)
LINKS = t.args.links or (100 if t.long else 6)
SECONDS = t.args.seconds or (60 if t.long else 1)
MESSAGES = 10


def private(pid):
    """kB that no other process shares."""
    return sum(map(int, re.findall(r"^Private_(?:Clean|Dirty): +(\d+)", text_of("/proc/%d/smaps_rollup" % pid), re.M)))


def memory(pids):
    """kB by program, of all these."""
    kb = collections.Counter()
    for p in pids:
        kb[program(p)] += private(p)
    return kb


with Fleet(t.args.server or "nats-server") as fleet:
    stubs = []
    for i in range(LINKS):
        stubs.append(Stub(fleet, "stub%d" % i))
        fleet.ring(stubs[i], "g%d" % i, "ring%d" % i)
    for i in range(2):
        fleet.worker(8, "worker%d" % i)
    for stub in stubs:
        stub.ready()
    begin = time.monotonic()
    for n in range(MESSAGES):
        for stub in stubs:
            stub.say("c%d" % (n % 3), "%s %d" % (stub.name, n), message=str(n))
    need(600, lambda: all(len(s.replies()) >= MESSAGES for s in stubs), "all answers")
    took = time.monotonic() - begin
    fleet.at_rest()
    for stub in stubs:
        wanted = ["re: %s %d" % (stub.name, n) for n in range(MESSAGES)]
        t.held(sorted(stub.replies()) == wanted, stub.name, stub.replies())
        t.held(all(stub.replies("c%d" % c) == wanted[c::3] for c in range(3)), stub.name, "in order", stub.replies())
    rings = [fleet.procs["ring%d" % i].pid for i in range(LINKS)]
    rest = [fleet.procs[p].pid for p in ("node0", "worker0", "worker1")]
    before, begin = [cpu(p) for p in rings + rest], time.monotonic()
    time.sleep(SECONDS)
    span = time.monotonic() - begin
    used = [after - b for after, b in zip([cpu(p) for p in rings + rest], before)]
    kb = memory(p for ring in rings for p in [ring] + children(ring))
    print("  %d links, %d messages answered in %.1f s, %.0f/s" % (LINKS, LINKS * MESSAGES, took, LINKS * MESSAGES / took))
    print("  private memory a link: %.1f MB (%s)" % (
        sum(kb.values()) / LINKS / 1024, ", ".join("%s %.2f" % (k, v / LINKS / 1024) for k, v in kb.most_common())))
    print("  idle for %.0f s: %.2f ms of processor time a second and link; server %.1f ms a second (%.0f MB), a worker %.1f" % (
        span, sum(used[:LINKS]) / LINKS / span * 1e3, used[LINKS] / span * 1e3, private(rest[0]) / 1024,
        sum(used[LINKS + 1:]) / 2 / span * 1e3))
    t.held(sum(kb.values()) / LINKS < 16 * 1024 or "ASAN_OPTIONS" in os.environ, "memory a link", kb)
    statuses = fleet.end(*["ring%d" % i for i in range(LINKS)], "worker0", "worker1")
    t.held(not any(statuses), "statuses", statuses)
t.finish()
