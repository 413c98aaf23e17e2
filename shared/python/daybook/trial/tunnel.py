"""The line of a worker that a kernel started: requests as lines of JSON on its standard output, answers on its input.

The kernel's end (`bridge.py`) passes them on over the connection that the daemon holds to its Jupyter server, so
that the daemon need not be reachable from there.
"""

import base64
import json
import os
import threading
from typing import Any, Callable, Dict, Optional, Tuple

from ..connection import Unreachable

Answer = Tuple[int, Dict[str, str], bytes]
"""Status, headers in lower case, body."""


class TunnelLine:
    """Requests over standard input and output; safe for several threads."""

    address = "the other end of this kernel's connection"

    def __init__(self, path: str, gone: Callable[[], None], timeout_s: float = 25.0) -> None:
        """`gone` is called before this process ends because the kernel has."""
        self.path = path
        self._gone = gone
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._last = 0
        self._waiting: Dict[int, Any] = {}
        self._out = os.fdopen(os.dup(1), "wb")
        self._in = os.fdopen(os.dup(0), "rb")
        # What this process or its children print must not get in between.
        os.dup2(2, 1)
        empty = os.open(os.devnull, os.O_RDONLY)
        os.dup2(empty, 0)
        os.close(empty)
        threading.Thread(target=self._listen, name="tunnel", daemon=True).start()

    def request(self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes]) -> Answer:
        """Raises Unreachable if there is no answer."""
        came = threading.Event()
        with self._lock:
            self._last += 1
            number = self._last
            slot: Dict[str, Any] = {"came": came}
            self._waiting[number] = slot
            asked = {"id": number, "method": method, "path": path, "headers": headers}
            asked["body"] = base64.b64encode(body or b"").decode()
            try:
                self._out.write(json.dumps(asked).encode() + b"\n")
                self._out.flush()
            except OSError:
                self._leave()
        came.wait(self._timeout_s)
        self._waiting.pop(number, None)
        answer = slot.get("answer")
        if answer is None or answer["status"] == 0:
            raise Unreachable("no answer came over the kernel's connection")
        return answer["status"], answer["headers"], base64.b64decode(answer["body"])

    def _listen(self) -> None:
        for line in self._in:
            answer = json.loads(line)
            # 0: the other end begins anew, and knows of no question.
            asked = list(self._waiting) if answer["id"] == 0 else [answer["id"]]
            for number in asked:
                slot = self._waiting.get(number)
                if slot is not None:
                    slot["answer"] = answer
                    slot["came"].set()
        self._leave()

    def _leave(self) -> None:
        """The kernel is gone, and this worker with it."""
        self._gone()
        os._exit(0)
