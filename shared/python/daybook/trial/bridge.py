"""Run in a kernel of a Jupyter server elsewhere: starts a worker, and passes its requests on over a comm.

The worker writes requests as lines to its standard output; the daemon, which holds a connection to the server
anyway, answers them. So the daemon need not be reachable from there. It is loaded by its path, alone.
"""

import atexit
import os
import shutil
import subprocess
import sys
import threading
from typing import Any, List

HERE = os.path.dirname(os.path.abspath(__file__))
LOG_TAIL = 2000


class Bridge:
    """Between one worker and the daemon."""

    def __init__(self, folder: str, path: str, name: str) -> None:
        self._folder = folder
        self._log = os.path.join(folder, "worker.log")
        self._comm = _comm(name)
        self._comm.on_msg(self._answered)
        atexit.register(shutil.rmtree, folder, True)
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, os.path.join(HERE, "start.py"), "worker", "tunnel:" + path]
                + ["--folder", os.path.join(folder, "files")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=os.path.join(folder, "files"),
                start_new_session=True,
            )
        threading.Thread(target=self._listen, name="daybook-bridge", daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._comm.send({"request": line.decode("utf-8")})
        code = self._process.wait()
        words = self._last_words()
        shutil.rmtree(self._folder, True)
        self._comm.send({"ended": code, "log": words})

    def _answered(self, message: Any) -> None:
        line = message["content"]["data"].get("answer")
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(line.encode("utf-8") + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended: that is told in a moment

    def _last_words(self) -> List[str]:
        try:
            with open(self._log, "rb") as log:
                log.seek(max(0, os.path.getsize(self._log) - LOG_TAIL))
                return [line for line in log.read().decode("utf-8", "replace").split("\n") if line.strip()]
        except OSError:
            return []


def _comm(name: str) -> Any:
    try:
        from comm import create_comm
    except ImportError:  # ipykernel before 6.18
        from ipykernel.comm import Comm

        return Comm(target_name="daybook.worker", comm_id=name)
    return create_comm(target_name="daybook.worker", comm_id=name)
