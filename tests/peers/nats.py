#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A NATS server written byte by byte, for what no server does: nats.py URLFILE HOW [PORT]

It greets, takes CONNECT, answers PING, and answers the requests of JetStream as if the pool were there, except for HOW:

  silent    says nothing at all
  noise     bytes that are no protocol
  endless   a greeting that never ends
  huge      a greeting with numbers beyond all bounds; otherwise fine
  mute      never answers a request
  wrong     answers requests with what is not JSON, or not what was asked for, a different one for each
  lengths   answers with lengths that are negative, too long or no numbers, a different one for each connection
  strangers answers to nobody's request, to numbers that were never given, without headers, with torn headers
  errors    -ERR lines of all kinds
  tls       demands TLS and then says nothing
  flood     answers each request with 20,000 messages
  hangup    ends the connection at the first request

Each connection is a line on stdout.
"""
import itertools
import json
import os
import socket
import sys
import threading
import time

how = sys.argv[2]
BIG = "9" * 400
INFO = {"server_id": "x", "version": "2.10.27", "proto": 1, "headers": True, "max_payload": 1048576, "jetstream": True}
WRONG = itertools.cycle([b"", b"{", b"null", b"[]", b"{}", b'{"error":{}}', b'{"error":7}', b'{"message":{}}',
                         b'{"message":{"subject":"s","seq":-1,"data":"*"}}', b'{"seq":1e400,"duplicate":"x"}',
                         b'{"error":{"code":' + BIG.encode() + b',"err_code":-5,"description":"\\u0000\\u001b[2J"}}',
                         b'{"message":{"subject":"s","seq":' + BIG.encode() + b'}}', b"\xff\xfe", b"[" * 100000])
LENGTHS = itertools.cycle([b"MSG %s 1 -1\r\n", b"MSG %s 1 x\r\n", b"MSG %s 1 " + BIG.encode() + b"\r\n", b"MSG %s\r\n",
                           b"MSG %s 1 5\r\nlonger than five\r\n", b"HMSG %s 1 99 5\r\nNATS/\r\n", b"HMSG %s 1 0 0\r\n\r\n",
                           b"HMSG %s 1 12 12\r\nNATS/1.0\r\n\r\n\r\n", b"MSG " + b"a" * 9000 + b" 1 2\r\nok\r\n",
                           b"MSG %s 77 2\r\nok\r\n", b"INFO {\r\n", b"INFO \r\n", b"\0" * 64, b"PONG\r\n" * 1000])
STRANGERS = [b"MSG nobody 1 2\r\nok\r\n", b"MSG _INBOX.x.1 1 2\r\nok\r\n", b"MSG _INBOX.x.99999999999999999999 1 2\r\nok\r\n",
             b"HMSG _INBOX.x.- 1 16 16\r\nNATS/1.0 5x3\r\n\r\n\r\n"]
ERRORS = [b"-ERR 'Permissions Violation for Publish to \"x\"'\r\n", b"-ERR 'Permissions Violation for Publish to \"\r\n",
          b"-ERR\r\n", b"-ERR '\x1b[2Jboo'\r\n", b"-ERR 'Authorization Violation'\r\n"]


def answer(connection, subject, reply):
    if how == "mute":
        return
    data = json.dumps({"state": {"messages": 0}, "config": {"ack_wait": 30000000000}, "success": True, "seq": 1,
                       "message": {"subject": "s", "seq": 1}}).encode()
    if how == "wrong":
        data = next(WRONG)
    if how == "lengths":
        line = next(LENGTHS)
        connection.sendall(line % reply if b"%s" in line else line)
    if how == "strangers":
        connection.sendall(b"".join(STRANGERS))
    if how == "errors":
        connection.sendall(ERRORS[0].replace(b"x", subject))
        connection.sendall(b"".join(ERRORS[1:]))
    if how == "hangup":
        connection.shutdown(socket.SHUT_RDWR)
        return
    for _ in range(20000 if how == "flood" else 1):
        connection.sendall(b"MSG %s 1 %d\r\n%s\r\n" % (reply, len(data), data))


def greet(connection):
    if how in ("silent", "noise", "endless"):
        if how == "noise":
            connection.sendall(os.urandom(4096))
        while how == "endless":
            connection.sendall(b"INFO {" + b" " * 65536)
        time.sleep(1000)
    info = json.dumps(dict(INFO, tls_required=how == "tls"))
    if how == "huge":
        info = info.replace("1048576", "1" + "0" * 300).replace('"proto": 1', '"proto": 1e999')
    connection.sendall(b"INFO " + info.encode() + b"\r\n")
    if how == "tls":
        time.sleep(1000)


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        print("connection", flush=True)
        try:
            greet(connection)
            for line in lines:
                words = line.split()
                if words[:1] == [b"PING"]:
                    connection.sendall(b"PONG\r\n")
                if words[:1] in ([b"PUB"], [b"HPUB"]):
                    lines.read(int(words[-1]) + 2)
                    if len(words) > (3 if words[0] == b"PUB" else 4):
                        answer(connection, words[1], words[2])
        except (OSError, ValueError):
            pass


server = socket.create_server(("127.0.0.1", int(sys.argv[3]) if len(sys.argv) > 3 else 0))
with open(sys.argv[1] + ".new", "w", encoding="utf-8") as file:
    file.write("nats://127.0.0.1:%d" % server.getsockname()[1])
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
