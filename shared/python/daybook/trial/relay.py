"""What stands in for the daemon on a worker's machine: plain HTTP on loopback here, the worker's own line there.

So host, trials and an unmodified mlflow client do what they do on the daemon's machine. On the way, paths and
addresses become those of this machine, and files that the daemon would find on its own disk are sent to it.
"""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional, Protocol, Set, Tuple
from urllib.parse import quote, urlsplit

from ..connection import Unreachable
from .watch import is_running

_KEPT = ("content-type", "accept", "user-agent", "range", "content-range", "if-match", "if-none-match")
"""Headers of a request that mean something to the daemon."""

_JSON = {"content-type": "application/json"}

_LATER = (408, 425, 429)
_NOT_KNOWN = (401, 403, 404)
"""Answers that say nothing about what was sent: it can be taken later, or (by another daemon) be known again."""


class Line(Protocol):
    """The way to the daemon."""

    def request(
        self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes]
    ) -> Tuple[int, Dict[str, str], bytes]:
        """Raises Unreachable if there is no answer."""
        ...


class Relay:
    """Serves one worker. `own` is the path of the worker's token, `theirs` the daemon's address on its machine."""

    def __init__(self, line: Line, own: str, theirs: str, folder: str) -> None:
        self._line = line
        self._own = own
        self._theirs = theirs
        self._folder = folder
        self._spool = os.path.join(folder, "spool")
        os.makedirs(self._spool, mode=0o700, exist_ok=True)
        self._lock = threading.Lock()
        self._outputs: Dict[str, str] = {}
        self._shipped: Set[str] = set()
        self._gpus: List[str] = []
        self._on_gpu: Dict[str, str] = {}
        relay = self

        class Handler(_Handler):
            """Bound to this relay."""

            owner = relay

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = "http://127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="relay", daemon=True).start()

    def use_gpus(self, gpus: List[str]) -> None:
        """Each trial gets the one of these that has the fewest."""
        self._gpus = gpus

    def forward(self, method: str, path: str, headers: Dict[str, str], body: bytes) -> Tuple[int, Dict[str, str], bytes]:
        """Passes one request on."""
        plain = urlsplit(path).path
        polls = plain.endswith("/daybook/trials")
        if polls:
            self._before(json.loads(body))
        elif plain.endswith("/daybook/events"):
            self._send_files(body.split(b"\n"))
        status, answered, data = self._line.request(method, path, headers, body)
        if polls and status == 200:
            data = json.dumps(self._after(json.loads(data))).encode()
        return status, answered, data

    def _before(self, message: Dict[str, Any]) -> None:
        """What trials showed and could not deliver arrives before the word that they have ended."""
        with self._lock:
            if message["phase"] == "ready" and "shared" not in self._shipped:
                for name in sorted(os.listdir(self._folder)):
                    if name.startswith("shared-") and name.endswith(".jsonl"):
                        self._ship(os.path.join(self._folder, name), "shared")
                self._shipped.add("shared")
            for attempt in message["attempts"]:
                name = attempt["attempt"]
                if attempt.get("outcome") is None or name in self._shipped or name not in self._outputs:
                    continue
                self.send_spool()
                self._ship(self._outputs[name], name)
                self._shipped.add(name)
                self._on_gpu.pop(name, None)

    def _after(self, answer: Dict[str, Any]) -> Dict[str, Any]:
        for trial in answer.get("run", []):
            name = trial["attempt"]
            path = self._outputs.setdefault(name, os.path.join(self._folder, name + ".jsonl"))
            trial["outputs"] = path
            env = {key: value.replace(self._theirs, self.address) for key, value in trial["env"].items()}
            package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
            inherited = os.environ.get("PYTHONPATH")
            env["PYTHONPATH"] = os.path.join(package, "exec") + (os.pathsep + inherited if inherited else "")
            env["DAYBOOK_SPOOL"] = self._spool
            env["DAYBOOK_PROJECT"] = self._folder
            gpu = self._gpu_for(name)
            if gpu is not None:
                env["CUDA_VISIBLE_DEVICES"] = gpu
            trial["env"] = env
        for name in answer.get("seen", []):
            path = self._outputs.pop(name, None)
            if path is not None and os.path.exists(path):
                os.remove(path)
        return answer

    def _gpu_for(self, attempt: str) -> Optional[str]:
        if not self._gpus:
            return None
        with self._lock:
            if attempt not in self._on_gpu:
                used = list(self._on_gpu.values())
                self._on_gpu[attempt] = min(self._gpus, key=used.count)
            return self._on_gpu[attempt]

    def _ship(self, path: str, name: str) -> None:
        if os.path.exists(path):
            with open(path, "rb") as file:
                self._put("shown/" + name, file.read())

    def _put(self, name: str, data: bytes) -> None:
        headers = {"content-type": "application/octet-stream"}
        status, _, _ = self._line.request("PUT", "%s/daybook/worker/%s" % (self._own, name), headers, data)
        _taken_or_raise(status)

    def _send_files(self, lines: List[bytes]) -> None:
        """Files that events name go first, into the daemon's own folder for such files."""
        for line in lines:
            if b'"file"' not in line:
                continue
            try:
                name = json.loads(line).get("file")
            except (ValueError, AttributeError):
                continue
            path = os.path.join(self._spool, os.path.basename(name)) if isinstance(name, str) else ""
            if name and os.path.isfile(path):
                with open(path, "rb") as file:
                    self._put("file/" + quote(os.path.basename(name)), file.read())
                os.remove(path)

    def send_spool(self) -> None:
        """Sends what processes that are gone could not deliver."""
        for name in sorted(os.listdir(self._spool)):
            path = os.path.join(self._spool, name)
            if not name.endswith(".jsonl"):
                continue
            with open(path, "rb") as file:
                lines = file.read().split(b"\n")
            try:
                head = json.loads(lines[0])
                to = urlsplit(head["url"]).path
                if is_running(int(head["pid"]), head.get("start_time")):
                    continue
            except (ValueError, KeyError, TypeError):
                continue
            self._send_files(lines)
            status, _, _ = self._line.request(
                "POST", to + "/daybook/events", {"content-type": "application/x-ndjson"}, b"\n".join(lines)
            )
            _taken_or_raise(status)
            if status not in _NOT_KNOWN:
                os.remove(path)


def _taken_or_raise(status: int) -> None:
    if status >= 500 or status in _LATER:
        raise Unreachable("it answered %d" % status)


class _Handler(BaseHTTPRequestHandler):
    owner: Relay
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _pass_on(self) -> None:
        try:
            body = self._body()
            headers = {name.lower(): value for name, value in self.headers.items() if name.lower() in _KEPT}
            status, answered, data = self.owner.forward(self.command, self.path, headers, body)
        except (Unreachable, OSError, ValueError) as error:
            status, answered, data = 503, _JSON, json.dumps({"message": str(error)}).encode()
        self.send_response(status)
        for name, value in answered.items():
            if name.startswith("content-") and name not in ("content-length", "content-encoding") or name == "etag":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _pass_on

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if size == 0:
                return b"".join(parts)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Nothing is logged: the daemon does."""
