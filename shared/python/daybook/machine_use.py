"""What the machine did while a run was on: processor, memory and GPUs over time, as metrics under `system/`.

Runs that end within two seconds get none. One sample a second for the first minute, then ever fewer: a run of ten
hours has about four hundred. Steps are seconds since the run began.
"""

import os
import threading
import time
from typing import TYPE_CHECKING, Dict, List, Optional

from .usage import Gpus, cpu_ms

if TYPE_CHECKING:
    from .runs import Run

FIRST_S = 2.0
DENSE_S = 60.0


class MachineUse:
    """Samples for all open runs of this process, in a thread that lives as long as there is one."""

    def __init__(self) -> None:
        self._runs: Dict[str, "Run"] = {}
        self._due: Dict[str, float] = {}
        self._thread: Optional[threading.Thread] = None
        self._pid = os.getpid()
        self._wake = threading.Condition()
        self._gpus: Optional[Gpus] = None

    def begin(self, run: "Run") -> None:
        """From now on `run` is told of."""
        if os.environ.get("DAYBOOK_MACHINE_USE", "1") in ("0", "false", "off"):
            return
        if self._pid != os.getpid():
            # A forked child has no thread of its parent's, and none of its parent's runs.
            self.__init__()  # type: ignore[misc]
        with self._wake:
            self._runs[run.run_id] = run
            self._due[run.run_id] = time.monotonic() + FIRST_S
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="daybook-machine", daemon=True)
                self._thread.start()

    def end(self, run: "Run") -> None:
        """`run` has ended."""
        if self._pid != os.getpid():
            return
        with self._wake:
            self._runs.pop(run.run_id, None)
            self._due.pop(run.run_id, None)
            if not self._runs:
                self._wake.notify()

    def _watch(self) -> None:
        began_s, began_cpu_ms = time.monotonic(), cpu_ms()
        while True:
            with self._wake:
                self._wake.wait(1.0)
                if not self._runs:
                    self._thread = None
                    return
                now_s = time.monotonic()
                due: List["Run"] = [run for key, run in self._runs.items() if self._due[key] <= now_s]
                for run in due:
                    age_s = time.time() - run.begun_ms / 1000.0
                    self._due[run.run_id] = now_s + max(0.9, age_s / DENSE_S)
            if not due:
                continue
            used_cpu_ms = cpu_ms()
            numbers = {"system/cpu_cores_used": (used_cpu_ms - began_cpu_ms) / 1000.0 / max(0.001, now_s - began_s)}
            began_s, began_cpu_ms = now_s, used_cpu_ms
            numbers.update(_memory())
            numbers.update(self._gpu())
            for run in due:
                if not run.ended:
                    run.log(numbers, step=round(time.time() - run.begun_ms / 1000.0))

    def _gpu(self) -> Dict[str, float]:
        if self._gpus is None:
            self._gpus = Gpus()
        now = self._gpus.now()
        if now is None:
            return {}
        load, own_bytes = now
        return {"system/gpu_utilization_percentage": load * 100.0, "system/gpu_memory_megabytes": own_bytes / 1e6}


def _memory() -> Dict[str, float]:
    """Memory of this process that is resident now; empty where the system does not tell (all but Linux)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[1])
        return {"system/memory_megabytes": pages * os.sysconf("SC_PAGE_SIZE") / 1e6}
    except (OSError, ValueError, IndexError, AttributeError):
        return {}
