#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An HTTP proxy that only does CONNECT to loopback: proxy.py URLFILE LOGFILE"""
import socket
import sys
import threading

from peer import forward, publish

listener = socket.create_server(("127.0.0.1", 0))


def serve(s):
    request = b""
    while b"\r\n\r\n" not in request:
        piece = s.recv(65536)
        if not piece:
            return
        request += piece
    line = request.split(b"\r\n")[0].decode()
    with open(sys.argv[2], "a") as f:
        f.write(line + "\n")
    method, target, _ = line.split(" ")
    host, _, port = target.rpartition(":")
    if method != "CONNECT" or host != "127.0.0.1":
        s.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        return
    far = socket.create_connection((host, int(port)))
    s.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    forward(s, far)


publish(sys.argv[1], "http://127.0.0.1:%d" % listener.getsockname()[1])
while True:
    connection, _ = listener.accept()

    def run(c=connection):
        with c:
            serve(c)
    threading.Thread(target=run, daemon=True).start()
