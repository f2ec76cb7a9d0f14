#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Random texts, close to JSON: our scanner and Python's agree on which are JSON. json_peer.py TEXTS
import json
import os
import random
import subprocess
import sys

PIECES = [b"{", b"}", b"[", b"]", b",", b":", b'"', b'"a"', b'"k":', b"0", b"-1", b"1.5", b"1e5", b"01", b"-", b".", b"e", b"true", b"null", b"nul", b" ", b"\t", b"\r", b"\\", b"\\u00", b"\\ud800", b'\\"', b"\x00", b"\x1f", b"\x7f", b"\xc3\xa9", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf", b"x"]


def value(depth):
    kind = random.randrange(8 if depth < 4 else 6)
    if kind == 6:
        return [value(depth + 1) for _ in range(random.randrange(4))]
    if kind == 7:
        return {value(9) if random.random() < 0.2 else "k\n\u20ac"[: random.randrange(4)]: value(depth + 1) for _ in range(random.randrange(4))}
    return [None, True, random.randrange(-99, 99), random.random() * 10 ** random.randrange(-9, 20), "", 'q"\\\x01\u00e9\U0001f600 long enough for words of eight'][kind]


def text():
    if random.random() < 0.2:
        return b"".join(random.choice(PIECES) for _ in range(random.randrange(1, 9)))
    ascii_only = random.random() < 0.5
    t = bytearray(json.dumps(value(0), ensure_ascii=ascii_only, indent=None).encode())
    for _ in range(random.randrange(3)):
        at = random.randrange(len(t) + 1)
        t[at : at + random.randrange(2)] = random.choice(PIECES)
    return bytes(t)


def refuse(word):
    raise ValueError(word)


def is_json(t):
    try:
        json.loads(t.decode("utf-8"), parse_constant=refuse)
        return not t.startswith(b"\xef\xbb\xbf")
    except (ValueError, RecursionError):
        return False


def main():
    random.seed(os.environ.get("SEED", 1))
    texts = [t for t in (text() for _ in range(int(sys.argv[1]))) if b"\n" not in t]
    program = os.environ["RELAY_BUILD"] + "/tests/lib/json"
    said = subprocess.run([program, "lines"], input=b"\n".join(texts) + b"\n", capture_output=True, check=True).stdout.split()
    assert len(said) == len(texts), (len(said), len(texts))
    good = 0
    for t, s in zip(texts, said):
        want = is_json(t)
        good += want
        assert (s == b"1") == want, t
    print(good, "of", len(texts), "are JSON")
    assert len(texts) > 5 * good // 4 > len(texts) // 4


main()
