#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A gateway that sends a hello and reads only the descriptor. deaf.py URL: prints "begun" when more has come."""
import base64
import os
import socket
import sys
import time

host, port = sys.argv[1].split("/")[2].split(":")
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect((host, int(port)))
s.sendall(b"GET /relay HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
          b"Sec-WebSocket-Version: 13\r\n\r\n" % base64.b64encode(os.urandom(16)))
while b"\r\n\r\n" not in s.recv(4096, socket.MSG_PEEK):
    pass
hello = b'{"type":"hello","platform":"discord","botId":""}\n'
s.sendall(bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello)
got = b""
while not got.endswith(b"}}\n"):
    got += s.recv(1)
print("there", flush=True)
s.recv(1, socket.MSG_PEEK)
print("begun", flush=True)
time.sleep(60)
