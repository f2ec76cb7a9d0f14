# SPDX-License-Identifier: MIT
"""Ratios to a peer that does comparable work in the same run: bench.py [BUILD]. Prints them; nothing fails.

Filters are compared with cat (the floor) and with jq, which parses each line too; the start of a process with that of
/bin/true; relay-dial with a client of python3-websockets that does the same on the same relay-stub; relay-run with an inbox, with
relay-run without one.
"""
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

FRAMES = 200000
LINK = 20000
MESSAGES = 5000
RUNS = 3
STARTS = 200


def best(function, runs=RUNS):
    """The shortest of a few runs, in seconds: the one that was least disturbed."""
    took = []
    for _ in range(runs):
        begin = time.monotonic()
        function()
        took.append(time.monotonic() - begin)
    return min(took)


def shell(command):
    return lambda: subprocess.run(["sh", "-c", command], check=False, stderr=subprocess.DEVNULL)


def inbound(i):
    frame = {"type": "inbound", "event": {"text": "", "message_type": "text", "message_id": str(i), "source": {
        "platform": "discord", "chat_id": str(i % 100), "chat_type": "group", "user_id": "u%d" % (i % 1000),
        "user_name": "somebody", "scope_id": "g1"}}}
    frame["event"]["text"] = "x" * (300 - len(json.dumps(frame, separators=(",", ":"))))
    return frame


def outbound(i):
    return {"type": "outbound", "requestId": "%032x" % i,
            "action": {"op": "send", "chat_id": str(i % 100), "content": "hello", "metadata": {}}}


def write(path, frames):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(frame, separators=(",", ":")) + "\n" for frame in frames)


def filters():
    write("inbound", map(inbound, range(FRAMES)))
    write("outbound", map(outbound, range(FRAMES)))
    write("result", ({"type": "outbound_result", "requestId": "%032x" % i, "result": {
        "success": True, "message_id": "m%d" % i, "note": "x" * 190}} for i in range(FRAMES)))
    size = os.path.getsize("inbound") / 1e6
    print("%d frames of %d bytes, from pipe to pipe" % (FRAMES, size * 1e6 / FRAMES))
    print("  %-34s %8s %8s %10s %8s" % ("", "seconds", "MB/s", "x cat", "jq / it"))
    cat = best(shell("cat inbound | cat | cat >/dev/null"))
    jq = best(shell("cat inbound | jq -c --unbuffered . | cat >/dev/null"), 1)
    rows = [("cat", cat), ("jq -c --unbuffered .", jq), ("jq -c .", best(shell("cat inbound | jq -c . | cat >/dev/null"), 1))]
    for name, file, command in (
            ("relay-decode", "inbound", "relay-decode"),
            ("relay-decode, results (copied)", "result", "relay-decode"),
            ("relay-decode -f text", "inbound", "relay-decode -f text"),
            ("relay-handshake (copied)", "inbound", "relay-handshake"),
            ("relay-run (copied)", "result", "relay-run true"),
            ("relay-send (copied)", "inbound", "relay-send"),
            ("relay-scope, learning", "inbound", "relay-scope"),
            ("relay-scope, outbound", "outbound", "relay-scope"),
            ("relay-idle (copied)", "inbound", "relay-idle"),
            ("all of the ring but relay-run", "inbound", "relay-handshake | relay-decode | relay-send | relay-scope | relay-idle")):
        rows.append((name, best(shell("cat %s | %s | cat >/dev/null" % (file, command)))))
    for name, took in rows:
        print("  %-34s %8.3f %8.0f %10.1f %8.1f" % (name, took, size / took, took / cat, jq / took))


def starts(build):
    print("\nstart and end of a process, ms")
    true = best(lambda: [subprocess.run(["/bin/true"], check=True, stdout=subprocess.DEVNULL) for _ in range(STARTS)]) / STARTS
    print("  %-34s %8.2f" % ("/bin/true", true * 1e3))
    for tool in sorted(os.listdir(os.path.join(build, "bin"))):
        took = best(lambda: [subprocess.run([tool, "-V"], check=True, stdout=subprocess.DEVNULL) for _ in range(STARTS // 4)])
        print("  %-34s %8.2f %10.1f x true" % (tool, took * 4e3 / STARTS, took * 4 / STARTS / true))


async def peer(url, frames):
    """What relay-dial does in pipe mode: send all, read all, end after the last result."""
    import websockets
    async with websockets.connect(url, compression=None, max_size=1 << 24) as ws:
        async def send():
            await ws.send('{"type":"hello","platform":"discord","botId":""}\n')
            for frame in frames:
                await ws.send(frame)
        sending = asyncio.ensure_future(send())
        left = len(frames)
        while left:
            left -= (await ws.recv()).count('"outbound_result"')
        await sending


def link():
    write("up", [{"type": "hello", "platform": "discord", "botId": ""}] + [outbound(i) for i in range(LINK)])
    with open("stub.out", "w", encoding="utf-8") as out:
        stub = subprocess.Popen(["relay-stub", "--url-file", "url"], stdin=subprocess.PIPE, stdout=out,
                                stderr=subprocess.DEVNULL)
    while not (os.path.exists("url") and os.path.getsize("url")):
        time.sleep(0.01)
    with open("url", encoding="utf-8") as f:
        url = f.read().strip()
    with open("up", encoding="utf-8") as f:
        frames = f.readlines()[1:]
    dial = best(shell("relay-dial -q %s <up >/dev/null" % url))
    python = best(lambda: asyncio.run(peer(url, frames)))
    stub.stdin.close()
    stub.terminate()
    stub.wait()
    print("\n%d outbound frames to relay-stub, with their results" % LINK)
    print("  %-34s %8.3f seconds %8.0f frames/s" % ("relay-dial", dial, LINK / dial))
    print("  %-34s %8.3f seconds %10.1f x relay-dial" % ("python3-websockets", python, python / dial))


def measured(command):
    """Seconds, and seconds of processor time of all its processes, the commands that it runs included."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["sh", "-c", command], check=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    took, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def inboxes():
    """relay-run with and without an inbox."""
    write("messages", ({"type": "inbound", "event": e["event"]} for e in map(inbound, range(MESSAGES))))
    print("\n%d messages of %d bytes through relay-run -P 8 true" % (MESSAGES, os.path.getsize("messages") / MESSAGES))
    print("  %-34s %8s %10s %12s %12s" % ("", "seconds", "a second", "CPU µs each", "bytes each"))
    for name, option in (("without an inbox", ""), ("with an inbox", "--inbox inbox")):
        took, cpu = measured("relay-run -q -P 8 %s true <messages" % option)
        size = sum(os.path.getsize(f) for f in ("inbox", "inbox-wal") if os.path.exists(f))
        print("  %-34s %8.2f %10.0f %12.0f %12.0f" % (name, took, MESSAGES / took, cpu / MESSAGES * 1e6, size / MESSAGES))
    for name, option in (("start without an inbox", ""), ("start with an inbox", "--inbox inbox2")):
        took = best(lambda: [subprocess.run(["sh", "-c", "exec relay-run -q %s true </dev/null" % option], check=False)
                             for _ in range(STARTS // 4)]) * 4 / STARTS
        print("  %-34s %8.2f ms" % (name, took * 1e3))


def backlog(option):
    """What relay-stub --pushback measures of a ring that takes a backlog."""
    for f in ("url", "stub.err"):
        if os.path.exists(f):
            os.unlink(f)
    with open("stub.err", "w", encoding="utf-8") as err, open("messages", encoding="utf-8") as messages:
        stub = subprocess.Popen(["relay-stub", "--pushback", "--url-file", "url"], stdin=messages, stdout=subprocess.DEVNULL, stderr=err)
    while not (os.path.exists("url") and os.path.getsize("url")):
        time.sleep(0.01)
    with open("url", encoding="utf-8") as f:
        url = f.read().strip()
    ring = subprocess.Popen(["relay-dial", "-q", url, "--", "sh", "-c",
                             "relay-handshake -p discord | relay-decode | relay-run -q -P 8 %s true | relay-send | relay-idle" % option],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = ""
    while "measure backlog" not in said:
        time.sleep(0.05)
        with open("stub.err", encoding="utf-8") as f:
            said = f.read()
    ring.kill()
    stub.terminate()
    ring.wait()
    stub.wait()
    return said.partition("measure backlog: ")[2].strip()


def backlogs():
    print("\n%d buffered messages taken by a ring, as relay-stub --pushback measures it" % MESSAGES)
    for name, option in (("without an inbox", ""), ("with an inbox", "--inbox inbox3")):
        print("  %-34s %s" % (name, backlog(option)))


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
    os.environ["PATH"] = os.path.join(build, "bin") + ":" + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as at:
        os.chdir(at)
        filters()
        starts(build)
        link()
        inboxes()
        backlogs()
        os.chdir("/")


main()
