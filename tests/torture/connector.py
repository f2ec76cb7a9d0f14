#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Connectors that break the rules of WebSocket and HTTP, or never end: relay-dial ends in time with a status and a line, prints
only frames, and no control byte reaches stderr."""
import json
import socket
import threading
import time

from common import Torture
from wire import DESCRIPTOR, HELLO, close, frame, read_request, upgrade

t = Torture()
STATUSES = {0, 69, 75, 76, 77}
cases = {}


def sends(name, data, statuses=STATUSES, then=0.0):
    """A connector that answers the hello and then sends this."""
    def serve(s):
        upgrade(s)
        s.sendall(frame(1, DESCRIPTOR) + data)
        time.sleep(then)
        drain(s)
    cases[name] = (serve, statuses)


def answers(name, data, statuses=STATUSES):
    """A connector that answers the upgrade with this."""
    def serve(s):
        read_request(s)
        s.sendall(data)
        drain(s)
    cases[name] = (serve, statuses)


def drain(s):
    s.settimeout(3)
    while s.recv(65536):
        pass


LATE = b'{"type":"inbound","event":{"text":"late"}}\n'
for opcode in (3, 4, 5, 6, 7, 11, 15):
    sends("opcode %d" % opcode, frame(opcode, b"x"))
for rsv in (1, 2, 4, 7):
    sends("rsv %d" % rsv, frame(1, LATE, rsv=rsv))
sends("a masked text", frame(1, LATE, mask=True))
sends("a masked ping", frame(9, b"abc", mask=True))
sends("a ping of 126 bytes", frame(9, b"x" * 126))
sends("a ping in fragments", frame(9, b"x", fin=0))
sends("a close of 126 bytes", frame(8, close(1000, b"x" * 124)))
sends("a length in too many bytes", frame(1, LATE, code=64) + frame(8, close(1000)))
sends("a continuation first", frame(0, b"x"))
sends("a text within a message", frame(1, b'{"type":', fin=0) + frame(1, b'"x"}\n'))
sends("text that is not UTF-8", frame(1, b'{"type":"\xff\xfe"}\n') + frame(8, close(1000)))
sends("a reason that is not UTF-8", frame(8, close(1000, b"\xff\xfe\xc0")))
sends("a reason with escapes", frame(8, close(4000, b"\x1b]0;x\x07\x1b[2J\r\nrelay-dial: lie\xc2\x9b31m\xe2\x80\xae")))
for code in (0, 999, 1000, 1001, 1004, 1005, 1006, 1011, 1015, 2000, 2999, 3000, 4000, 4401, 4999, 5000, 65535):
    sends("close %d" % code, frame(8, close(code, b"r")))
sends("a close of one byte", frame(8, b"\3"))
sends("a close without a code", frame(8))
for name, length in (("2^62", 1 << 62), ("2^63", 1 << 63), ("2^64 - 1", (1 << 64) - 1)):
    sends("a length of " + name, frame(1, b"x", length=length))
sends("frames after the close", frame(8, close(1000)) + frame(1, LATE) * 3)
sends("two closes", frame(8, close(1000)) + frame(8, close(4001)))
many = 100 if t.long else 2
sends("empty frames", (frame(1) * 1000 + frame(2) * 10) * many + frame(8, close(1000)))
sends("empty continuations", frame(1, b"{", fin=0) + frame(0, fin=0) * 2000 * many + frame(0, b'"type":"x"}') + frame(8, close(1000)))
sends("line ends alone", frame(1, b"\n" * 10000 * many) + frame(8, close(1000)))
sends("deep JSON", frame(1, b'{"type":' + b"[" * 4000 * many + b"\n") + frame(8, close(1000)))
sends("a ping within a message", frame(1, b'{"type"', fin=0) + frame(9, b"p") + frame(0, b':"x"}\n') + frame(8, close(1000)))
sends("an ack unasked", frame(1, b'{"type":"going_idle_ack"}\n') + frame(8, close(1000)))
sends("results of nothing", frame(1, b'{"type":"outbound_result","requestId":"nope","result":{"success":true}}\n'
                                    b'{"type":"outbound_result"}\n{"type":"outbound_result","requestId":7,"result":[]}\n') +
      frame(8, close(1000)))
sends("types of a gateway", frame(1, b'{"type":"hello","platform":"evil"}\n{"type":"going_idle"}\n{"type":"link","state":"draining"}\n'
                                    b'{"type":"work","running":9,"waiting":9}\n{"op":"send","chat_id":"1","content":"evil"}\n') +
      frame(8, close(1000)))
sends("a frame that does not end", frame(1, b'{"type":"', length=1 << 40) + b"a" * 65536)
ok = b"HTTP/1.1 101 Switching Protocols\r\n"
answers("no upgrade header", ok + b"\r\n" + frame(1, DESCRIPTOR))
answers("200", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot a ws\n", {69})
answers("a redirect", b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", {69})
answers("a redirect with escapes", b"HTTP/1.1 302 Found\r\nLocation: ws://\xff\xfe\x1b[31m/\r\nContent-Length: 0\r\n\r\n", {69})
answers("401 with escapes", b"HTTP/1.1 401 No\x1b[31m\r\nWWW-Authenticate: Bearer \x1b]0;x\x07\r\nContent-Length: 0\r\n\r\n", {69, 77})
answers("a huge header", ok + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n", {69})
answers("no HTTP", b"SSH-2.0-OpenSSH\r\n\r\n", {69})
answers("100 and 100 again", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, {69})


def reset(s):
    upgrade(s)
    s.sendall(frame(1, DESCRIPTOR))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


cases["a reset"] = (reset, {69, 75})
cases["silence"] = (lambda s: time.sleep(2.5), {69})


def trial(name):
    serve, statuses = cases[name]
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        s, _ = listener.accept()
        try:
            serve(s)
        except OSError:
            pass
        s.close()
    threading.Thread(target=accept, daemon=True).start()
    status, out, err = t.run(["relay-dial", "--stay", "--max-time", "1500ms", "--connect-timeout", "1s",
                              "ws://127.0.0.1:%d" % listener.getsockname()[1]], HELLO)
    listener.close()
    frames = True
    for line in out.splitlines():
        try:
            frames = frames and isinstance(json.loads(line), dict)
        except ValueError:
            frames = False
    raw = [c for c in err if (c < 32 and c != 10) or c == 127] or b"\xc2\x9b" in err or b"\xe2\x80\xae" in err
    t.held(status in statuses and frames and not raw and (status == 0 or err), name, status, out[-200:], err[-300:])


threads = []
for name in filter(t.wanted, cases):
    threads.append(threading.Thread(target=trial, args=(name,)))
    threads[-1].start()
    if len(threads) == 16:
        threads.pop(0).join()
for thread in threads:
    thread.join()
t.finish()
