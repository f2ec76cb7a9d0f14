#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The inbox on a machine that fails: each system call on its files, and each allocation, fails in turn, once and from there on.
The failure is reported, the database stays consistent, nothing is acknowledged that has no row, and what is reported as done is
done."""
import errno
import os
import shutil
import sqlite3

from common import Torture

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


os.mkdir("whole")
BUILD = os.path.dirname(os.path.dirname(shutil.which("relay-inbox")))
status, _, err = t.run([BUILD + "/tests/make_inbox", "whole/inbox", *STATES])
t.held(status == 0, "make_inbox", err)
for v in VERBS:
    if t.wanted("relay-inbox " + v):
        tool(v)
t.finish()
