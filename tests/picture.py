# SPDX-License-Identifier: MIT
"""Draws the picture of README.md from a real run: picture.py BUILD >tests/picture.svg

Runs an agent with relay-adapter --try --show on a terminal of its own, types a line, waits for the answer, ends, and
draws what the terminal shows. With --text it prints that without the colors.
"""
import fcntl
import html
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time

SAID = "hello, what can you do?"
COMMAND = "relay-adapter -q --try --show -p discord ./agent.sh"
AGENT = '#!/bin/sh\necho "Hello $RELAY_USER_NAME. I say back: $RELAY_TEXT"\n'
ROWS, COLUMNS, WIDTH, HEIGHT = 24, 80, 8.4, 18
COLORS = {"1": "font-weight='bold'", "2": "fill='#8b949e'", "31": "fill='#ff7b72'", "32": "fill='#7ee787'",
          "33": "fill='#e3b341'", "36": "fill='#79c0ff'"}


def run(build):
    """What the terminal got, from the start to the end of the adapter."""
    with tempfile.TemporaryDirectory() as at:
        with open(os.path.join(at, "agent.sh"), "w", encoding="utf-8") as f:
            f.write(AGENT)
        os.chmod(os.path.join(at, "agent.sh"), 0o755)
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(at)
            os.environ.update(PATH=os.path.abspath(build) + "/bin:" + os.environ["PATH"], TERM="xterm", TZ="UTC0")
            os.environ.pop("NO_COLOR", None)
            os.execvp("sh", ["sh", "-c", COMMAND])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        got, typed, ended, until = b"", False, False, time.monotonic() + 60
        while time.monotonic() < until:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    more = os.read(fd, 65536)
                except OSError:
                    break
                if not more:
                    break
                got += more
            if not typed and b"descriptor" in got:
                os.write(fd, SAID.encode() + b"\n")
                typed = True
            if not ended and b"agent: Hello" in got and b" ok" in got and b"inbound" in got:
                os.write(fd, b"\x04")
                ended = True
        os.waitpid(pid, 0)
    return got.decode("utf-8", "replace").replace("\r", "")


def svg(text):
    lines = ["$ " + COMMAND] + text.rstrip("\n").split("\n")
    height = HEIGHT * len(lines) + 24
    yield ("<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='monospace' font-size='14'>"
           % (WIDTH * COLUMNS + 24, height))
    yield "<rect width='100%' height='100%' rx='8' fill='#0d1117'/>"
    for n, line in enumerate(lines):
        spans, column = [], 0
        for color, part in pieces(line):
            style = COLORS.get(color, "")
            if part:
                spans.append("<tspan x='%.1f' %s>%s</tspan>" % (12 + WIDTH * column, style, html.escape(part)))
                column += len(part)
        yield ("<text y='%d' fill='#e6edf3' xml:space='preserve'>%s</text>" % (HEIGHT * (n + 1) + 8, "".join(spans)))
    yield "</svg>"


def pieces(line):
    """The parts of a line, each with the number of its color."""
    parts = re.split("\033\\[(\\d+)m", line)
    return zip(["0"] + parts[1::2], parts[0::2])


def main():
    got = run(sys.argv[-1])
    if "--text" in sys.argv:
        sys.stdout.write(re.sub("\033\\[\\d+m", "", got))
    else:
        print("\n".join(svg(got)))


main()
