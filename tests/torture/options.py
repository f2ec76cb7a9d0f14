#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random options and values for every tool: no crash, no hang, no sanitizer report, no control byte on stderr, never status 70.
"""
import os
import re

from common import FRAMES, Torture

t = Torture()
TOOLS = ["relay-dial", "relay-handshake", "relay-decode", "relay-run", "relay-send", "relay-scope", "relay-idle", "relay-token",
         "relay-stub", "relay-media", "relay-control"]
VALUES = ["", "0", "1", "-1", "-0", "99999999999999999999", "9223372036854775807", "1e9", "0x10", "1.5s", "1h", "1ms", ".5", "1.",
          "1K", "1G", "16M", "-", "--", "a", "=", "a=", "=b", "a=b", "a=b=c", "a=secret", "x=empty", "secret", "frames", "bad",
          "empty", "dir", "/dev/null", "none/x", "json", "text", "tsv", "v1", "inf", "chars", "utf16", "send", "[]", "{}",
          "a={\"b\":1}", "a=[", "a=nul", "a=\"\\ud800\"", "\x1b[31m", "a\nb", b"\xff\xfe", "\u202ex", "discord", "discord:",
          "discord:x:y", " :", ":", "ws://h", "http://[", "http://[::1]:80/x", "http://h:/", "http://:80", "http://@", "4401:x@1",
          "1000@0", "@", "1000:" + "r" * 123 + "@1", "1000:" + "r" * 124 + "@1", "999@1", "200", "600", "%n%s%d", "a" * 300,
          "a" * 70000, "Name: v", "Name:v\r\nX: y", ": v", "\t"]
# Options that would start something that outlives the run, or write where they should not.
LEFT_OUT = {"--help", "--version", "--background", "--url-file", "--port", "--max-life", "--max-time", "--wake", "--wake-url",
            "--buffer", "--record", "--status", "--state", "--dead-letter", "--ready-fd", "--output", "--directory", "--socket", "--media"}
INPUTS = [b"", FRAMES, b'{"op":"send","chat_id":"1","content":"x"}\n', b"\xff\n\n{", b"x\n"]


def data(value):
    return value if isinstance(value, bytes) else value.encode()


def options(tool):
    _, out, _ = t.run([tool, "--help=all"])
    found = re.findall(r"^  (-\w)?,?\s+(--[a-z0-9-]+)( \S+|\[=\S+\])?(?:  |$)", out.decode(), re.M)
    return [(short, name, bool(value)) for short, name, value in found if name not in LEFT_OUT]


def command(tool, known):
    argv = []
    for _ in range(t.random.randrange(5)):
        short, name, takes = t.random.choice(known)
        if takes and t.random.random() < 0.4:
            argv.append(name.encode() + b"=" + data(t.random.choice(VALUES)))
        else:
            argv.append((short if short and t.random.random() < 0.5 else name).encode())
            if takes:
                argv.append(data(t.random.choice(VALUES)))
    if tool == "relay-stub":
        argv += [b"--max-life", b"30ms"]
    elif tool == "relay-dial":
        argv += [b"-m", b"50ms"] + t.random.choice(
            [[b"ws://127.0.0.1:1"], [b"ws://127.0.0.1:1", b"--", b"true"], [data(t.random.choice(VALUES))], []])
    elif tool == "relay-run":
        argv += t.random.choice([[b"true"], [b"--", b"cat"], []])
    elif t.random.random() < 0.3:
        argv.append(data(t.random.choice(VALUES)))
    return [tool.encode()] + [a.replace(b"\0", b"") for a in argv]


for name, content in (("frames", FRAMES), ("bad", bytes(range(256)) * 4), ("empty", b""), ("secret", b"s")):
    with open(name, "wb") as f:
        f.write(content)
    os.chmod(name, 0o600)
os.mkdir("dir")
tables = {tool: options(tool) for tool in TOOLS}
for tool in TOOLS:
    t.held(len(tables[tool]) > 3, tool, "no options found in --help")
for _ in range(8000 if t.long else 250):
    tool = t.random.choice(TOOLS)
    argv = command(tool, tables[tool])
    status, _, err = t.run(argv, t.random.choice(INPUTS))
    raw = [c for c in err if (c < 32 and c != 10) or c == 127]
    t.held(status not in ("hang", 70, 99) and status >= 0 and not raw and b"Sanitizer" not in err and b"runtime error" not in err,
           [a[:80] for a in argv], status, err[-300:])
t.finish()
