#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every allocation of every filter fails in turn, once, and from there on: the filter ends with a status and a line, or the
output is the same. No crash, no hang, no unreported loss."""
import os

from common import FILTERS, Torture, normal

t = Torture()
so = t.preload("fail_alloc")
with open("secret", "w", encoding="ascii") as f:
    f.write("a secret")
os.chmod("secret", 0o600)
cases = dict(FILTERS)
cases["token"] = (["relay-token", "--id", "demo", "--secret-file", "secret", "--expires", "0"], b"")
cases["dry-run"] = (["relay-dial", "--dry-run", "--id", "demo", "--secret-file", "secret", "ws://127.0.0.1:9/"], b"")


def one(case, at, after):
    argv, data = cases[case]
    if os.path.exists("scope.state"):
        os.unlink("scope.state")
    return t.run(argv, data, env={"LD_PRELOAD": so, "FAIL_PROGRAM": argv[0], "FAIL_COUNT": "count", "FAIL_AT": str(at),
                                  "FAIL_AFTER": after})


for case in filter(t.wanted, cases):
    status, out, _ = one(case, 0, "")
    out = normal(case, out)
    with open("count", encoding="ascii") as f:
        total = int(f.read())
    step = 1 if t.long else max(1, total // 9)
    for after in ("", "1"):
        for at in range(1, total + 1, step):
            got, got_out, err = one(case, at, after)
            same = normal(case, got_out) == out
            ok = same if got == status else got not in (0, "hang") and got > 0 and err
            t.held(ok, "%s allocation %d%s:" % (case, at, " on" * bool(after)), got, err[-200:])
t.finish()
