#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Few descriptors, little memory, small files: a filter works the same, or ends with a status and a line."""
import os
import resource

from common import FILTERS, Torture, normal

t = Torture()
LIMITS = {"descriptors": (resource.RLIMIT_NOFILE, [3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32]),
          "memory": (resource.RLIMIT_AS, [n << 20 for n in (4, 5, 6, 8, 10, 16, 32)]),
          "file": (resource.RLIMIT_FSIZE, [0, 10, 100, 200])}


def one(case, limit):
    argv, data = FILTERS[case]
    if os.path.exists("scope.state"):
        os.unlink("scope.state")
    if case.startswith("run"):
        argv = argv[:1] + ["--attempts", "1"] + argv[1:] if case != "run-l" else argv
    status, out, err = t.run(argv, data, preexec_fn=limit)
    return status, normal(case, out), err


for kind, (what, values) in LIMITS.items():
    for case in FILTERS:
        if not t.wanted(kind + " " + case):
            continue
        status, out, _ = one(case, None)
        for value in values if t.long else values[::2]:
            got, got_out, err = one(case, lambda n=value: resource.setrlimit(what, (n, n)))
            # A loader that lacks memory or a descriptor for a library reports that itself, with 127.
            ok = got_out == out if got == status else got not in (0, "hang") and (got > 0 or kind == "memory") and err
            t.held(ok, "%s %s %d:" % (case, kind, value), got, err[-300:])
t.finish()
