# SPDX-License-Identifier: MIT
"""Speaks to a NATS server by itself, for the tests of relay-work: what a ring puts into a pool, and what is in it.

pool.py URL message GATEWAY SESSION ID TEXT   a message, and the token of its session
pool.py URL messages                          the same for each line of stdin: GATEWAY SESSION ID TEXT
pool.py URL raw GATEWAY SESSION ID LINE       LINE as a message; "-": all of stdin
pool.py URL press GATEWAY SESSION ID PROMPT   a press, and its hint (unless ID begins with "lost")
pool.py URL interrupt GATEWAY SESSION         deletes the session's messages and tells the workers
pool.py URL say SUBJECT DATA                  publishes
pool.py URL hear SUBJECT FILE                 writes what is published there, until it is killed
pool.py URL dump [SUBJECT]                    what is stored there, one JSON object per line
pool.py URL count STREAM                      how many messages a stream has
"""
import base64
import json
import os
import os
import socket
import sys
import time


class Nats:
    def __init__(self, url):
        host, port = url.split("//")[1].rsplit("@")[-1].split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.file = self.socket.makefile("rb")
        self.file.readline()
        self.inbox = f"_INBOX.pool{os.getpid()}."
        self.send(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB %s* 1\r\nPING\r\n' % self.inbox.encode())
        while self.file.readline() != b"PONG\r\n":
            pass
        self.asked = 0

    def send(self, data):
        self.socket.sendall(data)

    def publish(self, subject, data, headers=None, reply=""):
        head = b"NATS/1.0\r\n" + b"".join(f"{k}: {v}\r\n".encode() for k, v in (headers or {}).items()) + b"\r\n"
        self.send(f"HPUB {subject} {reply} {len(head)} {len(head) + len(data)}\r\n".encode() + head + data + b"\r\n")

    def next(self):
        while True:
            line = self.file.readline().decode().split()
            if not line:
                sys.exit("pool.py: the server has closed the connection")
            if line[0] == "PING":
                self.send(b"PONG\r\n")
            elif line[0] in ("MSG", "HMSG"):
                size = int(line[-1])
                body = self.file.read(size + 2)[:size]
                return line[1], body[int(line[-2]):] if line[0] == "HMSG" else body

    def request(self, subject, data, headers=None):
        """Asks until there is an answer: the pool may not have been made yet."""
        for _ in range(500):
            self.asked += 1
            self.publish(subject, data, headers, f"{self.inbox}{self.asked}")
            to, body = self.next()
            while to != f"{self.inbox}{self.asked}":
                to, body = self.next()
            if body:
                return json.loads(body)
            time.sleep(0.02)
        sys.exit(f"pool.py: nobody takes {subject}")

    def api(self, what, body=None):
        return self.request("$JS.API." + what, json.dumps(body).encode() if body else b"")

    def message(self, gateway, session, id, frame):
        put = self.request(f"relay.in.{gateway}.{session}", frame.encode(), {"Nats-Msg-Id": id})
        if "error" in put:
            sys.exit(f"pool.py: {put}")
        self.request(f"relay.ready.{gateway}.{session}", b"")
        return put["seq"]

    def stored(self, subject):
        stream = "relay_" + subject.split(".")[1]
        seq = 1
        while True:
            got = self.api(f"STREAM.MSG.GET.{stream}", {"seq": seq, "next_by_subj": subject})
            if "error" in got:
                return
            m = got["message"]
            seq = m["seq"] + 1
            lines = base64.b64decode(m.get("hdrs", "")).decode().split("\r\n")[1:]
            headers = dict(x.split(": ", 1) for x in lines if x)
            yield {"seq": m["seq"], "subject": m["subject"], "headers": headers,
                   "data": base64.b64decode(m.get("data", "")).decode(errors="replace")}


def frame(gateway, session, id, text, press=None):
    event = {"text": text, "message_type": "text", "message_id": id,
             "source": {"platform": "discord", "chat_id": session, "chat_type": "dm", "user_id": "u1", "scope_id": "t-" + gateway}}
    if press:
        event["prompt_response"] = press
    return json.dumps({"type": "inbound", "event": event, "session_key": session, "botId": "bot-" + gateway, "gateway": gateway},
                      separators=(",", ":"))


def main():
    nats, verb, rest = Nats(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if verb == "message":
        nats.message(*rest[:3], frame(*rest))
    elif verb == "messages":
        for line in sys.stdin:
            words = line.rstrip("\n").split(" ", 3)
            nats.message(*words[:3], frame(*words))
    elif verb == "raw":
        nats.message(*rest[:3], sys.stdin.read() if rest[3] == "-" else rest[3])
    elif verb == "press":
        gateway, session, id, prompt = rest
        seq = nats.message(gateway, session, id, frame(gateway, session, id, "/yes", {"prompt_id": prompt, "option_id": "yes"}))
        if not id.startswith("lost"):
            nats.publish(f"relay.ctl.{gateway}.{session}", json.dumps({"press": seq}).encode())
    elif verb == "interrupt":
        gateway, session = rest
        nats.api("STREAM.PURGE.relay_in", {"filter": f"relay.in.{gateway}.{session}"})
        nats.publish(f"relay.ctl.{gateway}.{session}",
                     json.dumps({"type": "interrupt_inbound", "session_key": session, "chat_id": session}).encode())
    elif verb == "say":
        nats.publish(rest[0], rest[1].encode())
    elif verb == "hear":
        nats.send(f"SUB {rest[0]} 2\r\n".encode())
        with open(rest[1], "w") as out:
            print("ready", file=out, flush=True)
            while True:
                subject, body = nats.next()
                print(subject, body.decode(), file=out, flush=True)
    elif verb == "dump":
        for m in nats.stored(rest[0]):
            print(json.dumps(m))
    elif verb == "count":
        print(nats.api(f"STREAM.INFO.{rest[0]}")["state"]["messages"])
    nats.send(b"PING\r\n")
    while nats.file.readline() != b"PONG\r\n":
        pass


if __name__ == "__main__":
    main()
