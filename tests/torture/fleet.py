# SPDX-License-Identifier: MIT
"""A fleet on this machine, for the tests and measurements of relay-queue and relay-work: NATS servers, connectors (relay-stub),
rings and workers, all on loopback, in the current directory. All of it ends with the fleet (close(), also at the end of the
program; and with the main thread, which starts everything), whatever happened."""
import atexit
import collections
import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time

SERVER = os.environ.get("NATS_SERVER") or "nats-server"
RING = "relay-handshake -p discord:bot-%s | relay-decode | %s | relay-scope | relay-send | relay-idle"
# Answers "re: TEXT". The first word of the text: `hold` waits while ./hold exists, `poison` fails, `killer` kills the
# relay-work above.
# AGENT_SLEEP: each takes so many seconds. AGENT_EARLY: the answer is an action (for relay-run -j) that comes first. What it does is noted in AGENT_LOG, a line a step, in the order in which it happens.
AGENT = """#!/bin/sh
note() {
    echo "$1 ${RELAY_GATEWAY:--} $RELAY_SESSION_KEY $RELAY_MESSAGE_ID ${RELAY_ATTEMPT:-0} $$" >>"$AGENT_LOG"
}
trap 'note term; exit 143' TERM
note start
[ -z "$AGENT_EARLY" ] || echo "{\\"op\\":\\"send\\",\\"content\\":\\"re: $RELAY_TEXT\\"}"
[ -z "$AGENT_SLEEP" ] || sleep "$AGENT_SLEEP"
case $RELAY_TEXT in
hold*) while [ -e hold ]; do sleep 0.01; done ;;
poison*)
    note fail
    exit 3
    ;;
killer*)
    read -r _ _ _ above _ <"/proc/$PPID/stat"
    note kill
    kill -9 "$above"
    exit 4
    ;;
esac
note end
[ "$AGENT_EARLY" ] || echo "re: $RELAY_TEXT"
"""
Step = collections.namedtuple("Step", "what gateway session message attempt pid")


def wait(seconds, condition, pause=0.01):
    """Whether the condition came true within that time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def need(seconds, condition, what):
    if not wait(seconds, condition):
        raise SystemExit("not within %d s: %s" % (seconds, what))


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def children(pid):
    """The processes below, the whole tree."""
    found = []
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            for child in text_of("/proc/%d/task/%s/children" % (pid, task)).split():
                found += [int(child)] + children(int(child))
    except OSError:
        pass
    return found


def program(pid):
    """The name of a process, or an empty string."""
    try:
        return text_of("/proc/%d/comm" % pid).strip()
    except OSError:
        return ""


def environment(pid):
    try:
        return text_of("/proc/%s/environ" % pid).split("\0")
    except OSError:
        return []


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def freeze(pids):
    """Stops these; returns when none of their threads goes on."""
    signal_all(pids, signal.SIGSTOP)
    need(60, lambda: all(text_of("/proc/%d/task/%s/stat" % (p, t)).rsplit(") ", 1)[-1][:1] in "T" for p in pids
                         for t in os.listdir("/proc/%d/task" % p)), "all threads stand still")


def cpu(pid):
    """Seconds of processor time of a process and of all below it, also of those that have ended and were waited for."""
    total = 0
    for p in [pid] + children(pid):
        try:
            total += sum(map(int, text_of("/proc/%d/stat" % p).rsplit(")", 1)[1].split()[11:15]))
        except (OSError, IndexError):
            pass
    return total / os.sysconf("SC_CLK_TCK")


def free_port():
    """Below the ports that the system gives to clients: a server that was stopped gets it again."""
    while True:
        port = random.SystemRandom().randrange(10000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def version_of(server):
    """The version of a server's program, e.g. (2, 10, 27)."""
    said = subprocess.run([server, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout
    return tuple(map(int, re.search(r"v(\d+)\.(\d+)\.(\d+)", said).groups()))


class Stub:
    """A connector. `got` is what came up, as (moment, frame)."""

    def __init__(self, fleet, name, *options):
        self.name, self.fleet, self.got, self.count = name, fleet, [], 0
        self.process = fleet.spawn(name, ["relay-stub", "-q", "--url-file", name + ".url", *options], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        wait(60, lambda: text_of(name + ".url").endswith("\n") or self.process.poll() is not None)
        self.url = text_of(name + ".url").strip()
        if not self.url:
            raise SystemExit("the stub does not listen: " + text_of(name + ".err"))
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.got.append((time.monotonic(), json.loads(line)))

    def frame(self, frame):
        self.process.stdin.write(json.dumps(frame, separators=(",", ":")).encode() + b"\n")
        self.process.stdin.flush()

    def say(self, chat, text, buffered=True, message=None):
        """A message of that chat; its number is its id. Returns when it was said."""
        self.count += 1
        frame = {"type": "inbound", "event": {"text": text, "message_id": message or str(self.count), "source": {
            "platform": "discord", "chat_id": chat, "user_id": "u", "chat_type": "dm", "scope_id": "T-" + self.name}}}
        if buffered:
            frame["bufferId"] = "b%d" % self.count
        now = time.monotonic()
        self.frame(frame)
        return now

    def interrupt(self, chat):
        self.frame({"type": "interrupt_inbound", "session_key": "agent:main:discord:dm:" + chat, "chat_id": chat})
        return time.monotonic()

    def sent(self, chat=None):
        """(moment, frame) of each message that was sent up, in order."""
        return [(t, f) for t, f in list(self.got) if f["type"] == "outbound" and f["action"]["op"] == "send" and
                chat in (None, f["action"]["chat_id"])]

    def replies(self, chat=None):
        return [f["action"]["content"] for _, f in self.sent(chat)]

    def acks(self):
        return [f["bufferId"] for _, f in list(self.got) if f["type"] == "inbound_ack"]

    def ready(self):
        """Waits until a ring says hello."""
        need(100, lambda: any(f["type"] == "hello" for _, f in list(self.got)), "a hello at " + self.name)


class Fleet:
    def __init__(self, server=SERVER, nodes=1, ack_wait=0, config=""):
        """ack_wait: seconds, of rings and workers; 0 is the tools' own."""
        self.server, self.nodes, self.config = server, nodes, config
        self.procs, self.place = {}, os.getcwd()
        self.options = (["--ack-wait", "%gs" % ack_wait] if ack_wait else []) + (["--replicas", "3"] if nodes > 1 else [])
        self.env = {"PATH": self.place + ":" + os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": self.place,
                    "AGENT_LOG": self.place + "/agent.log", "AGENT_SLEEP": "", "AGENT_EARLY": ""}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        with open("agent", "w", encoding="ascii") as f:
            f.write(AGENT)
        os.chmod("agent", 0o755)
        with open("agent.log", "w", encoding="ascii"):
            pass
        atexit.register(self.close)
        signal.signal(signal.SIGTERM, lambda *_: exit(143))
        self.ports = []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def spawn(self, name, argv, env=None, **more):
        """A process in a session of its own, whose stderr is in NAME.err; it dies with our main thread."""
        with open(name + ".err", "ab") as err:
            self.procs[name] = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *argv], env=dict(self.env, **(env or {})),
                                                stderr=err, start_new_session=True, **more)
        return self.procs[name]

    def run(self, argv):
        """Runs a tool to its end."""
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, env=self.env, timeout=100, check=False)

    # Servers.

    def start(self):
        """Starts the servers and waits until they store."""
        for _ in range(5):
            self.ports = [free_port() for _ in range(2 * self.nodes)]
            nodes = [self.node(i) for i in range(self.nodes)]
            wait(100, lambda: self.stores() or any(n.poll() is not None for n in nodes), 0.02)
            if all(n.poll() is None for n in nodes) and self.stores():
                return self
            self.close()  # somebody was faster with a port
        raise SystemExit("the server does not start: " + text_of("node0.log")[-600:])

    def node(self, i):
        """Starts a node, the first time or again."""
        with open("node%d.conf" % i, "w", encoding="ascii") as f:
            f.write('server_name: n%d\nlisten: "127.0.0.1:%d"\njetstream { store_dir: "%s/node%d", max_mem: 64MB, '
                    'max_file: 2GB }\n%s\n' % (i, self.ports[i], self.place, i, self.config))
            if self.nodes > 1:
                f.write('cluster { name: c, listen: "127.0.0.1:%d", routes: [%s] }\n' % (
                    self.ports[self.nodes + i], ", ".join("nats://127.0.0.1:%d" % p for p in self.ports[self.nodes:])))
        with open("node%d.log" % i, "ab") as log:
            return self.spawn("node%d" % i, [self.server, "-c", "node%d.conf" % i], stdout=log)

    def url(self, user="", scheme="nats", host="127.0.0.1"):
        return ",".join("%s://%s%s:%d" % (scheme, user and user + "@", host, p) for p in self.ports[:self.nodes])

    def stores(self):
        """Whether JetStream answers; with users or TLS: whether the server listens."""
        try:
            if "users" in self.config:
                socket.create_connection(("127.0.0.1", self.ports[0]), 1).close()
                return True
            return "error" not in self.api("$JS.API.INFO")
        except (OSError, ValueError):
            return False

    def api(self, subject, body=""):
        """One request to the first node that answers, in the server's text protocol."""
        for port in self.ports[:self.nodes]:
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as s, s.makefile("rwb") as f:
                    f.readline()
                    f.write(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB _r 1\r\nPUB %s _r %d\r\n%s\r\n' % (
                        subject.encode(), len(body), body.encode()))
                    f.flush()
                    for line in f:
                        words = line.split()
                        if words[0] == b"MSG":
                            return json.loads(f.read(int(words[-1])))
                        if words[0] == b"HMSG":
                            return {"error": f.read(int(words[-1])).decode()}
                        if words[0] == b"PING":
                            f.write(b"PONG\r\n")
                            f.flush()
            except OSError:
                pass
        raise OSError("no server answers")

    def stored(self, stream, pool="relay"):
        """How many messages a stream of the pool holds."""
        return self.api("$JS.API.STREAM.INFO.%s_%s" % (pool, stream)).get("state", {}).get("messages", 0)

    # Rings and workers.

    def ring(self, stub, gateway="g1", name="ring", pool="relay", more=(), url=None, stage=None):
        """stage: what stands in the place of relay-queue. Its status comes into NAME.status."""
        stage = stage or " ".join(["relay-queue", "-g", gateway, "--pool", pool, *self.options, *more, url or self.url()])
        stage = "{ %s; echo $? >%s.status; }" % (stage, name)
        return self.spawn(name, ["relay-dial", "-q", stub.url, "--", "sh", "-c", RING % (gateway, stage)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def worker(self, slots=4, name="worker", pool="relay", more=(), command=None, sleep="", url=None, env=None):
        """sleep: seconds, for the agent."""
        return self.spawn(name, ["relay-work", "--pool", pool, "-P", str(slots), *self.options, *more, url or self.url(), "--",
                                 *(command or ["relay-run", "-P", str(slots), "agent"])], dict(env or {}, AGENT_SLEEP=sleep),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def log(self, what=None):
        """What the agents did: all steps, or those of that name."""
        return [s for s in (Step(*line.split()) for line in text_of("agent.log").splitlines()) if what in (None, s.what)]

    def is_at_rest(self, pool="relay"):
        try:
            return not any(self.stored(s, pool) for s in ("in", "ready", "out", "sent"))
        except OSError:
            return False

    def at_rest(self, seconds=100, pool="relay"):
        """Waits until nothing is left to do in the pool."""
        if not wait(seconds, lambda: self.is_at_rest(pool)):
            raise SystemExit("no rest in the pool: %s" % {s: self.stored(s, pool) for s in ("in", "ready", "out", "sent")})

    def part(self, name, tool):
        """The process of that tool below NAME."""
        return next(p for p in children(self.procs[name].pid) if program(p) == tool[:15])

    def kill(self, name):
        """KILL for a process and all below it, at once: none sees another die."""
        p = self.procs[name]
        signal_all([p.pid], signal.SIGSTOP)
        below = children(p.pid)
        signal_all(below, signal.SIGSTOP)
        signal_all([p.pid] + below, signal.SIGKILL)
        p.wait()

    def end(self, *names, number=signal.SIGTERM, seconds=60):
        """Ends these as an operator does; their statuses."""
        for name in names:
            signal_all([self.procs[name].pid], number)
        return [self.procs[name].wait(seconds) for name in names]

    def close(self):
        """Kills what still runs: all that has this fleet's environment, also what a killed worker left behind."""
        mark = "AGENT_LOG=%s/agent.log" % self.place
        for _ in range(10):
            left = [int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid() and mark in environment(p)]
            signal_all(left, signal.SIGKILL)
            for p in self.procs.values():
                p.poll()
            if not left:
                break
            time.sleep(0.02)
