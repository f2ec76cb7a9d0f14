# SPDX-License-Identifier: MIT
"""A model behind HTTP that writes its answer piece by piece, as server-sent events: llm.py URL_FILE GO_FILE.

Its answer is what was said, twice, in pieces that tear no character; it stops in the middle until GO_FILE exists. To "fail"
it answers 500."""
import http.server
import json
import os
import sys
import time


class Model(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def piece(self, text):
        event = {"choices": [{"delta": {"content": text}}]}
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        self.wfile.flush()

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][-1]["content"]
        self.send_response(500 if said == "fail" else 200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if said == "fail":
            return
        for letter in said:
            self.piece(letter)
        while not os.path.exists(sys.argv[2]):
            time.sleep(0.02)
        self.piece("\n")
        self.piece(said)
        self.wfile.write(b"data: [DONE]\n\n")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
with open(sys.argv[1] + ".new", "w") as f:
    f.write("http://127.0.0.1:%d/v1/chat/completions\n" % server.server_address[1])
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
