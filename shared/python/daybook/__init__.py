"""Daybook inside the kernel: log values, parameters, files and data sets of what you train.

    import daybook

    for step in range(1000):
        daybook.log(loss=loss, step=step)

    with daybook.run(name="wide net", lr=0.1) as run:
        run.log(accuracy=0.93)

In a notebook the first thing logged in a cell begins a run that ends with the cell. Under `daybook exec`
everything goes into the run of that command. Without Daybook every call does nothing. No call raises because
of tracking, and none waits for the network.
"""

import time as _time
from typing import Any, Mapping, Optional, Sequence

from . import process as _process
from . import progress as _progress
from . import suggest as _suggest
from .clean import warn_once as _warn_once
from .runs import Run
from .session import _entered

__all__ = [
    *("Run", "active_run", "artifact", "autolog", "dataset", "figure", "flush", "lint", "log", "params", "report", "run"),
    *("should_stop", "suggest_categorical", "suggest_float", "suggest_int", "tags"),
]
__version__ = "0.1.0"


def log(values: Optional[Mapping[str, Any]] = None, /, step: Optional[int] = None, **metrics: Any) -> None:
    """Logs numbers: `log(loss=0.3, step=5)` or `log({"val/loss": 0.3}, step=5)`.

    Without `step` each metric counts its own calls, from 0. Numbers are what float() takes, NumPy scalars and
    tensors of one element; a dictionary inside becomes `outer/inner`. Costs a few microseconds.
    """
    try:
        entered = _entered.get()
        target = entered[-1] if entered else _target()
        target.log_at(values, step, metrics, int(_time.time() * 1000))
    except Exception as error:  # noqa: BLE001 - tracking never breaks a loop
        _warn_once("log", "cannot log: %s: %s" % (type(error).__name__, error))


def params(values: Optional[Mapping[str, Any]] = None, /, **more: Any) -> None:
    """Logs parameters of the current run. A parameter keeps its first value."""
    _quietly("params", lambda run: run.params(values, **more))


def tags(values: Optional[Mapping[str, Any]] = None, /, **more: Any) -> None:
    """Sets tags of the current run; a later value replaces an earlier one."""
    _quietly("tags", lambda run: run.tags(values, **more))


def artifact(source: Any, name: Optional[str] = None) -> None:
    """Keeps a file, a folder or bytes with the current run, as it is now. `name`: path there."""
    _quietly("artifact", lambda run: run.artifact(source, name))


def figure(figure: Any, name: str = "figure.png") -> None:
    """Keeps a matplotlib figure as a picture with the current run."""
    _quietly("figure", lambda run: run.figure(figure, name))


def dataset(data: Any, name: Optional[str] = None, context: Optional[str] = None) -> None:
    """Records a table or array as an input of the current run: shape, schema and fingerprint, not its rows."""
    _quietly("dataset", lambda run: run.dataset(data, name, context))


def lint(frame: Any, rows: int = 10_000) -> None:
    """Looks at a data frame now: what is found stands under the cell. Other frames are looked at unasked, a Spark frame
    only by this, in its first `rows` rows, which Spark computes before this returns.
    """
    try:
        from . import datasets, frames

        frames.look_at(_process.session_for_user(), frame, datasets.name_of(frame, "frame"), rows)
    except Exception as error:  # noqa: BLE001 - a job of Spark's that fails is told, and the cell goes on
        _warn_once("lint", "cannot look at this: %s: %s" % (type(error).__name__, str(error)[:300]))


def run(name: Optional[str] = None, **params: Any) -> Run:
    """Begins a run that ends with the `with` block, failed if the block raised; inside another one it is its child.

    `params` are logged as its parameters.
    """
    session = _process.session_for_user()
    if not session.active:
        from .runs import NoRun

        fresh: Run = NoRun(session, name=name)
        session.enter(fresh)
        return fresh
    outer = session.current()
    parent = outer.run_id if outer is not None and not outer.ended else session.outer_run_id()
    fresh = Run(session, name=name, parent=parent).begin()
    session.enter(fresh)
    if params:
        fresh.params(params)
    return fresh


def active_run() -> Optional[Run]:
    """The run that `log` would log to, or None if it would begin a new one."""
    return _process.session().current()


def autolog() -> None:
    """Switches on automatic logging of fits in a plain script; kernels and `daybook exec` have it already."""
    _process.prepare()


def flush(timeout_s: float = 5.0) -> bool:
    """Waits until what was logged has arrived, or is safe on disk; False if that takes longer."""
    return _process.session().flush(timeout_s)


def report(value: Any, step: Optional[int] = None) -> None:
    """Tells a study how good this trial is so far (its objective), so that a hopeless one can end early."""
    _progress.report(value, step)


def should_stop() -> bool:
    """Whether this trial should end its training loop now. Always False outside of a study. Takes no time."""
    return _progress.should_stop()


def suggest_float(
    name: str,
    low: float,
    high: float,
    *,
    step: Optional[float] = None,
    log: bool = False,
    default: Optional[float] = None,
) -> float:
    """A number that a study chooses; outside of one `default`, else the middle of the range.

    `daybook tune` reads the range from the call: give it as plain numbers.
    """
    return _suggest.number("float", name, low, high, step, log, default)  # type: ignore[no-any-return]


def suggest_int(
    name: str, low: int, high: int, *, step: int = 1, log: bool = False, default: Optional[int] = None
) -> int:
    """A whole number that a study chooses; see `suggest_float`."""
    return _suggest.number("int", name, low, high, step, log, default)  # type: ignore[no-any-return]


def suggest_categorical(name: str, choices: Sequence[Any], *, default: Any = None) -> Any:
    """One of several values, chosen by a study; outside of one `default`, else the first."""
    return _suggest.choice(name, choices, default)


def _target() -> Run:
    session = _process._session
    if session is None or not session.active:
        session = _process.session_for_user()
    return session.current_or_new()


def _quietly(what: str, act: Any) -> None:
    try:
        act(_target())
    except Exception as error:  # noqa: BLE001 - tracking never breaks the user's code
        _warn_once(what, "cannot record this: %s: %s" % (type(error).__name__, error))
