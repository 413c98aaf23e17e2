"""One attempt at a trial, seen from the host: its limits, and how it ended."""

import json
import os
import signal
import time
from typing import Any, Dict, List, Optional, Tuple

from .watch import Stat, all_wait_on_locks, cpu_ms, end_group, is_running, oom_kills, peak_rss_bytes, stat

GRACE_S = 5.0
"""After an interrupt, this long until it is ended for good."""


class Attempt:
    """Begun by a command, over when `outcome` is there."""

    def __init__(self, trial: Dict[str, Any], plan: Dict[str, Any], oom: int) -> None:
        """`oom`: how many processes the system had ended for want of memory a moment ago."""
        self.name: str = trial["attempt"]
        self.by: Any = None
        self.pid: Optional[int] = None
        self.outcome: Optional[Dict[str, Any]] = None
        self.stalled = False
        self._outputs: str = trial["outputs"]
        self._limits: Dict[str, Any] = plan["limits"]
        self._start: Optional[str] = None
        self._began = 0.0
        self._asked: Optional[str] = None
        self._asked_at = 0.0
        self._gone: Optional[Tuple[Optional[int], Optional[int], bool]] = None
        self._ticks = 0
        self._moved = time.monotonic()
        self._peak = 0
        self._oom = oom

    def began(self, pid: int) -> None:
        """Its process is there."""
        found = stat(pid)
        self.pid, self._start = pid, None if found is None else found.start
        self._began = self._moved = time.monotonic()

    def exited(self, code: Optional[int], number: Optional[int], lost: bool = False) -> None:
        """Its parent says that it has ended. `lost`: before it began."""
        self._gone = (code, number, lost)

    def stop(self, why: str) -> None:
        """Interrupts it; if that does not help, `check` ends it."""
        if self._asked is None and self.pid is not None:
            self._asked, self._asked_at = why, time.monotonic()
            end_group(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """Ends it for good."""
        if self.pid is not None and self.outcome is None:
            end_group(self.pid)

    def look(self, members: List[Tuple[int, Stat]]) -> None:
        """Checks limits and stalls, given the processes of its group."""
        if self.pid is None:
            return
        ticks = sum(one.cpu_ticks for _, one in members)
        self._peak = max(self._peak, peak_rss_bytes(self.pid), sum(one.rss_bytes for _, one in members))
        now = time.monotonic()
        if ticks != self._ticks:
            self._ticks, self._moved = ticks, now
        limits = self._limits
        if limits.get("memory_bytes") and self._peak > limits["memory_bytes"]:
            self._end_for("memory")
        elif limits.get("seconds") and now - self._began > limits["seconds"]:
            self.stop("timeout")
        elif now - self._moved > limits["stall_seconds"] and members:
            if all(all_wait_on_locks(pid) for pid, _ in members):
                self.stalled = True
                self._end_for("stalled")

    def _end_for(self, why: str) -> None:
        if self._asked is None:
            self._asked, self._asked_at = why, time.monotonic()
        self.kill()

    def check(self) -> bool:
        """Whether it is over now."""
        if self._asked is not None and time.monotonic() - self._asked_at > GRACE_S:
            self.kill()
        # Its parent says how it ends; if that is gone, nobody will.
        orphaned = self.by is None or self.by.gone
        if self._gone is None and self.pid is not None and orphaned and not is_running(self.pid, self._start):
            self._gone = (None, None, False)
        if self._gone is None:
            return False
        code, number, lost = self._gone
        if self.pid is not None:
            end_group(self.pid)  # what it started and left behind
        self.outcome = self._judge(code, number, lost)
        return True

    def _judge(self, code: Optional[int], number: Optional[int], lost: bool) -> Dict[str, Any]:
        result = _last_line(self._outputs)
        told: Dict[str, Any] = {
            "wall_ms": int((time.monotonic() - self._began) * 1000) if self.pid is not None else 0,
            "cpu_ms": round(cpu_ms(self._ticks), 1),
            "peak_rss_bytes": self._peak,
            "result": result,
        }
        if lost:
            return {**told, "outcome": "lost"}
        if result is not None and (result.get("ok") or self._asked is None):
            memory = bool(result.get("memory"))
            return {**told, "outcome": "done" if result.get("ok") else "memory" if memory else "failed"}
        if self._asked is not None:
            return {**told, "outcome": self._asked}
        if number == signal.SIGKILL and oom_kills() > self._oom:
            return {**told, "outcome": "oom"}
        how = "signal %d" % number if number else "exit code %s" % code if code is not None else "an unknown cause"
        if number:
            try:
                how = signal.Signals(number).name
            except ValueError:
                pass
        return {**told, "outcome": "killed", "how": how}

    def told(self) -> Dict[str, Any]:
        """What the daemon is told of it."""
        ran_ms = 0 if self.pid is None else int((time.monotonic() - self._began) * 1000)
        told = {"attempt": self.name, "pid": self.pid, "start": self._start, "ran_ms": ran_ms}
        return {**told, **(self.outcome or {})}


def _last_line(path: str) -> Optional[Dict[str, Any]]:
    """The result that the trial wrote as its very last line; None if it did not come so far."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            file.seek(max(0, size - 65536))
            lines = file.read().rstrip(b"\n").split(b"\n")
        end = json.loads(lines[-1]).get("end")
        return end if isinstance(end, dict) else None
    except (OSError, ValueError, AttributeError):
        return None
