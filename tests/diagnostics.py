# SPDX-License-Identifier: MIT
"""Holds what the sources print on stderr against the DIAGNOSTICS of the manual pages: diagnostics.py SOURCE

A message is the format of a call of complain, warn, die, opt_wrong, opt_refuse or filter_bad, or the text of say or
wrong in a script. It must fit an .It of the page of its tool, or of relay(7), which has what all tools share. In a
format each conversion stands for any text, and so does a word in capitals or … in the manual.
"""
import functools
import glob
import os
import re
import sys

CALL = re.compile(r"\b(complain|warn|die|opt_wrong|opt_refuse|filter_bad)\(")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*')
CONVERSION = re.compile(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|j|z|t)?[a-zA-Z]")
WRAP = {"opt_refuse": "read --\0 '\0': %s", "filter_bad": "skip line \0: %s"}
# The pages of a folder, or of a file, besides relay.7.
PAGES = {"lib/link": ["relay-dial.1"], "lib/inbox": ["relay-inbox.1", "relay-run.1"],
         "lib/queue": ["relay-queue.1", "relay-work.1"],
         "cmd/options": ["relay-adapter.1"],
         "lib/relay/scope": ["relay-scope.1"], "lib/relay/manifest": ["relay-handshake.1"]}


def arguments(text, at):
    """The text of a call's arguments; at: behind its '('."""
    depth, i, quoted = 1, at, False
    while depth:
        c = text[i]
        if quoted and c == "\\":
            i += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(c, 0)
        i += 1
    return text[at:i - 1]


def formats(args):
    """The strings of the first argument that has one: several if it chooses between them."""
    found = []
    for part in re.finditer(STRINGS.pattern + r"|(,)", args):
        if part.group(1) and found:
            break
        if not part.group(1):
            found.append("".join(STRING.findall(part.group(0))).replace('\\"', '"').replace("\\\\", "\\"))
    return found


def messages_of_c(text):
    for call in CALL.finditer(text):
        for s in formats(arguments(text, call.end())):
            s += " %s" if s.endswith(":") else ""
            yield WRAP.get(call.group(1), "%s") % CONVERSION.sub("\0", s).replace("%%", "%")


def messages_of_sh(text):
    for quote, s in re.findall(r"\b(?:say|wrong) (['\"])(.*?)\1", text):
        yield re.sub(r"\$(\w+|\{[^}]*\}|\d)", "\0", s) if quote == '"' else s


def items(page):
    """The messages in a page's DIAGNOSTICS, \\0 for what varies."""
    text = open(page, encoding="utf-8").read()
    section = re.search(r"^\.Sh DIAGNOSTICS\n(.*?)(?=^\.Sh |\Z)", text, re.M | re.S)
    for line in re.findall(r"^\.It (.*)", section.group(1) if section else "", re.M):
        line = re.sub(r"^(Sy|Li) |^\"|\"$", "", line).replace("\\(dq", '"').replace("\\(aq", "'").replace("\\-", "-")
        line = re.sub(r"^relay-[a-z]+: ", "", line.replace("\\&", "").replace("\\e", "\\"))
        yield re.sub(r"\b[A-Z][A-Z_]*\b|…|\.\.\.", "\0", line), line.split()[0]


@functools.lru_cache(None)
def fits(a, b, first):
    """Whether some text is both the message a and the item b, in which \\0 stands for any characters, in an item for at
    least one. The first word of an item is not guessed."""
    known = {}
    if b[0] == "\0" and a[0] != "\0" and a.split()[0] != first:
        return False

    def at(i, j):
        if (i, j) not in known:
            known[i, j] = False
            if j == len(b):
                known[i, j] = not a[i:].strip("\0")
            elif i == len(a):
                known[i, j] = False
            elif a[i] == "\0" or b[j] == "\0":
                known[i, j] = at(i + 1, j + 1) or (a[i] == "\0" and at(i, j + 1)) or (b[j] == "\0" and at(i + 1, j)) \
                    or (a[i] == "\0" and b[j] != "\0" and at(i + 1, j))
            else:
                known[i, j] = a[i] == b[j] and at(i + 1, j + 1)
        return known[i, j]
    return at(0, 0)


def pages_of(path):
    for start, pages in PAGES.items():
        if path.startswith(start):
            return pages
    if path.startswith("cmd/"):
        return [os.path.basename(path).rsplit(".", 1)[0] + ".1"]
    folder = path.split("/")[1]
    if folder in ("base", "json", "relay"):
        return []
    page = "relay-%s.1" % folder
    return [page] if os.path.exists("man/" + page) else sorted(map(os.path.basename, glob.glob("man/*.1")))


def main(source):
    os.chdir(source)
    sys.setrecursionlimit(100000)
    known = {os.path.basename(p): list(items(p)) for p in glob.glob("man/*")}
    bad = ["man/%s: no DIAGNOSTICS" % p for p in sorted(known) if p.endswith(".1") and not known[p]]
    count = 0
    for path in sorted(glob.glob("lib/*/*.c") + glob.glob("cmd/*.c") + glob.glob("cmd/*.sh")):
        text = open(path, encoding="utf-8").read()
        for message in messages_of_sh(text) if path.endswith(".sh") else messages_of_c(text):
            if len(re.findall(r"[a-z]", message)) < 5:
                continue  # put together elsewhere
            count += 1
            pages = pages_of(path) + ["relay.7"]
            if not any(fits(message, *item) for page in pages for item in known.get(page, [])):
                bad.append("%s: %s: not in the DIAGNOSTICS of %s" % (path, message.replace("\0", "…"), pages[0]))
    print("\n".join(bad) if bad else "%d messages" % count)
    return 1 if bad or count < 100 else 0


sys.exit(main(sys.argv[1]))
