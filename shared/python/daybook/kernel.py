"""Attaches to IPython: each cell that runs is told to the daemon, with its message id and cell id.

Silent executions (completion, variables, tools) are no cells. A cell run inside a cell (`%%capture`) belongs
to the outer one.
"""

import sys
from typing import Any, Dict, Optional

from . import datafiles, frames, process
from .clean import warn_once
from .redaction import redact
from .runs import FAILED, FINISHED, Run, now_ms, status_of
from .session import Scope, Session
from .usage import Gpus, cpu_ms, peak_rss_bytes, reset_peak_rss

MAX_CODE = 1_000_000


class Cell(Scope):
    """A running cell and what it has used so far."""

    def __init__(self, execution: str, cell: Optional[str]) -> None:
        super().__init__(execution, cell)
        self.depth = 1
        self.error: Optional[BaseException] = None
        self.cpu_ms = cpu_ms()
        self.mlflow_run = _last_mlflow_run()
        self.code = ""


class Hooks:
    """The two callbacks that IPython calls around a cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._gpus: Optional[Gpus] = None

    def pre_run_cell(self, info: Any) -> None:
        """Before a cell runs."""
        try:
            session = process.session_for_cell()
            if session.active and _is_cell(info, self._request()):
                self._begin(session, info)
        except Exception as error:  # noqa: BLE001 - the cell runs, tracked or not
            warn_once("pre_run_cell", "a cell is not tracked: %s: %s" % (type(error).__name__, error))

    def post_run_cell(self, result: Any) -> None:
        """After it ran, whether it failed or not."""
        try:
            session = process.session()
            request = self._request()
            if session.active and _is_cell(getattr(result, "info", None), request):
                self._end(session, result, str((request.get("header") or {}).get("msg_id", "")))
        except Exception as error:  # noqa: BLE001 - its results stay
            warn_once("post_run_cell", "a cell's end is not tracked: %s: %s" % (type(error).__name__, error))

    def _begin(self, session: Session, info: Any) -> None:
        request = self._request()
        execution = str((request.get("header") or {}).get("msg_id", "")) or "local-%d" % now_ms()
        for open_cell in session.cells:
            if open_cell.execution == execution and isinstance(open_cell, Cell):
                open_cell.depth += 1
                return
        cell_id = getattr(info, "cell_id", None) or (request.get("metadata") or {}).get("cellId")
        code = str(getattr(info, "raw_cell", "") or "")[:MAX_CODE]
        reset_peak_rss()
        cell = Cell(execution, None if cell_id is None else str(cell_id))
        cell.code = code
        session.cells.append(cell)
        session.last_cell = cell
        session.put(
            {
                "type": "cell_begin",
                "execution": execution,
                "cell": cell.cell,
                "code": redact(code),
                "count": self._count(),
                "at": now_ms(),
            },
            True,
        )
        process.code_seen(code)
        if "mlflow" in sys.modules and not session.away:
            # Its client makes runs on a connection of its own: ours must have said first which cell runs.
            session.flush(0.1)
        self._watch_gpus()

    def _count(self) -> Optional[int]:
        """The running cell's number. IPython 9 has counted on before it tells of a cell, IPython 8 has not; in
        both the history holds one entry for each cell before it, and an empty one at its head."""
        history = getattr(getattr(self._shell, "history_manager", None), "input_hist_raw", None)
        return None if history is None else len(history)

    def _end(self, session: Session, result: Any, execution: str) -> None:
        if execution:
            cell = next((c for c in session.cells if c.execution == execution), None)
        else:
            cell = session.cells[-1] if session.cells else None
        if not isinstance(cell, Cell):
            return
        error = getattr(result, "error_in_exec", None) or getattr(result, "error_before_exec", None)
        cell.error = cell.error or error
        cell.depth -= 1
        if cell.depth > 0:
            return
        session.cells.remove(cell)
        failed = not getattr(result, "success", True)
        told = cell.error
        status = status_of(told) if isinstance(told, BaseException) else FAILED if failed else FINISHED
        _meet_mlflow_run(session, cell)
        session.end_scope(cell, status, told if isinstance(told, BaseException) else None)
        end: Dict[str, Any] = {
            "type": "cell_end",
            "execution": cell.execution,
            "ok": not failed,
            "at": now_ms(),
            "cpu_ms": round(max(0.0, cpu_ms() - cell.cpu_ms), 3),
            "peak_rss_bytes": peak_rss_bytes(),
        }
        gpu = self._gpus.end() if self._gpus is not None else None
        if gpu is not None:
            end["gpu"] = gpu
        session.put(end, True)
        if not failed:
            frames.after_cell(session, self._shell.user_ns, cell.execution, cell.code)

    def _watch_gpus(self) -> None:
        if self._gpus is None:
            self._gpus = Gpus()
        self._gpus.begin()

    def _request(self) -> Dict[str, Any]:
        """The execute_request that runs now."""
        shell = self._shell
        try:
            kernel = getattr(shell, "kernel", None)
            parent = kernel.get_parent("shell") if kernel is not None else None
            if not parent:
                parent = shell.get_parent() if hasattr(shell, "get_parent") else shell.parent_header
            return parent if isinstance(parent, dict) else {}
        except Exception:  # noqa: BLE001 - a front end without messages (a terminal)
            return {}


def attach() -> None:
    """Attaches to the IPython shell of this process, once, if there is one and tracking is not switched off."""
    shell = _shell()
    if shell is None or getattr(shell, "_daybook_hooks", None) is not None:
        return
    if not process.may_track():
        return
    hooks = Hooks(shell)
    shell.events.register("pre_run_cell", hooks.pre_run_cell)
    shell.events.register("post_run_cell", hooks.post_run_cell)
    shell._daybook_hooks = hooks
    process.prepare(in_kernel=True)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _is_cell(info: Any, request: Dict[str, Any]) -> bool:
    if info is None or getattr(info, "silent", False):
        return False
    if getattr(info, "store_history", True):
        return True
    # Tools run code that is not to be remembered; a notebook's cell names itself even then.
    return bool(getattr(info, "cell_id", None) or (request.get("metadata") or {}).get("cellId"))


def _last_mlflow_run() -> Optional[str]:
    """Id of the run that this thread began last with mlflow, as its client remembers it; it is asked nothing."""
    fluent = sys.modules.get("mlflow.tracking.fluent")
    known: Any = getattr(fluent, "_last_active_run_id", None)
    try:
        known = known.get() if hasattr(known, "get") else known
    except Exception:  # noqa: BLE001 - another version of mlflow
        return None
    return known if isinstance(known, str) else None


def _meet_mlflow_run(session: Session, cell: Cell) -> None:
    """The cell's own code began a run with mlflow: that is its run. One that a fit hook began goes inside of it."""
    last = _last_mlflow_run()
    if last is None or last == cell.mlflow_run or not session.goes_to_us(sys.modules.get("mlflow")):
        return
    datafiles.send(Run(session, run_id=last))
    if cell.run is not None and cell.run.own and cell.run.run_id != last:
        cell.run.tags({"mlflow.parentRunId": last})
