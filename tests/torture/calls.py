#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each system call of relay-scope on its state and of relay-stub on its buffer fails in turn: the data is written, or the
failure is reported; earlier content is not lost, and an acknowledged delivery is not silently sent again."""
import errno
import os
import re
import subprocess
import time

from common import HELLO_AND_ACK, SCOPES, Torture, inbound, lines

t = Torture()
so = t.preload("fail_call")
FILE_CALLS = [("pwrite", errno.EIO), ("pwrite", errno.ENOSPC), ("write", errno.ENOSPC), ("fsync", errno.EIO), ("fdatasync", errno.EIO),
              ("rename", errno.EACCES), ("ftruncate", errno.EIO), ("lseek", errno.EIO), ("open", errno.EACCES),
              ("open", errno.EMFILE), ("read", errno.EIO), ("close", errno.EIO)]
OLD = SCOPES.splitlines(True)[0].replace(b'"42"', b'"9"')


def environment(program, call, number, at):
    if os.path.exists("mark"):
        os.unlink("mark")
    return {"LD_PRELOAD": so, "FAIL_PROGRAM": program, "FAIL_CALL": call, "FAIL_ERRNO": str(number), "FAIL_AT": str(at),
            "FAIL_MARK": "mark"}


def content(name):
    if not os.path.exists(name):
        return b""
    with open(name, "rb") as f:
        return f.read()


def scope(call, number, at):
    if os.path.exists("state"):
        os.unlink("state")
    t.run(["relay-scope", "-s", "state"], OLD * 3)
    status, out, err = t.run(["relay-scope", "-s", "state"], SCOPES, env=environment("relay-scope", call, number, at))
    if not os.path.exists("mark"):
        return False
    _, again, _ = t.run(["relay-scope", "-s", "state"], lines(
        *({"type": "outbound", "requestId": c, "action": {"op": "send", "chat_id": c, "content": "x"}} for c in ("9", "42"))))
    knows = [b'"scope_id"' in line for line in again.splitlines()]
    new = status == 0 and out.count(b"\n") == 5
    t.held(knows[:1] == [True] and (err if status else not new or knows == [True, True]), "scope %s %s %d:" % (
        call, errno.errorcode[number], at), status, again[-200:], err[-200:])
    return True


def stub(call, number, at):
    for name in ("url", "buffer"):
        if os.path.exists(name):
            os.unlink(name)
    t.run(["relay-stub", "-q", "--buffer", "buffer", "--max-life", "20ms"], lines(inbound(0, True)))
    with subprocess.Popen(["relay-stub", "-q", "--buffer", "buffer", "--url-file", "url", "--max-life", "3s"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(t.env, **environment("relay-stub", call, number, at))) as p:
        try:
            p.stdin.write(lines(inbound(1, True)))
            p.stdin.close()
        except BrokenPipeError:
            pass
        end = time.monotonic() + 3
        while not os.path.exists("url") and p.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        if os.path.exists("url"):
            t.run(["relay-dial", "-q", "--no-link", "-w", "100ms", "--max-time", "300ms", content("url").decode().strip()],
                  HELLO_AND_ACK)
        p.terminate()
        out, err = p.stdout.read(), p.stderr.read()
        status = p.wait()
    if not os.path.exists("mark"):
        return False
    # The next start leaves only the undelivered ones.
    t.run(["relay-stub", "-q", "--buffer", "buffer", "--max-life", "20ms"])
    kept = set(re.findall(rb'"bufferId":"(b\d)"', content("buffer")))
    acked = b"inbound_ack" in out
    ok = (b"b1" in kept or err) and (b"b0" in kept or acked or err) and status >= 0 and (status == 0 or err)
    ok = ok and (not acked or b"b0" not in kept or err)
    t.held(ok, "stub %s %s %d:" % (call, errno.errorcode[number], at), status, kept, acked, err[-200:])
    return True


for part in (scope, stub):
    for call, number in FILE_CALLS + ([("accept", errno.EMFILE), ("accept", errno.ECONNABORTED)] if part is stub else []):
        if not t.wanted("%s %s" % (part.__name__, call)):
            continue
        for at in range(1, 20 if t.long else 3):
            if not part(call, number, at):
                break
t.finish()
