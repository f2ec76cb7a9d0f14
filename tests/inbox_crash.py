#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An inbox loses nothing: inbox_crash.py MESSAGES SESSIONS ROUNDS [SEED]

Numbered messages, half of them buffered and half live, go through relay-stub (with a durable buffer) and a ring whose
relay-run has an inbox. Each round ends with a crash: a kill of relay-run, of the whole ring, of the stub; a connector that
goes away for good while answers are made; relay-run's own death at one of its points of transition (RELAY_CRASH_AT); a loss
of power, after which the next ring starts from what was on the disk for certain (tests/preload/power.c); or a drain. In the
end
  - every message that the ring took, that is, acknowledged or wrote into the inbox, has exactly one answer at the connector,
    or is ambiguous, reported on stderr as such, and has at most one;
  - a message ran more than once only if a crash came between, and never more often than the inbox counts;
  - in each session the messages began in the order in which they came;
  - a ring that was drained took every live message that it had got.
What is judged is what reached the connector, what the agent wrote down, what relay-inbox lists and what stderr says. The
seed replays the choices. Works in the current directory; RELAY_CRASH_BUILD is a build with the points of transition, or
empty. Exit status 0 when all held.
"""
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

MESSAGES, SESSIONS, ROUNDS = (int(a) for a in sys.argv[1:4])
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CRASHING = os.environ.get("RELAY_CRASH_BUILD", "")
rng = random.Random(SEED)

# Number, attempt and ring of each run; some runs fail at first, some take a while, and all do while ./hold exists.
AGENT = """#!/bin/sh
echo "$RELAY_MESSAGE_ID $RELAY_ATTEMPT $INCARNATION" >>handled
case $RELAY_MESSAGE_ID in
*13) [ "$RELAY_ATTEMPT" -gt 1 ] || exit 1 ;;
*[37]) sleep 0.0$((RELAY_MESSAGE_ID % 8)) ;;
esac
while [ -e hold ]; do
    [ -e held ] || : >held
    sleep 0.02
done
if [ "$ACTIONS" ]; then
    echo "{\\"op\\":\\"send\\",\\"content\\":\\"done $RELAY_MESSAGE_ID\\"}"
else
    echo "done $RELAY_MESSAGE_ID"
fi
"""
RING = ("relay-handshake -p discord:app1 | relay-decode | %s relay-run -q --inbox inbox --attempts 100 -P 8 %s ./agent.sh |"
        " relay-scope | relay-send | relay-idle")


def points():
    """The names of relay-run's points of transition."""
    with open(SOURCE + "/lib/inbox/crash.h", encoding="utf-8") as f:
        return re.findall(r'POINT\([A-Z_]+, "([a-z-]+)"', f.read()) if CRASHING else []


def wait(seconds, condition, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit("not within %d s: %s (seed %d)" % (seconds, what, SEED))
        time.sleep(0.02)


def children(pid):
    found = []
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as f:
                for child in f.read().split():
                    found += [int(child)] + children(int(child))
    except OSError:
        pass
    return found


def name(pid):
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8") as f:
            return f.read().strip()
    except OSError:
        return ""


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def asan():
    """The library that must come before any other that is preloaded, if relay-run is built with it."""
    symbols = subprocess.run(["nm", "-D", shutil.which("relay-run")], stdout=subprocess.PIPE, check=True).stdout
    if b"__asan_init" not in symbols:
        return ""
    return subprocess.run(["cc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


class Stub:
    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.write_end, True)
        self.port, self.process, self.kills = 0, None, 0

    def start(self):
        if os.path.exists("stub.url"):
            os.unlink("stub.url")
        self.process = subprocess.Popen(
            ["relay-stub", "--port", str(self.port), "--buffer", "buffer", "--url-file", "stub.url", "-v"],
            stdin=self.read_end, stdout=open("stub.out", "ab"), stderr=open("stub.err", "ab"))
        wait(60, lambda: text_of("stub.url").endswith("relay\n"), "the stub listens")
        self.port = int(text_of("stub.url").split(":")[2].split("/")[0])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.kills += 1

    def push(self, numbers):
        data = "".join('{"type":"inbound","event":{"text":"number %d","message_id":"%d","source":{"platform":"discord",'
                       '"chat_id":"c%d","user_id":"u","guild_id":"g"}}}\n' % (n, n, n % SESSIONS) for n in numbers).encode()
        while data:
            data = data[os.write(self.write_end, data):]


class Ring:
    def __init__(self, stub):
        self.stub, self.count, self.process, self.power = stub, 0, None, False
        self.ends = collections.Counter()
        self.powerless = set()  # the rings that ended with a loss of power: what they did last may be undone
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", "power.so", SOURCE + "/tests/preload/power.c", "-ldl"], check=True)

    def start(self, point="", power=False):
        self.count += 1
        self.power = power
        option = rng.choice(("", "-j", "--stream", "--reactions", "--typing"))
        env = dict(os.environ, INCARNATION=str(self.count), ACTIONS="1" if option == "-j" else "")
        before = ""
        if point:
            env["PATH"] = CRASHING + "/bin:" + env["PATH"]
            env["RELAY_CRASH_AT"] = point
        if power:
            shutil.rmtree("image", ignore_errors=True)
            os.mkdir("image")
            for part in ("inbox", "inbox-wal"):
                if os.path.exists(part):
                    shutil.copy(part, "image")
            before = "POWER_FILE=inbox POWER_IMAGE=image POWER_SEED=%d LD_PRELOAD=\"%s $PWD/power.so\"" % (
                rng.randrange(1 << 30), asan())
        self.process = subprocess.Popen(
            ["relay-dial", "-q", "--kill-after", "100s", "ws://127.0.0.1:%d" % self.stub.port, "--", "sh", "-c",
             RING % (before, option)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open("ring.err", "ab"), env=env)

    def all(self):
        return [self.process.pid] + children(self.process.pid)

    def over(self):
        return self.process.poll() is not None

    def kill(self):
        """All of it at once, as when a machine loses power; if it is one, only what is on the disk is left."""
        signal_all(self.all(), signal.SIGSTOP)
        signal_all(self.all(), signal.SIGKILL)
        self.process.wait()
        if not self.power:
            return
        self.powerless.add(self.count)
        for part in ("inbox", "inbox-wal", "inbox-shm"):
            if os.path.exists(part):
                os.unlink(part)
            if os.path.exists("image/" + part):
                shutil.move("image/" + part, part)

    def kill_run(self):
        wait(100, lambda: self.over() or any(name(p) == "relay-run" for p in self.all()), "relay-run starts")
        signal_all([p for p in self.all() if name(p) == "relay-run"], signal.SIGKILL)
        wait(100, self.over, "the ring ends after the death of relay-run")

    def drain(self):
        self.process.terminate()
        self.process.wait(150)


def handled():
    return [line.split() for line in text_of("handled").splitlines() if line.count(" ") == 2]


def inbox(*verb):
    p = subprocess.run(["relay-inbox", "inbox", *verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if p.returncode not in (0, 1):
        sys.exit("relay-inbox %s: %d %s" % (verb, p.returncode, p.stderr.decode()))
    return [json.loads(line) for line in p.stdout.splitlines()]


def at_rest():
    states = inbox("stats")[0]["states"]
    return not any(states.get(s) for s in ("waiting", "running", "retrying", "answered"))


class Log:
    """What reached the connector."""

    def __init__(self):
        self.answers, self.acks, self.buffer = collections.defaultdict(list), set(), {}
        for line in text_of("stub.out").splitlines():
            try:
                frame = json.loads(line)
            except ValueError:
                continue  # the stub was killed while it wrote it
            if frame["type"] == "inbound_ack":
                self.acks.add(frame["bufferId"])
            elif frame["type"] == "outbound" and frame["action"]["op"] == "send":
                self.answers[int(frame["action"]["content"][5:])].append(frame["requestId"])


class Judge:
    def __init__(self, log, rounds, ring):
        self.problems, self.log, self.rounds, self.ring = [], log, rounds, ring
        self.turns = {int(t["message_id"]): t for t in inbox("list")}
        self.runs = collections.defaultdict(list)
        for n, attempt, incarnation in handled():
            self.runs[int(n)].append((int(attempt), int(incarnation)))
        self.told = text_of("ring.err")

    def no(self, what, *values):
        self.problems.append(what + ": " + " ".join(str(v) for v in values)[:300])

    def message(self, n):
        turn, answers, runs = self.turns[n], self.log.answers[n], self.runs[n]
        if len(answers) > 1:
            self.no("answered twice", n, answers, turn)
        if turn["state"] == "ambiguous":
            if not re.search(r"message %d of .*ambiguous" % n, self.told):
                self.no("ambiguous and not told", n)
        elif turn["state"] != "done":
            self.no("in the end neither done nor ambiguous", turn)
        elif len(answers) != 1:
            self.no("done without an answer", n, turn, runs)
        certain = [r for r in runs if r[1] not in self.ring.powerless]
        if len(certain) > turn["attempts"]:
            self.no("ran more often than counted", n, runs, turn["attempts"])
        if len({i for _, i in runs}) < len(runs) and n % 100 != 13:
            self.no("ran twice in one ring", n, runs)

    def order(self):
        for s in range(SESSIONS):
            began = [int(n) for n in dict.fromkeys(n for n, _, _ in handled()) if int(n) % SESSIONS == s]
            if began != sorted(began):
                self.no("session %d out of order" % s, [p for p in zip(began, began[1:]) if p[0] > p[1]][:5])

    def taken(self):
        buffered = {n for r in self.rounds for n in r["buffered"]}
        live = {n for r in self.rounds for n in r["live"]}
        for n in buffered - set(self.turns):
            self.no("buffered, not in the inbox", n, self.runs[n], self.log.answers[n])
        for n in (set(self.runs) | set(self.log.answers)) - set(self.turns):
            self.no("ran, but is not in the inbox", n)
        for r in self.rounds:
            for n in set(r["live"]) - set(self.turns) if r["end"] == "drain" else ():
                self.no("got by a ring that was drained, not in the inbox", n)
        return buffered, live

    def judge(self):
        buffered, live = self.taken()
        for n in self.turns:
            self.message(n)
        self.order()
        ambiguous = [n for n, t in self.turns.items() if t["state"] == "ambiguous"]
        again = [n for n in self.turns if len(self.runs[n]) > 1]
        print("  %-64s %6d" % ("messages taken", len(self.turns)))
        for what, number in (
                ("buffered", len(buffered & set(self.turns))), ("live", len(live & set(self.turns))),
                ("done, answered once", sum(t["state"] == "done" for t in self.turns.values())),
                ("of these, run again after a crash or a failure", sum(self.turns[n]["state"] == "done" for n in again)),
                ("ambiguous and told", len(ambiguous)),
                ("of these, with their answer at the connector", sum(bool(self.log.answers[n]) for n in ambiguous)),
                ("answers that the connector did not get, sent at a later start", self.told.count("is sent now")),
                ("live, never taken: got by a ring that was killed", len(live - set(self.turns))),
                ("rings", self.ring.count), ("kills of the stub", self.ring.stub.kills)):
            print("  %-64s %6d" % (what, number))
        for what, number in sorted(self.ring.ends.items()):
            print("  %-64s %6d" % ("crash: " + what, number))
        for p in self.problems[:40]:
            print("PROBLEM", p)
        print("  %-64s %6d" % ("problems", len(self.problems)))
        return not self.problems


def buffered_for_certain(stub, numbers):
    stub.push(numbers)
    last = '"number %d"' % numbers[-1]
    wait(100, lambda: last in text_of("buffer"), "the buffer has %s" % last)


def hold():
    """From now on every COMMAND waits, until ./hold is removed; ./held appears when one does."""
    if os.path.exists("held"):
        os.unlink("held")
    with open("hold", "w", encoding="ascii"):
        pass


def play(stub, ring, how, start):
    """One round: part of the messages wait for the ring, part come while it runs."""
    batch = max(MESSAGES // ROUNDS // 2, 1)
    early, late = list(range(start, start + batch)), list(range(start + batch, start + 2 * batch))
    buffered_for_certain(stub, early)
    kind, _, point = how.partition(" ")
    ring.start(point, power=kind == "power")
    before = len(handled())
    # the connector delivers live once the backlog has gone
    if rng.random() < 0.7 or kind in ("drain", "point", "away"):
        wait(200, lambda: ring.over() or len(handled()) > before + batch // 2, "half of the backlog has run")
    live = not ring.over()
    if kind == "away":
        hold()
    stub.push(late)
    time.sleep(rng.random() ** 3 * 0.3)
    if kind == "stub":
        stub.kill()
        stub.start()
        time.sleep(rng.random() * 0.3)
        ring.kill()
    elif kind == "run":
        ring.kill_run()
    elif kind == "away":
        wait(100, lambda: ring.over() or os.path.exists("held"), "a COMMAND runs")
        stub.kill()
        ring.process.terminate()
        time.sleep(0.2)
        os.unlink("hold")
        ring.drain()
        stub.start()
    elif kind == "drain":
        ring.drain()
    elif kind == "point":
        limit = time.monotonic() + 1
        while not ring.over() and time.monotonic() < limit:
            time.sleep(0.02)
        if not ring.over():  # this point was not passed so often
            how = "drain (%s not reached)" % point
            ring.drain()
    else:
        ring.kill()
    ring.ends[how] += 1
    # without a gateway they are buffered; the last ones may still be on their way to the stub
    return {"buffered": early, "live": late if live else [], "end": how.split(" (")[0]}, late[-1] + 1


def plan():
    """How the rounds end, in a random order. A point at the start of relay-run needs a start that has something to find."""
    before = {"found": ["ring"], "resending": ["away"]}
    kinds = ["run", "ring", "stub", "power", "away", "drain"]
    parts = [before.get(p, []) + ["point %s:%d" % (p, 1 if p in before else rng.choice((1, 2, 5)))]
             for p in points() * (1 + ROUNDS // 60)]
    parts += [[kinds[i % len(kinds)]] for i in range(max(ROUNDS - len(parts) - len(before), len(kinds)))]
    rng.shuffle(parts)
    return [how for part in parts for how in part]


def run(stub, ring):
    with open("agent.sh", "w", encoding="ascii") as f:
        f.write(AGENT)
    os.chmod("agent.sh", 0o755)
    stub.start()
    rounds, start = [], 1
    for how in plan():
        result, start = play(stub, ring, how, start)
        rounds.append(result)
    last = start
    stub.push([last])
    ring.start()
    wait(100 + MESSAGES / 50, lambda: any(r[0] == str(last) for r in handled()), "the last message runs")
    wait(100 + MESSAGES / 50, at_rest, "the inbox is at rest")
    ring.drain()
    stub.process.terminate()
    stub.process.wait()
    rounds.append({"buffered": [], "live": [last], "end": "drain"})
    print("%d messages in %d sessions, seed %d" % (last, SESSIONS, SEED))
    return 0 if Judge(Log(), rounds, ring).judge() else 1


def main():
    stub = Stub()
    ring = Ring(stub)
    try:
        sys.exit(run(stub, ring))
    finally:
        for p in (stub.process, ring.process):
            if p and p.poll() is None:
                signal_all([p.pid] + children(p.pid), signal.SIGKILL)


main()
