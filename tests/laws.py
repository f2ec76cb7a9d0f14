# SPDX-License-Identifier: MIT
"""Helpers for tests/laws.bats that a shell cannot provide: generated lines, clocks, pipes held open.

laws.py lines COUNT SEED          writes lines.common and lines.TOOL for every filter into the directory
laws.py first SECONDS COMMAND…    each COMMAND passes a line on within SECONDS while its input stays open
laws.py gone SECONDS COMMAND…     each COMMAND dies of SIGPIPE within SECONDS of its reader, with a quiet input
laws.py unheard 0 COMMAND…        each COMMAND goes on even though the reader of its stderr is gone
laws.py stuck SECONDS COMMAND…    each COMMAND, as a stage of a ring, does not wait for a stuck reader of stderr
laws.py flat COUNT KIB COMMAND    COMMAND's peak memory grows by at most KIB between half of COUNT frames and all
"""
import os
import random
import shlex
import signal
import subprocess
import sys
import threading
import time

# The frames that each filter handles: it must copy every other line.
OWN = {
    "relay-handshake": {"descriptor"},
    "relay-decode": {"inbound", "passthrough_forward"},
    "relay-run": {"inbound", "interrupt_inbound"},
    "relay-control": set(),
    "relay-queue": {"inbound", "interrupt_inbound"},
    "relay-send": {"action"},
    "relay-scope": {"action", "outbound"},
    "relay-idle": {"draining", "idle", "going_idle", "going_idle_ack"},
}
VALUES = [
    "9007199254740993", "-0", "1.50", "1E+2", "1e400", "0.1e-7", "123456789012345678901234567890",
    '""', r'"a\u0000b"', r'"\ud800 lone"', r'"\ud83d\ude00"', r'"\/\b\f\n\r\t\"\\"', r'"\u00e9"', '"é́ 👩‍👩‍👧 \u202e"',
    "true", "false", "null", "[]", "{ }", '[1 ,2,\t[ ] ]', '{"x":1,"x":2,"":null}', r'{"type":"inbound","\u0061":[{}]}',
]
ANYWHERE = ["presence", "x.y", "INBOUND", r"\u0078", "", "inbound ", "hello", "interrupt",
            "inbound_ack", "inbound_nack", "outbound_result", "link", "work"]
ELSEWHERE = ["descriptor", "inbound", "passthrough_forward", "interrupt_inbound", "outbound", "action", "draining",
             "going_idle", "going_idle_ack"]
DESCRIPTOR = ('{"contract_version":1,"platform":"discord","label":"D","max_message_length":2000,'
              '"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true,'
              '"markdown_dialect":"discord","len_unit":"utf16","supported_ops":[]}')
BODY = {
    "link": ['"state":"open","attempt":1', '"state":"lost","code":1006,"reason":"\\u001b[2J"', '"state":"closed"'],
    "work": ['"running":1,"waiting":0'],
    "inbound_nack": ['"bufferId":"b1","status":1', '"bufferId":"b2","status":124'],
    "draining": ['"state":"draining"'],
    "descriptor": ['"descriptor":' + DESCRIPTOR],
    "inbound": ['"event":{"text":"hi","source":{"platform":"discord","chat_id":7,"user_id":"u"}}',
                '"bufferId":"b1","event":{"text":"hi","source":{"platform":"slack","chat_id":"c"}}', '"event":[]'],
    "passthrough_forward": ['"forward":{"platform":"discord","bodyB64":"e30="}', '"forward":7,"bufferId":"b2"'],
    "interrupt_inbound": ['"session_key":"agent:main:discord:dm:1","chat_id":"1"'],
    "outbound": ['"requestId":"0123456789abcdef0123456789abcdef","action":{"op":"send","chat_id":"unseen",'
                 '"content":"x","metadata":{"k":1.0}}'],
    "action": ['"op":"send","chat_id":"c","content":"x"', '"op":"x.new"'],
}


def blank(r):
    return r.choice(("", "", "", " ", "\t", "  ", " \r"))


def line(r, kind):
    """One frame of that kind, oddly written."""
    members = ['"m%d"%s:%s%s' % (r.randrange(4), blank(r), blank(r), r.choice(VALUES)) for _ in range(r.randrange(5))]
    if r.random() < 0.0003:
        members.append('"long":"%s"' % ("0123456789abcdef" * r.randrange(1000, 6250)))
    if kind in BODY:
        members.append(r.choice(BODY[kind]))
    name = "link" if kind == "draining" else kind
    if kind != "action":
        members.append('"type"%s:%s"%s"' % (blank(r), blank(r), name))
    r.shuffle(members)
    if kind == "presence" and r.random() < 0.3:
        members.insert(0, '"type":"inbound"')  # of duplicate members, the last one counts
    return "%s{%s%s%s}%s" % (blank(r), blank(r), (blank(r) + "," + blank(r)).join(members), blank(r), blank(r))


def write_lines(path, lines):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write("".join(l + "\n" for l in lines))


def lines(count, seed):
    r = random.Random(seed)
    special = count // 20
    few = [line(r, r.choice(ANYWHERE)) for _ in range(2000)] + ["", " \t", "\r"]
    write_lines("lines.common", (r.choice(few) if r.random() < 0.9 else line(r, r.choice(ANYWHERE))
                                 for _ in range(count - special)))
    for tool, own in OWN.items():
        others = [k for k in ELSEWHERE if k not in own]
        write_lines("lines." + tool, (line(r, r.choice(others)) for _ in range(special)))


def start(command):
    return subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)


def read_until(stream, want, seconds):
    """Whether the line comes; lines before it (the hellos of relay-handshake) are ignored."""
    got, timer = b"", threading.Timer(seconds, lambda: os._exit(3))
    timer.start()
    while not ("\n".encode() + got).endswith(b"\n" + want):
        more = stream.read(65536)
        if not more:
            break
        got += more
    timer.cancel()
    return got.endswith(want)


def first(limit, commands):
    bad = 0
    for command in commands:
        best = 99.0
        for _ in range(30):  # the machine may be busy: one try in time proves that nothing waits
            with start(command) as p:
                for want in (b'{"type":"first"}\n', b'{"type":"second"}\n'):
                    begin = time.monotonic()
                    p.stdin.write(want)
                    if not read_until(p.stdout, want, 10):
                        break
                    best = min(best, time.monotonic() - begin) if want[9:10] == b"f" else best
                p.stdin.close()
                p.stdout.read()
            if best < limit:
                break
        if best >= limit:
            print("%s: first line after %.3f s" % (command, best))
            bad = 1
    return bad


def gone(limit, commands):
    bad, running = 0, [(c, start(c)) for c in commands]
    for command, p in running:
        p.stdin.write(b'{"type":"first"}\n')
        if not read_until(p.stdout, b'{"type":"first"}\n', 10):
            print("%s: passes nothing on" % command)
            bad = 1
        p.stdout.close()
    for command, p in running:
        try:
            status = p.wait(limit)
        except subprocess.TimeoutExpired:
            status = "still there"
            p.kill()
        if status != -signal.SIGPIPE:
            print("%s: %s" % (command, status))
            bad = 1
    return bad


def unheard(_, commands):
    """The reader of stderr is gone: the diagnostic of the bad line is lost, and nothing else."""
    bad = 0
    for command in commands:
        r, w = os.pipe()
        os.close(r)
        p = subprocess.run(shlex.split(command), input=b'garbage\n{"type":"x"}\n', stdout=subprocess.PIPE, stderr=w,
                           check=False)
        os.close(w)
        if p.returncode != 65 or not p.stdout.endswith(b'{"type":"x"}\n'):
            print("%s: %d %r" % (command, p.returncode, p.stdout))
            bad = 1
    return bad


def stuck(limit, commands):
    """In a ring no stage waits for a reader of stderr: lines it does not take are counted, and reported later."""
    bad, lines_in = 0, 5000
    for command in commands:
        with subprocess.Popen(shlex.split(command), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=dict(os.environ, RELAY_DIAL_PID=str(os.getpid()))) as p:
            p.stdin.write(b"garbage\n" * lines_in + b'{"type":"first"}\n')
            p.stdin.flush()
            passed = read_until(p.stdout, b'{"type":"first"}\n', limit)
            # A pipe takes a line again once a page of it is free.
            early = b""
            while early.count(b"\n") < 300:
                early += os.read(p.stderr.fileno(), 4096)
            p.stdin.write(b"garbage\n")
            p.stdin.close()
            p.wait()
            said = (early + p.stderr.read()).decode().splitlines()
        dropped = [int(l.split()[2]) for l in said if ": drop " in l and l.endswith("diagnostics: stderr was not read")]
        skipped = sum(": skip line " in l for l in said)
        if not passed or p.returncode != 65 or not dropped or sum(dropped) + skipped != lines_in + 1:
            print("%s: %d, %d said, dropped %s, passed %s" % (command, p.returncode, skipped, dropped, passed))
            bad = 1
    return bad


def peak(p):
    with open("/proc/%d/status" % p.pid, encoding="ascii") as f:
        return next(int(l.split()[1]) for l in f if l.startswith("VmHWM"))


def flat(count, kib, command):
    """Endless frames of 10,000 chats and users, over and over."""
    some = []
    for i in range(10000):
        some.append('{"type":"inbound","event":{"text":"%s","source":{"platform":"discord","chat_id":"c%d",'
                    '"user_id":"u%d","guild_id":"g"}}}' % ("x" * (i % 97), i, i))
        some.append('{"type":"outbound","requestId":"%032x","action":{"op":"send","chat_id":"c%d","content":"y"}}' % (i, i))
    block = ("\n".join(some) + "\n").encode()
    p = start(command)
    seen = [0]
    wake = threading.Condition()

    def reader():
        while True:
            data = p.stdout.read(1 << 20)
            with wake:
                seen[0] = seen[0] + data.count(b"\n") if data else 1 << 60
                wake.notify()
            if not data:
                return

    threading.Thread(target=reader, daemon=True).start()
    sizes, sent = [], 0
    for target in (count // 2, count):
        while sent < target:
            out = memoryview(block)
            while out:
                out = out[p.stdin.write(out):]
            sent += len(some)
        with wake:
            wake.wait_for(lambda: seen[0] >= sent, 60)
        sizes.append(peak(p))
    p.stdin.close()
    p.wait()
    print("%s: %d KiB after half, %d KiB after %d frames" % (command, sizes[0], sizes[1], count))
    return int(sizes[1] - sizes[0] > kib or p.returncode != 0)


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == "lines":
        return lines(int(args[0]), int(args[1]))
    if what == "flat":
        return flat(int(args[0]), int(args[1]), args[2])
    return {"first": first, "gone": gone, "unheard": unheard, "stuck": stuck}[what](float(args[0]), args[1:])


sys.exit(main())
