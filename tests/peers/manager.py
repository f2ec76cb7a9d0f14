#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A service manager's end of NOTIFY_SOCKET: manager.py NAME [SIZE]. NAME is a path, or @NAME for an abstract socket;
SIZE: the receive buffer, nothing is read until the file "read" exists. Each line of each notice goes to stdout, after
the notice's number and the milliseconds since the first one."""
import os
import socket
import sys
import time

name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if len(sys.argv) > 2:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(sys.argv[2]))
s.bind("\0" + name[1:] if name[0] == "@" else name)
print("bound", flush=True)
while len(sys.argv) > 2 and not os.path.exists("read"):
    time.sleep(0.02)
first = None
number = 0
while True:
    notice = s.recv(65536).decode()
    now = time.monotonic()
    first = first or now
    number += 1
    for line in notice.splitlines():
        print(number, int((now - first) * 1000), line, flush=True)
