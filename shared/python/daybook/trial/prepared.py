"""A process that runs, or has run, the shared cells; seen from the host."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from typing import Any, Dict, List, Optional

from .forking import set_pools
from .watch import end_group


class Prepared:
    """One such process. What it says comes into `events` as `("said", self, message)`, its end with message None."""

    def __init__(self, plan: Dict[str, Any], plan_path: str, mode: str, events: "queue.Queue[Any]") -> None:
        self.mode = mode
        self.ready = False
        self.given = False
        self.gone = False
        self.killed = False
        self.code: Optional[int] = None
        self.signal: Optional[int] = None
        self._events = events
        self._log_path = plan["log"]
        environment = dict(os.environ)
        # Wide pools do not survive a fork; a process that becomes the trial itself has its share from the start.
        set_pools(environment, 1 if mode == "fork" else plan["threads"])
        environment.setdefault("MPLBACKEND", "module://%s.mpl_backend" % __name__.rsplit(".", 1)[0])
        environment["DAYBOOK_NOTEBOOK"] = plan["notebook"]
        environment["DAYBOOK_TRIAL_MODE"] = mode
        start = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.py")
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, start, "template", plan_path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=plan["cwd"],
                env=environment,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, name="listen", daemon=True).start()

    @property
    def takes(self) -> bool:
        """Whether it can be given a trial now."""
        return self.ready and not self.gone and not self.killed and (self.mode == "fork" or not self.given)

    def give(self, trial: Dict[str, Any]) -> None:
        """Gives it a trial to run."""
        self.given = True
        self._write(trial)

    def tell_mode(self, mode: str) -> None:
        """It is not to fork after all."""
        self._write({"mode": mode})

    def kill(self) -> None:
        """Ends it. Trials that it forked are in groups of their own and go on."""
        self.killed = True
        end_group(self._process.pid, signal.SIGKILL)

    def last_words(self) -> List[str]:
        """The end of the log."""
        try:
            with open(self._log_path, "rb") as log:
                log.seek(max(0, os.path.getsize(self._log_path) - 4000))
                return log.read().decode("utf-8", "replace").split("\n")[-20:]
        except OSError:
            return []

    def _write(self, message: Dict[str, Any]) -> None:
        try:
            assert self._process.stdin is not None
            self._process.stdin.write((json.dumps(message) + "\n").encode())
            self._process.stdin.flush()
        except OSError:
            pass  # it is gone: its end is heard in a moment

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._events.put(("said", self, json.loads(line)))
            except ValueError:
                continue
        code = self._process.wait()
        self.code, self.signal = (None, -code) if code < 0 else (code, None)
        self._events.put(("said", self, None))
