# SPDX-License-Identifier: MIT
"""COMMAND of relay-work in its tests: work_agent.py LOG. Each message is a turn of its own thread; its text says what to do.

hello            answers "you said: hello"
sleep SECONDS …  answers after that time
fail N …         reports a failure with status N; "fail N once" only in the first attempt
kill             kills its worker, and with it this process
many N           N answers
ask              an answer, and waits for its result, which is logged
raw LINE         prints LINE, and acknowledges
answer …         two answers; in the first attempt only one, and no end
prompt ID        asks, and waits until somebody presses
long N           an answer of N bytes
mute             prints no ack, ever
exit N           exits with status N
"""
import json
import os
import signal
import sys
import threading
import time

log_file = open(sys.argv[1], "a")
lock = threading.Lock()
results = {}
presses = {}
stopped = set()


def log(*words):
    with lock:
        print(f"{time.time():.3f}", os.getpid(), *words, file=log_file, flush=True)


def say(frame):
    with lock:
        sys.stdout.write((frame if isinstance(frame, str) else json.dumps(frame)) + "\n")
        sys.stdout.flush()


def answer(m, text, **more):
    say({"op": "send", "content": text, "delivery": m["bufferId"], **more})


def wait(m, seconds):
    end = time.time() + seconds
    while time.time() < end and (m["bufferId"], m["attempt"]) not in stopped:
        time.sleep(0.02)
    return (m["bufferId"], m["attempt"]) in stopped


def turn(m):
    try:
        run(m)
    except Exception as e:
        log("error", e)


def run(m):
    text, id = m["event"]["text"], m["bufferId"]
    verb, *rest = text.split(" ")
    log("begin", m["session_key"], id, m["attempt"], text)
    if verb == "fail" and not (rest[1:] == ["once"] and m["attempt"] > 1):
        log("fail", m["session_key"], id)
        say({"type": "inbound_nack", "bufferId": id, "status": int(rest[0])})
        return
    if verb == "kill":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    if verb == "exit":
        os._exit(int(rest[0]))
    if verb == "sleep" and wait(m, float(rest[0])):
        log("stop", m["session_key"], id)
        say({"type": "inbound_ack", "bufferId": id})
        return
    if verb == "answer": # … then sleep: an answer, and the next attempt goes on
        answer(m, "first")
        if m["attempt"] == 1:
            time.sleep(60)
        log("again", m["session_key"], id)
    if verb == "prompt":
        answer(m, "well?", op="prompt", prompt_kind="choice", prompt_id=rest[0], options=[])
        pressed = presses.setdefault(rest[0], threading.Event())
        log("pressed" if pressed.wait(20) else "not-pressed", m["session_key"], id)
        text = "choice"
    if verb == "long":
        answer(m, "x" * int(rest[0]), requestId="long-" + id)
        say({"type": "inbound_ack", "bufferId": id})
        return
    if verb == "mute":
        return
    if verb == "raw":
        say(" ".join(rest))
    elif verb == "ask":
        asked = threading.Event()
        results["r-" + id] = asked
        answer(m, text, requestId="r-" + id)
        log("result" if asked.wait(20) else "no-result", m["session_key"], id, getattr(asked, "line", ""))
    else:
        for i in range(int(rest[0]) if verb == "many" else 1):
            answer(m, f"you said: {text}" + (f" {i}" if verb == "many" else ""))
    log("end", m["session_key"], id)
    say({"type": "inbound_ack", "bufferId": id})


running = {}
for line in sys.stdin:
    frame = json.loads(line)
    press = frame.get("event", {}).get("prompt_response")
    if press and press["prompt_id"] in presses:
        log("press", frame["session_key"], frame["bufferId"])
        answer(frame, "thanks")
        ack = {"type": "inbound_ack", "bufferId": frame["bufferId"]}
        late = {"op": "send", "content": "late", "delivery": frame["bufferId"]}
        say(json.dumps(ack) + ("\n" + json.dumps(late) if press["prompt_id"].startswith("late") else ""))
        presses.pop(press["prompt_id"]).set()
    elif frame["type"] == "inbound":
        running[frame["session_key"]] = (frame["bufferId"], frame["attempt"])
        threading.Thread(target=turn, args=(frame,), daemon=True).start()
    elif frame["type"] == "interrupt_inbound":
        log("interrupt", frame["session_key"], frame.get("gateway"))
        stopped.add(running.get(frame["session_key"]))
    elif frame["type"] == "outbound_result":
        log("heard", line.strip())
        if frame["requestId"] in results:
            results[frame["requestId"]].line = line.strip()
            results[frame["requestId"]].set()
log("eof")
for t in threading.enumerate():
    if t is not threading.main_thread():
        t.join(30)
