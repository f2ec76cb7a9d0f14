# SPDX-License-Identifier: MIT
"""A connector's media routes, and another server, that share no code with the tools: media.py URLFILE LOG

URLFILE gets two lines: the connector's base URL, and that of the other server. Each request is a line of JSON in LOG.
"""
import http.server
import json
import os
import socketserver
import sys
import threading
import time

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
log = open(sys.argv[2], "a", encoding="utf-8", buffering=1)
lock = threading.Lock()
bases = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_name = "connector"

    def note(self, size=0):
        with lock:
            log.write(json.dumps({"at": self.server_name, "method": self.command, "path": self.path, "size": size,
                                  "headers": {k.lower(): v for k, v in self.headers.items()}}) + "\n")

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_GET(self):
        self.note()
        name = self.path.rsplit("/", 1)[-1]
        to = {"to-other": bases["other"] + "/relay/media/file", "to-self": "/relay/media/file", "loop": "/relay/media/loop",
              "to-passwd": "file:///etc/passwd", "nowhere": None}
        if name in to:
            self.answer(302, **({"Location": to[name]} if to[name] else {}))
        elif name == "keep-inside":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif name == "file":
            self.answer(200, PNG, Content_Type="image/png")
        elif name == "big":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            for _ in range(26):
                self.wfile.write(bytes(1 << 20))
        elif name == "cut":
            self.answer(200, PNG, Content_Length="100000")
        elif name == "page":
            self.answer(200, b"<html>please log in</html>", Content_Type="text/html; charset=utf-8")
        elif name == "hangs":
            time.sleep(20)
        elif name == "evil":
            self.answer(200, PNG, Content_Type="image/png", Content_Disposition='attachment; filename="../../\x1b[2J.bashrc/..\\\\-rf.sh"')
        elif name in ("403", "404", "500"):
            self.answer(int(name), b"no \x1b[31mway", Content_Type="text/plain")
        else:
            self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.note(len(body))
        name = self.headers.get("X-Media-Filename", "")
        if name == "413":
            self.answer(413)
        else:
            answer = {"bad-id": '{"id":"../../x"}', "no-id": "{}", "no-json": "nothing"}.get(name, '{"id":"abc-1"}')
            self.answer(200, answer.encode(), Content_Type="application/json")


class Other(Handler):
    server_name = "other"


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *args):
        pass


servers = [Server(("127.0.0.1", 0), h) for h in (Handler, Other)]
for server, name in zip(servers, ("connector", "other")):
    bases[name] = "http://127.0.0.1:%d" % server.server_address[1]
with open(sys.argv[1] + ".tmp", "w", encoding="utf-8") as f:
    f.write("%s\n%s\n" % (bases["connector"], bases["other"]))
os.rename(sys.argv[1] + ".tmp", sys.argv[1])
threading.Thread(target=servers[1].serve_forever, daemon=True).start()
servers[0].serve_forever()
