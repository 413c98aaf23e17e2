"""What this process knows of its daemon, its cells and its open runs. There is one session a process.

1. Runs nest: an explicit `daybook.run()`, else mlflow's active run if it goes to us, else the run that
   `daybook exec` gave, else the run of the cell that runs now, else the run of this process.
2. The run of a cell or process is made when something is first logged to it, and ends with it.
3. Without a daemon everything is taken and nothing kept.
"""

import contextvars
import os
import sys
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

from .clean import metric_name
from .lines import Item
from .machine_use import MachineUse
from .runs import FAILED, FINISHED, KILLED, NoRun, Run, error_text, rank
from .sender import Sender
from .spool import Spool

_entered: "contextvars.ContextVar[Tuple[Run, ...]]" = contextvars.ContextVar("daybook_runs", default=())


class Scope:
    """What a run may belong to: a cell's execution, or the whole process."""

    def __init__(self, execution: Optional[str] = None, cell: Optional[str] = None) -> None:
        self.execution = execution
        self.cell = cell
        self.run: Optional[Run] = None
        self.fits: List[Any] = []
        """The outermost fits in it, kept by autolog."""
        self.children: List[Run] = []
        self.ended = False


class Session:
    """The tracking of this process. `url` None: there is no daemon."""

    def __init__(self, url: Optional[str], spool_folder: Optional[str] = None) -> None:
        self.url = url
        self.rank = rank()
        self.experiment: Optional[str] = None
        self.given: Optional[Run] = None
        self.cells: List[Scope] = []
        self.last_cell: Optional[Scope] = None
        self.process = Scope()
        self.open_explicit: List[Run] = []
        self.on_first_run: List[Any] = []
        self.on_run: List[Any] = []
        self.rests = False
        """Whether fits are not told: these cells belong to no run."""
        self.machine_use = MachineUse()
        self._spool_folder = spool_folder
        self._forked = False
        self._lock = threading.RLock()
        self._sender = None if url is None else Sender(url, self._new_spool(url))
        self.put = self._discard if self._sender is None else self._sender.put
        self.metric_name = metric_name if self.rank == 0 else self._name_of_rank
        given = os.environ.get("DAYBOOK_RUN_ID")
        if given and url is not None:
            self.given = Run(self, run_id=given)

    @property
    def active(self) -> bool:
        """Whether there is anybody to tell."""
        return self._sender is not None

    @property
    def spool(self) -> Optional[Spool]:
        """Where files wait for the daemon."""
        return None if self._sender is None else self._sender.spool

    @property
    def away(self) -> bool:
        """Whether the daemon did not answer last time."""
        return self._sender is not None and self._sender.away

    def flush(self, timeout_s: float = 1.0) -> bool:
        """Waits until what was logged has arrived (or is safe on disk)."""
        return self._sender is None or self._sender.flush(timeout_s)

    def hurry(self) -> None:
        """What was logged goes out at once."""
        if isinstance(self._sender, Sender):
            self._sender.hurry()

    def linger(self, seconds: float) -> None:
        """What was logged waits so long for company."""
        if isinstance(self._sender, Sender):
            self._sender.linger_s = seconds

    def on_answer(self, hear: Callable[[bytes], None]) -> None:
        """Has `hear` called with what the daemon answers to events."""
        if isinstance(self._sender, Sender):
            self._sender.on_answer = hear

    def current(self) -> Optional[Run]:
        """The run that things are logged to now; None if nothing has begun one."""
        entered = _entered.get()
        if entered:
            return entered[-1]
        if self.open_explicit:
            return self.open_explicit[-1]  # in a thread that was started inside `with daybook.run()`
        return self._of_mlflow() or self.given or self.scope().run

    def current_or_new(self) -> Run:
        """The run that things are logged to now; one for the running cell (or the process) if there is none."""
        run = self.current()
        if run is not None:
            self.run_seen(run)
            return run
        if not self.active:
            return NoRun(self)
        with self._lock:
            scope = self.scope()
            if scope.run is None:
                scope.run = Run(self, parent=self.outer_run_id()).begin()
            return scope.run

    def scope(self) -> Scope:
        """The cell that runs now, or the last one, else the process."""
        if self.cells:
            return self.cells[-1]
        return self.last_cell or self.process

    def outer_run_id(self) -> Optional[str]:
        """The run in which all of this process's own runs are nested, if there is one."""
        if self.given is not None:
            return self.given.run_id
        return os.environ.get("DAYBOOK_PARENT_RUN_ID") or None

    def enter(self, run: Run) -> None:
        """Makes `run` the current one until `leave`."""
        _entered.set(_entered.get() + (run,))
        self.open_explicit.append(run)

    def leave(self, run: Run) -> None:
        """`run` is no longer the current one."""
        _entered.set(tuple(one for one in _entered.get() if one is not run))
        self.open_explicit = [one for one in self.open_explicit if one is not run]

    def run_begins(self, run: Run, tags: Dict[str, str]) -> None:
        """Tells the daemon of a new run, and whoever waits for the first one."""
        if self.rank > 0:
            tags["daybook.rank"] = str(self.rank)
        execution = self.scope().execution
        self.put(
            {
                "type": "run",
                "run_id": run.run_id,
                "name": run.name,
                "experiment": self.experiment,
                "at": run.begun_ms,
                "parent_run_id": run.parent_run_id,
                "execution": execution,
                "tags": tags,
            }
        )
        self.run_seen(run)
        if self.active:
            self.machine_use.begin(run)

    def run_seen(self, run: Run) -> None:
        """Does what is due when a run gets its first content: environment once, data files for each."""
        if run.seen:
            return
        run.seen = True
        self.say_environment()
        for tell in self.on_run:
            try:
                tell(run)
            except Exception:  # noqa: BLE001 - what surrounds a run must not break it
                continue

    def say_environment(self) -> None:
        """Tells once what this process runs on; before the end of the first run that may want it."""
        waiting, self.on_first_run = self.on_first_run, []
        for tell in waiting:
            tell(self)

    def run_ends(self, run: Run, event: Dict[str, Any]) -> None:
        """Tells the daemon that a run has ended; before that, what was read since it began."""
        for tell in self.on_run:
            try:
                tell(run)
            except Exception:  # noqa: BLE001 - it ends all the same
                continue
        self.machine_use.end(run)
        self.put(event)

    def end_scope(self, scope: Scope, status: str, error: Optional[BaseException]) -> None:
        """Ends what belongs to a cell or process and is still open."""
        scope.ended = True
        for child in scope.children:
            child.end(status, None)
        if scope.run is not None:
            scope.run.end(status, error)

    def close(self) -> None:
        """At the end of the process: ends open runs, delivers what waits, in about two seconds at most."""
        if self._sender is None:
            return
        error = getattr(sys, "last_value", None)
        kernel = self.last_cell is not None
        for run in reversed(self.open_explicit):
            run.end(FAILED if error is not None else KILLED, error)
        for cell in list(self.cells):
            self.end_scope(cell, FINISHED if self._forked else KILLED, None)
        if self.last_cell is not None:
            self.end_scope(self.last_cell, FINISHED, None)
        status = FINISHED if error is None or kernel else status_of_end(error)
        self.end_scope(self.process, status, None if kernel else error)
        if self.given is not None and self.given.seen:
            for tell in self.on_run:
                tell(self.given)
        if self.given is not None and error is not None and not kernel:
            self.given.tags({"daybook.error": error_text(error)})
        self._sender.close()

    def after_fork(self) -> None:
        """In a forked child: same runs, own way to the daemon; it ends no run that the parent began."""
        self._lock = threading.RLock()
        for scope in self.cells + [self.process] + ([self.last_cell] if self.last_cell else []):
            for run in [scope.run] + scope.children:
                if run is not None:
                    run.own = False
        for run in self.open_explicit:
            run.own = False
        self.on_first_run = []
        self._forked = True
        if self._sender is not None and self.url is not None:
            self._sender.after_fork(self._new_spool(self.url))

    def move(self, url: str) -> None:
        """The daemon is elsewhere from now on (its port was taken by a stranger)."""
        old, self.url = self._sender, url
        spool = self._new_spool(url)
        self._sender = Sender(url, spool)
        self.put = self._sender.put
        if old is not None:
            old.close(0.0)

    def _new_spool(self, url: str) -> Optional[Spool]:
        sync = os.environ.get("DAYBOOK_SPOOL_SYNC", "1") != "0"
        return None if self._spool_folder is None else Spool(self._spool_folder, url, sync)

    def _discard(self, item: Item, urgent: bool = False) -> None:
        return None

    def _name_of_rank(self, name: Any) -> str:
        return "%s/rank_%d" % (metric_name(name), self.rank)

    def goes_to_us(self, mlflow: Any) -> bool:
        """Whether mlflow, as it is set now, logs to our daemon."""
        try:
            uri = str(mlflow.get_tracking_uri())
        except Exception:  # noqa: BLE001 - another version of mlflow
            return False
        return self.url is not None and uri.rstrip("/") == self.url.rstrip("/")

    def _of_mlflow(self) -> Optional[Run]:
        """mlflow's active run, if mlflow is used here and logs to our daemon."""
        fluent = sys.modules.get("mlflow.tracking.fluent")
        if fluent is None or self.url is None:
            return None
        try:
            active = fluent.active_run()
            if active is None or active.info.run_id is None:
                return None
        except Exception:  # noqa: BLE001 - another version of mlflow
            return None
        if not self.goes_to_us(sys.modules.get("mlflow")):
            return None
        known = self._mlflow_run
        if known is None or known.run_id != active.info.run_id:
            known = self._mlflow_run = Run(self, run_id=active.info.run_id)
        return known

    _mlflow_run: Optional[Run] = None


def status_of_end(error: BaseException) -> str:
    """The status of a process that ended with an error."""
    return KILLED if isinstance(error, KeyboardInterrupt) else FAILED
