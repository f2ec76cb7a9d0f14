# SPDX-License-Identifier: MIT
"""Code shared by the test peers: announcing where they listen, the descriptor they send, a TCP forwarder."""
import importlib
import os
import socket
import threading
import warnings


def publish(path, url):
    """Writes the URL to the file in one step, so that whoever waits for the file finds it whole."""
    with open(path + ".tmp", "w") as f:
        f.write(url)
    os.rename(path + ".tmp", path)


def legacy(module, name):
    """A name from websockets' older interface, shared by python3-websockets 10 (Debian 12) and 15 (Debian 13)."""
    warnings.simplefilter("ignore", DeprecationWarning)
    for package in ("websockets.legacy.", "websockets."):
        try:
            return getattr(importlib.import_module(package + module), name)
        except (ImportError, AttributeError):
            pass
    raise SystemExit("python3-websockets has no " + name)


def descriptor(platform):
    return {"type": "descriptor", "descriptor": {
        "contract_version": 1, "platform": platform, "label": platform.title(), "max_message_length": 2000,
        "supports_draft_streaming": False, "supports_edit": True, "supports_threads": True,
        "markdown_dialect": "discord", "len_unit": "utf16"}}


def shut(*sockets):
    for s in sockets:
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def forward(a, b):
    """Copies in both directions until both have ended."""
    def one_way(near, far):
        try:
            while data := near.recv(65536):
                far.sendall(data)
        except OSError:
            pass
        shut(near, far)
    back = threading.Thread(target=one_way, args=(b, a), daemon=True)
    back.start()
    one_way(a, b)
    back.join()


class Forwarder:
    """Listens on loopback and forwards to a port there; cut() ends the connections through it."""

    def __init__(self, to):
        self.to, self.open = to, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            for s in (near, far):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open.append((near, far))
            threading.Thread(target=forward, args=(near, far), daemon=True).start()

    def cut(self):
        while self.open:
            shut(*self.open.pop())
