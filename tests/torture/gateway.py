#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gateways that break the rules of RFC 6455, of HTTP and of the relay: relay-stub ends each connection in order, and serves the
next gateway as if nothing had been."""
import os
import signal
import socket
import subprocess
import time

from common import Torture
from wire import HELLO, REQUEST, close, close_code, frame, until_closed

t = Torture()
SECONDS = 20


def start():
    p = subprocess.Popen(["relay-stub", "-q", "--url-file", "url"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, env=t.env)
    while not os.path.exists("url"):
        time.sleep(0.01)
    with open("url", encoding="ascii") as f:
        return p, int(f.read().split(":")[2].split("/")[0])


stub, port = start()


def connect(data):
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(SECONDS)
    s.sendall(data)
    return s


def websocket(extra=b""):
    """An open connection, and the bytes that came after the head of the upgrade's answer (mostly b"")."""
    s = connect(REQUEST + extra + b"\r\n")
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(1)
        if not more:
            raise OSError("refused: %r" % data[:60])
        data += more
    return s


def healthy():
    try:
        s = websocket()
        s.sendall(masked(1, HELLO))
        data = b""
        while b"descriptor" not in data:
            more = s.recv(65536)
            if not more:
                return False
            data += more
        s.close()
        return True
    except OSError:
        return False


def masked(opcode, payload=b"", **more):
    return frame(opcode, payload, mask=True, **more)


def attack(name, data, codes, extra=b""):
    """codes: the acceptable close codes; 0 stands for a connection that ends without one."""
    if not t.wanted(name):
        return
    try:
        s = websocket(extra)
        try:
            s.sendall(data)
        except OSError:
            pass
        how, got = until_closed(s, SECONDS)
        s.close()
        code = close_code(got)
    except OSError as e:
        how, code = "refused", str(e)
    t.held(how != "open" and code in codes and stub.poll() is None and healthy(), name, (how, code))


def polite(name, data):
    """Bytes that break no rule of WebSocket are followed by a close in order, which is answered in kind."""
    attack(name, masked(1, HELLO) + data + masked(8, close(1000)), [1000])


def raw(name, data, answers):
    """This must not cause an upgrade: the answer's first line has one of these statuses, or (0) there is no answer."""
    if not t.wanted(name):
        return
    s = connect(b"")
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    how, got = until_closed(s, SECONDS)
    s.close()
    words = got.split(None, 2)
    status = int(words[1]) if got.startswith(b"HTTP/") and len(words) > 1 else 0
    t.held(how != "open" and status in answers and stub.poll() is None and healthy(), name, (how, status, got[:40]))


BAD = [0, 1002]
for opcode in (3, 7, 11, 15):
    attack("opcode %d" % opcode, masked(opcode, b"x"), BAD)
for rsv in (1, 2, 4):
    attack("rsv %d" % rsv, masked(1, HELLO, rsv=rsv), BAD)
# Sent after a whole masked frame, so that it does not come in the segment of the upgrade.
attack("unmasked text", masked(1, HELLO) + frame(1, HELLO), BAD)
attack("unmasked ping", masked(1, HELLO) + frame(9, b"x"), BAD)
attack("ping of 126 bytes", masked(9, b"x" * 126), BAD)
attack("ping in fragments", masked(9, b"x", fin=0), BAD)
attack("close of 126 bytes", masked(8, close(1000, b"x" * 124)), BAD)
attack("continuation first", masked(0, b"x"), BAD)
attack("text within a message", masked(1, b"{", fin=0) + masked(1, HELLO), BAD)
attack("text that is not UTF-8", masked(1, b'{"type":"\xff"}\n') + masked(8, close(1000)), [0, 1000, 1002, 1007])
attack("reason that is not UTF-8", masked(8, close(1000, b"\xff\xfe")), [0, 1000, 1002, 1007])
attack("reason with escapes", masked(8, close(4000, b"\x1b]0;x\x07\x1b[31m")), [0, 4000])
for code in (0, 999, 1005, 1006, 1015, 65535):
    attack("close %d" % code, masked(8, close(code)), [0, 1000, 1002, code])
attack("close of one byte", masked(8, b"\3"), [0, 1000, 1002, 1005])
attack("close without a code", masked(8), [0, 1000, 1005])
attack("length 2^63", masked(1, b"x", length=1 << 63), [0, 1002, 1009])
attack("length 2^64 - 1", masked(1, b"x", length=(1 << 64) - 1), [0, 1002, 1009])
attack("frames after the close", masked(8, close(1000)) + masked(1, HELLO), [0, 1000])
polite("types of a connector", masked(1, b'{"type":"outbound_result","requestId":"x","result":{}}\n{"type":"descriptor"}\n'
                                         b'{"type":"inbound","event":{}}\n'))
polite("acks of nothing", masked(1, b"".join(b'{"type":"inbound_ack","bufferId":"n%d"}\n' % i for i in range(1000))))
polite("acks that are odd", masked(1, b'{"type":"inbound_ack"}\n{"type":"inbound_ack","bufferId":null}\n'
                                      b'{"type":"inbound_ack","bufferId":{}}\n{"type":"inbound_ack","bufferId":"\\u0000"}\n'))
polite("hellos that are odd", masked(1, b'{"type":"hello"}\n{"type":"hello","platform":7}\n{"type":"hello","platform":""}\n'
                                        b'{"type":"hello","platform":"a\\u0000b"}\n{"type":"hello","platform":"' +
                                     b"x" * 60000 + b'"}\n'))
many = 20000 if t.long else 1000
polite("a flood of hellos", masked(1, HELLO) * many)
polite("a flood of going_idle", masked(1, b'{"type":"going_idle"}\n' * many))
for name, data, answers in (
        ("no upgrade", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", [400, 404, 426]),
        ("no key", REQUEST.replace(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"") + b"\r\n", [0, 400, 426]),
        ("an Origin", REQUEST + b"Origin: http://evil.example\r\n\r\n", [403]),
        ("version 12", REQUEST.replace(b"13", b"12") + b"\r\n", [400, 426]),
        ("garbage", bytes(range(256)) * 8, [0, 400, 403]),
        ("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500, [0, 400, 403]),
        ("a huge header", b"GET /relay HTTP/1.1\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n", [0, 400, 431]),
        ("a path upwards", b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", [0, 400, 403, 404, 426]),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [0, 400, 403, 404, 405, 426])):
    raw(name, data, answers)
stub.send_signal(signal.SIGTERM)
t.held(stub.wait(30) == 0, "the end of the stub", stub.returncode, stub.stderr.read()[-300:])
t.finish()
