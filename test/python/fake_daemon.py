"""A daemon as the kernel module sees it, for tests: takes events over HTTP and remembers them."""

import http.server
import json
import os
import socket
import sys
import tempfile
import threading
import time
from typing import Any, Callable, Dict, List, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = os.path.join(ROOT, "shared", "python")
TOKEN = "tok3n-for-tests"

if PYTHON not in sys.path:
    sys.path.insert(0, PYTHON)


class FakeDaemon:
    """Listens on a free port of this machine. `status`: what it answers to events."""

    def __init__(self, port: int = 0) -> None:
        self.events: List[Dict[str, Any]] = []
        self.batches: List[int] = []
        self.connections = 0
        self.status = 200
        self.refuse: Callable[[Dict[str, Any]], bool] = lambda event: False
        self.delay_s = 0.0
        self._lock = threading.Lock()
        self._open: List[socket.socket] = []
        daemon = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                daemon.connections += 1
                daemon._open.append(self.connection)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = daemon._answer(self.path, body, dict(self.headers))
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.address = "http://127.0.0.1:%d" % self.port
        self.url = self.address + "/k/" + TOKEN
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def _answer(self, path: str, body: bytes, headers: Dict[str, str]) -> Any:
        if path == "/api/capabilities.create":
            if headers.get("Authorization") != "Bearer project-token-0123456789":
                return 401, {}
            return 200, {"id": "1", "url": self.url, "runId": None, "env": {"MLFLOW_TRACKING_URI": self.url}}
        if path != "/k/%s/daybook/events" % TOKEN:
            return 404, {"code": "not_found"}
        time.sleep(self.delay_s)
        if self.status != 200:
            return self.status, {}
        events = [json.loads(line, parse_constant=_refuse_constant) for line in body.split(b"\n") if line]
        if any(self.refuse(event) for event in events):
            return 400, {}
        with self._lock:
            self.batches.append(len(events))
            self.events.extend(events)
        return 200, {"accepted": len(events)}

    def of_type(self, kind: str) -> List[Dict[str, Any]]:
        """The events of one type, in the order in which they came."""
        return [event for event in list(self.events) if event["type"] == kind]

    def rows(self, run_id: Optional[str] = None) -> List[List[Any]]:
        """All metric rows, of one run or of all."""
        found = [e for e in self.of_type("metrics") if run_id in (None, e["run_id"])]
        return [row for event in found for row in event["rows"]]

    def wait(self, condition: Callable[[], Any], timeout_s: float = 60.0) -> Any:
        """Waits until `condition` gives something true, and returns it; fails with what came so far."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError("waited in vain; events: %s" % json.dumps(self.events)[:4000])

    def stop(self) -> None:
        """Ends it, with all connections."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def _refuse_constant(text: str) -> Any:
    raise ValueError("not JSON: " + text)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_spool(folder: str) -> List[Dict[str, Any]]:
    """The events of all spool files in `folder`, in the order in which the daemon would take them."""
    events = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".jsonl"):
            with open(os.path.join(folder, name), "rb") as file:
                events.extend(json.loads(line) for line in file)
    return events


def environment(daemon: Optional[FakeDaemon], spool: Optional[str] = None, **more: str) -> Dict[str, str]:
    """The environment that a kernel or script is given, free of what this process itself was given."""
    drop = ("DAYBOOK_", "MLFLOW_", "PYTHONSTARTUP", "RANK", "PYTHONPATH")
    env = {k: v for k, v in os.environ.items() if not k.startswith(drop)}
    if daemon is not None:
        env["DAYBOOK_URL"] = daemon.url
    env["DAYBOOK_SPOOL"] = spool or tempfile.mkdtemp(prefix="daybook-spool-")
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    env.update(more)
    return env
