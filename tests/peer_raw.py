#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A WebSocket server made of bytes, for what no library does: peer_raw.py URLFILE HOW

  stream   a frame every 50 ms, no answer to anything, pings among it
  masked   a frame with a mask, which a server must not send
  torn     half a frame, then the end
  silent   no answer to the upgrade
  early    three frames in the same segment as the answer to the upgrade, then a close frame
  rst      two frames, then a reset
  flood    frames until nobody takes them, then a reset, and the file URLFILE.done
  halfopen nothing after the upgrade
"""
import base64
import hashlib
import os
import socket
import struct
import sys
import time

how = sys.argv[2]
INBOUND = b'{"type":"inbound","event":{"text":"x","source":{"chat_id":"c"}}}\n'


def text(payload, opcode=1):
    return bytes([0x80 | opcode]) + (bytes([len(payload)]) if len(payload) < 126 else
                                     b"\x7e" + struct.pack(">H", len(payload))) + payload


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
              b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
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
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif how == "halfopen":
        time.sleep(60)
    elif how == "flood":
        s.settimeout(0.5)
        try:
            while True:
                s.sendall(text(INBOUND) * 100)
        except OSError:
            pass
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        with open(sys.argv[1] + ".done", "w") as f:
            f.write("reset")
    elif how == "stream":
        while True:
            s.sendall(text(INBOUND))
            time.sleep(0.05)


listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1] + ".tmp", "w") as f:
    f.write("ws://127.0.0.1:%d" % listener.getsockname()[1])
os.rename(sys.argv[1] + ".tmp", sys.argv[1])
while True:
    connection, _ = listener.accept()
    try:
        serve(connection)
    except OSError:
        pass
    connection.close()
