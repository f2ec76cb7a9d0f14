# SPDX-License-Identifier: MIT
"""What workers and rings of a pool store, for the tests of relay-queue.

queue_act.py URL act GATEWAY [SUBJECT]   each line of stdin is stored as it is, results go to SUBJECT
queue_act.py URL many GATEWAY N          N actions, and waits for their results; prints how long it took, in ms
queue_act.py URL dead GATEWAY S [NAME=VALUE…]  stdin is put aside, with these headers
queue_act.py URL clear GATEWAY           what was put aside for the link is deleted
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pool import Nats  # noqa: E402


def store(nats, gateway, line, headers):
    answer = None
    while answer is None:  # somebody makes the pool at this moment
        try:
            answer = nats.request(f"relay.out.{gateway}", line, headers)
        except json.JSONDecodeError:
            time.sleep(0.02)
    if "error" in answer:
        sys.exit(f"queue_act.py: {answer}")


def many(nats, gateway, number):
    """The actions are stored before anybody waits: their results are heard meanwhile."""
    nats.send(b"SUB _INBOX.many 3\r\n")
    begin = time.monotonic()
    heard = 0
    for i in range(number):
        line = json.dumps({"op": "send", "requestId": f"m{i}", "chat_id": "c", "content": f"number {i}"}).encode()
        nats.publish(f"relay.out.{gateway}", line, {"Relay-Reply": "_INBOX.many"})
    while heard < number:
        heard += nats.next()[0] == "_INBOX.many"
    return (time.monotonic() - begin) * 1000


def main():
    nats, verb, gateway, rest = Nats(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    if verb == "many":
        print(round(many(nats, gateway, int(rest[0]))))
        return
    if verb == "clear":
        nats.api("STREAM.PURGE.relay_dead", {"filter": f"relay.dead.{gateway}.sent"})
        return
    if verb == "dead":
        answer = nats.request(f"relay.dead.{gateway}.{rest[0]}", sys.stdin.buffer.read().rstrip(b"\n"),
                              dict(x.split("=", 1) for x in rest[1:]))
        sys.exit(f"queue_act.py: {answer}" if "error" in answer else 0)
    for line in sys.stdin.buffer.read().split(b"\n")[:-1]:
        store(nats, gateway, line, {"Relay-Reply": rest[0]} if rest else None)


main()
