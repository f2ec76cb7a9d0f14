#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A gateway made of python3-websockets: a test peer that shares no code with the toolkit.

client.py [OPTIONS] URL: one command per line of stdin, carried out in order; what is received goes to stdout.

    {...}               send this frame, with its newline, as one text message
    text "..."          send the JSON string as one text message, unchanged
    binary "..."        the same as a binary message, each character one byte
    fragments ["..."]   send one text message in these fragments
    repeat N {...}      send the frame N times; %d in it counts from 1
    wait TYPE [N]       until N (1) more frames of that type have come since the last wait for it
    until TEXT          until a frame that contains TEXT has come; each frame is looked at once
    nothing SECONDS     fail if anything comes within that time
    closed              until the connection has ended
    sleep SECONDS
    ping                send a ping and wait for its pong
    read                begin to receive (with --lazy)
    dial [ID SECRET EXPIRES]   close the connection and dial again, with a token signed with these
    close [CODE [REASON]] / abort

For each connection "close CODE REASON" goes to stderr (1006: no close frame came), or "http STATUS HEADERS" if the
upgrade was refused: the exit status is then 3, unless another dial follows. A wait that takes longer than --timeout
ends everything with status 4. At the end of stdin the connection is closed with 1000.
"""
import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import ssl
import stat
import sys

import websockets

from peer import legacy

connect, InvalidStatusCode = legacy("client", "connect"), legacy("exceptions", "InvalidStatusCode")


def fail(what):
    print("client: " + what, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(4)  # at once, even if the connection waits for something


def sign(name, secret, expires):
    text = name + ":" + expires
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return base64.urlsafe_b64encode((text + ":" + mac).encode()).decode().rstrip("=")


class Peer:
    def __init__(self, options):
        self.options, self.token = options, options.token
        self.ws = self.receiver = None
        self.seen, self.waited, self.lines, self.looked = {}, {}, [], 0
        self.partial, self.news, self.refused = "", asyncio.Event(), False

    async def dial(self):
        headers = {"Authorization": "Bearer " + self.token} if self.token else {}
        tls = ssl.create_default_context(cafile=self.options.cacert) if self.options.cacert else None
        self.refused, self.partial = False, ""
        try:
            self.ws = await connect(self.options.url, extra_headers=headers, ssl=tls, max_size=None,
                                               compression=None, ping_interval=None, close_timeout=2,
                                               open_timeout=self.options.timeout)
        except InvalidStatusCode as e:
            shown = [name + "=" + e.headers[name] for name in ("WWW-Authenticate", "Retry-After", "Location")
                     if name in e.headers]
            self.refuse("http", e.status_code, *shown)
        except websockets.InvalidURI as e:
            self.refuse("http 302 Location=" + e.uri)
        except (OSError, websockets.InvalidMessage, asyncio.TimeoutError) as e:
            self.refuse("no connection:", e)
        else:
            if not self.options.lazy:
                self.read()

    def refuse(self, *why):
        print(*why, file=sys.stderr, flush=True)
        self.ws, self.refused = None, True

    def read(self):
        self.receiver = asyncio.create_task(self.receive())

    async def hang_up(self):
        if self.ws:
            await self.ws.close()
            if self.receiver:
                await self.receiver
            print("close", self.ws.close_code, self.ws.close_reason, file=sys.stderr, flush=True)
        self.ws = self.receiver = None

    def line(self, line):
        if not self.options.messages:
            print(line, flush=True)
        self.lines.append(line)
        try:
            frame = json.loads(line)
        except ValueError:
            return None
        if not isinstance(frame, dict):
            return None
        kind = frame.get("type")
        if isinstance(kind, str):
            self.seen[kind] = self.seen.get(kind, 0) + 1
        return frame

    async def message(self, text):
        if isinstance(text, bytes):
            text = text.decode("utf-8", "backslashreplace")
        if self.options.messages:
            print(json.dumps(text, ensure_ascii=False), flush=True)
        *lines, self.partial = (self.partial + text).split("\n")
        try:
            json.loads(self.partial)
            lines, self.partial = lines + [self.partial], ""
        except ValueError:
            pass
        for line in lines:
            frame = self.line(line)
            if self.options.acks and frame and frame.get("bufferId"):
                self.options.acks -= 1
                await self.ws.send(json.dumps({"type": "inbound_ack", "bufferId": frame["bufferId"]}) + "\n")

    async def receive(self):
        try:
            async for message in self.ws:
                await self.message(message)
                self.news.set()
        except websockets.ConnectionClosed:
            pass
        self.news.set()

    async def wait_for(self, what, happened, patience=None, wanted=True):
        clock = asyncio.get_running_loop().time
        end = clock() + (patience or self.options.timeout)
        while not happened():
            self.news.clear()
            try:
                if not self.ws or self.ws.closed:
                    raise asyncio.TimeoutError
                await asyncio.wait_for(self.news.wait(), max(end - clock(), 0))
            except asyncio.TimeoutError:
                if wanted:
                    fail("not within the time: " + what)
                return
        if not wanted:
            fail("not wanted: " + self.lines[-1])

    def holds(self, text):
        while self.looked < len(self.lines):
            self.looked += 1
            if text in self.lines[self.looked - 1]:
                return True
        return False

    async def wait(self, kind, count="1"):
        self.waited[kind] = self.waited.get(kind, 0) + int(count)
        await self.wait_for("wait " + kind, lambda: self.seen.get(kind, 0) >= self.waited[kind])

    async def redial(self, name=None, secret=None, expires="0"):
        await self.hang_up()
        self.token = sign(name, secret, expires) if name else self.token
        await self.dial()

    async def repeat(self, count, frame):
        for i in range(int(count)):
            await self.ws.send(frame.replace("%d", str(i + 1)) + "\n")

    async def command(self, line):
        word, _, rest = line.partition(" ")
        if line.startswith("{"):
            await self.ws.send(line + "\n")
        elif word in ("text", "fragments"):
            await self.ws.send(json.loads(rest))
        elif word == "binary":
            await self.ws.send(json.loads(rest).encode("latin-1"))
        elif word == "repeat":
            await self.repeat(*rest.split(" ", 1))
        elif word == "wait":
            await self.wait(*rest.split())
        elif word == "until":
            await self.wait_for(line, lambda: self.holds(rest))
        elif word == "nothing":
            count = len(self.lines)
            await self.wait_for(line, lambda: len(self.lines) > count, float(rest), wanted=False)
        elif word == "closed":
            await asyncio.wait_for(self.ws.wait_closed(), self.options.timeout)
        elif word == "sleep":
            await asyncio.sleep(float(rest))
        elif word == "ping":
            await asyncio.wait_for(await self.ws.ping(), self.options.timeout)
        elif word == "read":
            self.read()
        elif word == "dial":
            await self.redial(*rest.split())
        elif word == "close":
            code, _, reason = rest.partition(" ")
            await self.ws.close(int(code or 1000), reason)
        elif word == "abort":
            self.ws.transport.abort()
        else:
            sys.exit("client: unknown command: " + line)


async def commands():
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 26)
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        reader.feed_data(sys.stdin.buffer.read())
        reader.feed_eof()
    else:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        line = line.decode().rstrip("\n")
        if line and not line.startswith("#"):
            yield line


async def talk(options):
    peer, first = Peer(options), True
    async for line in commands():
        if first and line.split()[0] != "dial":
            await peer.dial()
        first = False
        if not peer.ws and line.split()[0] != "dial":
            continue
        try:
            await peer.command(line)
        except websockets.ConnectionClosed:
            pass
        except asyncio.TimeoutError:
            fail("not within the time: " + line)
    if first:
        await peer.dial()
    await peer.hang_up()
    return 3 if peer.refused else 0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--token")
    p.add_argument("--cacert")
    p.add_argument("--timeout", type=float, default=30)
    p.add_argument("--ack", action="store_const", dest="acks", const=1 << 40, help="ack every buffered delivery")
    p.add_argument("--acks", type=int, help="ack the first N buffered deliveries")
    p.add_argument("--lazy", action="store_true", help="receive nothing before the command read")
    p.add_argument("--messages", action="store_true", help="print each message as a JSON string instead of the lines")
    p.add_argument("url")
    sys.exit(asyncio.run(talk(p.parse_args())))


main()
