# SPDX-License-Identifier: MIT
"""WebSocket byte by byte, for gateways and connectors that break its rules."""
import base64
import hashlib
import socket
import struct

DESCRIPTOR = (b'{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"D",'
              b'"max_message_length":2000,"len_unit":"utf16","markdown_dialect":"discord","supports_draft_streaming":false,'
              b'"supports_edit":true,"supports_threads":true}}\n')
HELLO = b'{"type":"hello","platform":"discord","botId":"a"}\n'
REQUEST = (b"GET /relay HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")


def frame(opcode, payload=b"", fin=1, rsv=0, mask=False, length=None, code=0):
    """A frame of RFC 6455 §5.2; length and code (16 or 64: the width of the length) may be false."""
    n = len(payload) if length is None else length
    bit = 0x80 if mask else 0
    head = bytes([fin << 7 | rsv << 4 | opcode])
    if code == 64 or n > 65535:
        head += bytes([bit | 127]) + struct.pack(">Q", n)
    elif code == 16 or n > 125:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([bit | n])
    if mask:
        head += b"\1\2\3\4"
        payload = bytes(c ^ (i % 4 + 1) for i, c in enumerate(payload))
    return head + payload


def close(code, reason=b""):
    return struct.pack(">H", code) + reason


def read_request(s):
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            return None
        data += more
    return data


def upgrade(s, status=b"101 Switching Protocols", extra=b"", accept=None):
    """Answers a request for an upgrade."""
    data = read_request(s)
    if data is None:
        raise OSError("no request")
    key = [line.split(b":", 1)[1].strip() for line in data.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")][0]
    if accept is None:
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    s.sendall(b"HTTP/1.1 " + status + b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept +
              b"\r\n" + extra + b"\r\n")


def until_closed(s, seconds):
    """Reads to the end, or to a close frame; returns how it ended and what came."""
    s.settimeout(seconds)
    data = b""
    try:
        while True:
            if close_code(data):
                return "closing", data
            more = s.recv(65536)
            if not more:
                return "closed", data
            data += more
    except socket.timeout:
        return "open", data
    except OSError:
        return "reset", data


def close_code(data):
    """The code of the first close frame in what a server sent, 0 if there is none, None if it cannot be read as frames."""
    while len(data) >= 2:
        n, at = data[1] & 127, 2
        if n == 126:
            n, at = struct.unpack(">H", data[2:4])[0], 4
        elif n == 127:
            n, at = struct.unpack(">Q", data[2:10])[0], 10
        if data[0] & 15 == 8:
            return struct.unpack(">H", data[at:at + 2])[0] if n >= 2 else 1005
        data = data[at + n:]
    return 0 if not data else None
