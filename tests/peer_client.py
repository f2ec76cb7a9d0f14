#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A gateway made of python3-websockets: a test peer that shares no code with the toolkit.

peer_client.py [OPTIONS] URL: one command per line of stdin, carried out in order; what is received goes to stdout.

    {...}               send this frame, with its newline, as one text message
    text "..."          send the JSON string as one text message, as it is
    binary "..."        the same as a binary message, each character one byte
    fragments ["..."]   send one text message in these fragments
    repeat N {...}      send the frame N times, %d in it counts from 1
    wait TYPE [N]       until N (1) frames of that type have come since the last wait for it
    until TEXT          until a frame that holds TEXT has come
    closed              until the connection has ended
    sleep SECONDS
    ping                send a ping and wait for its pong
    close [CODE [REASON]] / abort

At the end of stdin the connection is closed with 1000. The last line on stderr is "close CODE REASON" (1006: no close
frame came), or "http STATUS" where the upgrade was refused; the status is then 3. A wait that takes longer than
--timeout ends everything with status 4.
"""
import argparse
import asyncio
import json
import ssl
import sys

import websockets


class Peer:
    def __init__(self, ws, options):
        self.ws, self.options = ws, options
        self.seen, self.waited, self.lines, self.looked = {}, {}, [], 0
        self.partial, self.news = "", asyncio.Event()

    def line(self, line):
        if not self.options.messages:
            print(line, flush=True)
        self.lines.append(line)
        try:
            frame = json.loads(line)
        except ValueError:
            return None
        if isinstance(frame, dict):
            kind = frame.get("type")
            if isinstance(kind, str):
                self.seen[kind] = self.seen.get(kind, 0) + 1
            return frame
        return None

    async def message(self, text):
        if isinstance(text, bytes):
            text = text.decode("utf-8", "backslashreplace")
        if self.options.messages:
            print(json.dumps(text, ensure_ascii=False), flush=True)
        self.partial += text
        *lines, self.partial = self.partial.split("\n")
        try:
            json.loads(self.partial)
            lines, self.partial = lines + [self.partial], ""
        except ValueError:
            pass
        for line in lines:
            frame = self.line(line)
            if self.options.ack and frame and frame.get("bufferId"):
                ack = {"type": "inbound_ack", "bufferId": frame["bufferId"]}
                await self.ws.send(json.dumps(ack) + "\n")

    async def receive(self):
        try:
            async for message in self.ws:
                await self.message(message)
                self.news.set()
        except websockets.ConnectionClosed:
            pass
        self.news.set()

    async def wait_for(self, what, happened):
        end = asyncio.get_running_loop().time() + self.options.timeout
        while not happened():
            self.news.clear()
            left = end - asyncio.get_running_loop().time()
            try:
                if self.ws.closed:
                    raise asyncio.TimeoutError
                await asyncio.wait_for(self.news.wait(), max(left, 0))
            except asyncio.TimeoutError:
                print("not within the time: " + what, file=sys.stderr)
                sys.exit(4)

    def holds(self, text):
        while self.looked < len(self.lines):
            self.looked += 1
            if text in self.lines[self.looked - 1]:
                return True
        return False

    async def wait(self, kind, count="1"):
        self.waited[kind] = self.waited.get(kind, 0) + int(count)
        await self.wait_for("wait " + kind, lambda: self.seen.get(kind, 0) >= self.waited[kind])

    async def command(self, line):
        word, _, rest = line.partition(" ")
        if line.startswith("{"):
            await self.ws.send(line + "\n")
        elif word == "text":
            await self.ws.send(json.loads(rest))
        elif word == "binary":
            await self.ws.send(json.loads(rest).encode("latin-1"))
        elif word == "fragments":
            await self.ws.send(json.loads(rest))
        elif word == "repeat":
            count, _, frame = rest.partition(" ")
            for i in range(int(count)):
                await self.ws.send(frame.replace("%d", str(i + 1)) + "\n")
        elif word == "wait":
            await self.wait(*rest.split())
        elif word == "until":
            await self.wait_for(line, lambda: self.holds(rest))
        elif word == "closed":
            await asyncio.wait_for(self.ws.wait_closed(), self.options.timeout)
        elif word == "sleep":
            await asyncio.sleep(float(rest))
        elif word == "ping":
            await asyncio.wait_for(await self.ws.ping(), self.options.timeout)
        elif word == "close":
            code, _, reason = rest.partition(" ")
            await self.ws.close(int(code or 1000), reason)
        elif word == "abort":
            self.ws.transport.abort()
        else:
            sys.exit("peer_client: unknown command: " + line)


async def commands():
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().rstrip("\n")


async def talk(options):
    headers = {"Authorization": "Bearer " + options.token} if options.token else {}
    tls = ssl.create_default_context(cafile=options.cacert) if options.cacert else None
    async with websockets.connect(options.url, extra_headers=headers, ssl=tls, max_size=None, compression=None,
                                  ping_interval=None, close_timeout=2, open_timeout=options.timeout) as ws:
        peer = Peer(ws, options)
        receiver = asyncio.create_task(peer.receive())
        try:
            async for line in commands():
                if line and not line.startswith("#"):
                    await peer.command(line)
        except websockets.ConnectionClosed:
            pass
        await ws.close()
        await receiver
        print("close", ws.close_code, ws.close_reason, file=sys.stderr)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--token")
    p.add_argument("--cacert")
    p.add_argument("--timeout", type=float, default=5)
    p.add_argument("--ack", action="store_true", help="ack every buffered delivery")
    p.add_argument("--messages", action="store_true", help="print each message as a JSON string instead of the lines")
    p.add_argument("url")
    options = p.parse_args()
    try:
        asyncio.run(talk(options))
    except websockets.InvalidStatusCode as e:
        shown = [name + "=" + e.headers[name] for name in ("WWW-Authenticate", "Retry-After", "Location")
                 if name in e.headers]
        print("http", e.status_code, *shown, file=sys.stderr)
        sys.exit(3)
    except (OSError, websockets.InvalidMessage) as e:
        print("no connection:", e, file=sys.stderr)
        sys.exit(3)


main()
