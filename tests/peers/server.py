#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A connector on python3-websockets: a server for testing the link that shares no code with it.

server.py URLFILE [OPTION...]
  --mute             answer nothing; an outbound with the op or content "unanswered" is never answered
  --refuse           answer every outbound with an error
  --ack-on-command   do not answer going_idle
  --split            send each frame in messages of 7 characters
  --coalesce         send all frames of an answer in one message, the last without a line end
  --binary           send binary messages
  --close C[:R]@N    close with code C and reason R after N received frames; the k-th one is for the k-th
                     connection; without @N after the descriptor has been sent
  --drop@N           cut the connection after N received frames, likewise
  --http N           refuse the upgrade with that status, likewise
  --retry-after S    seconds in the header of a refusal (default 7)
  --serve            nothing special, likewise
  --dumb             answer nothing, likewise
  --cert F --key F   TLS
  --blast BYTES      send that many bytes of inbound frames after the first hello
  --flood N          send N inbound frames before reading anything
  --ping SECONDS     ping the gateway that often (default never)
Frames received go to stdout as "K FRAME", K the number of the connection. Lines on stdin are sent to the
newest connection. On stderr: "open K AUTHORIZATION", "closed K CODE REASON", "pong K".
"""
import asyncio
import http
import json
import os
import ssl
import sys

import websockets

from peer import descriptor, legacy, publish

args = sys.argv[2:]


def flag(name):
    return name in args


def value(name, default=None):
    return args[args.index(name) + 1] if name in args else default


def faults():
    out = []
    for i, a in enumerate(args):
        if a == "--close":
            spec, _, n = args[i + 1].partition("@")
            code, _, reason = spec.partition(":")
            out.append(("close", int(code), reason, int(n) if n else None))
        elif a.startswith("--drop@"):
            out.append(("drop", 0, "", int(a[7:])))
        elif a == "--http":
            out.append(("http", int(args[i + 1]), "", -1))
        elif a == "--serve":
            out.append(("serve", 0, "", -1))
        elif a == "--dumb":
            out.append(("dumb", 0, "", -1))
    return out


FAULTS = faults()
connections = 0
newest = None


def log(text):
    print(text, file=sys.stderr, flush=True)


async def deliver(ws, frames):
    lines = [json.dumps(f) + "\n" if isinstance(f, dict) else f + "\n" for f in frames]
    if flag("--coalesce"):
        lines = ["".join(lines).rstrip("\n")]
    for line in lines:
        step = 7 if flag("--split") else len(line)
        for i in range(0, len(line), step):
            piece = line[i:i + step]
            await ws.send(piece.encode() if flag("--binary") else piece)


def inbound(n, text="x"):
    return {"type": "inbound", "event": {"text": text, "message_id": str(n), "source": {
        "platform": "discord", "chat_id": "c%d" % (n % 10), "user_id": "u"}}}


def answers(frame):
    if flag("--mute"):
        return []
    kind = frame.get("type")
    if kind == "hello":
        return [descriptor(frame["platform"])]
    if kind == "outbound" and flag("--refuse"):
        return [{"type": "outbound_result", "requestId": frame["requestId"],
                 "result": {"success": False, "error": "not your chat"}}]
    if kind == "outbound" and "unanswered" not in frame["action"].values():
        return [{"type": "outbound_result", "requestId": frame["requestId"],
                 "result": {"success": True, "message_id": "m1"}}]
    if kind == "going_idle" and not flag("--ack-on-command"):
        return [{"type": "going_idle_ack"}]
    return []


async def strike(ws, fault):
    if fault[0] == "drop":
        ws.transport.abort()
    else:
        await ws.close(fault[1], fault[2])


async def blast(ws):
    line = json.dumps(inbound(1, "x" * 300)) + "\n"
    message = line * 200
    sent = 0
    while sent < int(value("--blast")):
        await ws.send(message)
        sent += len(message)
    log("blasted %d" % sent)


def fault_of(k):
    return FAULTS[k - 1] if k <= len(FAULTS) else None


async def refuse(path, headers):
    """Counts the dials; refuses those that the options say."""
    global connections
    fault = fault_of(connections + 1)
    if path != "/relay":
        return http.HTTPStatus(404), [], b"no such path\n"
    connections += 1
    if fault and fault[0] == "http":
        log("refused %d" % connections)
        more = [("WWW-Authenticate", "Bearer realm=relay"), ("Retry-After", value("--retry-after", "7")), ("Location", "/else\u009b31m")]
        return http.HTTPStatus(fault[1]), more, b"refused\n"
    return None


async def connection(ws, path=None):
    global newest
    k = connections
    newest = ws
    fault = fault_of(k)
    log("open %d %s" % (k, ws.request_headers.get("Authorization", "-")))
    received = 0
    try:
        if fault and fault[3] == 0:
            await strike(ws, fault)
        if value("--flood"):
            for n in range(int(value("--flood"))):
                await ws.send(json.dumps(inbound(n)) + "\n")
        async for message in ws:
            for line in message.splitlines():
                received += 1
                print(k, line, flush=True)
                frame = json.loads(line)
                if not fault or fault[0] != "dumb":
                    await deliver(ws, answers(frame))
                if value("--blast") and received == 1:
                    await blast(ws)
                if fault and (fault[3] == received or (fault[3] is None and frame["type"] == "hello")):
                    await strike(ws, fault)
    except websockets.ConnectionClosed:
        pass
    log("closed %d %s %s" % (k, ws.close_code, ws.close_reason))


async def commands():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(0), "rb"))
    while True:
        line = await reader.readline()
        if not line:
            return
        text = line.decode().rstrip("\n")
        if text.startswith("close "):
            _, code, *reason = text.split(" ", 2)
            await newest.close(int(code), reason[0] if reason else "")
        elif newest:
            await newest.send(text + "\n")


async def main():
    tls = None
    if value("--cert"):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(value("--cert"), value("--key"))
    interval = value("--ping")
    server = await legacy("server", "serve")(connection, "127.0.0.1", 0, ssl=tls, max_size=None, compression=None,
                                    process_request=refuse,
                                    ping_interval=float(interval) if interval else None)
    port = server.sockets[0].getsockname()[1]
    publish(sys.argv[1], "%s://127.0.0.1:%d" % ("wss" if tls else "ws", port))
    try:
        await commands()
    except (ValueError, OSError):
        pass
    await asyncio.Future()


asyncio.run(main())
