"""Frames between gateway and worker: two lengths (32 bits, little-endian), a JSON text, raw bytes."""

import json
import socket
import struct
from typing import Any, Dict, List, Optional, Tuple

_LENGTHS = struct.Struct("<II")


class Line:
    """One connection. Not for several threads."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._file = connected.makefile("rb", buffering=1 << 16)

    def receive(self) -> Optional[Tuple[Dict[str, Any], memoryview]]:
        """The next frame, or None when the other side has gone."""
        lengths = self._file.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            return None
        head_bytes, body_bytes = _LENGTHS.unpack(lengths)
        head = self._file.read(head_bytes)
        body = self._file.read(body_bytes) if body_bytes else b""
        if len(head) < head_bytes or len(body) < body_bytes:
            return None
        return json.loads(head), memoryview(body)

    def send(self, head: Dict[str, Any], parts: List[bytes]) -> None:
        """Sends a frame."""
        text = json.dumps(head).encode("utf-8")
        body = b"".join(parts)
        self._socket.sendall(_LENGTHS.pack(len(text), len(body)) + text + body)


def connect(address: str) -> Line:
    """A line to the gateway: a path of a Unix socket, or `host:port` where there are none."""
    if hasattr(socket, "AF_UNIX") and ":" not in address.rsplit("/", 1)[-1]:
        unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        unix.connect(address)
        return Line(unix)
    host, port = address.rsplit(":", 1)
    return Line(socket.create_connection((host, int(port))))
