#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The inbox on a machine that fails: each system call on its files, and each allocation, fails in turn, once and from there on.
The failure is reported, the database stays consistent, nothing is acknowledged that has no row, and what is reported as done is
done."""
import collections
import concurrent.futures
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time

from common import Torture, inbound

t = Torture()
calls, allocations = t.preload("fail_call"), t.preload("fail_alloc")
# A call, its error (0: a write that is short), whether all that follow fail too.
CALLS = [("pwrite", errno.EIO, False), ("pwrite", errno.ENOSPC, True), ("pwrite", 0, False), ("fdatasync", errno.EIO, False),
         ("fsync", errno.EIO, False), ("ftruncate", errno.EIO, False), ("open", errno.EACCES, False), ("open", errno.EMFILE, True)]
STATES = "waiting running retrying answered done dead ambiguous interrupted".split()


def make_inbox():
    for name in os.listdir("."):
        if name.startswith("inbox"):
            os.unlink(name)
    for name in os.listdir("whole"):
        shutil.copy("whole/" + name, name)


def rows():
    """The messages as the database has them, and whether it is consistent."""
    db = sqlite3.connect("inbox")
    try:
        whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole, {i: (state, wish) for i, state, wish in db.execute("SELECT id, state, wish FROM turns")}
    except sqlite3.DatabaseError as e:
        return False, {0: (str(e), "")}
    finally:
        db.close()


def tries(program):
    """Each way to fail: its name and the environment that brings it about; told by send() whether it came about."""
    for call, number, after in CALLS:
        for at in range(1, 400):
            if os.path.exists("mark"):
                os.unlink("mark")
            env = {"LD_PRELOAD": calls, "FAIL_PROGRAM": program, "FAIL_CALL": call, "FAIL_ERRNO": str(number),
                   "FAIL_AT": str(at), "FAIL_FILE": "inbox", "FAIL_MARK": "mark"}
            if after:
                env["FAIL_AFTER"] = "1"
            yield "%s %s %d%s" % (call, errno.errorcode.get(number, "short"), at, " on" * after), env
            if not os.path.exists("mark"):
                break
            if not t.long and at % 2 == 0 and at > 3:
                break
    env = {"LD_PRELOAD": allocations, "FAIL_PROGRAM": program, "FAIL_COUNT": "count"}
    yield "all allocations", env
    with open("count", encoding="ascii") as f:
        total = int(f.read())
    for after in ("", "1"):
        for at in range(1, total + 1, 1 if t.long else max(1, total // 7)):
            yield "allocation %d%s" % (at, " on" * bool(after)), dict(env, FAIL_AT=str(at), FAIL_AFTER=after)


# What each verb may leave of a message: before, half done, done.
VERBS = {
    "list": ([], {}), "stats": ([], {}), "show": ([], {}),
    "retry": (["--state", "dead", "--state", "ambiguous"], {6: "waiting", 7: "waiting"}),
    "drop": (["--state", "dead", "--state", "waiting"], {6: "interrupted", 1: "interrupted"}),
    "prune": (["--older", "0"], {}),
}


def tool(verb):
    options, after = VERBS[verb]
    make_inbox()
    argv = ["relay-inbox", *options, "inbox", verb]
    _, want, _ = t.run(argv)
    for name, env in tries("relay-inbox"):
        make_inbox()
        status, out, err = t.run(argv, env=env)
        whole, have = rows()
        ok = whole and status != "hang" and status >= 0 and (err if status else True)
        for i, state in enumerate(STATES, 1):
            ends = {state, after.get(i, state)}
            ok = ok and have.get(i, ("", ""))[0] in ends and (have[i][1] is None or i in after)
            if status == 0:
                ok = ok and have[i] == (after.get(i, state), None)
        if status == 0 and verb in ("list", "show"):
            ok = ok and out == want
        t.held(ok, "relay-inbox %s, %s:" % (verb, name), status, have, err[-300:])


# ---- relay-run ----

AGENT = ["sh", "-c", "cat >/dev/null; echo \"done $RELAY_MESSAGE_ID\""]
MESSAGES = [inbound(1, text="one"), inbound(2, True, "43"), inbound(3)]


class Run:
    """A relay-run as a stage of a ring: gets frames, its actions get results, and its input ends when all is over, or when
    it has said that something failed and has had the time to try again."""

    def __init__(self, at, env, frames, over):
        self.answers, self.acks, self.lock = collections.Counter(), set(), threading.Lock()
        argv = ["relay-run", "-q", "--inbox", "inbox", "-P", "2", *AGENT]
        self.process = subprocess.Popen(argv, cwd=at, env=dict(t.env, RELAY_DIAL_PID=str(os.getpid()), **env), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = b""
        readers = [threading.Thread(target=self.read, daemon=True), threading.Thread(target=self.listen, daemon=True)]
        for r in readers:
            r.start()
        for frame in frames:
            self.say(frame)
        end = time.monotonic() + 100
        while self.process.poll() is None and time.monotonic() < end and not over(self):
            if self.said:
                end = min(end, time.monotonic() + 4)
            time.sleep(0.02)
        with self.lock:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self.status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.status = "hang"
        for r in readers:
            r.join(5)

    def satisfied(self):
        return len(self.answers) == 3 and "b2" in self.acks

    def say(self, frame):
        with self.lock:
            try:
                self.process.stdin.write(json.dumps(frame).encode() + b"\n")
                self.process.stdin.flush()
            except (BrokenPipeError, ValueError):
                pass

    def listen(self):
        for line in self.process.stderr:
            self.said += line

    def read(self):
        for line in self.process.stdout:
            frame = json.loads(line)
            if frame.get("type") == "inbound_ack":
                self.acks.add(frame["bufferId"])
            elif frame.get("op") == "send":
                self.say({"type": "outbound_result", "requestId": frame["requestId"], "result": {"success": True}})
                self.answers[frame["content"][5:]] += 1


def at_rest(at):
    """Whether no message waits or runs, or waits for results."""
    if not os.path.exists(at + "/inbox"):
        return False
    db = sqlite3.connect("file:%s/inbox?mode=ro" % at, uri=True)
    try:
        return not db.execute("SELECT 1 FROM turns WHERE state IN ('waiting', 'running', 'retrying', 'answered')").fetchall()
    except sqlite3.OperationalError:
        return False  # it is being made
    finally:
        db.close()


def judge(at, first, second, name):
    """What must hold after a run that failed in some way and one that did not."""
    db = sqlite3.connect(at + "/inbox")
    whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    state = dict(db.execute("SELECT message, state FROM turns"))
    db.close()
    faults = []
    if not whole:
        faults.append("damaged")
    if first.status == "hang" or first.status < 0 or (first.status and not first.said):
        faults.append("status")
    if second.status == "hang" or second.status < 0:
        faults.append("status of the next start")
    if first.status == 0 and not (first.satisfied() and not second.answers):
        faults.append("0, but not everything is answered")
    if "b2" in first.acks and "2" not in state:
        faults.append("acknowledged without a row")
    for m in "123":
        number = first.answers[m] + second.answers[m]
        if number > 1 or (number == 0 and state.get(m) != "ambiguous" and not (m != "2" and first.said)):
            faults.append("%s: %d answers, %s" % (m, number, state.get(m)))
    return t.held(not faults, "relay-run, %s:" % name, faults, first.status, second.status, state, first.said[-300:])


def trial(number, name, env):
    at = "run%d" % number
    os.mkdir(at)
    env = dict(env, FAIL_MARK="mark", FAIL_COUNT="count")
    first = Run(at, env, MESSAGES, Run.satisfied)
    if name == "nothing":
        with open(at + "/count", encoding="ascii") as f:
            return int(f.read())
    marked = os.path.exists(at + "/mark")
    # what has no ack comes again
    acked = "b2" in first.acks
    second = Run(at, {}, [] if acked else MESSAGES[1:2], lambda run: (acked or "b2" in run.acks) and at_rest(at))
    judge(at, first, second, name)
    shutil.rmtree(at)
    return marked


def relay_run():
    numbers = iter(range(1 << 30))
    base = {"LD_PRELOAD": calls, "FAIL_PROGRAM": "relay-run", "FAIL_FILE": "inbox"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        def calls_of(call, number, after):
            """One after the other until the call is not made so often."""
            ats = range(1, 1000) if t.long else (2, 9)
            for at in ats:
                env = dict(base, FAIL_CALL=call, FAIL_ERRNO=str(number), FAIL_AT=str(at), **({"FAIL_AFTER": "1"} if after else {}))
                if not trial(next(numbers), "%s %s %d%s" % (call, errno.errorcode.get(number, "short"), at, " on" * after), env):
                    break
        jobs = [pool.submit(calls_of, *c) for c in (CALLS if t.long else CALLS[:5])]
        memory = {"LD_PRELOAD": allocations, "FAIL_PROGRAM": "relay-run"}
        total = trial(next(numbers), "nothing", memory)
        for after in ("", "1"):
            for at in range(1, total, 1 if t.long else total // 4):
                jobs.append(pool.submit(trial, next(numbers), "allocation %d%s" % (at, " on" * bool(after)),
                                        dict(memory, FAIL_AT=str(at), FAIL_AFTER=after)))
        for job in jobs:
            job.result()


os.mkdir("whole")
BUILD = os.path.dirname(os.path.dirname(shutil.which("relay-inbox")))
status, _, err = t.run([BUILD + "/tests/make_inbox", "whole/inbox", *STATES])
t.held(status == 0, "make_inbox", err)
for v in VERBS:
    if t.wanted("relay-inbox " + v):
        tool(v)
if t.wanted("relay-run"):
    relay_run()
t.finish()
