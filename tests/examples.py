# SPDX-License-Identifier: MIT
"""Runs the examples in the documentation and compares what they print: examples.py PAGE…

A PAGE is a manual page, README.md, or the name of a tool, for the examples of its --help=all. In a literal block a line
that begins with "$ " is a command, "> " continues it, and the lines up to the next command are what it prints on
stdout and stderr; … stands for any text, alone on a line for any number of lines. A command in --help only has to exit
with 0. Each page has a separate sandbox and relay-stub, and one that speaks of a pool a nats-server (NATS_URL); README.md has
a copy of the sources with their build, and nothing else, as somebody has who pastes it from top to bottom.
"""
import concurrent.futures
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = os.environ["RELAY_SOURCE"]
BUILD = os.environ["RELAY_BUILD"]
SLOW = float(os.environ.get("SLOW", "1"))
LIMIT = 60 * SLOW  # seconds that a command may take
GRACE = 5 * SLOW  # seconds from TERM to KILL
MARK = "=-=-="

FRAMES = """\
{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"Discord",\
"max_message_length":2000,"len_unit":"utf16","markdown_dialect":"discord","supports_draft_streaming":false,\
"supports_edit":true,"supports_threads":true,"supported_ops":["send","edit","typing","follow_up"]}}
{"type":"inbound","event":{"text":"hello","message_type":"text","message_id":"m1","source":{"platform":"discord",\
"chat_id":"42","chat_type":"dm","user_id":"7","user_name":"Ada"}}}
{"type":"inbound","bufferId":"b1","event":{"text":"are you there?","message_type":"text","message_id":"m2",\
"source":{"platform":"discord","chat_id":"42","chat_type":"dm","user_id":"7","user_name":"Ada"}}}
{"type":"outbound_result","requestId":"0123456789abcdef0123456789abcdef","result":{"success":true,\
"message_id":"m3"}}
"""
ROFF = {r"\e": "\\", r"\\": "\\", r"\&": "", r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\(ga": "`", r"\(ha": "^", r"\(ti": "~"}


def man_blocks(text):
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", text, re.M | re.S):
        yield re.sub(r"\\(\(..|.)", lambda m: ROFF[m.group(0)], block).splitlines()


def commands_of(page):
    """Lists the commands of a page, each with the lines it must print, or None."""
    if page.startswith("relay-") and "." not in page:
        text = subprocess.run([page, "--help=all"], stdout=subprocess.PIPE, check=True, text=True).stdout
        return [(line[2:], None) for line in text.partition("\nExamples:\n")[2].splitlines()]
    with open(page, encoding="utf-8") as f:
        text = f.read()
    found = []
    for block in re.findall(r"^```\w*\n(.*?)^```$", text, re.M | re.S) if page.endswith(".md") else man_blocks(text):
        lines = block.splitlines() if isinstance(block, str) else block
        fresh = False
        for line in lines:
            if line.startswith("$ "):
                found.append([line[2:], []])
                fresh = True
            elif fresh and line.startswith(">"):
                found[-1][0] += "\n" + line[2:]
            elif found and lines[0].startswith("$ "):
                found[-1][1].append(line)
                fresh = False
    return found


def fill_sandbox(at):
    def write(name, text, mode):
        path = os.path.join(at, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    write("secret", "s3cret", 0o600)
    write("frames.ndjson", FRAMES, 0o644)
    write("reply.sh", '#!/bin/sh\ncat >/dev/null\necho "you said: $RELAY_TEXT"\n', 0o755)
    os.symlink(SOURCE + "/tests/agents/acp_agent.py", os.path.join(at, "agent"))
    subprocess.run([BUILD + "/tests/make_inbox", "inbox", "done", "done", "ambiguous", *["done"] * 8, "dead", "done", "waiting",
                    "dead"], cwd=at, check=True)
    write("Makefile", "demo:\n\t@%s/tests/demo.sh %s\n" % (SOURCE, BUILD), 0o644)


def copy_sources(at):
    for name in os.listdir(SOURCE):
        here, there = os.path.join(SOURCE, name), os.path.join(at, name)
        if os.path.isfile(here):
            shutil.copy2(here, there)
        elif name not in (".git", "build", "tmp"):
            shutil.copytree(here, there, symlinks=True, ignore=shutil.ignore_patterns("node_modules"))
    os.symlink(BUILD, os.path.join(at, "build"))


def start_stub(at):
    """A relay-stub whose input stays open until the returned process is ended."""
    url = os.path.join(at, ".url")
    with open(os.path.join(at, ".stub"), "w", encoding="utf-8") as out:
        stub = subprocess.Popen(["relay-stub", "--url-file", url, "--max-life", "120s"], stdin=subprocess.PIPE,
                                stdout=out, stderr=out)
    until = time.monotonic() + 10
    while not (os.path.exists(url) and os.path.getsize(url)):
        if time.monotonic() > until or stub.poll() is not None:
            raise RuntimeError("no relay-stub")
        time.sleep(0.01)
    with open(url, encoding="utf-8") as f:
        return stub, f.read().strip()


def start_nats(at):
    """A NATS server with an empty pool, and its URL."""
    ports, conf = os.path.join(at, ".ports"), os.path.join(at, ".nats.conf")
    os.mkdir(ports)
    with open(conf, "w", encoding="utf-8") as f:
        f.write('listen: "127.0.0.1:-1"\nports_file_dir: "%s"\njetstream { store_dir: "%s/.nats" }\n' % (ports, at))
    with open(os.path.join(at, ".nats.log"), "w", encoding="utf-8") as out:
        server = subprocess.Popen(["nats-server", "-c", conf], env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"),
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    until = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < until:
        with open(os.path.join(at, ".nats.log"), encoding="utf-8") as f:
            ready = "Server is ready" in f.read()
        for name in os.listdir(ports) if ready else ():
            with open(os.path.join(ports, name), encoding="utf-8") as f:
                found = re.search(r'"(nats://127.0.0.1:\d+)"', f.read())
            if found:
                return server, found.group(1)
        time.sleep(0.01)
    raise RuntimeError("no nats-server")


def end_group(shell):
    """Ends what the commands left in the background, and the shell itself if it still runs."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + GRACE
        try:
            os.killpg(shell.pid, number if shell.poll() is not None else signal.SIGKILL)
            while time.monotonic() < until:
                shell.poll()
                time.sleep(0.01)
                os.killpg(shell.pid, 0)
        except ProcessLookupError:
            return


def run_all(commands, at, url, nats):
    """Runs the commands in one sh, so that $? and variables persist. Yields the output and status of each."""
    script = "".join("%s\nstatus=$?; printf '\\n%s%%s\\n' $status; (exit $status)\n" % (c, MARK) for c, _ in commands)
    path = os.path.join(at, ".script")
    with open(path, "w", encoding="utf-8") as f:
        f.write(script)
    env = dict(os.environ)
    if url:
        env.update(URL=url, GATEWAY_RELAY_URL=url, GATEWAY_RELAY_ID="demo", GATEWAY_RELAY_SECRET="s3cret")
    if nats:
        env["NATS_URL"] = nats
    out = os.path.join(at, ".out")
    with open(out, "w", encoding="utf-8") as f:
        shell = subprocess.Popen(["sh", path], cwd=at, env=env, stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                                 start_new_session=True)
    done, since, results = 0, time.monotonic(), []
    while shell.poll() is None and time.monotonic() - since < LIMIT:
        time.sleep(0.01)
        with open(out, encoding="utf-8", errors="replace") as f:
            now = f.read().count(MARK)
        if now > done:
            done, since = now, time.monotonic()
    end_group(shell)
    with open(out, encoding="utf-8", errors="replace") as f:
        parts = re.split("\n" + MARK + r"(\d+)\n", f.read())
    for i in range(len(commands)):
        if 2 * i + 1 < len(parts):
            results.append((parts[2 * i].splitlines(), int(parts[2 * i + 1])))
        else:
            results.append((parts[-1].splitlines() + ["(not done in %g s)" % LIMIT], -1))
            break
    return results


def matches(want, got):
    pattern = "".join("(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n" for line in want)
    return re.fullmatch(pattern, "".join(line + "\n" for line in got)) is not None


def check(page):
    """The complaints about a page."""
    commands, bad = commands_of(page), []
    if not commands:
        return [] if page.endswith((".5", ".7")) else ["%s: no examples" % page]
    with tempfile.TemporaryDirectory() as at:
        if page.endswith(".md"):
            copy_sources(at)
            results = run_all(commands, at, None, None)
        else:
            fill_sandbox(at)
            stub, url = start_stub(at)
            pooled = any(re.search("relay-queue|relay-work|--queue", c) for c, _ in commands)
            server, nats = start_nats(at) if pooled else (None, None)
            results = run_all(commands, at, url, nats)
            if server:
                server.terminate()
                server.wait()
            stub.stdin.close()
            stub.terminate()
            stub.wait()
    for (command, want), (got, status) in zip(commands, results):
        if want is None:
            ok = status == 0
            want = ["(exit status 0)"]
            got = got + ["(exit status %d)" % status]
        else:
            ok = status != -1 and matches(want, got)
        if not ok:
            bad.append("%s: $ %s" % (page, command))
            bad.extend(line.rstrip("\n") for line in difflib.unified_diff(want, got, "documented", "printed", n=9, lineterm=""))
    return bad


def main():
    pages = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        complaints = [line for bad in pool.map(check, pages) for line in bad]
    print("\n".join(complaints))
    return 1 if complaints else 0


sys.exit(main())
