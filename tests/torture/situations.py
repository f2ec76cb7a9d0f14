#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What happens to messages when a part of a fleet dies or misbehaves, a situation a run: situations.py NAME. Works in the
current directory; prints what was measured, exits with 1 and the reason when something is not as it must be."""
import json
import os
import signal
import subprocess
import sys
import time

from fleet import Fleet, Stub, freeze, need, signal_all, text_of, wait

LONG = bool(os.environ.get("LONG"))


def check(ok, what, *more):
    if not ok:
        raise SystemExit("not so: %s %s" % (what, " ".join(map(str, more))))


def ms(seconds):
    return "%.0f ms" % (seconds * 1e3)


def median(values):
    return sorted(values)[len(values) // 2]


def answered(stub, *texts, chat=None, seconds=100):
    """Waits for these answers; there must be no others, none twice, and each chat's in order."""
    wanted = ["re: " + x for x in texts]
    need(seconds, lambda: len(stub.replies(chat)) >= len(wanted), "answers: %s, not %s" % (stub.replies(chat), wanted))
    check(sorted(stub.replies(chat)) == sorted(wanted), "answered once each:", wanted, stub.replies(chat))


def up(fleet, name="stub", workers=1, ring=True, options=(), **work):
    """A connector, its ring and workers, warm: a first message has been answered."""
    stub = Stub(fleet, name, *options)
    if ring:
        fleet.ring(stub)
    for i in range(workers):
        fleet.worker(name="worker%d" % i, **work)
    if ring and workers:
        stub.say("first", "hello")
        need(100, lambda: stub.replies(), "the first answer")
        fleet.at_rest()
        stub.got.clear()
    elif ring:
        stub.ready()
    return stub


def hold():
    with open("hold", "w", encoding="ascii"):
        pass


def release():
    os.unlink("hold")


def begun(fleet, count=1, what="start"):
    need(100, lambda: len(fleet.log(what)) >= count, "%d times %s in the agents' log" % (count, what))


# What dies.


def ring_before_stored():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        node = f.procs["node0"].pid
        freeze([node])
        stub.say("A", "one")
        stub.say("A", "two")
        time.sleep(0.3)  # on its way to the server, or not: both must do
        check(not stub.acks(), "nothing is acknowledged that is not stored", stub.acks())
        f.kill("ring")
        signal_all([node], signal.SIGCONT)
        f.ring(stub)
        answered(stub, "one", "two")
        f.at_rest()
        answered(stub, "one", "two")
        need(100, lambda: set(stub.acks()) == {"b2", "b3"}, "both acknowledged")


def ring_after_stored():
    with Fleet(ack_wait=10) as f:
        stub = up(f, workers=0)
        # What relay-queue says from here on gets no further.
        freeze([f.part("ring", "relay-scope")])
        stub.say("A", "one")
        need(100, lambda: f.stored("in") == 1, "the message is stored")
        f.kill("ring")
        check(not stub.acks(), "not acknowledged yet", stub.acks())
        f.api("$JS.API.STREAM.PURGE.relay_ready")
        f.ring(stub)
        need(100, lambda: stub.acks() == ["b1"], "the acknowledgement")
        check(f.stored("in") == 1, "stored once")
        need(100, lambda: f.stored("ready") == 1, "the session is ready again")
        f.worker()
        answered(stub, "one")
        f.at_rest()
        answered(stub, "one")


def ring_before_result():
    with Fleet(ack_wait=10) as f:
        stub = Stub(f, "stub", "--no-result")
        f.ring(stub)
        f.worker()
        stub.say("A", "one")
        answered(stub, "one")
        need(100, lambda: f.stored("sent") == 1 and f.stored("out") == 0, "handed to the link")
        f.kill("ring")
        f.ring(stub)
        need(100, lambda: f.stored("dead") == 1 and f.stored("sent") == 0, "put aside")
        need(100, lambda: "aside: an earlier ring may have sent it" in text_of("ring.err"), "it is told")
        f.end("ring")
        check(text_of("ring.status").strip() == "75", "status of relay-queue", text_of("ring.status"))
        answered(stub, "one")


def ring_before_result_resend():
    with Fleet(ack_wait=10) as f:
        stub = Stub(f, "stub", "--no-result")
        f.ring(stub, more=["--resend"])
        f.worker()
        stub.say("A", "one")
        answered(stub, "one")
        need(100, lambda: f.stored("sent") == 1 and f.stored("out") == 0, "handed to the link")
        f.kill("ring")
        f.ring(stub, more=["--resend"])
        need(100, lambda: len(stub.sent()) == 2, "sent again")
        check(len({x["requestId"] for _, x in stub.sent()}) == 1, "under its own requestId", stub.sent())
        check(f.stored("dead") == 0, "nothing is put aside")


def ring_gone():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        hold()
        stub.say("A", "hold one")
        begun(f, 2)
        f.kill("ring")
        release()
        need(100, lambda: f.stored("out") == 1 and f.stored("in") == 0, "work goes on, the answer waits")
        f.ring(stub)
        answered(stub, "hold one")
        f.at_rest()
        answered(stub, "hold one")


ACTS = ["relay-run", "-j", "-P", "4", "sh", "-c", """
echo '{"op":"send","content":"re: first"}'
[ "$RELAY_ATTEMPT" -gt 1 ] || exec sleep 60
echo '{"op":"send","content":"re: second"}'
"""]


def worker_in_turn():
    with Fleet(ack_wait=3) as f:
        stub = Stub(f, "stub")
        f.ring(stub)
        f.worker(command=ACTS)
        stub.say("A", "one")
        answered(stub, "first")
        f.kill("worker")
        at = time.monotonic()
        f.worker(command=ACTS)
        answered(stub, "first", "second")
        print("run again after %.1f s, with an ack_wait of 3 s" % (time.monotonic() - at))
        f.at_rest()
        answered(stub, "first", "second")


def token_lost():
    with Fleet(ack_wait=10) as f:
        stub = up(f, workers=0)
        stub.say("A", "one")
        need(100, lambda: f.stored("in") == 1 and f.stored("ready") == 1, "the message is stored")
        f.api("$JS.API.STREAM.PURGE.relay_ready")
        f.end("node0")
        f.node(0)
        f.worker()
        answered(stub, "one")
        f.at_rest()


def worker_frozen():
    with Fleet(ack_wait=3) as f:
        stub = up(f, slots=1)
        hold()
        stub.say("A", "hold one")
        stub.say("A", "two")
        begun(f, 2)
        tree = [f.procs["worker0"].pid, f.part("worker0", "relay-run")]
        freeze(tree)
        f.worker(name="worker1")
        begun(f, 3)
        release()
        answered(stub, "hold one", "two")
        signal_all(tree, signal.SIGCONT)
        stub.say("B", "three")
        answered(stub, "hold one", "two", "three")
        f.at_rest()
        answered(stub, "hold one", "two", "three")
        check(f.end("worker0", "worker1") == [0, 0], "both end well")


def command_ends():
    with Fleet(ack_wait=30) as f:
        stub = Stub(f, "stub")
        f.ring(stub)
        f.worker(command=["sh", "-c", "read -r message; exit 3"])
        at = stub.say("A", "one")
        check(f.procs["worker"].wait(100) == 3, "its status is COMMAND's")
        f.worker(name="worker2")
        answered(stub, "one")
        took = time.monotonic() - at
        check(took < 25, "it goes back before the ack wait is over", ms(took))
        print("answered by another after", ms(took))


# What goes away, what is ended.


def server_away():
    away = 6 if LONG else 1.5
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        f.end("node0")
        for i in range(50):
            stub.say("c%d" % i, "%d" % i)
        time.sleep(away)
        check(not stub.acks(), "no acknowledgement meanwhile", stub.acks())
        f.node(0)
        at = time.monotonic()
        answered(stub, *map(str, range(50)))
        print("server away %.1f s: 0 acks meanwhile, all 50 answered %.1f s after it came back" % (away, time.monotonic() - at))
        f.at_rest()
        need(100, lambda: len(set(stub.acks())) == 50, "all acknowledged")


def node_away():
    with Fleet(nodes=3, ack_wait=10) as f:
        stub = up(f, workers=2)
        said = []
        for turn in range(3 if LONG else 1):
            said += ["%d-%d" % (turn, i) for i in range(20)]
            for x in said[-10:]:
                stub.say("c%d" % (len(said) % 5), x)
            f.end("node%d" % turn)
            for x in said[-20:-10]:
                stub.say("d%d" % (len(said) % 7), x)
            need(100, lambda: len(stub.replies()) == len(said), "answers with a node away: %d of %d" % (len(stub.replies()), len(said)))
            f.node(turn)
            need(100, lambda: "error" not in f.api("$JS.API.STREAM.INFO.relay_in"), "the cluster")
        answered(stub, *said)
        f.at_rest()


def nodes_away():
    with Fleet(nodes=3, ack_wait=10) as f:
        stub = up(f, workers=2)
        f.end("node0", "node1")
        for i in range(20):
            stub.say("c%d" % (i % 5), "%d" % i)
        time.sleep(3)
        check(not stub.acks(), "no acknowledgement meanwhile", stub.acks())
        f.node(0)
        f.node(1)
        answered(stub, *map(str, range(20)))
        f.at_rest()
        answered(stub, *map(str, range(20)))


def ring_drains():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        hold()
        stub.say("A", "hold one")
        begun(f, 2)
        at = time.monotonic()
        check(f.end("ring") == [0], "the ring ends well")
        took = time.monotonic() - at
        check(not f.log("end")[1:], "the turn still runs")
        need(100, lambda: any(x["type"] == "going_idle" for _, x in stub.got), "it said going_idle")
        stub.say("B", "while away")
        release()
        need(100, lambda: f.stored("out") == 1, "the answer is kept")
        f.ring(stub)
        answered(stub, "hold one", "while away")
        metadata = [x["action"].get("metadata", {}).get("scope_id") for _, x in stub.sent("A")]
        check(metadata == ["T-stub"], "a ring that has not seen the chat answers to its tenant", metadata)
        print("the ring ended after", ms(took), "with a turn running")


def worker_term():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        hold()
        stub.say("A", "hold one")
        begun(f, 2)
        signal_all([f.procs["worker0"].pid], signal.SIGTERM)
        time.sleep(0.3)
        check(f.procs["worker0"].poll() is None, "it goes on until the turn's end")
        release()
        check(f.procs["worker0"].wait(100) == 0, "status 0")
        answered(stub, "hold one")
        stub.say("A", "two")
        f.worker(name="next")
        answered(stub, "hold one", "two")


# Messages.


def poison():
    with Fleet(ack_wait=10) as f:
        stub = up(f, more=["--attempts", "2", "--on-failure", "sorry"])
        at = stub.say("A", "poison")
        stub.say("A", "after")
        stub.say("B", "other")
        need(100, lambda: len(stub.replies()) == 3, "answers: %s" % stub.replies())
        moment = {x["action"]["content"]: t for t, x in stub.sent()}
        check(stub.replies("A") == ["sorry", "re: after"] and stub.replies("B") == ["re: other"], "answers", stub.replies())
        check(len(f.log("fail")) == 2, "attempts", f.log("fail"))
        f.at_rest()
        check(f.stored("dead") == 1, "put aside")
        print("another session after %s, the next of its session after %s, with 2 attempts" % (
            ms(moment["re: other"] - at), ms(moment["re: after"] - at)))


def killer():
    with Fleet(ack_wait=3) as f:
        stub = up(f, more=["--attempts", "2"])
        at = stub.say("A", "killer")
        stub.say("A", "after")
        deaths, end = 0, time.monotonic() + 100
        while not stub.replies() and time.monotonic() < end:
            if f.procs["worker0"].poll() is not None:
                deaths += 1
                f.worker(name="worker0", more=["--attempts", "2"])
            time.sleep(0.02)
        answered(stub, "after")
        print("the next one answered after %.1f s, %d workers killed, with an ack_wait of 3 s" % (time.monotonic() - at, deaths))
        check(deaths == 2 and len(f.log("kill")) == 2, "workers killed", deaths)
        f.at_rest()
        check(f.stored("dead") == 1, "put aside")


def interrupt():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        hold()
        for text in ("hold 1", "two", "three"):
            stub.say("A", text)
        stub.say("B", "hold other")
        begun(f, 3)
        need(100, lambda: len(set(stub.acks())) == 4, "all are stored")
        at = stub.interrupt("A")
        need(100, lambda: f.log("term"), "the turn's end")
        took = time.monotonic() - at
        stub.say("A", "four")
        answered(stub, "four", chat="A")
        release()
        answered(stub, "hold other", chat="B")
        f.at_rest()
        answered(stub, "four", "hold other")
        check([s.message for s in f.log("term")] == ["2"], "the right turn", f.log("term"))
        print("COMMAND ended after", ms(took))


def hot():
    with Fleet(ack_wait=10) as f:
        stub = up(f, workers=2)
        for i in range(300):
            stub.say("HOT", "h%d" % i)
        said = {"re: o%d" % i: stub.say("c%d" % i, "o%d" % i) for i in range(20)}
        need(200, lambda: len(stub.replies()) == 320, "answers")
        check(stub.replies("HOT") == ["re: h%d" % i for i in range(300)], "in order, once each")
        moments = {x["action"]["content"]: t for t, x in stub.sent()}
        last = max(t for x, t in moments.items() if x in said)
        check(last < moments["re: h299"], "the others did not wait for it")
        took = [moments[x] - t for x, t in said.items()]
        print("300 messages of one session ahead: others median %s, slowest %s" % (ms(median(took)), ms(max(took))))


def links():
    with Fleet(ack_wait=10) as f:
        a, b = Stub(f, "sa"), Stub(f, "sb")
        f.ring(a, "ga", "ringa")
        f.ring(b, "gb", "ringb")
        f.worker()
        for i in range(20):
            a.say("42", "a%d" % i)
            b.say("42", "b%d" % i)
        for stub, letter in ((a, "a"), (b, "b")):
            answered(stub, *["%s%d" % (letter, i) for i in range(20)])
            tags = {(x["botId"], x["action"]["metadata"]["scope_id"]) for _, x in stub.sent()}
            check(tags == {("bot-g" + letter, "T-s" + letter)}, "own bot and tenant", tags)
        hold()
        a.say("42", "hold a")
        b.say("42", "hold b")
        begun(f, 42)
        a.interrupt("42")
        need(100, lambda: f.log("term"), "one is interrupted")
        release()
        need(100, lambda: "re: hold b" in b.replies(), "the other is not")
        f.at_rest()
        check([s.gateway for s in f.log("term")] == ["ga"] and "re: hold a" not in a.replies(), "the right one", f.log("term"))
        print("two links with equal chats, sessions and message ids: 20 of 20 each at the right one")


def odd_names():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        chats = ["a b", "a.b", "a..b", "*", ">", "a.>", "%2E", "%", "-", "\u00fc", "\U0001f44d", "a\tb", "a\r\nb", "/", "a/b", '"', "\\", "$JS.API",
                 "x" * 300 + "1", "x" * 300 + "2", "y" * 4000]
        for n in ("1", "2"):
            for i, chat in enumerate(chats):
                stub.say(chat, n, message="%s %d" % (chat[:20], i) if n == "1" else "%d\r\nNats-Msg-Id: x" % i)
        need(100, lambda: len(stub.replies()) >= 2 * len(chats), "answers: %d" % len(stub.replies()))
        for chat in chats:
            check(stub.replies(chat) == ["re: 1", "re: 2"], "the answers of chat", repr(chat), stub.replies(chat))
        f.at_rest()
        check(len(stub.replies()) == 2 * len(chats), "none twice")


TALKS = ["relay-run", "-i", "-P", "4", "/usr/bin/python3", "-c", """
import json, sys
sys.stdin.readline()
print(json.dumps({"op": "send", "content": "re: first"}), flush=True)
result = json.loads(sys.stdin.readline())
print(json.dumps({"op": "send", "content": "re: it has id %s" % result["result"]["message_id"]}), flush=True)
"""]


def result():
    with Fleet(ack_wait=10) as f:
        stub = Stub(f, "stub")
        f.ring(stub)
        f.worker(command=TALKS)
        at = stub.say("A", "one")
        need(100, lambda: len(stub.replies()) == 2, "two answers: %s" % stub.replies())
        check(stub.replies()[1].startswith("re: it has id ") and "None" not in stub.replies()[1], "answers", stub.replies())
        print("the result was back, and the second answer here, after", ms(stub.sent()[1][0] - at))
        f.at_rest()


def long_frame():
    with Fleet(ack_wait=10) as f:
        stub = up(f)
        stub.say("A", "x" * 1200000)
        stub.say("A", "after")
        answered(stub, "after")
        need(100, lambda: len(set(stub.acks())) == 2, "both acknowledged")
        f.at_rest()
        check(f.stored("dead") == 1, "put aside")
        check("relay-queue: " in text_of("ring.err"), "it is told")
        f.end("ring")
        check(text_of("ring.status").strip() == "65", "status of relay-queue", text_of("ring.status"))
        print(text_of("ring.err").strip()[:300])


def rights():
    """What relay-scale(7) gives to each role is enough, and the connection is encrypted."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
                   check=True, stderr=subprocess.DEVNULL)
    os.chmod("key.pem", 0o600)
    ring, work = roles("relay", "g1")
    users = "tls { cert_file: cert.pem, key_file: key.pem }\nauthorization { users = [ { user: admin, password: a }%s ] }" % "".join(
        ", { user: %s, password: %s, permissions: { publish: %s, subscribe: %s } }" % (
            user, user[0], json.dumps(publish), json.dumps(subscribe)) for user, (publish, subscribe) in (("ring", ring), ("work", work)))
    with Fleet(ack_wait=10, config=users) as f:
        def url(user):
            return f.url(user, "tls", "localhost")
        tls = ["--cacert", "cert.pem"]
        made = f.run(["relay-queue", "--set-up", *f.options, *tls, url("admin:a")])
        check(made.returncode == 0, "an administrator makes the streams", made)
        stub = Stub(f, "stub")
        f.ring(stub, more=tls, url=url("ring:r"))
        f.worker(more=[*tls, "--attempts", "2"], url=url("work:w"))
        stub.say("A", "one")
        stub.say("A", "poison")
        stub.say("A", "two")
        answered(stub, "one", "two")
        hold()
        stub.say("A", "hold")
        begun(f, 5)
        stub.interrupt("A")
        need(100, lambda: f.log("term"), "the interrupt")
        f.kill("worker")
        f.kill("ring")
        f.ring(stub, more=tls, url=url("ring:r"))
        f.worker(more=[*tls, "--attempts", "2"], url=url("work:w"))
        release()
        stub.say("B", "three")
        need(100, lambda: "re: three" in stub.replies(), "after a restart")
        check(f.end("ring", "worker") == [0, 0], "the end")
        said = text_of("node0.log") + "".join(text_of(x) for x in os.listdir(".") if x.endswith(".err"))
        check(said.count("iolation") == 0 and said.lower().count("permission") == 0, "violations", said[-2000:])
        wrong = f.run(["relay-queue", "-g", "g1", *tls, url("ring:wrong")])
        check(wrong.returncode == 69 and b"wrong@" not in wrong.stderr and b":wrong" not in wrong.stderr, "a wrong password", wrong)
        print("over TLS, each role with its own rights: 0 violations")


def roles(pool, gateway):
    """(publish, subscribe) of a ring and of a worker, as relay-scale(7) lists them."""
    def api(what, stream):
        return "$JS.API.STREAM.%s.%s_%s" % (what, pool, stream)
    ring = ["%s.%s.%s.>" % (pool, k, gateway) for k in ("in", "ready", "ctl", "dead")] + [
        "%s.sent.%s" % (pool, gateway), "_INBOX.>", api("MSG.GET", "out"), api("MSG.DELETE", "out"), api("MSG.GET", "sent"),
        api("MSG.DELETE", "sent"), api("INFO", "in"), api("PURGE", "in")]
    work = ["%s.%s.>" % (pool, k) for k in ("out", "now", "ready", "try", "dead", "who")] + [
        "_INBOX.>", "$JS.API.CONSUMER.MSG.NEXT.%s_ready.workers" % pool, "$JS.API.CONSUMER.INFO.%s_ready.workers" % pool,
        "$JS.ACK.%s_ready.>" % pool, api("MSG.GET", "in"),
        api("MSG.DELETE", "in"), api("MSG.DELETE", "ready"), api("MSG.GET", "try")]
    return ((ring, ["%s.out.%s" % (pool, gateway), "%s.now.%s" % (pool, gateway), "_INBOX.>"]),
            (work, ["%s.ctl.>" % pool, "%s.who.>" % pool, "_INBOX.>"]))


name = sys.argv[1]
try:
    globals()[name]()
except SystemExit as e:
    if isinstance(e.code, str):
        for file in sorted(os.listdir(".")):
            if file.endswith((".err", ".log")) and not file.startswith("node"):
                print("== %s: %s" % (file, text_of(file)[-1500:]))
    raise
