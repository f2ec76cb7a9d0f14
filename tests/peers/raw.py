#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A WebSocket server written byte by byte, for things that no library does: raw.py URLFILE HOW

  stream   a frame every 50 ms, no answer to anything, pings among it
  masked   a frame with a mask, which a server must not send
  torn     half a frame, then the end
  silent   no answer to the upgrade
  early    three frames in the same segment as the answer to the upgrade, then a close frame
  rst      two frames, then a reset
  halfopen nothing after the upgrade
  deaf     the same with a small receive buffer
  close    a close frame whose payload is HEX, the next argument; the answer goes to stdout in hex
  tornend  half a frame, then a close frame in order
  say      each further argument as a message, then a close frame
  long     3 MB of a frame in one message, then two short frames, all without line ends; then a close frame
  uneven   a frame in two messages, the second with a line end; a bit later one without; then a close frame
  live     after the first frame received, N live frames (N: the next argument); then prints "sent"
  glut     live frames until no more are taken, then a reset, which it reports
  sink     reads everything and sends nothing
  flip     a descriptor, then, to the next message, going_idle_ack and a close frame with the code, the next
           argument, in one segment; 0 hangs up instead. Prints "connection" for each
  deafonce sends more than a stuffed ring takes and reads nothing until the file "cut" exists, then resets; from
           then on reads everything, which goes to stdout
  dated    a clock that is N seconds ahead (N: the next argument); answers pings
  pings    endless pings, reading everything
  deafpings  endless pings, reading nothing
"""
import base64
import email.utils
import hashlib
import json
import os
import socket
import struct
import sys
import threading
import time

from peer import descriptor, publish

how = sys.argv[2]
DESCRIPTOR = json.dumps(descriptor("discord")).encode() + b"\n"
INBOUND = b'{"type":"inbound","event":{"text":"x","source":{"chat_id":"c"}}}\n'


def text(payload, opcode=1):
    n = len(payload)
    size = (bytes([n]) if n < 126 else b"\x7e" + struct.pack(">H", n) if n < 65536 else
            b"\x7f" + struct.pack(">Q", n))
    return bytes([0x80 | opcode]) + size + payload


def unmask(b):
    """The payload of a client's first whole frame, and where it ends; None if there is none."""
    n, at = (b[1] & 127, 2) if len(b) > 1 else (0, 1 << 30)
    if n > 125 and len(b) > 10:
        at = 4 if n == 126 else 10
        n = int.from_bytes(b[2:at], "big")
    elif n > 125:
        return None
    if len(b) < at + 4 + n:
        return None
    mask = int.from_bytes(b[at:at + 4] * (n // 4 + 1), "big") >> 8 * (4 - n % 4)
    return (int.from_bytes(b[at + 4:at + 4 + n], "big") ^ mask).to_bytes(n, "big"), at + 4 + n


def drain(s):
    while s.recv(1 << 20):
        pass


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def serve(s):
    request = b""
    while b"\r\n\r\n" not in request:
        piece = s.recv(65536)
        if not piece:
            return
        request += piece
    if how == "silent":
        time.sleep(60)
    key = [line.split(b": ")[1] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")][0]
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    answer = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              b"Sec-WebSocket-Accept: " + accept + b"\r\n")
    if how == "dated":
        answer += b"date: " + email.utils.formatdate(time.time() + int(sys.argv[3]), usegmt=True).encode() + b"\r\n"
    answer += b"\r\n"
    if how == "early":
        s.sendall(answer + text(INBOUND) * 3 + text(struct.pack(">H", 1000), 8))
        time.sleep(1)
        return
    s.sendall(answer)
    if how == "masked":
        s.sendall(b"\x81\x82\x01\x02\x03\x04ab")
        time.sleep(5)
    elif how == "torn":
        s.sendall(text(b'{"type":"inbound","ev'))
        time.sleep(0.2)
    elif how == "rst":
        s.sendall(text(INBOUND) * 2)
        time.sleep(0.2)
        reset(s)
    elif how in ("halfopen", "deaf"):
        time.sleep(60)
    elif how == "close":
        s.sendall(text(bytes.fromhex(sys.argv[3]), 8))
        head = s.recv(6)
        print(bytes(a ^ b for a, b in zip(s.recv(125), head[2:] * 32)).hex(), flush=True)
    elif how == "tornend":
        s.sendall(text(b'{"type":"inbound","ev') + text(struct.pack(">H", 1000), 8))
        drain(s)
    elif how == "say":
        s.sendall(b"".join(text(m.encode()) for m in sys.argv[3:]) + text(struct.pack(">H", 1000), 8))
        drain(s)
    elif how == "long":
        s.sendall(text(b'{"type":"x","pad":"' + b"x" * 3000000 + b'"}'))
        time.sleep(0.2)
        s.sendall(text(INBOUND.rstrip()) * 2 + text(struct.pack(">H", 1000), 8))
        drain(s)
    elif how == "uneven":
        s.sendall(text(INBOUND[:20]) + text(INBOUND[20:]))
        time.sleep(0.2)
        s.sendall(text(INBOUND.rstrip()))
        time.sleep(0.2)
        s.sendall(text(struct.pack(">H", 1000), 8))
        drain(s)
    elif how == "live":
        s.recv(65536)
        s.sendall(text(DESCRIPTOR) + text(INBOUND) * int(sys.argv[3]))
        print("sent", flush=True)
        while s.recv(65536)[0] != 0x88:
            pass
        s.sendall(text(struct.pack(">H", 1000), 8))
    elif how == "glut":
        s.settimeout(0.5)
        try:
            while True:
                s.sendall(text(INBOUND) * 200)
        except socket.timeout:
            reset(s)
            print("reset", flush=True)
    elif how == "flip":
        print("connection", flush=True)
        s.recv(65536)
        s.sendall(text(DESCRIPTOR))
        print("descriptor", flush=True)
        s.recv(65536)
        code = int(sys.argv[3])
        s.sendall(text(b'{"type":"going_idle_ack"}\n') + (text(struct.pack(">H", code), 8) if code else b""))
        if code:
            drain(s)
    elif how == "deafonce":
        if not os.path.exists("cut"):
            s.sendall(text(DESCRIPTOR) + text(INBOUND * 1000) * 20)
            while not os.path.exists("cut"):
                time.sleep(0.02)
            reset(s)
            return
        received = b""
        while piece := s.recv(1 << 20):
            received += piece
            while frame := unmask(received):
                print(frame[0].decode(errors="replace").strip(), flush=True)
                received = received[frame[1]:]
    elif how == "dated":
        while (head := s.recv(6)) and head[0] & 15 == 9:
            s.sendall(text(b"", 10))
        s.sendall(text(struct.pack(">H", 1000), 8))
    elif how == "sink":
        drain(s)
    elif how == "pings":
        threading.Thread(target=drain, args=(s,), daemon=True).start()
        while True:
            s.sendall(text(b"", 9) * 30000)
    elif how == "deafpings":
        while True:
            s.sendall(text(b"p" * 125, 9))
    elif how == "stream":
        while True:
            s.sendall(text(INBOUND))
            time.sleep(0.05)


listener = socket.create_server(("127.0.0.1", 0))
if how.startswith("deaf"):
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
publish(sys.argv[1], "ws://127.0.0.1:%d" % listener.getsockname()[1])
while True:
    connection, _ = listener.accept()
    try:
        serve(connection)
    except OSError:
        pass
    connection.close()
