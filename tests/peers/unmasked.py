#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A gateway with unmasked frames. unmasked.py URL HOW BYTES…: sends the request and a masked hello, then the frame with
these bytes (Python escapes). HOW is `with`: all in one segment; `after`: the answer in between; or `bytes`: one byte per
segment. Prints the close code."""
import socket
import struct
import sys

url, how, text = sys.argv[1:]
host, port = url.split("/")[2].split(":")
frame = text.encode().decode("unicode_escape").encode("latin-1")
hello = b'{"type":"hello","platform":"discord","botId":""}\n'
request = (b"GET /relay HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n")
masked = bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello
s = socket.create_connection((host, int(port)))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
s.settimeout(60)
got = b""
if how == "with":
    s.sendall(request + masked + frame)
else:
    s.sendall(request)
    while b"\r\n\r\n" not in got:
        got += s.recv(65536)
    step = 1 if how == "bytes" else 1 << 20
    data = masked + frame
    for i in range(0, len(data), step):
        s.sendall(data[i:i + step])
while True:
    at = got.find(b"\x88")
    if at >= 0 and len(got) >= at + 4:
        break
    more = s.recv(65536)
    if not more:
        sys.exit("no close frame")
    got += more
print(struct.unpack(">H", got[at + 2:at + 4])[0], got[at + 4:].decode("latin-1"))
