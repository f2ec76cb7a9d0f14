#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Chaos in a fleet: a connector, a ring with relay-queue, workers (relay-work with relay-run) and one or three NATS servers.
Numbered messages of many sessions go through while processes are killed (kill -9), frozen and started again, at random. From
what reached the connector and what the agents noted it is judged that
  - each message is answered, or was put aside and is reported;
  - none is answered twice, save with --resend under its own requestId when a ring was killed;
  - in each session answers and turns are in order, and no two turns run at the same time.
  --server BIN   the server (nats-server; may be repeated). Servers are killed only from 2.10.23 on: older ones forget.
  --only ROW     only rows with that in their name"""
import collections
import heapq
import os
import re
import shutil
import signal
import threading
import time

from common import Torture
from fleet import SERVER, Fleet, Step, Stub, children, need, program, signal_all, text_of, version_of, wait

# Name; how many servers; what is killed or frozen, and how often (in seconds); options of relay-queue.
Row = collections.namedtuple("Row", "name nodes hurt resend")
SMALL = [Row("1 server, workers and rings", 1, {"worker": 0.7, "ring": 1.1}, True)]
LONG = [
    Row("1 server, workers", 1, {"worker": 3}, False),
    Row("1 server, rings", 1, {"ring": 2.5}, False),
    Row("1 server, rings, --resend", 1, {"ring": 2.5}, True),
    Row("1 server, freezes of workers", 1, {"freeze": 5}, False),
    Row("1 server, servers", 1, {"node": 5}, False),
    Row("1 server, workers and rings, --resend", 1, {"worker": 3, "ring": 4}, True),
    Row("3 servers, workers and servers", 3, {"worker": 3, "node": 12}, False),
    Row("3 servers, workers, rings and servers, --resend", 3, {"worker": 3, "ring": 5, "node": 12}, True),
]
KILLS_FROM = (2, 10, 23)


def options(parser):
    parser.add_argument("--server", action="append")
    parser.add_argument("--messages", type=int)
    parser.add_argument("--sessions", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--keep", metavar="DIR", help="copy what the run left to DIR")


t = Torture(options)
MESSAGES = t.args.messages or (2000 if t.long else 260)
SESSIONS = t.args.sessions or (100 if t.long else 20)
WORKERS = t.args.workers or (3 if t.long else 2)
RATE = t.args.rate or (60 if t.long else 90)
ACK_WAIT = 10 if t.long else 6
SLOTS = 8
FAULTS = ("lost", "answered twice, with another requestId", "answered twice, with the same requestId", "answers out of order",
          "turns out of order", "turns that overlap")


def judge(sent, answers, steps, aside):
    """How often each of FAULTS happened, and "turns run again"; examples. sent: (session, number), in order; answers:
    (session, number, requestId) in the order of the connector; aside: how many messages were put aside and reported."""
    bad, examples = collections.Counter(), collections.defaultdict(list)

    def no(what, *example):
        bad[what] += 1
        examples[what].append(example)
    seen, last = {}, {}
    for session, k, request in answers:
        if (session, k) in seen:
            no(FAULTS[2 if request in seen[session, k] else 1], session, k, request)
        elif k < last.get(session, -1):
            no(FAULTS[3], session, k, "after", last[session])
        seen.setdefault((session, k), set()).add(request)
        last[session] = max(k, last.get(session, -1))
    missing = [m for m in sent if m not in seen]
    for m in missing[aside:]:
        no(FAULTS[0], *m)
    runs, ended, begun, open_turns = collections.Counter(), set(), {}, collections.defaultdict(dict)
    for s in steps:
        session, k = s.session.rsplit(":", 1)[1], int(s.message.rsplit("-", 1)[1])
        if s.what == "start":
            runs[session, k] += 1
            # All before it in the session have been to their end, and none after it has begun.
            if k < begun.get(session, -1) or any((session, i) not in ended for i in range(k)):
                no(FAULTS[4], session, k, "after", begun.get(session, -1))
            begun[session] = max(k, begun.get(session, -1))
            open_turns[session][s.pid] = []
            for pid, others in open_turns[session].items():
                if pid != s.pid:
                    others.append(k)
        elif s.what == "end":
            ended.add((session, k))
            # Turns that began before this one's end; one that was killed has no end, and overlaps nothing.
            for other in open_turns[session].pop(s.pid, []):
                no(FAULTS[5], session, k, "with", other)
    bad["turns run again"] = sum(n - 1 for n in runs.values())
    return bad, examples


def judge_judges():
    """The judge finds each fault."""
    def steps(text):
        return [Step(w, "g1", "a:s", "s-" + k, "1", p) for w, k, p in (x.split() for x in text.split(","))]
    sent, good = [("s", 0), ("s", 1)], "start 0 1,end 0 1,start 1 2,end 1 2"
    a, b, c = ("s", 0, "r0"), ("s", 1, "r1"), ("s", 1, "r2")
    for wanted, answers, text, aside in (
            (None, [a, b], good, 0), (None, [a], good, 1), (FAULTS[0], [a], good, 0), (FAULTS[1], [a, b, c], good, 0),
            (FAULTS[2], [a, b, b], good, 0), (FAULTS[3], [b, a], good, 0),
            (FAULTS[4], [a, b], "start 1 1,end 1 1,start 0 2,end 0 2", 0), (FAULTS[4], [a, b], "start 0 1,start 1 2,end 1 2", 0),
            (FAULTS[5], [a, b], "start 0 1,start 0 2,end 0 1,end 0 2,start 1 3,end 1 3", 0),
            (None, [a, b], "start 0 1,start 0 2,end 0 2,start 1 3,end 1 3", 0)):
        found = [f for f in FAULTS if judge(sent, answers, steps(text), aside)[0][f]]
        t.held(found == ([wanted] if wanted else []), "the judge", wanted, found)


class Run:
    """One row: the fleet, the feeder, the kills."""

    def __init__(self, row, server):
        self.row, self.rng = row, t.random
        self.fleet = Fleet(server, row.nodes, ACK_WAIT)
        self.fleet.start()
        self.stub = Stub(self.fleet, "stub")
        self.sent, self.sent_at, self.done = [], {}, collections.Counter()
        self.dead = 0
        self.fed = float("inf")  # when all were said
        self.agenda = []  # (moment, number, what to do, its arguments)
        self.ring()
        for i in range(WORKERS):
            self.worker(i)
        self.stub.ready()

    def ring(self):
        self.fleet.ring(self.stub, more=["--resend"] if self.row.resend else [])

    def worker(self, i):
        """Every other worker's agents answer early: a turn that is run again has often been answered."""
        early = {"command": ["relay-run", "-j", "-P", str(SLOTS), "agent"], "env": {"AGENT_EARLY": "1"}} if i % 2 else {}
        self.fleet.worker(SLOTS, "worker%d" % i, more=["--attempts", "100"], sleep="0.02", **early)

    def later(self, seconds, what, *args):
        heapq.heappush(self.agenda, (time.monotonic() + seconds, self.rng.random(), what, args))

    def feed(self):
        numbers, rng = collections.Counter(), self.rng.__class__(t.seed)
        begin = time.monotonic()
        for i in range(MESSAGES):
            session = "s%d" % rng.randrange(SESSIONS)
            k = numbers[session]
            numbers[session] += 1
            self.sent_at[session, k] = self.stub.say(session, "%s/%d" % (session, k), message="%s-%d" % (session, k))
            self.sent.append((session, k))
            time.sleep(max(0, begin + i / RATE - time.monotonic()))
        self.fed = time.monotonic()

    # What happens to the fleet, and when again.

    def hurt(self, kind):
        every = self.row.hurt[kind]
        if time.monotonic() > self.fed + 2 * every or self.over():
            return
        self.later(every * self.rng.uniform(0.7, 1.3), self.hurt, kind)
        {"worker": self.hurt_worker, "ring": self.hurt_ring, "node": self.hurt_node, "freeze": self.freeze}[kind]()
        self.done[kind] += 1

    def hurt_worker(self):
        i = self.rng.randrange(WORKERS)
        self.fleet.kill("worker%d" % i)
        self.later(0.3, self.worker, i)

    def hurt_ring(self):
        self.fleet.kill("ring")
        self.later(0.3, self.ring)

    def hurt_node(self):
        i = self.rng.randrange(self.row.nodes)
        self.fleet.kill("node%d" % i)
        self.later(1.5, self.fleet.node, i)

    def freeze(self):
        pid = self.fleet.procs["worker%d" % self.rng.randrange(WORKERS)].pid
        signal_all([pid], signal.SIGSTOP)
        self.later(ACK_WAIT * 1.6, signal_all, [pid], signal.SIGCONT)

    # The end.

    def answers(self):
        found = []
        for at, frame in self.stub.sent():
            session, k = re.match(r"re: (s\d+)/(\d+)$", frame["action"]["content"]).groups()
            found.append((session, int(k), frame["requestId"], at))
        return found

    def aside(self):
        try:
            self.dead = self.fleet.stored("dead")
        except OSError:  # no server at the moment
            pass
        return self.dead

    def over(self):
        return len(self.sent) == MESSAGES and len({a[:2] for a in self.answers()}) + self.aside() >= MESSAGES

    def play(self):
        begin = time.monotonic()
        limit = begin + MESSAGES / RATE + 180
        threading.Thread(target=self.feed, daemon=True).start()
        for kind, every in self.row.hurt.items():
            self.later(every * self.rng.uniform(0.3, 1), self.hurt, kind)
        look = 0
        while time.monotonic() < limit:
            while self.agenda and self.agenda[0][0] <= time.monotonic():
                _, _, what, args = heapq.heappop(self.agenda)
                what(*args)
            time.sleep(0.01)
            look += 1
            if look % 10 == 0 and self.over():
                break
        took = time.monotonic() - begin
        # Whatever was killed starts again; then all must come to rest.
        while self.agenda:
            at, _, what, args = heapq.heappop(self.agenda)
            if what != self.hurt:
                time.sleep(max(0, at - time.monotonic()))
                what(*args)
        return took, wait(60 + ACK_WAIT, self.fleet.is_at_rest, 0.1)


def run(row, server):
    here = "%d" % len(os.listdir("."))
    os.mkdir(here)
    os.chdir(here)
    r = Run(row, server)
    try:
        took, rest = r.play()
        aside = r.aside()
        said = text_of("ring.err")
        left = {s: r.fleet.stored(s) for s in ("in", "ready", "out", "sent", "dead")}
        answers = r.answers()
        for i in range(WORKERS):
            need(60, lambda: "relay-run" in map(program, children(r.fleet.procs["worker%d" % i].pid)), "the worker runs")
        statuses = r.fleet.end("ring", *["worker%d" % i for i in range(WORKERS)])
    finally:
        r.fleet.close()
        if t.args.keep:
            shutil.copytree(".", os.path.join(t.args.keep, here), dirs_exist_ok=True)
    bad, examples = judge(r.sent, [a[:3] for a in answers], r.fleet.log(), aside)
    first = {}
    for session, k, _, at in answers:
        first.setdefault((session, k), at)
    late = sorted(at - r.sent_at[m] for m, at in first.items()) or [0]
    print("  %-50s %-10s %s; again %d, put aside %d; lost %d, twice %d (same requestId %d), order %d + %d, overlaps %d; "
          "%.1f s, latency %.0f ms, p99 %.1f s" % (
              row.name, ".".join(map(str, version_of(server))), ", ".join("%d %s" % (n, k) for k, n in r.done.items()) or "none",
              bad["turns run again"], aside, bad[FAULTS[0]], bad[FAULTS[1]] + bad[FAULTS[2]], bad[FAULTS[2]], bad[FAULTS[3]],
              bad[FAULTS[4]], bad[FAULTS[5]], took, late[len(late) // 2] * 1e3, late[len(late) * 99 // 100]), flush=True)
    for fault in FAULTS:
        known = fault == FAULTS[2] and row.resend and r.done["ring"]
        t.held(known or not bad[fault], "%s: %s" % (row.name, fault), bad[fault], examples[fault][:5])
    t.held(r.done["ring"] or not aside, row.name + ": put aside without a kill of a ring", aside)
    t.held(rest, row.name + ": does not come to rest", left, said[-300:])
    t.held(all(s in (0, 75) for s in statuses[:1]) and not any(statuses[1:]), row.name + ": statuses", statuses, said[-300:])
    t.held(all(r.done[k] for k in row.hurt), row.name + ": nothing was hurt", dict(r.done))
    os.chdir("..")


judge_judges()
for binary in t.args.server or [SERVER]:
    for a_row in LONG if t.long else SMALL:
        if not t.wanted(a_row.name):
            continue
        if "node" in a_row.hurt and version_of(binary) < KILLS_FROM:
            print("  %-50s %s is too old to be killed: needs %s" % (a_row.name, binary, ".".join(map(str, KILLS_FROM))))
            continue
        run(a_row, binary)
t.finish()
