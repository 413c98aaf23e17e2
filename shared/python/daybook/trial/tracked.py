"""A trial's session: everything it logs goes into its own run, under its own address."""

import contextlib
import os
from typing import Any, Dict, Iterator, List

from .. import datafiles, process, progress
from ..runs import FAILED, FINISHED, now_ms, status_of
from ..session import Session
from ..usage import cpu_ms, peak_rss_bytes, reset_peak_rss
from ..kernel import Cell
from .cells import CellFailed
from .tape import Tape, replay

LINGER_S = 0.25
"""What a trial tells waits so long for company, where nobody waits for it: a short trial tells all at once."""


def begin(trial: Dict[str, Any]) -> Session:
    """Opens the session of a trial."""
    env: Dict[str, str] = trial["env"]
    for name, value in env.items():
        os.environ[name] = value
    taped = process._session
    session = Session(env.get("DAYBOOK_URL"), env.get("DAYBOOK_SPOOL"))
    process.become(session)
    if session.given is not None:
        session.given.fixed = frozenset(trial["point"])
        session.given.seen = True
        session.linger(LINGER_S)
        progress.begin(session, dict(trial["point"]))
        tape = getattr(taped, "_sender", None)
        if isinstance(tape, Tape):
            replay(tape, session, session.given.run_id)
        datafiles.send(session.given)
    reset_peak_rss()
    return session


def shared_cells(cells: List[Dict[str, Any]]) -> None:
    """Tells the cells that ran before the trial began: they belong to its code."""
    peak = peak_rss_bytes()
    for count, cell in enumerate(cells):
        _begin(_shared_id(cell), cell, count + 1)
        _end(_shared_id(cell), True, peak)


def _shared_id(cell: Dict[str, Any]) -> str:
    return "%s-shared-%d" % (os.environ.get("DAYBOOK_ATTEMPT", "trial"), cell["index"])


@contextlib.contextmanager
def cell(attempt: str, told: Dict[str, Any]) -> Iterator[None]:
    """While a cell runs."""
    session = process.session()
    execution = "%s-%d" % (attempt, told["index"])
    scope = Cell(execution, told.get("id"))
    session.cells.append(scope)
    session.last_cell = scope
    _begin(execution, told, None)
    process.code_seen(told["source"])
    status = FAILED
    error = None
    try:
        yield
        status = FINISHED
    except CellFailed as failed:
        error = failed.error
        status = status_of(error)
        raise
    finally:
        session.cells.remove(scope)
        session.end_scope(scope, status, error)
        _end(execution, status == FINISHED, peak_rss_bytes(), cpu_ms() - scope.cpu_ms)


def asked_stop() -> bool:
    """Whether the code has asked if it should stop."""
    return progress.asked


def _begin(execution: str, told: Dict[str, Any], count: Any) -> None:
    process.session().put(
        {
            "type": "cell_begin",
            "execution": execution,
            "cell": told.get("id"),
            "code": told["clean"],
            "count": count,
            "at": now_ms(),
        }
    )


def _end(execution: str, ok: bool, peak: int, used_ms: float = 0.0) -> None:
    process.session().put(
        {
            "type": "cell_end",
            "execution": execution,
            "ok": ok,
            "at": now_ms(),
            "cpu_ms": round(max(0.0, used_ms), 3),
            "peak_rss_bytes": peak,
        }
    )
